// A ledger book with its two stores, and a test in the place of the actor.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/warmup/ledger_book.hpp"
#include "actors/warmup/ledger_commands.hpp"
#include "actors/warmup/ledger_history.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

// Subjects of ledgers that tests start, or leave without one.
inline const std::string ip = "192.0.2.1";
inline const std::string ip2 = "192.0.2.2";
inline const std::string domain = "example.org";

class ledger_world {
public:
  explicit ledger_world(warmup_rules rules = {}) : rules_{std::move(rules)} { start(); }

  // ---- the life of a node ----
  void start() {
    book_ = std::make_unique<ledger_book>(rules_);
    const auto found = marks_.scan(storage::family::ledger, mark_prefix,
                                   storage::prefix_end(mark_prefix), 1'000'000);
    for (const auto& [key, value] : found.value())
      REQUIRE(book_->load_mark(key, value));
    const auto counted = marks_.scan(storage::family::ledger, quality_prefix,
                                     storage::prefix_end(quality_prefix), 1'000'000);
    for (const auto& [key, value] : counted.value())
      REQUIRE(book_->load_quality(key, value));
    control_.range(std::string{plan_prefix}, [this](const auto& all) {
      REQUIRE(book_->load_plans(all.value()));
      watch(plan_prefix, all.value().at, &ledger_book::apply_plan);
    });
    control_.range(std::string{ledger_prefix}, [this](const auto& all) {
      REQUIRE(book_->load_ledgers(all.value()));
      watch(ledger_prefix, all.value().at, &ledger_book::apply_ledger);
    });
    control_.settle();
  }
  /// Memory is lost, and of the commits under way all but the `surviving` oldest.
  void crash(std::size_t surviving = 0) {
    watches_.clear();
    control_.forget_askers();
    marks_.crash(surviving);
    start();
  }
  void stop_cleanly() {
    marks_.commit(book_->settle(), storage::priority::progress, [](const auto&) {});
    crash(storage::memory_store::all);
  }

  // ---- effects ----
  /// Hands what the book wants to the stores; nothing is answered yet.
  void issue() {
    auto effects = book_->take_effects();
    opened_ = opened_ || effects.opened;
    if (!effects.days.empty())
      marks_.commit(std::move(effects.days), storage::priority::upkeep, [](const auto&) {});
    for (const auto ledger : effects.moves)
      control_.transact(book_->moved(ledger), [this, ledger](const auto& outcome) {
        book_->move_answered(ledger, outcome && outcome.value().applied);
      });
    if (!effects.written.empty())
      marks_.commit(std::move(effects.marks), storage::priority::progress,
                    [this, written = effects.written](const result<void>& done) {
                      if (done)
                        book_->marks_written(written);
                      else
                        book_->marks_failed(written);
                    });
    for (const auto ledger : effects.leases) {
      auto transaction = book_->lease(ledger);
      if (transaction.then.empty())
        book_->lease_answered(ledger, true);
      else
        control_.transact(std::move(transaction), [this, ledger](const auto& outcome) {
          book_->lease_answered(ledger, outcome && outcome.value().applied);
        });
    }
  }
  /// Lets everything become durable.
  void settle() {
    for (bool busy = true; busy;) {
      issue();
      busy = marks_.settle() + control_.settle() > 0;
    }
  }

  // ---- commands ----
  template <class Command>
  result<void> command(const Command& what) {
    auto transaction = built(what);
    if (!transaction)
      return transaction.error();
    if (transaction.value().then.empty())
      return success();
    bool applied = false;
    control_.transact(std::move(transaction).value(),
                      [&](const auto& outcome) { applied = outcome && outcome.value().applied; });
    control_.settle();
    return applied ? success() : result<void>{error{errc::conflict, "lost a race", {}}};
  }
  void start_ledger(const std::string& subject, const std::string& plan) {
    REQUIRE(command(set_ledger_plan{ledger_subject{subject}, plan_name{plan}}));
  }
  void store_plan(const std::string& name, std::vector<std::uint64_t> days) {
    store_plan({plan_name{name}, std::move(days)});
  }
  void store_plan(plan value) { REQUIRE(command(put_plan{std::move(value), true})); }

