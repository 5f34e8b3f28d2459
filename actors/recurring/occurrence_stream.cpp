#include "actors/recurring/occurrence_stream.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace warmfront {

namespace {

using std::chrono::hours;
using std::chrono::sys_days;

constexpr auto no_count = std::numeric_limits<std::uint64_t>::max();
constexpr wall_time start_min = sys_days{std::chrono::year{1970} / 1 / 1};
constexpr wall_time start_end = sys_days{std::chrono::year{2100} / 1 / 1};
constexpr wall_time last_moment = sys_days{std::chrono::year{2200} / 1 / 1} - microseconds{1};
constexpr hours interval_max{366 * 24};

result<void> check_start(const recurrence& what) {
  if (what.start_at < start_min || what.start_at >= start_end)
    return error{errc::invalid_argument, "the start is not between 1970 and 2099",
                 "use a time between them", "start_at"};
  if (std::holds_alternative<recurrence::by_rule>(what.repeat) &&
      what.start_at != std::chrono::floor<seconds>(what.start_at))
    return error{errc::invalid_argument,
                 "the start has a fraction of a second, which a rule cannot keep",
                 "write it in whole seconds", "start_at"};
  return success();
}

result<void> check_interval(hours interval) {
  if (interval < hours{1} || interval > interval_max)
    return error{errc::invalid_argument, "the interval is not between 1 hour and 366 days",
                 "use whole hours from 1 to 8784", "repeat.every"};
  return success();
}

} // namespace

result<occurrence_stream> occurrence_stream::begin(const recurrence& what, wall_time from) {
  WARMFRONT_TRY(check_start(what));
  occurrence_stream made;
  made.start_at_ = what.start_at;
  made.until_ =
      std::clamp(what.until.value_or(last_moment), what.start_at - microseconds{1}, last_moment);
  made.count_ = what.count.value_or(no_count);
  if (std::holds_alternative<recurrence::once>(what.repeat))
    made.count_ = std::min<std::uint64_t>(made.count_, 1);
  if (const auto* every = std::get_if<recurrence::every>(&what.repeat)) {
    WARMFRONT_TRY(check_interval(every->interval));
    made.interval_ = every->interval;
  }
  const auto* repeat = std::get_if<recurrence::by_rule>(&what.repeat);
  if (repeat == nullptr)
    return made;
  WARMFRONT_TRY(rule, parse_rrule(repeat->rrule));
  WARMFRONT_TRY(zone, zone_time::named(repeat->timezone));
  if (rule.until && rule.until->is_utc)
    made.until_ = std::min(made.until_, wall_time{rule.until->reading.time_since_epoch()});
  made.count_ = std::min(made.count_, rule.count.value_or(no_count));
  made.rule_.emplace(rule, zone, what.start_at, std::clamp(from, what.start_at, last_moment));
  return made;
}

result<occurrence_stream> occurrence_stream::from_start(const recurrence& what) {
  return begin(what, what.start_at);
}

result<occurrence_stream> occurrence_stream::after(const recurrence& what,
                                                   const std::optional<occurrence>& last) {
  if (!last)
    return from_start(what);
  WARMFRONT_TRY(made, begin(what, last->at));
  made.number_ = std::min(last->number, no_count - 1) + 1;
  if (!made.rule_)
    return made;
  const auto end = std::min(last->at, last_moment); // the rule itself has none
  for (auto at = made.rule_->next(); at && *at <= end; at = made.rule_->next())
    if (*at == last->at)
      return made;
  WARMFRONT_TRY(counted, from_start(what));
  while (counted.number_ <= last->number && counted.next())
    ;
  return counted;
}

std::optional<occurrence> occurrence_stream::next() {
  const auto at = number_ < count_ ? next_moment() : std::nullopt;
  if (!at || *at > until_) {
    count_ = 0;
    return std::nullopt;
  }
  return occurrence{number_++, *at};
}

void occurrence_stream::skip(wall_time when) {
  if (!rule_ && when >= start_at_)
    number_ = std::max(number_, static_cast<std::uint64_t>((when - start_at_) / interval_));
}

std::optional<wall_time> occurrence_stream::next_moment() {
  if (rule_)
    return rule_->next();
  if (std::cmp_greater(number_, (until_ - start_at_) / interval_))
    return std::nullopt;
  return start_at_ + static_cast<std::int64_t>(number_) * interval_;
}

} // namespace warmfront
