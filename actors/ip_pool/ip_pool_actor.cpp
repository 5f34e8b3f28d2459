#include "actors/ip_pool/ip_pool_actor.hpp"

#include <caf/send.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/ip_pool/block_watch.hpp"
#include "actors/ip_pool/pool_book.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

/// Generous: the control store may be slow, and a missed answer costs only a repeated command.
constexpr std::chrono::seconds ledger_timeout{10};

} // namespace

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class ip_pool_host {
public:
  using self_pointer = ip_pool_shell::stateful_pointer<ip_pool_state>;
  using done_promise = caf::typed_response_promise<answer<done>>;

  ip_pool_host(self_pointer self, warmup_actor warmup, storage::control_store& control,
               const clock& time, event_log& log, node_name self_name)
      : self_{self}, warmup_{std::move(warmup)}, time_{time}, log_{log},
        book_{std::move(self_name)}, mirror_{
                                         control,
                                         std::string{pool_prefix},
                                         {[this](const auto& all) { seen(book_.load(all)); },
                                          [this](const auto& event) { seen(book_.apply(event)); }},
                                         run_later(self)} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once the pools are read.
  void when_loaded(std::function<void()> work) {
    if (mirror_.is_loaded())
      return work();
    waiting_for_load_.push_back(std::move(work));
  }
  /// What was seen since the last call is told.
  void flush();

  void connect(const connect_listeners& m) {
    intake_ = caf::actor_cast<intake_actor>(m.intake);
    delivery_ = caf::actor_cast<delivery_actor>(m.delivery);
    replication_ = caf::actor_cast<replication_actor>(m.replication);
    scheduler_ = caf::actor_cast<scheduler_actor>(m.scheduler);
    identities_ = caf::actor_cast<identities_actor>(m.identities);
    when_loaded([this] { tell(); });
  }
  [[nodiscard]] take_permits permits_for(const assign_sources& m) const;
  [[nodiscard]] const warmup_actor& warmup() const { return warmup_; }
  [[nodiscard]] result<std::vector<pool>> list(const list_pools& m) const {
    return book_.list(m.name);
  }

  /// A change that needs no ledger.
  template <class Command>
  void change(const Command& command, done_promise promise) {
    mirror_.change([this, command] { return book_.build(command); },
                   [promise](const result<void>& outcome) mutable {
                     promise.deliver(outcome ? answer<done>{done{}}
                                             : answer<done>{outcome.error()});
                   });
  }
  void change(const set_address_state& command, done_promise promise) {
    set_state(command, [promise](const result<void>& outcome) mutable {
      promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
    });
  }
  void note_block(const report_block& m);
  void change_with_ledgers(put_pool command, done_promise promise);
  void change_with_ledgers(put_pool_address command, done_promise promise);

private:
  /// A quarantine is logged, whoever asked for it.
  void set_state(const set_address_state& command, std::function<void(const result<void>&)> then);
  template <class Command>
  void make_ledgers(Command command, std::vector<needed_ledger> needed, done_promise promise);
  void seen(const result<void>& outcome);
  void tell();

  self_pointer self_;
  warmup_actor warmup_;
  const clock& time_;
  event_log& log_;
  block_watch blocks_;
  pool_book book_;
  control_mirror mirror_;
  intake_actor intake_;
  delivery_actor delivery_;
  replication_actor replication_; ///< null: the node is alone
  scheduler_actor scheduler_;
  identities_actor identities_;
  std::vector<std::function<void()>> waiting_for_load_;
  bool changed_ = false;
};

void ip_pool_host::seen(const result<void>& outcome) {
  changed_ = true;
  if (!outcome)
    log_.write(log_level::error, "pool_record_unreadable",
               {{"what", std::string_view{outcome.error().what}}});
}

void ip_pool_host::flush() {
  if (mirror_.is_loaded())
    for (const auto& work : std::exchange(waiting_for_load_, {}))
      work();
  if (std::exchange(changed_, false))
    tell();
}

void ip_pool_host::tell() {
  const auto all = book_.list({});
  const auto pools = std::make_shared<const std::vector<pool>>(all.value());
  if (intake_)
    caf::anon_send(intake_, pools_changed{pools});
  if (delivery_)
    caf::anon_send(delivery_, pools_changed{pools});
  if (replication_)
    caf::anon_send(replication_, pools_changed{pools});
  if (scheduler_)
    caf::anon_send(scheduler_, pools_changed{pools});
  if (identities_)
    caf::anon_send(identities_, pools_changed{pools});
  caf::anon_send(warmup_, pools_changed{pools});
}

void ip_pool_host::note_block(const report_block& m) {
  log_.write(log_level::warn, "address_refused",
             {{"address", std::string_view{m.address.str()}},
              {"provider", std::string_view{m.provider.str()}},
              {"reply", std::string_view{m.reply}}});
  if (!blocks_.note(m.address, m.provider, time_.wall_now()))
    return;
  set_state(
      {m.address, address_state::quarantined, "blocked by " + m.provider.str() + ": " + m.reply},
      [](const result<void>&) {});
}

