// What the provisioning actor does around its rules. Inside `actors/provisioning` only.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/provisioning/provisioning_actor.hpp"
#include "actors/provisioning/provisioning_book.hpp"
#include "actors/provisioning/provisioning_rules.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread.
class provisioning_host {
public:
  /// Generous: the control store may be slow, and what is missed is tried again.
  static constexpr std::chrono::seconds answer_within{10};
  static error no_answer(const char* who) {
    return {errc::timed_out, std::string{who} + " did not answer in time", "try again"};
  }

  using self_pointer = provisioning_shell::stateful_pointer<provisioning_state>;
  using run_promise = caf::typed_response_promise<answer<provisioning>>;
  using done_promise = caf::typed_response_promise<answer<done>>;

  provisioning_host(self_pointer self, provisioning_config config, provisioning_ports ports);

  void start();
  /// Runs `work` now, or once the runs are read.
  void when_loaded(std::function<void()> work);
  void flush();

  void begin(const start_provisioning& m, run_promise promise);
  void act(const act_on_provisioning& m, run_promise promise);
  [[nodiscard]] result<std::vector<provisioning>> list(const list_provisionings& m) const {
    return book_.list(m.id);
  }
  void check(const check_sources& m, done_promise promise);
  [[nodiscard]] source_binding binding_of(const report_binding& m) const;

private:
  /// How pools, ledgers and plans are.
  struct surroundings {
    std::vector<pool> pools;
    std::vector<ledger_report> ledgers;
    std::vector<plan> plans;
  };
  void begin_among(const surroundings& around, const start_provisioning& m, run_promise promise);

  struct look_around_task {
    surroundings found = {};
    std::vector<provisioning> runs = {};    ///< as they were when the look began
    std::vector<provisioning> undone = {};  ///< that are over, as if they rolled back
    std::deque<ip_address> ledgers_of = {}; ///< left to ask for: a node may have many others
    std::function<void(const look_around_task&)> then;
    std::function<void(error)> otherwise;
  };
  /// `then` is not called when one of the roles does not answer: `otherwise` is.
  void look_around(look_around_task what);
  void ask_for_plans(std::shared_ptr<look_around_task> what);
  void ask_for_ledgers(std::shared_ptr<look_around_task> what);

  // ---- runs ----
  void look();
  void look_later();
  void look_at_runs(const look_around_task& found);
  /// All but the run's own pool.
  [[nodiscard]] provisioning_facts facts_of(const surroundings& around) const;
  void watch_what_drains(const std::vector<provisioning>& runs, const provisioning_facts& facts);
  [[nodiscard]] std::vector<provisioning> rolled_back_meanwhile();
  void forget_what_is_over(const std::vector<provisioning>& runs);
  void perform(const provisioning& before, const provisioning_move& move);
  void inspect(const provisioning& run, const ip_address& address);
  void told_pools(const provisioning_effect& effect, const provisioning& before,
                  const provisioning& changed);
  template <class Command>
  void tell_pools(const Command& command, const provisioning& before, const provisioning& changed);
  void store(const provisioning& before, const provisioning& changed);
  void note_refusal(const provisioning& before, const ip_address& address, const error& why);
  void log_change(const provisioning& before, const provisioning& changed);
  void looked(bool again);

  // ---- lists, of what is in use ----
  void recheck_later();
  void recheck();
  void recheck_those_of(const std::vector<pool>& pools);
  [[nodiscard]] std::vector<std::string> lists_for(const ip_address& address) const;
  void recheck_next(std::shared_ptr<std::deque<ip_address>> left);

  // ---- whose node can send from what ----
  struct open_check {
    std::size_t unanswered = 0; ///< 0: it is over
    done_promise promise;
  };
  void ask_owner(const check_sources::source& source, std::shared_ptr<open_check> of);

  void seen(const result<void>& outcome);

  self_pointer self_;
  provisioning_config config_;
  provisioning_ports ports_;
  deferred_run run_;
  provisioning_book book_;
  control_mirror mirror_;
  inspector inspector_;
  std::map<ip_address, inspection_result> inspections_;
  quiet_watch quiet_;
  std::vector<std::function<void()>> waiting_for_load_;
  std::set<ip_address> inspecting_;
  std::set<std::string> moved_;    ///< runs of which this node told the pools something
  std::set<ip_address> refused_;   ///< by the pools: left alone until the next look
  std::map<ip_address, int> acts_; ///< without news, since the last pause
  bool looking_ = false;
  bool look_again_ = false; ///< something changed while it looked
  bool armed_ = false;
};

} // namespace warmfront
