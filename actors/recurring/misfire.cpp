#include "actors/recurring/misfire.hpp"

#include "actors/recurring/occurrence_stream.hpp"

namespace warmfront {

result<due_occurrences> due(const recurrence& what, const std::optional<occurrence>& last_handled,
                            wall_time now, const misfire_config& config) {
  WARMFRONT_TRY(stream, occurrence_stream::after(what, last_handled));
  due_occurrences found;
  found.last_handled = last_handled;
  auto next = stream.next();
  for (; next && next->at <= now; next = stream.next()) {
    const bool is_late = now - next->at > config.grace;
    if (is_late && what.misfire == misfire_policy::once) {
      // Late ones come first: there is at most the one before.
      found.skipped += found.fire.size();
      found.fire.clear();
    }
    if (is_late && what.misfire == misfire_policy::skip)
      ++found.skipped;
    else if (found.fire.size() < config.fired_max)
      found.fire.push_back(*next);
    else
      break;
    found.last_handled = next;
  }
  if (next)
    found.next_at = next->at;
  return found;
}

} // namespace warmfront
