#include "actors/replication/replication_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/messages/run_later.hpp"
#include "actors/replication/adopted_mails.hpp"

namespace warmfront {

namespace {

constexpr milliseconds tick_interval{500};
constexpr seconds delivery_within{60};
constexpr seconds judged_within{20};

} // namespace

/// Lives on the actor's thread; what others call back with comes as a `run_step`.
class replication_host final : public replication_effects {
public:
  using self_pointer = replication_shell::stateful_pointer<replication_state>;

  replication_host(self_pointer self, replication_config config, replication_ports ports)
      : self_{self}, ports_{std::move(ports)}, run_{run_later(static_cast<shell*>(self))},
        rules_{std::move(config), *this}, bonds_{*ports_.control,
                                                 std::string{bond_prefix},
                                                 {[this](const storage::control_snapshot& all) {
                                                    say(rules_.bonds().load(all));
                                                    rules_.contact();
                                                    rules_.bonds_changed();
                                                  },
                                                  [this](const storage::control_event& event) {
                                                    say(rules_.bonds().apply(event));
                                                    rules_.contact();
                                                    rules_.bonds_changed();
                                                  }},
                                                 run_} {}

  void connect(const connect_listeners& m) {
    intake_ = caf::actor_cast<intake_actor>(m.intake);
    delivery_ = caf::actor_cast<delivery_actor>(m.delivery);
    scheduler_ = caf::actor_cast<scheduler_actor>(m.scheduler);
    bonds_.start();
    keep_ticking();
  }
  [[nodiscard]] replication& rules() { return rules_; }
  void receive(const frames_received& m) {
    for (const auto& frame : m.frames)
      if (const auto read = rules_.received(m.from, frame.kind, frame.octets); !read)
        ports_.log->write(log_level::error, "peer_frame_unreadable",
                          {{"peer", std::string_view{m.from.str()}},
                           {"text", std::string_view{read.error().what}}});
  }

  [[nodiscard]] steady_time steady_now() const override { return ports_.time->steady_now(); }
  void commit(storage::batch changes, storage::priority urgency,
              std::function<void(const result<void>&)> then) override {
    ports_.store->commit(std::move(changes), urgency,
                         [run = run_, then = std::move(then)](const result<void>& durable) {
                           run(milliseconds{0}, [then, durable] { then(durable); });
                         });
  }
  void tidy(storage::batch changes) override {
    ports_.store->commit(std::move(changes), storage::priority::upkeep, [](const result<void>&) {});
  }
  void read(std::function<std::function<void()>(const copy_reader&)> job) override {
    caf::anon_send(ports_.reader,
                   run_step{[store = ports_.store, run = run_, job = std::move(job)] {
                     run(milliseconds{0}, job(copy_reader{*store}));
                   }});
  }
  void send(const node_name& to, std::uint16_t kind, std::string octets) override {
    ports_.send({to, {{kind, std::move(octets)}}});
  }
  void change(std::function<result<storage::control_transaction>()> build,
              std::function<void(const result<void>&)> then) override {
    bonds_.change(std::move(build), [this, then = std::move(then)](const result<void>& done) {
      if (!done)
        ports_.log->write(log_level::warn, "bond_not_changed",
                          {{"text", std::string_view{done.error().what}}});
      then(done);
    });
  }
  void own(std::vector<adopted_mail> mails, storage::batch with,
           std::function<void(const result<void>&)> then) override {
    judge_merges question;
    for (const auto& each : mails)
      if (const auto& record = each.mail->record; record.is_merge)
        question.merges.push_back({record.id, record.first_lane.task});
    if (question.merges.empty() || !scheduler_)
      return take_over(std::move(mails), std::move(with), std::move(then));
    auto waiting = std::make_shared<std::pair<std::vector<adopted_mail>, storage::batch>>(
        std::move(mails), std::move(with));
    self_->request(scheduler_, judged_within, std::move(question))
        .then(
            [this, waiting, then](const answer<judged_merges>& found) {
              if (!found.value)
                return then(found.value.error());
              auto& [all, changes] = *waiting;
              const auto& lost = found.value.value().lost;
              std::erase_if(all, [&lost](const adopted_mail& each) {
                return std::ranges::find(lost, each.mail->record.id) != lost.end();
              });
              for (const auto& id : lost)
                remove_mail(changes, id); // one that was parked is still on this disk
              take_over(std::move(all), std::move(changes), then);
            },
            [then](const caf::error&) {
              then(error{errc::timed_out, "the scheduler did not answer in time", {}});
            });
  }
  void place(std::vector<placed_copy> copies,
             std::function<void(const result<void>&)> then) override {
    ask(place_copies{std::make_shared<std::vector<placed_copy>>(std::move(copies))},
        std::move(then));
  }
  void yield(yield_mails what, std::function<void(const result<yielded_mails>&)> then) override {
    self_->request(delivery_, delivery_within, std::move(what))
        .then([then](const answer<yielded_mails>& found) { then(found.value); },
              [then](const caf::error&) {
                then(error{errc::timed_out, "delivery did not answer in time", {}});
              });
  }
  void drained(bool drained) override {
    if (std::exchange(drained_, drained) != drained)
      ports_.drained(drained);
  }
  void holders_changed(std::vector<copy_holder> holders) override {
    ports_.log->write(log_level::info, "copy_holders",
                      {{"count", static_cast<std::int64_t>(holders.size())}});
    if (intake_)
      caf::anon_send(intake_, warmfront::holders_changed{std::move(holders)});
  }
  void allow_sending(bool allowed) override {
    ports_.sending->pause(!allowed);
    sending_ = allowed;
    if (delivery_)
      caf::anon_send(delivery_, warmfront::allow_sending{allowed});
  }

private:
  using shell = replication_shell::stateful_base<replication_state>;

