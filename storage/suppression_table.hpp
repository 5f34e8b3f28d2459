// Who is not sent to, as every node has it on its disk: keys, records, and what is kept beside
// them. Pure but for what reads a store.
//
// Each change has a number of its node's (`origin`, `sequence`), and an index leads from there to
// the entry: so a node can send another one what that lacks. An entry is in the index once, under
// the change that made it what it is.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// Which of two changes of an entry wins: the later one.
struct suppression_version {
  wall_time at;
  std::uint64_t origin = 0;
  friend auto operator<=>(const suppression_version&, const suppression_version&) = default;
};

/// An entry. A removed one stays for some time, so that an older change does not bring it back.
struct stored_suppression {
  account_name account;
  std::string address;     ///< in the form in which addresses are compared
  std::uint8_t reason = 0; ///< the number of a `suppression_reason`
  std::uint64_t number = 0;
  wall_time since{};
  std::optional<wall_time> until;
  std::string text;
  bool is_removed = false;
  wall_time changed_at{};
  std::uint64_t origin = 0;   ///< the data directory that this change was made in
  std::uint64_t sequence = 0; ///< which of its changes

  [[nodiscard]] suppression_version version() const noexcept { return {changed_at, origin}; }
  [[nodiscard]] bool counts_at(wall_time now) const noexcept {
    return !is_removed && (!until || now < *until);
  }
  friend bool operator==(const stored_suppression&, const stored_suppression&) = default;
};

/// Of each origin, the sequence up to which all its changes are here: they themselves, or later
/// ones of the same entries.
using suppression_vector = std::map<std::uint64_t, std::uint64_t>;

/// What is known of the table without looking at entries. Small.
struct suppression_facts {
  std::uint64_t origin = 0; ///< of this data directory; 0: it has none yet
  suppression_vector vector;
  /// Entries that are not removed, by `ACCOUNT/REASON`; also those that are over.
  std::map<std::string, std::uint64_t, std::less<>> counts;
  bool was_imported = false; ///< what earlier releases kept in the control store is in it
  bool was_complete = false; ///< it has had all that some other node had, or there was none
};

[[nodiscard]] std::string suppression_entry_key(const account_name& account,
                                                std::string_view address);
[[nodiscard]] std::string suppression_entries_prefix();
/// Those of one account.
[[nodiscard]] std::string suppression_entries_prefix(const account_name& account);
/// `ACCOUNT/ADDRESS` of an entry's key. @pre it starts with the prefix of all.
[[nodiscard]] std::string_view suppression_path(std::string_view entry_key);

[[nodiscard]] std::string suppression_index_key(std::uint64_t origin, std::uint64_t sequence);
[[nodiscard]] std::string suppression_index_prefix(std::uint64_t origin);
/// The sequence in a key of the index; none: it is no such key.
[[nodiscard]] std::optional<std::uint64_t> suppression_sequence(std::string_view index_key);
[[nodiscard]] std::string suppression_count_key(const account_name& account, std::uint8_t reason);

/// Account and address are in the key.
[[nodiscard]] std::string encode_suppression_entry(const stored_suppression& value);
/// `storage_corrupt`, or `storage_newer` for a schema that this release does not know.
[[nodiscard]] result<stored_suppression> decode_suppression_entry(std::string_view key,
                                                                  std::string_view octets);

[[nodiscard]] result<suppression_facts> read_suppression_facts(const store& from);
/// Makes what is another in `changed` than `before` durable. Of vector and counts it needs to have
/// those alone.
void write_suppression_facts(batch& to, const suppression_facts& before,
                             const suppression_facts& changed);
/// The same in memory.
void apply_suppression_facts(suppression_facts& to, const suppression_facts& changed);

/// The entry of an address, also one that is removed or over.
[[nodiscard]] result<std::optional<stored_suppression>>
find_suppression(const store& from, const account_name& account, std::string_view address);

/// Changes of an origin behind a sequence that still stand, in order.
struct suppression_changes {
  std::uint64_t origin = 0;
  std::uint64_t after = 0;
  std::uint64_t up_to = 0; ///< the last that was looked at: there are no others up to there
  std::vector<stored_suppression> entries;
  friend bool operator==(const suppression_changes&, const suppression_changes&) = default;
};
/// At most `most` of them, and no more than `octets_max` of keys and records but for one.
/// `highest`: the origin's sequence up to which everything is here.
[[nodiscard]] result<suppression_changes>
read_suppression_changes(const store& from, std::uint64_t origin, std::uint64_t after,
                         std::uint64_t highest, std::size_t most, std::size_t octets_max);

} // namespace warmfront::storage