void ip_pool_host::set_state(const set_address_state& command,
                             std::function<void(const result<void>&)> then) {
  mirror_.change([this, command] { return book_.build(command, time_.wall_now()); },
                 [this, command, then = std::move(then)](const result<void>& outcome) {
                   if (command.state == address_state::quarantined)
                     log_.write(outcome ? log_level::warn : log_level::error,
                                outcome ? "address_quarantined" : "address_not_quarantined",
                                {{"address", std::string_view{command.address.str()}},
                                 {"reason", std::string_view{outcome ? command.reason
                                                                     : outcome.error().what}}});
                   then(outcome);
                 });
}

take_permits ip_pool_host::permits_for(const assign_sources& m) const {
  take_permits request;
  request.requests.reserve(m.requests.size());
  for (const auto& assignment : m.requests)
    request.requests.push_back(book_.request_for(assignment));
  return request;
}

void ip_pool_host::change_with_ledgers(put_pool command, done_promise promise) {
  auto prepared = book_.prepared(std::move(command));
  if (!prepared) {
    promise.deliver(answer<done>{prepared.error()});
    return;
  }
  auto needed = book_.ledgers_for(prepared.value().value.name, prepared.value().value.addresses);
  make_ledgers(std::move(prepared).value(), std::move(needed), promise);
}

void ip_pool_host::change_with_ledgers(put_pool_address command, done_promise promise) {
  auto prepared = book_.prepared(std::move(command));
  if (!prepared) {
    promise.deliver(answer<done>{prepared.error()});
    return;
  }
  auto needed = book_.ledgers_for(prepared.value().name, {prepared.value().value});
  make_ledgers(std::move(prepared).value(), std::move(needed), promise);
}

template <class Command>
void ip_pool_host::make_ledgers(Command command, std::vector<needed_ledger> needed,
                                done_promise promise) {
  // What would be refused anyway must not leave ledgers behind.
  if (const auto possible = book_.build(command); !possible) {
    promise.deliver(answer<done>{possible.error()});
    return;
  }
  if (needed.empty())
    return change(command, promise);
  const auto next = needed.back();
  needed.pop_back();
  self_->request(warmup_, ledger_timeout, set_ledger_plan{next.subject, next.plan})
      .then(
          [this, command, needed, promise](const answer<ledger_report>& ledger) mutable {
            if (ledger.value)
              make_ledgers(std::move(command), std::move(needed), promise);
            else
              promise.deliver(answer<done>{ledger.value.error()});
          },
          [next, promise](const caf::error&) mutable {
            promise.deliver(answer<done>{
                error{errc::timed_out, "no answer about the ledger of " + next.subject.str(),
                      "try again: nothing was changed in the pool"}});
          });
}

namespace {

using self_pointer = ip_pool_host::self_pointer;

/// A handler of a command that changes pools.
template <class Command, class Work>
auto change_handler(self_pointer self, Work work) {
  return [self, work](const Command& m) -> ip_pool_host::done_promise {
    auto promise = self->make_response_promise<answer<done>>();
    auto& host = *self->state.host;
    host.when_loaded([&host, work, m, promise] { work(host, m, promise); });
    return promise;
  };
}

} // namespace

ip_pool_shell::behavior_type ip_pool_behavior(ip_pool_shell::stateful_pointer<ip_pool_state> self,
                                              warmup_actor warmup, storage::control_store* control,
                                              const clock* time, event_log* log,
                                              node_name self_name) {
  self->state.host = std::make_shared<ip_pool_host>(self, std::move(warmup), *control, *time, *log,
                                                    std::move(self_name));
  auto* const host = self->state.host.get();
  host->start();
  return {
      [self, host](const assign_sources& m) -> caf::typed_response_promise<permits_taken> {
        auto promise = self->make_response_promise<permits_taken>();
        host->when_loaded([host, m, promise]() mutable {
          promise.delegate(host->warmup(), host->permits_for(m));
        });
        return promise;
      },
      [self, host](const list_pools& m) -> caf::typed_response_promise<answer<std::vector<pool>>> {
        auto promise = self->make_response_promise<answer<std::vector<pool>>>();
        host->when_loaded([host, m, promise]() mutable {
          promise.deliver(answer<std::vector<pool>>{host->list(m)});
        });
        return promise;
      },
      change_handler<put_pool>(
          self, [](auto& of, const auto& m, auto promise) { of.change_with_ledgers(m, promise); }),
      change_handler<delete_pool>(
          self, [](auto& of, const auto& m, auto promise) { of.change(m, promise); }),
      change_handler<put_pool_address>(
          self, [](auto& of, const auto& m, auto promise) { of.change_with_ledgers(m, promise); }),
      change_handler<delete_pool_address>(
          self, [](auto& of, const auto& m, auto promise) { of.change(m, promise); }),
      change_handler<set_address_state>(
          self, [](auto& of, const auto& m, auto promise) { of.change(m, promise); }),
      [host](const report_block& m) { host->when_loaded([host, m] { host->note_block(m); }); },
      [host](const connect_listeners& m) { host->connect(m); },
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
