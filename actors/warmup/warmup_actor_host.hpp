// What the warm-up actor does around its book.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/warmup/forecast.hpp"
#include "actors/warmup/ledger_book.hpp"
#include "actors/warmup/ledger_commands.hpp"
#include "actors/warmup/ledger_writer.hpp"
#include "actors/warmup/preview.hpp"
#include "actors/warmup/proposal.hpp"
#include "actors/warmup/warmup_actor.hpp"

namespace warmfront {

/// Stores, timers and listeners of the book. Lives in the actor's state and only on its thread.
class warmup_host {
public:
  using self_pointer = warmup_shell::stateful_pointer<warmup_state>;

  warmup_host(self_pointer self, warmup_rules rules, storage::store& marks,
              storage::control_store& control, const clock& time, event_log& log);

  /// Reads what the node has and begins to read the rest. @returns false when it is unreadable.
  [[nodiscard]] bool start();
  [[nodiscard]] bool is_loaded() const { return plans_.is_loaded() && ledgers_.is_loaded(); }
  /// Whether permits can be given: by what the control store says, or by what it said once.
  [[nodiscard]] bool is_serving() const { return is_loaded() || recalled_; }
  /// Runs `work` now, or once everything is read or recalled.
  void when_loaded(std::function<void()> work) {
    if (is_serving())
      return work();
    waiting_for_load_.push_back(std::move(work));
  }

  permits_taken take(const take_permits& m);
  void refund(const refund_permits& m) {
    book_.refund(m.charges);
    flush();
  }
  void connect(const connect_listeners& m);
  void learn_owners(const pools_changed& m);
  void count_live(const members_changed& m);
  void count(const count_outcomes& m) {
    book_.count(m.ledgers, time_.wall_now());
    keep_quality();
    flush();
  }
  void stop(std::function<void()> answered) { writer_.finish(std::move(answered)); }

  /// A command on a ledger: answers with its report once it is in effect.
  template <class Command, class Promise>
  void change_ledger(const Command& command, Promise promise) {
    if (!is_loaded()) {
      promise.deliver(answer<ledger_report>{away()});
      return;
    }
    ledgers_.change([this, command] { return build(book_, command, time_.wall_now()); },
                    [this, command, promise](const result<void>& outcome) mutable {
                      promise.deliver(answer<ledger_report>{report(command.subject, outcome)});
                    });
  }
  template <class Command, class Promise>
  void change_plan(const Command& command, Promise promise) {
    if (!is_loaded()) {
      promise.deliver(answer<done>{away()});
      return;
    }
    plans_.change([this, command] { return build(book_, command); },
                  [promise](const result<void>& outcome) mutable {
                    promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
                  });
  }
  [[nodiscard]] result<std::vector<ledger_report>> list(const list_ledgers& m) const;
  [[nodiscard]] std::vector<plan> plans() const { return book_.plans(); }
  [[nodiscard]] release_forecast look_ahead(const forecast_release& m) const {
    return forecast(book_, m, time_.wall_now());
  }
  [[nodiscard]] batch_forecast look_ahead(const forecast_batch& m) const {
    return forecast(book_, m, time_.wall_now());
  }
  [[nodiscard]] result<address_proposal> propose(const propose_addresses& m) const {
    return warmfront::propose(book_, m, time_.wall_now());
  }
  [[nodiscard]] result<ledger_preview> look_ahead(const preview_ledger& m) const {
    return preview(book_, m, time_.wall_now());
  }
  [[nodiscard]] permit_counts count_permits() const {
    return book_.count_permits(sending_, time_.wall_now());
  }
  /// Does what the book asks for.
  void flush();

private:
  static error away() {
    return {errc::unavailable, "change a ledger or a plan: the control store does not answer",
            "try again later"};
  }
  void plans_loaded(const storage::control_snapshot& all);
  void note(const result<void>& outcome);
  void log_move(const ledger_subject& subject, const ledger_move& move);
  void loaded();
  void recall();
  void look_for_idle();
  void keep_quality();
  void tell_delivery();
  void tell_intake();
  void arm();
  [[nodiscard]] result<ledger_report> report(const ledger_subject& subject,
                                             const result<void>& outcome) const;

  deferred_run run_;
  const std::chrono::milliseconds idle_look_every_;
  ledger_book book_;
  const clock& time_;
  event_log& log_;
  control_mirror plans_;
  control_mirror ledgers_;
  ledger_writer writer_;
  intake_actor intake_;
  delivery_actor delivery_;
  std::vector<std::function<void()>> waiting_for_load_;
  std::vector<ip_address> sending_; ///< of pools, and in use
  bool turned_away_while_loading_ = false;
  bool telling_ = false;
  bool armed_ = false;
  bool keeping_quality_ = false;
  bool recalled_ = false;
};

} // namespace warmfront
