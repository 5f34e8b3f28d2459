// Templates of mails, their versions, and who asks for them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/template_source.hpp"
#include "net/mime/mail_template.hpp"

namespace warmfront {

/// Whether a template may be sent. Where templates are not reviewed, all are approved.
enum class template_state : std::uint8_t { approved = 0, waiting = 1, rejected = 2 };
[[nodiscard]] std::string_view to_string(template_state value) noexcept;

struct template_version {
  std::uint32_t number = 1;
  chunk_id content; ///< where its texts are
  std::uint64_t octets = 0;
  wall_time created_at{};
  std::vector<std::string> required; ///< names that need a value
  std::vector<std::string> optional; ///< names that only sections ask for

  friend bool operator==(const template_version&, const template_version&) = default;
};

/// A template belongs to an account, where its name is unique.
struct template_report {
  account_name account;
  template_name name;
  std::uint64_t id = 0; ///< unique in the cluster; for clients that know templates by number
  template_state state = template_state::approved;
  std::string reason; ///< why it was rejected
  wall_time created_at{};
  std::vector<template_version> versions; ///< oldest first, never empty; the last one counts

  [[nodiscard]] const template_version& current() const { return versions.back(); }
  friend bool operator==(const template_report&, const template_report&) = default;
};

/// A version ready for use, shared by everybody who uses it.
struct compiled_template {
  template_report about;
  std::uint32_t version = 0;
  template_source source;
  mime::mail_template content;
};

/// Makes a template or a new version of one; the same texts again make none.
struct put_template {
  account_name account;
  template_name name;
  template_source source;
  bool must_be_new = false; ///< `already_exists` when there is one
};
struct delete_template {
  account_name account;
  template_name name;
};
struct review_template {
  account_name account;
  template_name name;
  template_state verdict = template_state::approved;
  std::string reason;
};
struct list_templates {
  account_name account; ///< empty: of all
  template_name name;   ///< empty: all
};
/// For sending and for looking at it.
struct use_template {
  account_name account;
  template_name name;
  std::optional<std::uint32_t> version; ///< none: the current one
  bool for_sending = true;              ///< then it must be approved
};

} // namespace warmfront