  // ---- permits ----
  permit_verdict take(const std::vector<std::string>& sources, const std::string& sender = {},
                      mail_class importance = mail_class::triggered,
                      std::vector<charge> charged = {}, const std::string& provider = {}) {
    permit_request request;
    request.provider = provider_name{provider};
    for (const auto& source : sources)
      request.candidates.emplace_back(source);
    request.sender_domain = domain_name{sender};
    request.importance = importance;
    request.charged = std::move(charged);
    return book_->take(request, clock_.wall_now());
  }
  /// Asks until the answer is not `pending` any more.
  permit_verdict take_settled(const std::vector<std::string>& sources,
                              const std::string& sender = {},
                              mail_class importance = mail_class::triggered,
                              std::vector<charge> charged = {}, const std::string& provider = {}) {
    auto verdict = take(sources, sender, importance, charged, provider);
    for (int i = 0; i < 5 && verdict.what == permit_verdict::kind::pending; ++i) {
      settle();
      verdict = take(sources, sender, importance, charged, provider);
    }
    return verdict;
  }
  /// Takes until there is no more. @returns how many.
  std::uint64_t take_all(const std::string& source, const std::string& sender = {},
                         mail_class importance = mail_class::triggered,
                         const std::string& provider = {}) {
    std::uint64_t taken = 0;
    while (take_settled({source}, sender, importance, {}, provider).what ==
           permit_verdict::kind::granted)
      ++taken;
    return taken;
  }
  /// What became of mail of a subject today.
  void count(const std::string& subject, const quality_counts& counts) {
    book_->count({{ledger_subject{subject}, counts}}, clock_.wall_now());
    settle();
  }
  ledger_report report(const std::string& subject) {
    const auto reports = book_->reports(ledger_subject{subject}, clock_.wall_now());
    REQUIRE_FALSE(reports.empty());
    return reports.front();
  }
  /// The rows of a subject: the whole ledger, then its providers.
  std::vector<ledger_report> rows(const std::string& subject) {
    return book_->reports(ledger_subject{subject}, clock_.wall_now());
  }
  /// What is kept of a subject's days.
  std::vector<ledger_day> kept_days(const std::string& subject) {
    settle();
    const auto prefix = history_prefix(subject);
    const auto found =
        marks_.scan(storage::family::ledger, prefix, storage::prefix_end(prefix), 1'000).value();
    std::vector<ledger_day> days;
    for (const auto& [key, value] : found)
      days.push_back(decode_ledger_history(parse_history_key(key).value(), value).value());
    return days;
  }
  bool take_opened() { return std::exchange(opened_, false); }

  ledger_book& book() { return *book_; }
  manual_clock& time() { return clock_; }
  storage::memory_store& marks() { return marks_; }
  manual_control_store& control() { return control_; }

private:
  template <class Command>
  auto built(const Command& what) {
    if constexpr (requires { build(*book_, what); })
      return build(*book_, what);
    else
      return build(*book_, what, clock_.wall_now());
  }
  using apply = result<void> (ledger_book::*)(const storage::control_event&);
  void watch(std::string_view prefix, storage::revision at, apply to) {
    watches_.push_back(control_.watch(std::string{prefix}, at + 1, [this, to](const auto& events) {
      for (const auto& event : events.value())
        REQUIRE(((*book_).*to)(event));
    }));
  }

  warmup_rules rules_;
  manual_clock clock_;
  storage::memory_store marks_{storage::memory_store::acknowledgement::when_settled};
  manual_control_store control_;
  std::unique_ptr<ledger_book> book_;
  std::vector<std::unique_ptr<storage::watch_handle>> watches_;
  bool opened_ = false;
};

} // namespace warmfront::testing
