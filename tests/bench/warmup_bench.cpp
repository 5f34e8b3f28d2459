// What the ledgers of a large node cost: memory, a change of the day for all of them on a real
// disk, a forecast. Prints `key=value` lines.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/warmup/forecast.hpp"
#include "actors/warmup/ledger_commands.hpp"
#include "actors/warmup/ledger_writer.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t ledgers_count = 10'000;
constexpr std::size_t providers_count = 20;
constexpr std::size_t forecast_sources = 1'000;
constexpr std::size_t requests_at_once = 256; ///< as delivery asks

using stopwatch = std::chrono::steady_clock;

double milliseconds_since(stopwatch::time_point begin) {
  return std::chrono::duration<double, std::milli>(stopwatch::now() - begin).count();
}

double resident_mib() {
  malloc_trim(0); // what is free is not the ledgers'
  std::ifstream file{"/proc/self/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void need(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "bench_warmup: %s failed\n", what);
  std::exit(1);
}

std::string address(std::size_t number) {
  return "10." + std::to_string(number / 62'500) + "." + std::to_string(number / 250 % 250) + "." +
         std::to_string(number % 250);
}

provider_name provider(std::size_t number) {
  return provider_name{"provider" + std::to_string(number)};
}

/// 20 days, each with a limit of its own for 20 providers.
plan large_plan() {
  plan rule{plan_name{"large"}, {}};
  for (std::uint64_t day = 1; day <= 20; ++day)
    rule.days.push_back(500 * day * day);
  for (std::size_t i = 0; i < providers_count; ++i)
    for (std::uint64_t day = 1; day <= 20; ++day)
      rule.providers[provider(i)].push_back(50 * day * day);
  return rule;
}

double thread_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// The warm-up of a node without its actor: the book, its stores on disk, a loop for callbacks.
class node {
public:
  explicit node(const std::filesystem::path& folder) {
    storage::rocks_options options;
    options.directory = folder.string();
    auto opened = storage::open_rocks_store(options);
    need(opened.has_value(), "opening the store");
    store_ = std::move(opened).value();
    auto control = storage::open_embedded_control_store(*store_, clock_);
    need(control.has_value(), "opening the control store");
    control_ = std::move(control).value();
    const deferred_run run = [this](std::chrono::milliseconds delay, std::function<void()> work) {
      // Timers are of no use here: only what has to be done at once is.
      if (delay.count() > 0)
        return;
      const std::lock_guard lock{guard_};
      work_.push_back(std::move(work));
      ready_.notify_one();
    };
    plans_ = std::make_unique<control_mirror>(
        *control_, std::string{plan_prefix},
        control_mirror::observer{
            [this](const auto& all) { need(book.load_plans(all).has_value(), "plans"); },
            [this](const auto& event) { need(book.apply_plan(event).has_value(), "a plan"); }},
        run);
    mirror_ = std::make_unique<control_mirror>(
        *control_, std::string{ledger_prefix},
        control_mirror::observer{
            [this](const auto& all) { need(book.load_ledgers(all).has_value(), "ledgers"); },
            [this](const auto& event) { need(book.apply_ledger(event).has_value(), "a ledger"); }},
        run);
    writer_ = std::make_unique<ledger_writer>(book, *store_, *mirror_, run, log_);
    plans_->start();
    until([this] { return plans_->is_loaded(); });
    mirror_->start();
    until([this] { return mirror_->is_loaded(); });
  }

  template <class Builder>
  void change(control_mirror& through, Builder build) {
    bool done = false;
    through.change(std::move(build), [&done](const result<void>& outcome) {
      need(outcome.has_value(), "a change");
      done = true;
    });
    until([&done] { return done; });
  }
  void store_plan() {
    change(*plans_, [this] { return build(book, put_plan{large_plan()}); });
  }
  void start_ledgers() {
    constexpr std::size_t at_once = 50;
    for (std::size_t first = 0; first < ledgers_count; first += at_once)
      change(*mirror_, [this, first]() -> result<storage::control_transaction> {
        storage::control_transaction all;
        for (auto i = first; i < first + at_once; ++i)
          all.then.push_back(
              {ledger_key(address(i)), encode(new_ledger(plan_name{"large"}, clock_.wall_now()))});
        return all;
      });
  }
  /// Asks every ledger for one permit to each provider, until all were given.
  /// @returns how long that took.
  double open_all(std::size_t providers) {
    const auto begin = stopwatch::now();
    std::vector<permit_request> left;
    for (std::size_t i = 0; i < ledgers_count; ++i)
      for (std::size_t at = 0; at < providers; ++at) {
        permit_request request;
        request.candidates.emplace_back(address(i));
        request.provider = provider(at);
        left.push_back(std::move(request));
      }
    // Whoever is turned away asks again when the actor says that it is worth it.
    while (!left.empty()) {
      std::size_t asked = 0;
      std::erase_if(left, [this, &asked](const permit_request& each) {
        // As the actor does after each of delivery's questions: what is answered meanwhile comes
        // between them.
        if (++asked % requests_at_once == 0) {
          flush();
          work(0ms);
        }
        return book.take(each, clock_.wall_now()).what == permit_verdict::kind::granted;
      });
      flush();
      if (!left.empty())
        work(20ms);
      for (auto at = left.begin(); at != left.end();)
        if (book.find(at->candidates.front().str())->is_open())
          ++at;
        else
          work(20ms);
    }
    return milliseconds_since(begin);
  }
  void next_day() { clock_.advance(24h); }
  [[nodiscard]] wall_time now() const { return clock_.wall_now(); }
  void settle() {
    while (work(500ms)) {
    }
  }

  ledger_book book{warmup_rules{}};

private:
  void flush() {
    auto effects = book.take_effects();
    writer_->write(effects);
  }
  /// Runs what is there, or what comes first. @returns false when nothing came.
  bool work(std::chrono::milliseconds patience) {
    std::vector<std::function<void()>> now;
    {
      std::unique_lock lock{guard_};
      if (!ready_.wait_for(lock, patience, [this] { return !work_.empty(); }))
        return false;
      now.swap(work_);
    }
    for (auto& each : now)
      each();
    flush();
    return true;
  }
  void until(const std::function<bool()>& holds) {
    while (!holds())
      work(500ms);
  }

  testing::manual_clock clock_;
  testing::silent_log log_;
  std::mutex guard_;
  std::condition_variable ready_;
  std::vector<std::function<void()>> work_;
  std::unique_ptr<storage::store> store_;
  std::unique_ptr<storage::control_store> control_;
  std::unique_ptr<control_mirror> plans_;
  std::unique_ptr<control_mirror> mirror_;
  std::unique_ptr<ledger_writer> writer_;
};

double forecast_milliseconds(const node& of) {
  forecast_batch question;
  for (std::size_t i = 0; i < forecast_sources; ++i)
    question.sources.emplace_back(address(i));
  question.recipients = forecast_sources * 1'200'000; // to the 20th day
  question.start_at = of.now();
  const auto begin = stopwatch::now();
  const auto answer = forecast(of.book, question, of.now());
  const auto taken = milliseconds_since(begin);
  need(answer.finish_at && answer.days.size() == 20, "the forecast");
  std::printf("forecast_days=%zu\n", answer.days.size());
  return taken;
}

} // namespace

int main(int count, char** words) {
  need(count == 2, "bench_warmup FOLDER");
  const std::filesystem::path folder{words[1]};
  std::filesystem::remove_all(folder);
  {
    node of{folder};
    of.store_plan();
    of.settle();
    const auto before = resident_mib();
    of.start_ledgers();
    of.open_all(providers_count);
    of.settle();
    std::printf("ledgers=%zu\nproviders=%zu\n", ledgers_count, providers_count);
    std::printf("memory_mib=%.1f\n", resident_mib() - before);
    std::printf("forecast_ms=%.1f\n", forecast_milliseconds(of));
    double worst = 0;
    double worst_busy = 0;
    for (int day = 0; day < 5; ++day) {
      of.next_day();
      const auto before_day = thread_milliseconds();
      worst = std::max(worst, of.open_all(1));
      worst_busy = std::max(worst_busy, thread_milliseconds() - before_day);
      of.settle();
    }
    std::printf("day_change_ms=%.1f\n", worst_busy);
    std::printf("day_change_durable_ms=%.1f\n", worst);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
