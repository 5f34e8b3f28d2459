#include "actors/cluster/cluster_actor.hpp"

#include <string>
#include <utility>
#include <vector>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/cluster/node_commands.hpp"
#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

/// Lives on the actor's thread; what others call back with comes as a `run_step`.
class cluster_host {
public:
  using self_pointer = cluster_shell::stateful_pointer<cluster_state>;
  using shell = cluster_shell::stateful_base<cluster_state>;

  cluster_host(self_pointer self, membership_settings settings, cluster_ports ports)
      : self_{self}, name_{settings.self}, ports_{std::move(ports)},
        run_{run_later(static_cast<shell*>(self))}, rules_{std::move(settings)},
        nodes_{mirror(record_group::nodes, node_prefix)},
        lives_{mirror(record_group::lives, life_prefix)}, numbers_{mirror(record_group::numbers,
                                                                          cluster_prefix)} {}

  void start() {
    nodes_.start();
    lives_.start();
    numbers_.start();
    keep_ticking();
  }
  void connect(const connect_members& m) {
    for (const auto& each : m.listeners)
      listeners_.push_back(caf::actor_cast<caf::actor>(each));
    tell();
  }
  void join(std::function<void(answer<member>)> then) {
    waiting_.push_back(std::move(then));
    answer_joined();
  }
  void change(const change_node& command, std::function<void(answer<node_report>)> then) {
    if (!nodes_.is_loaded() || !lives_.is_loaded())
      return then({error{errc::unavailable, "the nodes of the cluster are not known yet",
                         "try again in a moment"}});
    nodes_.change(
        [this, command] { return build_node_change(rules_.book(), command, now().wall); },
        [this, command, then = std::move(then)](const result<void>& done) {
          if (!done)
            return then({done.error()});
          if (command.what == node_change::forget) {
            node_report forgotten;
            forgotten.name = command.name;
            forgotten.state = node_state::removed;
            return then({forgotten});
          }
          for (const auto& each : rules_.members())
            if (each.name == command.name)
              return then({each});
          then({error{
              errc::not_found, "there is no node `" + command.name.str() + "`", {}, "name"}});
        });
  }
  [[nodiscard]] std::vector<node_report> list() const { return rules_.members(); }
  [[nodiscard]] membership& rules() { return rules_; }
  [[nodiscard]] moment now() const { return {ports_.time->steady_now(), ports_.time->wall_now()}; }
  /// What the rules want done, after every turn.
  void flush() {
    for (auto& action : rules_.take_actions())
      std::visit([this](auto& each) { perform(each); }, action);
    answer_joined();
  }

private:
  control_mirror mirror(record_group group, std::string_view prefix) {
    return control_mirror{*ports_.control,
                          std::string{prefix},
                          {[this, group](const storage::control_snapshot& all) {
                             note(rules_.load(group, all, now()));
                           },
                           [this, group](const storage::control_event& event) {
                             note(rules_.apply(group, event, now()));
                           }},
                          run_};
  }
  void note(const result<void>& outcome) {
    if (!outcome)
      ports_.log->write(log_level::error, "node_record_unreadable",
                        {{"text", std::string_view{outcome.error().what}}});
  }
  void keep_ticking() {
    run_(membership::tick_every, [this] {
      rules_.tick(now());
      keep_ticking();
    });
  }
  /// Brings an answer of the control store home.
  template <class Value>
  auto home(void (membership::*answered)(membership_action::ticket, const result<Value>&, moment),
            membership_action::ticket number) {
    return [this, run = run_, answered, number](const result<Value>& outcome) {
      run(milliseconds{0},
          [this, answered, number, outcome] { (rules_.*answered)(number, outcome, now()); });
    };
  }

