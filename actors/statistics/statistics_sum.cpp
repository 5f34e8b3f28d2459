#include "actors/statistics/statistics_sum.hpp"

#include <algorithm>
#include <utility>

#include "storage/counter.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::days days_max{366};

/// Where a counter is shown; `accepted` and `suppressed` are `requests` as well.
std::uint64_t daily_counts::*place_of(storage::counted what) {
  using storage::counted;
  switch (what) {
  case counted::accepted:
    return &daily_counts::accepted;
  case counted::suppressed:
    return &daily_counts::suppressed;
  case counted::delivered:
    return &daily_counts::delivered;
  case counted::bounced:
    return &daily_counts::bounced;
  case counted::expired:
    return &daily_counts::expired;
  case counted::cancelled:
    return &daily_counts::cancelled;
  case counted::deferred:
    return &daily_counts::deferred;
  case counted::invalid:
    return &daily_counts::invalid;
  case counted::spam:
    return &daily_counts::spam;
  case counted::opened:
    return &daily_counts::opened;
  case counted::opened_unique:
    return &daily_counts::opened_unique;
  case counted::opened_automated:
    return &daily_counts::opened_automated;
  case counted::clicked:
    return &daily_counts::clicked;
  case counted::clicked_unique:
    return &daily_counts::clicked_unique;
  case counted::clicked_automated:
    return &daily_counts::clicked_automated;
  case counted::complained:
    return &daily_counts::complained;
  case counted::unsubscribed:
    return &daily_counts::unsubscribed;
  }
  return &daily_counts::accepted;
}

void add_to(daily_counts& row, storage::counted what, std::uint64_t times) {
  row.*place_of(what) += times;
  if (what == storage::counted::accepted || what == storage::counted::suppressed)
    row.requests += times;
}

std::vector<counted_by> all_of(const sum_statistics& question) {
  auto by = question.further_by;
  by.insert(by.begin(), question.by);
  return by;
}

bool needs_way(const sum_statistics& question) {
  const auto by = all_of(question);
  return std::ranges::any_of(by,
                             [](counted_by each) {
                               return each == counted_by::provider || each == counted_by::source ||
                                      each == counted_by::task || each == counted_by::from_template;
                             }) ||
         !question.provider.empty() || !question.source.empty() || question.task ||
         !question.from_template.empty();
}

bool needs_receiver(const sum_statistics& question) {
  const auto by = all_of(question);
  return std::ranges::find(by, counted_by::receiver) != by.end() || !question.receiver.empty();
}

bool is_or_all(const auto& wanted, const auto& value) {
  return wanted.empty() || wanted == value;
}

bool is_asked_more(const sum_statistics& question, const storage::statistics_key& key) {
  return is_or_all(question.receiver, key.receiver);
}
bool is_asked_more(const sum_statistics& question, const storage::way_key& key) {
  return is_or_all(question.provider, key.provider) && is_or_all(question.source, key.source) &&
         (!question.task || question.task == key.task) &&
         is_or_all(question.from_template, key.from_template);
}

std::string text_of(counted_by, const storage::statistics_key& key) {
  return key.receiver.str();
}
std::string text_of(counted_by by, const storage::way_key& key) {
  switch (by) {
  case counted_by::provider:
    return key.provider.str();
  case counted_by::source:
    return key.source.str();
  case counted_by::task:
    return key.task == task_id::none ? std::string{}
                                     : std::to_string(static_cast<std::uint64_t>(key.task));
  default:
    return key.from_template.str();
  }
}

} // namespace

result<void> check_question(const sum_statistics& question) {
  if (question.to < question.from)
    return error{errc::invalid_argument, "the last day is before the first", {}, "to"};
  if (question.to - question.from >= days_max)
    return error{errc::invalid_argument, "these are more than 366 days", "ask for fewer", "to"};
  if (needs_receiver(question) && needs_way(question))
    return error{errc::invalid_argument,
                 "receivers are counted apart from providers, addresses, tasks and templates",
                 "ask for the receivers alone, or with domain and day", "by"};
  auto by = all_of(question);
  std::ranges::sort(by);
  if (std::ranges::adjacent_find(by) != by.end())
    return error{errc::invalid_argument, "a split is named twice", "name each once", "by"};
  return success();
}

bool is_by_receiver(const sum_statistics& question) {
  return !needs_way(question);
}

std::string counters_of(const sum_statistics& question, utc_day day) {
  return is_by_receiver(question) ? storage::statistics_prefix(day, question.account)
                                  : storage::way_prefix(day, question.account);
}

std::string counters_of_all(const sum_statistics& question, utc_day day) {
  return is_by_receiver(question) ? storage::statistics_prefix(day) : storage::way_prefix(day);
}

statistics_sum::statistics_sum(const sum_statistics& question)
    : question_{question}, by_{all_of(question)} {}

template <class Key>
bool statistics_sum::is_asked(const Key& key) const {
  return key.day >= question_.from && key.day <= question_.to &&
         is_or_all(question_.account, key.account) &&
         is_or_all(question_.sender_domain, key.sender_domain) && is_asked_more(question_, key);
}

template <class Key>
statistics_sum::row_key statistics_sum::row_of(const Key& key) const {
  row_key row;
  row.reserve(by_.size());
  for (const auto by : by_)
    row.push_back(by == counted_by::day             ? to_date(key.day)
                  : by == counted_by::sender_domain ? key.sender_domain.str()
                                                    : text_of(by, key));
  return row;
}

template <class Key>
result<void> statistics_sum::count(const Key& key, std::string_view value) {
  if (!is_asked(key))
    return success();
  const auto times = storage::parse_counter(value);
  if (!times)
    return error{errc::storage_corrupt, "read the statistics: a counter is no number", {}};
  WARMFRONT_TRY(row, find(row_of(key)));
  add_to(*row, key.what, static_cast<std::uint64_t>(*times));
  return success();
}

result<void> statistics_sum::take(std::string_view key, std::string_view value) {
  if (const auto where = storage::parse_statistics_key(key))
    return is_by_receiver(question_) ? count(*where, value) : success();
  if (const auto way = storage::parse_way_key(key))
    return is_by_receiver(question_) ? success() : count(*way, value);
  return success();
}

result<void> statistics_sum::add(const statistics_row& row) {
  row_key key{row.of};
  key.insert(key.end(), row.further.begin(), row.further.end());
  if (key.size() != by_.size())
    return error{errc::protocol, "a row of statistics is not one of the question", {}};
  WARMFRONT_TRY(sum, find(std::move(key)));
  *sum += row.counts;
  return success();
}

result<daily_counts*> statistics_sum::find(row_key key) {
  if (const auto found = rows_.find(key); found != rows_.end())
    return &found->second;
  if (rows_.size() >= rows_max)
    return error{errc::limit_exceeded, "these are more than a hundred thousand rows",
                 "ask for fewer days, one domain, or another split", "by"};
  return &rows_[std::move(key)];
}

std::vector<statistics_row> statistics_sum::parts() const {
  std::vector<statistics_row> all;
  for (const auto& [key, counts] : rows_)
    if (counts != daily_counts{})
      all.push_back({key.front(), counts, {key.begin() + 1, key.end()}});
  return all;
}

std::vector<statistics_row> statistics_sum::rows() const {
  auto all = parts();
  for (auto& row : all)
    for (const auto& field : count_fields)
      if (static_cast<std::int64_t>(row.counts.*field.value) < 0)
        row.counts.*field.value = 0;
  std::erase_if(all, [](const statistics_row& row) { return row.counts == daily_counts{}; });
  return all;
}

} // namespace warmfront
