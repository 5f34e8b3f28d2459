#include "actors/delivery/retry_counts.hpp"

#include <utility>

#include "storage/counter.hpp"

namespace warmfront {

namespace {

/// What a hostile table of pools could make of it; beyond that nothing new is noted.
constexpr std::size_t groups_max = 10'000;

bool waits_for_retry(const storage::recipient_record& record) {
  return record.state == static_cast<std::uint8_t>(recipient_state::deferred) &&
         record.next_attempt_at;
}

} // namespace

void count_retry(storage::batch& to, const storage::spooled_message& message,
                 const storage::recipient_record& record, std::int64_t change) {
  if (waits_for_retry(record))
    to.add(storage::retry_counter_key(message, record), change);
}

void retry_counts::load(const std::vector<storage::key_value>& counters) {
  for (const auto& [key, value] : counters)
    if (const auto group = storage::parse_retry_group(key))
      groups_[*group].waiting = storage::parse_counter(value).value_or(0);
}

std::vector<storage::batch::change> retry_counts::changes_in(const storage::batch& from) {
  std::vector<storage::batch::change> found;
  for (const auto& each : from.changes())
    if (each.what == storage::batch::kind::add &&
        each.key.starts_with(storage::retry_counters_prefix))
      found.push_back(each);
  return found;
}

void retry_counts::apply(const std::vector<storage::batch::change>& changes) {
  for (const auto& each : changes) {
    const auto group = storage::parse_retry_group(each.key);
    if (!group || (groups_.size() >= groups_max && !groups_.contains(*group)))
      continue;
    groups_[*group].waiting += storage::parse_counter(each.value).value_or(0);
  }
}

void retry_counts::note(const outcome& what) {
  const auto& record = what.record;
  if (!waits_for_retry(record))
    return;
  const auto group = storage::retry_group_of(what.item.message(), record);
  if (groups_.size() >= groups_max && !groups_.contains(group))
    return;
  auto& of = groups_[group];
  if (!of.next_attempt_at || *record.next_attempt_at < *of.next_attempt_at ||
      *of.next_attempt_at < record.changed_at)
    of.next_attempt_at = record.next_attempt_at;
  if (what.attempted)
    of.said = last_answer{record.last_reply, what.reply.code, record.changed_at, record.source};
}

bool retry_counts::clear() {
  bool was_any = false;
  for (auto& [group, of] : groups_) {
    was_any = was_any || of.waiting != 0;
    of.waiting = 0;
  }
  return was_any;
}

void retry_counts::add_to(std::vector<queue_report>& reports, wall_time now) const {
  for (const auto& [group, of] : groups_) {
    if (of.waiting <= 0)
      continue;
    queue_report report;
    report.pool = group.pool;
    report.importance = group.importance;
    report.provider = group.provider.str();
    report.waiting = static_cast<std::uint64_t>(of.waiting);
    report.state = "deferred";
    report.cause = "retry";
    report.reason = of.said ? "to be tried again: " + of.said->text : "to be tried again";
    report.last_reply = of.said;
    if (of.next_attempt_at && *of.next_attempt_at >= now)
      report.next_attempt_at = of.next_attempt_at;
    reports.push_back(std::move(report));
  }
}

std::optional<last_answer> retry_counts::last_reply(const pool_name& pool,
                                                    const provider_name& provider) const {
  std::optional<last_answer> newest;
  for (const auto importance : {mail_class::triggered, mail_class::batch})
    if (const auto found = groups_.find({pool, provider, importance});
        found != groups_.end() && found->second.said &&
        (!newest || newest->at < found->second.said->at))
      newest = found->second.said;
  return newest;
}

} // namespace warmfront
