#include "actors/statistics/counter_reader.hpp"

#include <utility>

#include "actors/statistics/statistics_sum.hpp"
#include "storage/counter.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t page_entries = 2'000;
constexpr std::size_t kept_origins_max = 1'000;

/// Reads the counters of [from, before), whose keys begin with `prefix`.
result<void> read_counters(const storage::store& store, std::string from, const std::string& before,
                           std::size_t prefix, statistics_sum& into) {
  for (;;) {
    WARMFRONT_TRY(page, store.scan(family::counters, from, before, page_entries));
    for (const auto& each : page) {
      WARMFRONT_TRY(into.take(std::string_view{each.key}.substr(prefix), each.value));
    }
    if (page.size() < page_entries)
      return success();
    from = page.back().key + '\0';
  }
}

/// Reads all counters that may be part of the answer; `prefix` is in front of each key.
result<void> read_all(const storage::store& store, const std::string& prefix,
                      const sum_statistics& question, statistics_sum& into) {
  if (question.account.empty())
    return read_counters(store, prefix + counters_of_all(question, question.from),
                         prefix + counters_of_all(question, question.to + std::chrono::days{1}),
                         prefix.size(), into);
  for (auto day = question.from; day <= question.to; day += std::chrono::days{1}) {
    const auto of_day = prefix + counters_of(question, day);
    WARMFRONT_TRY(read_counters(store, of_day, storage::prefix_end(of_day), prefix.size(), into));
  }
  return success();
}

} // namespace

result<std::vector<statistics_row>> sum_counters(const storage::store& store,
                                                 const std::string& prefix,
                                                 const sum_statistics& question) {
  statistics_sum rows{question};
  WARMFRONT_TRY(read_all(store, prefix, question, rows));
  return rows.parts();
}

result<std::vector<kept_origin>> kept_origins(const storage::store& store) {
  const auto prefix = storage::all_shadow_states_prefix();
  WARMFRONT_TRY(
      states, store.scan(family::counters, prefix, storage::prefix_end(prefix), kept_origins_max));
  std::vector<kept_origin> found;
  for (const auto& each : states)
    if (const auto origin = storage::parse_shadow_state_key(each.key))
      found.push_back(
          {*origin, wall_time{microseconds{storage::parse_counter(each.value).value_or(0)}}});
  return found;
}

result<std::vector<sum_of_origin>> sum_kept(const storage::store& store,
                                            const sum_statistics& question,
                                            const std::set<counters_origin>& but) {
  WARMFRONT_TRY(origins, kept_origins(store));
  std::vector<sum_of_origin> sums;
  for (const auto& each : origins) {
    if (but.contains(each.origin))
      continue;
    WARMFRONT_TRY(rows, sum_counters(store, storage::shadow_prefix(each.origin), question));
    sums.push_back({each.origin, false, each.as_of, std::move(rows)});
  }
  return sums;
}

} // namespace warmfront
