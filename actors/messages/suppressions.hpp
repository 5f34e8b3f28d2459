// Addresses that an account does not send to, who puts them there, and who asks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/octet_source.hpp"

namespace warmfront {

/// The numbers are stored: append only.
enum class suppression_reason : std::uint8_t {
  manual = 1,
  hard_bounce, ///< a receiver said that there is no such recipient
  complaint,
  unsubscribe,
};
[[nodiscard]] std::string_view to_string(suppression_reason reason) noexcept;
[[nodiscard]] std::optional<suppression_reason>
parse_suppression_reason(std::string_view text) noexcept;

/// An address has one entry in an account.
struct suppression_report {
  account_name account;
  std::string address; ///< in the form in which addresses are compared
  suppression_reason reason = suppression_reason::manual;
  std::uint64_t number = 0; ///< unique in the cluster; for clients that know entries by number
  wall_time since{};
  std::optional<wall_time> until; ///< counts no more from then on; none: for ever
  std::string text;               ///< what the receiver said, or a note

  [[nodiscard]] bool counts_at(wall_time now) const noexcept { return !until || now < *until; }
  friend bool operator==(const suppression_report&, const suppression_report&) = default;
};

/// Makes entries or changes them: an address that has one keeps its number and `since`.
struct put_suppressions {
  account_name account;
  suppression_reason reason = suppression_reason::manual;
  std::vector<std::string> addresses; ///< at most `suppressions_at_once_max`
  std::optional<wall_time> until;
  std::string text;
};
inline constexpr std::size_t suppressions_at_once_max = 20'000;
struct remove_suppressions {
  account_name account;
  std::vector<std::string> addresses; ///< at most `suppressions_at_once_max`
};
/// In the order of accounts and addresses.
struct list_suppressions {
  account_name account;   ///< empty: of all
  std::string address;    ///< empty: all
  std::string containing; ///< a part of the address; empty: all
  std::optional<suppression_reason> reason = {};
  std::optional<wall_time> since_from = {};   ///< made then or later
  std::optional<wall_time> since_before = {}; ///< made before then
  std::optional<bool> is_active = {};         ///< whether it counts now
  std::string after = {};                     ///< `ACCOUNT/ADDRESS`: those behind it
  std::uint64_t offset = 0;                   ///< so many are left out before the first
  std::uint32_t limit = 100;                  ///< at most 500
};
struct suppression_page {
  std::vector<suppression_report> items;
  /// That match, on all pages; no less than that many, where more would have had to be looked at
  /// than one answer may.
  std::uint64_t total = 0;
  bool is_last = true; ///< nothing that matches comes behind these
  std::string next;    ///< else: `after` of the page behind; there may be one without items
};

/// How the table of this node stands.
struct count_suppressions {};
struct suppression_counts {
  std::uint64_t entries = 0; ///< also those that are over
  /// Changes that other nodes have told of and this one has not got yet.
  std::uint64_t behind = 0;
};

/// Receivers said that there are no such recipients.
struct recipients_unknown {
  struct recipient {
    account_name account;
    std::string address;
    std::string reply;
  };
  std::vector<recipient> recipients;
};

/// A list from a client: CSV with a header line, or NDJSON.
struct import_suppressions {
  account_name account;
  suppression_reason reason = suppression_reason::manual; ///< where a line does not say
  std::optional<wall_time> until;
  bool is_csv = true; ///< else NDJSON
  std::shared_ptr<octet_source> source;
};
struct suppression_import_report {
  std::uint64_t lines = 0;
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t rejected = 0;
  std::vector<std::string> first_rejected; ///< `line 7: …`, at most 100
};

/// Frames between nodes of this kind and above are about suppressions.
inline constexpr std::uint16_t suppression_frames_first = 320;

/// Suppressions → intake: from now on it can be asked who is not sent to.
struct suppressions_known {};

} // namespace warmfront
