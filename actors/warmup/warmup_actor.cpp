#include "actors/warmup/warmup_actor.hpp"

#include <algorithm>

#include <caf/send.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/warmup/forecast.hpp"
#include "actors/warmup/ledger_book.hpp"
#include "actors/warmup/ledger_commands.hpp"
#include "actors/warmup/ledger_writer.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds retry_after{1000};
/// The wall clock may jump, so that no timer can be trusted for long while somebody waits.
constexpr std::chrono::milliseconds look_again_after{250};
/// The control store counts as away when it has not answered for so long after the start.
constexpr std::chrono::milliseconds recall_after{2000};
/// A permit that one node does not use today is of use to another one for the rest of the day.
constexpr int idle_looks_per_day = 144;
constexpr std::chrono::milliseconds idle_look_min{500};

} // namespace

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class warmup_host {
public:
  using self_pointer = warmup_shell::stateful_pointer<warmup_state>;

  warmup_host(self_pointer self, warmup_rules rules, storage::store& marks,
              storage::control_store& control, const clock& time, event_log& log)
      : run_{run_later(self)}, idle_look_every_{std::max(
                                   idle_look_min,
                                   std::chrono::duration_cast<std::chrono::milliseconds>(
                                       rules.day / idle_looks_per_day))},
        book_{std::move(rules)}, time_{time}, log_{log},
        plans_{control,
               std::string{plan_prefix},
               {[this](const auto& all) { plans_loaded(all); },
                [this](const auto& event) { note(book_.apply_plan(event)); }},
               run_},
        ledgers_{control,
                 std::string{ledger_prefix},
                 {[this](const auto& all) { note(book_.load_ledgers(all)); },
                  [this](const auto& event) { note(book_.apply_ledger(event)); }},
                 run_},
        writer_{book_, marks, ledgers_, run_, log} {}

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
  /// Does what the book asks for.
  void flush();

private:
  static error away() {
    return {errc::unavailable, "change a ledger or a plan: the control store does not answer",
            "try again later"};
  }
  void plans_loaded(const storage::control_snapshot& all);
  void note(const result<void>& outcome);
  void loaded();
  void recall();
  void look_for_idle();
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
  bool turned_away_while_loading_ = false;
  bool telling_ = false;
  bool armed_ = false;
  bool recalled_ = false;
};

bool warmup_host::start() {
  if (const auto read = writer_.read(); !read) {
    note(read);
    return false;
  }
  if (book_.remembers_all())
    run_(recall_after, [this] { recall(); });
  look_for_idle();
  plans_.start();
  return true;
}

/// The control store is away: what was leased before can be spent, and no more.
void warmup_host::recall() {
  if (is_loaded())
    return;
  log_.write(log_level::warn, "serving_remembered_leases", {});
  recalled_ = true;
  loaded();
  tell_intake();
}

void warmup_host::look_for_idle() {
  run_(idle_look_every_, [this] {
    book_.give_back_idle();
    look_for_idle();
  });
}

void warmup_host::plans_loaded(const storage::control_snapshot& all) {
  note(book_.load_plans(all));
  if (!ledgers_.is_loaded())
    ledgers_.start(); // after the plans: a ledger is nothing without its plan
}

void warmup_host::note(const result<void>& outcome) {
  if (!outcome)
    log_.write(log_level::error, "warmup_record_unreadable",
               {{"what", std::string_view{outcome.error().what}}});
}

void warmup_host::loaded() {
  for (const auto& work : std::exchange(waiting_for_load_, {}))
    work();
  if (std::exchange(turned_away_while_loading_, false))
    tell_delivery();
}

permits_taken warmup_host::take(const take_permits& m) {
  permits_taken taken;
  taken.verdicts.reserve(m.requests.size());
  if (!is_serving()) {
    turned_away_while_loading_ = true;
    permit_verdict later;
    later.what = permit_verdict::kind::pending;
    taken.verdicts.assign(m.requests.size(), later);
    return taken;
  }
  const auto now = time_.wall_now();
  for (const auto& request : m.requests)
    taken.verdicts.push_back(book_.take(request, now));
  flush();
  return taken;
}

void warmup_host::connect(const connect_listeners& m) {
  intake_ = caf::actor_cast<intake_actor>(m.intake);
  delivery_ = caf::actor_cast<delivery_actor>(m.delivery);
  when_loaded([this] { tell_intake(); });
}

void warmup_host::learn_owners(const pools_changed& m) {
  std::unordered_map<std::string, node_name> owners;
  for (const auto& pool : *m.pools)
    for (const auto& each : pool.addresses)
      owners.insert_or_assign(each.address.str(), each.node);
  book_.set_owners(std::move(owners));
  flush();
}

void warmup_host::count_live(const members_changed& m) {
  // A node that drains still sends what it has.
  const auto live = std::ranges::count_if(*m.members, [](const member& each) {
    return each.self ||
           (each.alive && (each.state == node_state::active || each.state == node_state::draining));
  });
  book_.set_live_nodes(static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(1, live)));
  flush();
}