  void perform(membership_action::transact& what) {
    ports_.control->transact(std::move(what.what), home(&membership::transacted, what.number));
  }
  void perform(const membership_action::grant_lease& what) {
    ports_.control->grant_lease(what.time_to_live, home(&membership::granted, what.number));
  }
  void perform(const membership_action::keep_lease& what) {
    ports_.control->keep_lease(what.lease, home(&membership::kept, what.number));
  }
  void perform(const membership_action::revoke_lease& what) {
    ports_.control->revoke_lease(what.lease, [](const result<void>&) {});
  }
  void perform(const membership_action::read_again&) {
    nodes_.reload();
    lives_.reload();
    numbers_.reload();
  }
  void perform(const membership_action::extend_fence& what) {
    ports_.sending->confirm(what.confirmed);
    ports_.sending->extend(what.until);
  }
  void perform(const membership_action::close_fence&) {
    ports_.sending->close();
    ports_.log->write(log_level::warn, "fence_closed", {});
  }
  void perform(const membership_action::tell_members&) { tell(); }
  void perform(const membership_action::joined& what) {
    ports_.log->write(log_level::info, "cluster_joined",
                      {{"epoch", static_cast<std::int64_t>(what.epoch)}});
  }
  void perform(const membership_action::settle_data& what) {
    if (ports_.settles)
      caf::anon_send(ports_.settles, epoch_began{what.old_epoch, what.new_epoch});
    else
      rules_.epoch_settled(what.new_epoch, now());
  }
  void perform(const membership_action::declared_dead& what) {
    ports_.log->write(log_level::warn, "node_declared_dead",
                      {{"node", std::string_view{what.name.str()}}});
  }
  void perform(const membership_action::refuse& what) {
    refusal_ = what.why;
    ports_.refused(what.why);
  }

  void tell() {
    ports_.log->write(log_level::debug, "members_told",
                      {{"listeners", static_cast<std::int64_t>(listeners_.size())}});
    if (const auto self = rules_.self(); self && ports_.drains)
      ports_.drains(self->state == node_state::draining);
    const members_changed news{std::make_shared<const std::vector<member>>(rules_.members()),
                               name_};
    for (const auto& each : listeners_)
      caf::anon_send(each, news);
  }
  void answer_joined() {
    const auto self = rules_.self();
    if (!refusal_ && !(rules_.is_joined() && self))
      return;
    for (const auto& each : std::exchange(waiting_, {}))
      each(refusal_ ? answer<member>{*refusal_} : answer<member>{*self});
  }

  self_pointer self_;
  const node_name name_;
  cluster_ports ports_;
  const deferred_run run_;
  membership rules_;
  control_mirror nodes_;
  control_mirror lives_;
  control_mirror numbers_;
  std::vector<caf::actor> listeners_;
  std::vector<std::function<void(answer<member>)>> waiting_;
  std::optional<error> refusal_;
};

cluster_shell::behavior_type cluster_behavior(cluster_shell::stateful_pointer<cluster_state> self,
                                              membership_settings settings, cluster_ports ports) {
  self->state.host = std::make_shared<cluster_host>(self, std::move(settings), std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      [host](const list_nodes&) { return answer<std::vector<node_report>>{host->list()}; },
      [self, host](const change_node& m) {
        auto promise = self->make_response_promise<answer<node_report>>();
        host->change(
            m, [promise](answer<node_report> made) mutable { promise.deliver(std::move(made)); });
        host->flush();
        return promise;
      },
      [self, host](const join_cluster&) {
        auto promise = self->make_response_promise<answer<node_report>>();
        host->join([promise](answer<member> made) mutable { promise.deliver(std::move(made)); });
        host->flush();
        return promise;
      },
      [host](const connect_members& m) {
        host->connect(m);
        host->flush();
      },
      [host](const settle_epoch& m) {
        host->rules().epoch_settled(m.epoch, host->now());
        host->flush();
      },
      [host](const report_drained& m) {
        host->rules().set_drained(m.drained, host->now());
        host->flush();
      },
      [host](const leave_cluster&) {
        host->rules().leave();
        host->flush();
        return done{};
      },
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
