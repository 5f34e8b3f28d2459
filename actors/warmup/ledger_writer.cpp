#include "actors/warmup/ledger_writer.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace warmfront {

namespace {

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds give_back_within{2000};
constexpr std::size_t records_per_read = 1000;
/// A lease changes three keys, and a transaction at most a hundred.
constexpr std::size_t ledgers_per_transaction = 30;

} // namespace

result<void> ledger_writer::read() {
  WARMFRONT_TRY(this->read(mark_prefix, &ledger_book::load_mark));
  WARMFRONT_TRY(this->read(quality_prefix, &ledger_book::load_quality));
  if (!book_.shares_control())
    return forget_memory();
  WARMFRONT_TRY(this->read(plan_memory_prefix, &ledger_book::load_plan_memory));
  WARMFRONT_TRY(this->read(memory_prefix, &ledger_book::load_memory));
  WARMFRONT_TRY(complete, own_.get(storage::family::ledger, memory_complete_key));
  if (complete)
    book_.load_memory_complete();
  return success();
}

/// What a cluster's node once remembered must not be believed when it belongs to one again.
result<void> ledger_writer::forget_memory() {
  storage::batch old;
  for (const auto prefix : {memory_prefix, plan_memory_prefix}) {
    const auto end = storage::prefix_end(prefix);
    WARMFRONT_TRY(found, own_.scan(storage::family::ledger, prefix, end, 1));
    if (!found.empty())
      old.erase_range(storage::family::ledger, std::string{prefix}, end);
  }
  WARMFRONT_TRY(complete, own_.get(storage::family::ledger, memory_complete_key));
  if (complete)
    old.erase(storage::family::ledger, std::string{memory_complete_key});
  if (!old.empty()) // before any change of a ledger: the control store writes to the same log
    own_.commit(std::move(old), storage::priority::progress, [](const result<void>&) {});
  return success();
}

result<void> ledger_writer::read(std::string_view prefix, load into) {
  auto from = std::string{prefix};
  const auto before = storage::prefix_end(prefix);
  for (;;) {
    WARMFRONT_TRY(found, own_.scan(storage::family::ledger, from, before, records_per_read));
    for (const auto& [key, value] : found)
      if (auto loaded = (book_.*into)(key, value); !loaded)
        return loaded;
    if (found.size() < records_per_read)
      return success();
    from = found.back().key + '\0';
  }
}

void ledger_writer::write(ledger_book::effects& effects) {
  if (!effects.written.empty())
    commit_marks(effects);
  if (!effects.memory.empty())
    commit_memory(effects);
  if (!effects.days.empty()) // for those who look at it: a crash may cost the last one
    own_.commit(std::move(effects.days), storage::priority::upkeep, [](const result<void>&) {});
  change(
      effects.leases, [this](auto ledger) { return book_.lease(ledger); },
      [this](auto ledger, bool ok) { book_.lease_answered(ledger, ok); });
  change(
      effects.give_backs, [this](auto ledger) { return book_.give_back(ledger); },
      [this](auto ledger, bool) { book_.give_back_ended(ledger); });
  change(
      effects.moves, [this](auto ledger) { return book_.moved(ledger); },
      [this](auto ledger, bool ok) { book_.move_answered(ledger, ok); });
  change(
      effects.told, [this](auto ledger) { return book_.report_use(ledger); }, [](auto, bool) {});
}

void ledger_writer::write_quality() {
  // What is lost with a crash are the last second's counts: too little to move a ledger.
  if (auto counted = book_.take_quality(); !counted.empty())
    own_.commit(std::move(counted), storage::priority::upkeep, [](const result<void>&) {});
}

void ledger_writer::commit_marks(ledger_book::effects& effects) {
  // Shared, since the functions that carry them are copied on their way.
  const auto written =
      std::make_shared<const std::vector<ledger_book::written_mark>>(std::move(effects.written));
  own_.commit(std::move(effects.marks), storage::priority::progress,
              [this, run = run_, written](const result<void>& done) {
                run(at_once, [this, written, done] {
                  if (done)
                    book_.marks_written(*written);
                  else
                    book_.marks_failed(*written);
                });
              });
}

void ledger_writer::commit_memory(ledger_book::effects& effects) {
  const auto memory = std::make_shared<const std::vector<ledger_book::written_memory>>(
      std::move(effects.remembered));
  own_.commit(std::move(effects.memory), storage::priority::progress,
              [this, run = run_, memory](const result<void>& done) {
                run(at_once, [this, memory, done] {
                  if (done)
                    book_.memory_written(*memory);
                  else
                    book_.memory_failed(*memory);
                });
              });
}

/// Several in one transaction: each costs the store an fsync, and a day may begin for thousands.
void ledger_writer::change(const indexes& ledgers, const part& build, const answered& done) {
  for (std::size_t begin = 0; begin < ledgers.size(); begin += ledgers_per_transaction) {
    const auto end = std::min(ledgers.size(), begin + ledgers_per_transaction);
    const indexes group(ledgers.begin() + static_cast<std::ptrdiff_t>(begin),
                        ledgers.begin() + static_cast<std::ptrdiff_t>(end));
    ledgers_.change(
        [group, build]() -> result<storage::control_transaction> {
          storage::control_transaction all;
          for (const auto ledger : group) {
            auto one = build(ledger);
            std::ranges::move(one.when, std::back_inserter(all.when));
            std::ranges::move(one.then, std::back_inserter(all.then));
          }
          return all;
        },
        [group, done](const result<void>& outcome) {
          for (const auto ledger : group)
            done(ledger, outcome.has_value());
        });
  }
}

void ledger_writer::finish(std::function<void()> finished) {
  write_quality();
  auto exact = book_.settle();
  if (exact.empty())
    return finished();
  own_.commit(std::move(exact), storage::priority::progress,
              [this, run = run_, finished = std::move(finished)](const result<void>& outcome) {
                run(at_once, [this, outcome, finished] {
                  if (outcome)
                    return give_back(finished);
                  log_.write(log_level::warn, "permits_burnt",
                             {{"why", std::string_view{outcome.error().what}}});
                  finished();
                });
              });
}

void ledger_writer::give_back(std::function<void()> finished) {
  const auto unspent = book_.unspent();
  if (unspent.empty())
    return finished();
  // Whoever comes first ends the wait: the last answer or the time.
  struct wait {
    std::size_t left;
    std::function<void()> finished;
    void end() {
      if (const auto once = std::exchange(finished, nullptr))
        once();
    }
  };
  const auto waiting = std::make_shared<wait>(wait{unspent.size(), std::move(finished)});
  run_(give_back_within, [waiting] { waiting->end(); });
  change(
      unspent, [this](auto ledger) { return book_.give_back(ledger); },
      [waiting](auto, bool) {
        if (--waiting->left == 0)
          waiting->end();
      });
}

} // namespace warmfront