void warmup_host::flush() {
  if (is_serving() && !waiting_for_load_.empty())
    loaded();
  auto effects = book_.take_effects();
  writer_.write(effects);
  for (const auto& [subject, permits] : effects.burnt)
    log_.write(log_level::warn, "lease_without_mark_burnt",
               {{"ledger", std::string_view{subject.str()}},
                {"permits", static_cast<std::int64_t>(permits)}});
  if (effects.opened || (is_serving() && std::exchange(turned_away_while_loading_, false)))
    tell_delivery();
  if (effects.domains_changed && is_serving())
    tell_intake();
  arm();
}

/// Once for everything that is in the mailbox already: ten thousand ledgers open one by one.
void warmup_host::tell_delivery() {
  if (!delivery_ || std::exchange(telling_, true))
    return;
  run_(at_once, [this] {
    telling_ = false;
    caf::anon_send(delivery_, permits_available{});
  });
}

void warmup_host::tell_intake() {
  if (intake_)
    caf::anon_send(intake_, ledger_domains_changed{
                                std::make_shared<const std::vector<domain_name>>(book_.domains())});
}

void warmup_host::arm() {
  const auto opening = book_.next_opening();
  if (armed_ || (!opening && !book_.has_retries()))
    return;
  auto delay = retry_after;
  if (opening) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::clamp<microseconds>(
        *opening - time_.wall_now(), microseconds{1000}, look_again_after));
    delay = std::min(delay, left);
  }
  armed_ = true;
  run_(delay, [this] {
    armed_ = false;
    book_.tick(time_.wall_now());
  });
}

result<ledger_report> warmup_host::report(const ledger_subject& subject,
                                          const result<void>& outcome) const {
  if (!outcome)
    return outcome.error();
  const auto* const ledger = book_.find(subject.str());
  if (ledger == nullptr)
    return error{errc::not_found,
                 "the ledger of `" + subject.str() + "` was deleted meanwhile",
                 {},
                 "subject"};
  return ledger->report(time_.wall_now());
}

result<std::vector<ledger_report>> warmup_host::list(const list_ledgers& m) const {
  auto reports = book_.reports(m.subject, time_.wall_now());
  if (reports.empty() && !m.subject.empty())
    return error{errc::not_found, "there is no ledger of `" + m.subject.str() + "`",
                 "start one by setting its plan", "subject"};
  return reports;
}

namespace {

using self_pointer = warmup_host::self_pointer;

/// A handler that answers through a promise, once everything is loaded.
template <class Command, class Answer, class Work>
auto later(self_pointer self, Work work) {
  return [self, work](const Command& m) -> caf::typed_response_promise<Answer> {
    auto promise = self->make_response_promise<Answer>();
    auto& host = *self->state.host;
    host.when_loaded([&host, work, m, promise] { work(host, m, promise); });
    host.flush();
    return promise;
  };
}

template <class Command>
auto ledger_change(self_pointer self) {
  return later<Command, answer<ledger_report>>(
      self,
      [](warmup_host& host, const Command& m, auto promise) { host.change_ledger(m, promise); });
}

template <class Command>
auto plan_change(self_pointer self) {
  return later<Command, answer<done>>(self, [](warmup_host& host, const Command& m, auto promise) {
    host.change_plan(m, promise);
  });
}

} // namespace

warmup_shell::behavior_type warmup_behavior(warmup_shell::stateful_pointer<warmup_state> self,
                                            warmup_rules rules, storage::store* marks,
                                            storage::control_store* control, const clock* time,
                                            event_log* log) {
  self->state.host =
      std::make_shared<warmup_host>(self, std::move(rules), *marks, *control, *time, *log);
  auto* const host = self->state.host.get();
  if (!host->start())
    self->quit(caf::sec::runtime_error);
  return {
      [host](const take_permits& m) { return host->take(m); },
      [host](const refund_permits& m) { host->refund(m); },
      later<list_ledgers, answer<std::vector<ledger_report>>>(
          self,
          [](warmup_host& of, const list_ledgers& m, auto promise) {
            promise.deliver(answer<std::vector<ledger_report>>{of.list(m)});
          }),
      ledger_change<set_ledger_plan>(self),
      ledger_change<pause_ledger>(self),
      ledger_change<resume_ledger>(self),
      ledger_change<set_ledger_day>(self),
      later<list_plans, answer<std::vector<plan>>>(
          self, [](warmup_host& of, const list_plans&,
                   auto promise) { promise.deliver(answer<std::vector<plan>>{of.plans()}); }),
      plan_change<put_plan>(self),
      plan_change<delete_plan>(self),
      later<forecast_release, answer<release_forecast>>(
          self, [](warmup_host& of, const forecast_release& m,
                   auto promise) { promise.deliver(answer<release_forecast>{of.look_ahead(m)}); }),
      [host](const connect_listeners& m) { host->connect(m); },
      [host](const pools_changed& m) { host->learn_owners(m); },
      [host](const members_changed& m) { host->count_live(m); },
      [self, host](const stop_warmup&) -> caf::typed_response_promise<done> {
        auto promise = self->make_response_promise<done>();
        host->stop([promise]() mutable { promise.deliver(done{}); });
        return promise;
      },
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
