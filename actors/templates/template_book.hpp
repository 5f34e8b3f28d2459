// The templates as they are, and what commands make of them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/templates/template_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A compiled text on its way to become a version.
struct template_draft {
  chunk_id content;
  std::uint64_t octets = 0;
  std::vector<std::string> required;
  std::vector<std::string> optional;
};

/// Rules: a name is unique within its account; the same texts again make no new version; the last
/// fifty versions are kept; where templates are reviewed, every new version waits for it.
class template_book {
public:
  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `already_exists`, `limit_exceeded` (ten thousand in an account), `invalid_argument` for a bad
  /// name. A transaction without changes: it is so already.
  [[nodiscard]] result<storage::control_transaction> build(const put_template& command,
                                                           const template_draft& draft,
                                                           bool reviewed, wall_time now) const;
  /// `not_found`.
  [[nodiscard]] result<storage::control_transaction> build(const delete_template& command) const;
  /// `not_found`. Nothing to do where the verdict stands.
  [[nodiscard]] result<storage::control_transaction> build(const review_template& command) const;

  // ---- what is so ----
  /// Null: there is none.
  [[nodiscard]] const template_report* find(const account_name& account,
                                            const template_name& name) const;
  /// By account and name. `not_found` for a name that there is not.
  [[nodiscard]] result<std::vector<template_report>> list(const list_templates& filter) const;
  /// Which version is meant, when it may be used so: `not_found`; `refused` for sending what is not
  /// approved.
  [[nodiscard]] result<std::pair<const template_report*, const template_version*>>
  choose(const use_template& question) const;

private:
  struct stored {
    template_report value;
    storage::revision at = 0;
  };
  using identity = std::pair<account_name, template_name>;
  [[nodiscard]] result<const stored*> require(const account_name& account,
                                              const template_name& name) const;
  [[nodiscard]] storage::control_transaction replace(const stored& before,
                                                     const template_report& changed) const;

  std::map<identity, stored> templates_;
  std::uint64_t last_id_ = 0;
  storage::revision last_id_at_ = 0;
};

/// Whether people may call something so: 1 to 100 characters on one line, no `/`, no blanks at the
/// ends.
[[nodiscard]] bool is_title(std::string_view text);

} // namespace warmfront
