#include "actors/statistics/statistics_sum.hpp"

#include "storage/counter.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::days days_max{366};

void add_to(daily_counts& row, storage::counted what, std::uint64_t times) {
  using storage::counted;
  switch (what) {
  case counted::accepted:
    row.accepted += times;
    row.requests += times;
    break;
  case counted::suppressed:
    row.suppressed += times;
    row.requests += times;
    break;
  case counted::delivered:
    row.delivered += times;
    break;
  case counted::bounced:
    row.bounced += times;
    break;
  case counted::expired:
    row.expired += times;
    break;
  case counted::cancelled:
    row.cancelled += times;
    break;
  }
}

} // namespace

result<void> check_question(const sum_statistics& question) {
  if (question.to < question.from)
    return error{errc::invalid_argument, "the last day is before the first", {}, "to"};
  if (question.to - question.from >= days_max)
    return error{errc::invalid_argument, "these are more than 366 days", "ask for fewer", "to"};
  return success();
}

std::string statistics_sum::row_of(const storage::statistics_key& key) const {
  switch (question_.by) {
  case counted_by::sender_domain:
    return key.sender_domain.str();
  case counted_by::receiver:
    return key.receiver.str();
  case counted_by::day:
  default:
    break;
  }
  return to_date(key.day);
}

result<void> statistics_sum::take(std::string_view key, std::string_view value) {
  const auto counter = storage::parse_statistics_key(key);
  if (!counter || counter->day < question_.from || counter->day > question_.to ||
      (!question_.account.empty() && counter->account != question_.account) ||
      (!question_.sender_domain.empty() && counter->sender_domain != question_.sender_domain) ||
      (!question_.receiver.empty() && counter->receiver != question_.receiver))
    return success();
  const auto times = storage::parse_counter(value);
  if (!times)
    return error{errc::storage_corrupt, "read the statistics: a counter is no number", {}};
  if (*times > 0)
    add_to(rows_[row_of(*counter)], counter->what, static_cast<std::uint64_t>(*times));
  return success();
}

std::vector<statistics_row> statistics_sum::rows() const {
  std::vector<statistics_row> all;
  for (const auto& [of, counts] : rows_)
    all.push_back({of, counts});
  return all;
}

} // namespace warmfront
