// What commands make of the table. No CAF, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actors/messages/suppressions.hpp"
#include "actors/suppressions/suppression_edit.hpp"

namespace warmfront {

/// Entries to be made, of one account.
struct suppression_draft {
  account_name account;
  bool keeps_others = false; ///< an entry that counts already stays as it is
  struct item {
    std::string address; ///< in the form in which addresses are compared
    suppression_reason reason = suppression_reason::manual;
    std::optional<wall_time> until = {};
    std::string text = {};
    friend bool operator==(const item&, const item&) = default;
  };
  std::vector<item> items;
};

struct suppression_tally {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
};

inline constexpr std::uint64_t suppressions_per_account_max = 20'000'000;

/// The entries of a command. `invalid_argument` for the first that is no address, for a time that
/// is over, for too many.
[[nodiscard]] result<suppression_draft> draft_suppressions(const put_suppressions& command,
                                                           wall_time now);
/// A text as it is kept: short, and safe to display.
[[nodiscard]] std::string suppression_text(std::string_view given);

/// Makes them: an address that has an entry keeps its number, and while it counts also since when.
/// `node`: the number of this one, of which the entry's is made. `limit_exceeded` when the account
/// would have too many.
[[nodiscard]] result<suppression_tally> put_entries(suppression_edit& edit,
                                                    const suppression_draft& draft,
                                                    std::uint16_t node, wall_time now);
/// @returns how many had an entry.
[[nodiscard]] result<std::size_t> remove_entries(suppression_edit& edit,
                                                 const remove_suppressions& command, wall_time now);

[[nodiscard]] suppression_report report_of(const storage::stored_suppression& value);
/// Entries of an account, of all reasons or of one; of all accounts when it is empty. Those that
/// are over are among them.
[[nodiscard]] std::uint64_t count_entries(const storage::suppression_facts& facts,
                                          const account_name& account,
                                          std::optional<suppression_reason> reason);

} // namespace warmfront