  void take_over(std::vector<adopted_mail> mails, storage::batch with,
                 std::function<void(const result<void>&)> then) {
    if (!mails.empty())
      ports_.log->write(log_level::warn, "mails_adopted",
                        {{"count", static_cast<std::int64_t>(mails.size())}});
    ask(adopt_mails{std::make_shared<std::vector<adopted_mail>>(std::move(mails)),
                    std::make_shared<storage::batch>(std::move(with))},
        std::move(then));
  }
  void say(const result<void>& outcome) {
    if (!outcome)
      ports_.log->write(log_level::error, "bond_unreadable",
                        {{"text", std::string_view{outcome.error().what}}});
  }
  template <class Question>
  void ask(Question question, std::function<void(const result<void>&)> then) {
    self_->request(delivery_, delivery_within, std::move(question))
        .then(
            [then](const answer<done>& found) {
              then(found.value ? success() : result<void>{found.value.error()});
            },
            [then](const caf::error&) {
              then(error{errc::timed_out, "delivery did not answer in time", {}});
            });
  }
  void keep_ticking() {
    run_(tick_interval, [this] {
      if (ports_.sending->until() != std::exchange(fenced_until_, ports_.sending->until()))
        rules_.contact();
      rules_.tick();
      say_if_paused();
      keep_ticking();
    });
  }

  // Short pauses are usual when a peer's disk is busy.
  void say_if_paused() {
    const bool was_said = std::exchange(pause_said_, !sending_ && !was_sending_);
    if (!was_said && pause_said_)
      ports_.log->write(log_level::warn, "sending_paused", {});
    was_sending_ = sending_;
  }

  self_pointer self_;
  replication_ports ports_;
  deferred_run run_;
  intake_actor intake_;
  delivery_actor delivery_;
  scheduler_actor scheduler_; ///< null: there are no tasks
  steady_time fenced_until_{};
  bool drained_ = false;
  bool sending_ = true;
  bool was_sending_ = true; ///< at the tick before
  bool pause_said_ = false;
  replication rules_;
  control_mirror bonds_;
};

replication_shell::behavior_type
replication_behavior(replication_shell::stateful_pointer<replication_state> self,
                     replication_config config, replication_ports ports) {
  self->state.host = std::make_shared<replication_host>(self, std::move(config), std::move(ports));
  auto* const host = self->state.host.get();
  return {
      [host](const copy_mails& m) { host->rules().copy(*m.mails, m.kept); },
      [host](const outcomes_recorded& m) { host->rules().progressed(std::move(*m.outcomes)); },
      [host](const members_changed& m) {
        std::vector<replication_member> members;
        for (const auto& each : *m.members)
          members.push_back({each.name, each.number, each.ended,
                             each.state == node_state::removed && each.ended,
                             each.state == node_state::active && !each.ended,
                             each.state == node_state::draining && !each.ended, each.revision});
        host->rules().set_members(members);
      },
      [host](const peer_joined& m) { host->rules().peer_joined(m.peer); },
      [host](const pools_changed& m) { host->rules().set_pools(*m.pools); },
      [host](const peer_lost& m) { host->rules().peer_lost(m.peer); },
      [host](const frames_received& m) {
        host->receive(m);
        return done{};
      },
      [host](const connect_listeners& m) { host->connect(m); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
