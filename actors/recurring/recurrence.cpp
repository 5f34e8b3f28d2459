#include "actors/recurring/recurrence.hpp"

#include "actors/recurring/occurrence_stream.hpp"

namespace warmfront {

namespace {

error recurrence_error(std::string what, std::string remedy, std::string field) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::move(field)};
}

bool is_by_rule(const recurrence& what) {
  return std::holds_alternative<recurrence::by_rule>(what.repeat);
}

result<void> check_end(const recurrence& what) {
  if (what.until && what.count)
    return recurrence_error("there are two ends, `until` and `count`", "leave one of them out",
                            "repeat.count");
  if (what.count && *what.count == 0)
    return recurrence_error("it would fire no time at all", "use a count from 1", "repeat.count");
  if (!what.until && !what.count)
    return success();
  const auto field = what.until ? "repeat.until" : "repeat.count";
  if (std::holds_alternative<recurrence::once>(what.repeat))
    return recurrence_error("what fires once has no other end",
                            "leave it out, or say how it is repeated", field);
  if (!is_by_rule(what))
    return success();
  WARMFRONT_TRY(rule, parse_rrule(std::get<recurrence::by_rule>(what.repeat).rrule));
  if (rule.until || rule.count)
    return recurrence_error("the rule has an end of its own",
                            "leave this out, or UNTIL and COUNT in the rule", field);
  return success();
}

result<void> check_fires(const recurrence& what) {
  WARMFRONT_TRY(stream, occurrence_stream::from_start(what));
  if (stream.next())
    return success();
  auto endless = what;
  endless.until.reset();
  WARMFRONT_TRY(without_end, occurrence_stream::from_start(endless));
  if (const auto first = without_end.next())
    return recurrence_error("the end is before the first occurrence, which would be at " +
                                to_rfc3339(first->at),
                            "use a later end", "repeat.until");
  return rrule_error("the rule never fires: nothing matches it within ten years of the start, or "
                     "before its UNTIL",
                     "look for days that do not exist, and parts that exclude each other");
}

std::vector<occurrence> take(occurrence_stream& stream, wall_time after, std::size_t limit) {
  std::vector<occurrence> taken;
  while (taken.size() < limit) {
    const auto each = stream.next();
    if (!each)
      break;
    if (each->at > after)
      taken.push_back(*each);
  }
  return taken;
}

} // namespace

result<void> check(const recurrence& what) {
  WARMFRONT_TRY(check_end(what));
  return check_fires(what);
}

result<std::vector<occurrence>> next_occurrences(const recurrence& what, wall_time after,
                                                 std::size_t limit) {
  WARMFRONT_TRY(stream, occurrence_stream::from_start(what));
  stream.skip(after);
  return take(stream, after, limit);
}

result<std::vector<occurrence>> next_occurrences(const recurrence& what, const occurrence& last,
                                                 std::size_t limit) {
  WARMFRONT_TRY(stream, occurrence_stream::after(what, last));
  return take(stream, wall_time::min(), limit);
}

} // namespace warmfront
