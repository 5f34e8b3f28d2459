// `warmfront backup verify|restore|held|prune`: what is done with backups without the node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "actors/core/error.hpp"

namespace warmfront::admin::cli {

/// What the command line said.
struct backup_choices {
  std::string node_toml;
  std::string directory;               ///< empty: the one of node.toml
  std::optional<std::uint32_t> number; ///< none: the latest, or all
  bool deep = false;
  std::string scratch = "/tmp";
  bool force = false;
  bool peers_lost = false;
  bool release = false;
  bool drop = false;
  std::string secrets_key; ///< a file to put in its place first
  bool without_secrets = false;
  std::optional<std::uint32_t> keep; ///< none: as node.toml says
};

/// Each returns what to tell the user. All fail with `invalid_argument` for a faulty node.toml, and
/// `not_found` where there is no such backup.

/// `storage_corrupt` for the first backup that is not what was written, once all were read.
[[nodiscard]] result<std::string> verify_backups(const backup_choices& choices);
/// As `restore_backup`; `refused` when the node would start without its secrets key.
[[nodiscard]] result<std::string> restore_data(const backup_choices& choices);
/// `storage_locked` while the node runs.
[[nodiscard]] result<std::string> settle_held(const backup_choices& choices);
/// `storage_locked` while a backup is made.
[[nodiscard]] result<std::string> prune_old_backups(const backup_choices& choices);

} // namespace warmfront::admin::cli
