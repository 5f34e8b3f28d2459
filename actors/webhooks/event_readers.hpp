// Who reads events besides webhooks, and what they get: pages of the log behind a position.
#pragma once

#include <map>
#include <set>
#include <string>

#include "actors/messages/feedback.hpp"
#include "actors/webhooks/event_pages.hpp"

namespace warmfront {

/// A position in all streams of a node, as text: `12.3.0`.
[[nodiscard]] std::string to_text(const per_stream<std::uint64_t>& position);
/// `invalid_argument` for anything that is no such text.
[[nodiscard]] result<per_stream<std::uint64_t>> parse_position(std::string_view text);

/// The events behind `what.after`, oldest first as far as one page goes. Looks at 20 000 events at
/// most: a page may be empty and not the last. `invalid_argument`.
[[nodiscard]] result<event_page> read_page(event_pages& log, const read_events& what);

/// Accounts of which somebody has read events lately: theirs are logged for a while, so that who
/// comes back finds what happened meanwhile.
class event_interest {
public:
  explicit event_interest(std::chrono::milliseconds keep) : keep_{keep} {}
  /// @param account empty: all. @returns whether something is to be logged that was not.
  bool note(const account_name& account, wall_time now);
  /// Adds those who read, and forgets those who have not for long. @returns whether all are read.
  bool add_to(std::set<account_name>& readers, wall_time now);

private:
  std::chrono::milliseconds keep_;
  std::map<account_name, wall_time> until_;
};

} // namespace warmfront
