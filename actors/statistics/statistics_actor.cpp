#include "actors/statistics/statistics_actor.hpp"

#include <utility>

#include "actors/statistics/statistics_sum.hpp"

namespace warmfront {

namespace {

constexpr std::size_t page_entries = 2'000;
constexpr std::chrono::hours forget_every{24};

/// Reads the counters of [from, before).
result<void> read_counters(const storage::store& store, std::string from, const std::string& before,
                           statistics_sum& into) {
  for (;;) {
    WARMFRONT_TRY(page, store.scan(storage::family::counters, from, before, page_entries));
    for (const auto& each : page) {
      WARMFRONT_TRY(into.take(each.key, each.value));
    }
    if (page.size() < page_entries)
      return success();
    from = page.back().key + '\0';
  }
}

result<std::vector<statistics_row>> sum(const storage::store& store,
                                        const sum_statistics& question) {
  WARMFRONT_TRY(check_question(question));
  statistics_sum rows{question};
  if (question.account.empty()) {
    WARMFRONT_TRY(read_counters(store, storage::statistics_prefix(question.from),
                                storage::statistics_prefix(question.to + std::chrono::days{1}),
                                rows));
    return rows.rows();
  }
  for (auto day = question.from; day <= question.to; day += std::chrono::days{1}) {
    const auto prefix = storage::statistics_prefix(day, question.account);
    WARMFRONT_TRY(read_counters(store, prefix, storage::prefix_end(prefix), rows));
  }
  return rows.rows();
}

void forget_old(statistics_shell::pointer self, const statistics_ports& ports) {
  storage::batch changes;
  changes.erase_range(storage::family::counters, storage::statistics_prefix({}),
                      storage::statistics_prefix(day_of(ports.time->wall_now()) - statistics_kept));
  ports.store->commit(std::move(changes), storage::priority::upkeep,
                      [log = ports.log](const result<void>& done) {
                        if (!done)
                          log->write(log_level::warn, "old_statistics_kept",
                                     {{"what", std::string_view{done.error().what}}});
                      });
  self->delayed_send(self, forget_every, run_step{[self, ports] { forget_old(self, ports); }});
}

} // namespace

statistics_shell::behavior_type statistics_behavior(statistics_shell::pointer self,
                                                    statistics_ports ports) {
  forget_old(self, ports);
  return {
      [store = ports.store](const sum_statistics& m) {
        return answer<std::vector<statistics_row>>{sum(*store, m)};
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
