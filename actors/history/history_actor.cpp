#include "actors/history/history_actor.hpp"

#include <functional>
#include <utility>

#include "actors/history/series_rings.hpp"
#include "actors/history/series_sampler.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/warmup/ledger_history.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds sample_timeout{10};
constexpr std::chrono::minutes sample_every{1};
/// Behind the minute's end, so that the sample is of it whatever the timer's precision.
constexpr milliseconds sample_after{20};
constexpr std::size_t series_records_max = 10'000;
constexpr std::size_t ledger_days_max = 1'000;

} // namespace

/// Lives in the actor's state and only on its thread.
class history_host {
public:
  using self_pointer = history_shell::stateful_pointer<history_state>;

  history_host(self_pointer self, history_ports ports)
      : self_{self}, ports_{std::move(ports)}, run_{run_later(self)} {}

  void start() {
    const auto found = ports_.store->scan(storage::family::counters, series_prefix,
                                          storage::prefix_end(series_prefix), series_records_max);
    result<void> loaded = found ? success() : result<void>{found.error()};
    if (found)
      for (const auto& [key, value] : found.value())
        if (auto read = rings_.load(key, value); !read)
          loaded = std::move(read);
    if (!loaded)
      ports_.log->write(log_level::warn, "curves_unreadable",
                        {{"what", std::string_view{loaded.error().what}}});
    wait();
  }

  [[nodiscard]] series_report read(const read_series& m) const {
    return rings_.read(m, ports_.time->wall_now());
  }
  [[nodiscard]] result<std::vector<ledger_day>> read(const read_ledger_days& m) const {
    const auto prefix = history_prefix(m.subject.str());
    WARMFRONT_TRY(found, ports_.store->scan(storage::family::ledger, prefix,
                                            storage::prefix_end(prefix), ledger_days_max));
    std::vector<ledger_day> days;
    for (const auto& [key, value] : found) {
      const auto number = parse_history_key(key);
      if (!number)
        continue;
      WARMFRONT_TRY(day, decode_ledger_history(*number, value));
      if (day.ended_at >= m.since)
        days.push_back(std::move(day));
    }
    return days;
  }

private:
  void wait() {
    const auto now = ports_.time->wall_now().time_since_epoch();
    const auto left = sample_every - now % std::chrono::duration_cast<microseconds>(sample_every);
    run_(std::chrono::ceil<milliseconds>(left) + sample_after, [this] {
      sample();
      wait();
    });
  }

  /// One question after the other: the second begins with the first one's answer.
  void sample() {
    const auto seen = std::make_shared<series_sampler::totals>();
    const auto give_up = [](const caf::error&) {}; // the next sample has what this one lacks
    self_->request(ports_.delivery, sample_timeout, count_deliveries{})
        .then(
            [this, seen, give_up](const delivery_counts& counts) {
              seen->delivery = counts;
              self_->request(ports_.delivery, sample_timeout, list_queues{false, true})
                  .then(
                      [this, seen](const answer<std::vector<queue_report>>& queues) {
                        if (queues.value)
                          for (const auto& each : queues.value.value())
                            seen->backlog += each.waiting;
                        ask_permits(seen);
                      },
                      give_up);
            },
            give_up);
  }
  void ask_permits(const std::shared_ptr<series_sampler::totals>& seen) {
    self_->request(ports_.warmup, sample_timeout, count_permits{})
        .then(
            [this, seen](const answer<permit_counts>& permits) {
              if (permits.value)
                seen->used = permits.value.value().used;
              ask_complaints(seen);
            },
            [this, seen](const caf::error&) { ask_complaints(seen); });
  }
  void ask_complaints(const std::shared_ptr<series_sampler::totals>& seen) {
    sum_statistics question;
    question.to = day_of(ports_.time->wall_now());
    question.from = question.to - std::chrono::days{1};
    question.here_only = true;
    question.further_by = {counted_by::provider}; // the small table
    self_->request(ports_.statistics, sample_timeout, question)
        .then(
            [this, seen](const answer<statistics_report>& told) {
              if (told.value) {
                seen->complained.emplace();
                for (const auto& row : told.value.value().rows)
                  (*seen->complained)[row.of] += row.counts.complained;
              }
              keep(*seen);
            },
            [this, seen](const caf::error&) { keep(*seen); });
  }
  void keep(const series_sampler::totals& seen) {
    storage::batch changes;
    for (auto& [key, value] : rings_.add(ports_.time->wall_now(), sampler_.take(seen)))
      changes.put(storage::family::counters, std::move(key), std::move(value));
    ports_.store->commit(std::move(changes), storage::priority::upkeep, [](const auto&) {});
  }

  self_pointer self_;
  history_ports ports_;
  const std::function<void(milliseconds, std::function<void()>)> run_;
  series_rings rings_;
  series_sampler sampler_;
};

history_shell::behavior_type history_behavior(history_shell::stateful_pointer<history_state> self,
                                              history_ports ports) {
  self->state.host = std::make_shared<history_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      [host](const read_series& m) { return answer<series_report>{host->read(m)}; },
      [host](const read_ledger_days& m) { return answer<std::vector<ledger_day>>{host->read(m)}; },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
