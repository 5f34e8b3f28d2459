// Several memberships over one control store, each behind its own bad network and its own clock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/cluster/membership.hpp"
#include "actors/control_mirror/control_mirror.hpp"
#include "actors/core/fence.hpp"
#include "actors/core/random.hpp"
#include "storage/memory/faulty_control_store.hpp"
#include "storage/memory/memory_control_store.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

/// One process: what the actor's shell does, without an actor. Destroyed by a crash.
class membership_host {
public:
  membership_host(membership_settings settings, storage::control_store& store, moment now);

  /// Runs what is due at `now`, by this node's clock.
  void run(moment now);
  [[nodiscard]] membership& rules() noexcept { return rules_; }
  [[nodiscard]] const fence& gate() const noexcept { return fence_; }
  /// What the roles of the node would act under: known only once it is settled.
  [[nodiscard]] std::uint64_t settled_epoch() const noexcept { return settled_epoch_; }
  [[nodiscard]] const std::optional<error>& refused() const noexcept { return refused_; }
  [[nodiscard]] std::size_t declared() const noexcept { return declared_; }
  [[nodiscard]] const std::vector<membership_action::settle_data>& settled() const noexcept {
    return settled_;
  }
  /// Commands, as admin gives them.
  void change(change_node command, std::function<void(const result<void>&)> done);
  /// Whether new epochs are settled at once; off: `settle` does it.
  void settle_at_once(bool on) { settle_at_once_ = on; }
  void settle(std::uint64_t epoch);

private:
  struct inbox {
    std::multimap<steady_time, std::function<void()>> work;
    steady_time now;
  };

  control_mirror::observer observe(record_group group);
  void perform();
  void operator()(membership_action::transact& action);
  void operator()(membership_action::grant_lease& action);
  void operator()(membership_action::keep_lease& action);
  void operator()(membership_action::revoke_lease& action);
  void operator()(membership_action::read_again&);
  void operator()(membership_action::extend_fence& action) { fence_.extend(action.until); }
  void operator()(membership_action::close_fence&) { fence_.close(); }
  void operator()(membership_action::tell_members&) {}
  void operator()(membership_action::joined&) {}
  void operator()(membership_action::settle_data& action);
  void operator()(membership_action::declared_dead&) { ++declared_; }
  void operator()(membership_action::refuse& action) { refused_ = action.why; }
  template <class Value, class Take>
  auto home(Take take);

  moment now_;
  storage::control_store& store_;
  std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>();
  deferred_run later_;
  membership rules_;
  fence fence_;
  control_mirror nodes_;
  control_mirror lives_;
  control_mirror numbers_;
  std::uint64_t settled_epoch_ = 0;
  std::vector<membership_action::settle_data> settled_;
  bool settle_at_once_ = true;
  std::optional<error> refused_;
  std::size_t declared_ = 0;
};

/// A machine: its clock, its network, its disk; the process may be absent.
struct membership_machine {
  std::string name;
  std::string instance;
  double clock_rate = 1.0;
  std::uint64_t durable_epoch = 0; ///< what is on its disk
  bool partitioned = false;
  bool paused = false;
  std::unique_ptr<storage::faulty_control_store> store;
  std::unique_ptr<membership_host> process;
};

/// The cluster and what is true of it.
class membership_world {
public:
  membership_world(std::size_t nodes, std::uint64_t seed, milliseconds takeover_after);

  [[nodiscard]] std::vector<membership_machine>& machines() noexcept { return machines_; }
  [[nodiscard]] moment now_of(const membership_machine& machine) const;
  [[nodiscard]] steady_time now() const { return clock_.steady_now(); }
  void start(membership_machine& machine);
  void crash(membership_machine& machine) { machine.process.reset(); }
  void partition(membership_machine& machine);
  void heal(membership_machine& machine);
  /// How many calls in a thousand go wrong, with a partition aside.
  void set_faults(std::uint64_t per_mille) { faults_ = per_mille; }
  /// Lets time pass in steps and everybody run; `check` is called after each.
  void pass(
      milliseconds time, const std::function<void()>& check = [] {});
  void settle();

  /// The record of a node as it is in the control store.
  [[nodiscard]] const node_record* truth(const std::string& name) const;
  [[nodiscard]] bool has_life(const std::string& name) const { return lives_.contains(name); }
  /// Whether a machine may act though its epoch is over: what must never be.
  [[nodiscard]] bool acts_though_dead(const membership_machine& machine) const;
  /// Whether two nodes have one number.
  [[nodiscard]] bool has_twins() const;
  [[nodiscard]] seeded_random& random() noexcept { return random_; }

private:
  storage::control_fault choose(std::size_t index);

  const milliseconds takeover_after_;
  manual_clock clock_;
  const steady_time began_ = clock_.steady_now();
  storage::memory_control_store store_{clock_};
  seeded_random random_;
  std::uint64_t faults_ = 0;
  std::vector<membership_machine> machines_;
  std::map<std::string, node_record> truth_;
  std::map<std::string, node_life> lives_;
  std::unique_ptr<storage::watch_handle> nodes_watch_;
  std::unique_ptr<storage::watch_handle> lives_watch_;
};

} // namespace warmfront::testing
