// Recipient groups: named lists of recipients with their variables, versioned.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/octet_source.hpp"

namespace warmfront {

struct group_variable {
  std::string name;
  std::uint64_t recipients = 0; ///< that have a value for it
  friend bool operator==(const group_variable&, const group_variable&) = default;
};

/// A group belongs to an account, where its name is unique.
struct group_report {
  account_name account;
  group_name name;
  std::uint64_t id = 0; ///< unique in the cluster; for clients that know groups by number
  std::string description;
  std::uint32_t version = 0; ///< 0: nothing was imported yet
  chunk_id list;             ///< the manifest of the version
  std::uint64_t recipients = 0;
  std::uint32_t segments = 0;
  std::vector<group_variable> variables;
  wall_time created_at{};
  wall_time changed_at{}; ///< when the version was made

  friend bool operator==(const group_report&, const group_report&) = default;
};

struct create_group {
  account_name account;
  group_name name;
  std::string description;
};
struct delete_group {
  account_name account;
  group_name name;
};
struct list_groups {
  account_name account; ///< empty: of all
  group_name name;      ///< empty: all
};

enum class list_format : std::uint8_t { csv, ndjson };
/// Reads a list into a group, which is made when there is none. A new version holds what was there
/// and the list, or the list alone.
struct import_list {
  account_name account;
  group_name name;
  list_format format = list_format::csv;
  bool replaces = false;
  std::shared_ptr<octet_source> octets; ///< are read once, as fast as they are stored
};
struct rejected_line {
  std::uint64_t line = 0;
  std::string reason;
  std::string excerpt;
};
struct import_report {
  group_report group;
  std::uint64_t lines = 0;
  std::uint64_t accepted = 0;
  std::uint64_t repeated = 0;
  std::uint64_t rejected = 0;
  std::vector<rejected_line> rejections;     ///< the first thousand
  std::vector<std::uint64_t> repeated_lines; ///< the first thousand
};
/// Some recipients of a group, in their order.
struct list_recipients {
  account_name account;
  group_name name;
  std::uint64_t after = 0; ///< leaves out so many
  std::size_t limit = 100;
};
struct group_recipient {
  std::string address;
  std::map<std::string, std::string, std::less<>> variables;
};
struct recipient_page {
  group_report group;
  std::vector<group_recipient> items;
};

struct use_group {
  account_name account;
  group_name name;
};

} // namespace warmfront
