// The schedulers of a small cluster in one thread, around a model of intake, delivery and
// replication: messages with two copies, one owner, and a bond that one transaction moves. Disks
// crash, nodes die and return, the control store is cut off. Everything follows from a seed.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/scheduler/task_book.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/scheduler/cut_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

namespace warmfront::testing {

/// A message of a segment, wherever it is.
struct copied_merge {
  storage::spooled_message record;
  std::uint16_t owner = 0;
  std::uint16_t holder = 0;  ///< has the other copy; 0: nobody
  std::uint16_t taker = 0;   ///< the bond is this node's: the former owner drops it when it returns
  bool is_moving = false;    ///< to the taker, in its present life
  std::size_t sent = 0;      ///< of its recipients, in their order
  std::size_t cancelled = 0; ///< the last ones
};

/// A machine: its disk stays when the process goes.
struct segments_machine {
  node_name name;
  std::uint16_t number = 0;
  std::unique_ptr<storage::memory_store> disk;
  std::unique_ptr<cut_control_store> control;
  std::uint64_t life = 0; ///< what is called back by an earlier one is dropped
  bool is_up = false;
  bool is_wanted = true; ///< to be running
  bool is_dead = false;  ///< declared
  bool drains = false;
  bool has_news = false; ///< of the members
  steady_time lease_until{};
  scheduler_shell scheduler;
  caf::actor intake;
  caf::actor delivery;
  std::optional<std::set<task_id>> held; ///< none: nobody has said which, so all lanes are shut
  std::set<message_id> arrived;          ///< delivery knows of them
};

class segments_world : public actor_fixture {
public:
  segments_world(std::size_t nodes, std::uint32_t segments, std::uint64_t seed);
  ~segments_world();

  // ---- what a test does
  void crash(std::size_t which);
  /// Its process starts again when `wanted`.
  void want(std::size_t which, bool wanted) { machines_[which].is_wanted = wanted; }
  void cut(std::size_t which) { machines_[which].control->cut(true); }
  void heal();
  void drain(std::size_t which, bool drains);
  /// Whether all that it has is somewhere else, too, so that it may be gone for good.
  [[nodiscard]] bool is_dispensable(std::size_t which) const;
  void act(task_change what);
  /// So many things that there are to do, in a random order.
  void run(std::size_t steps);
  void pass(milliseconds time);

  // ---- what must be true; empty: it is
  [[nodiscard]] std::string violation() const { return broken_; }
  /// After everything is healed and settled.
  [[nodiscard]] std::string unfinished() const;
  [[nodiscard]] task_occurrence occurrence() const;

  [[nodiscard]] std::vector<segments_machine>& machines() noexcept { return machines_; }
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }
  [[nodiscard]] std::size_t recipients() const { return segments_ * each_segment; }
  [[nodiscard]] std::size_t moved() const { return moved_; }
  [[nodiscard]] std::size_t dropped() const { return dropped_; }

  static constexpr std::size_t each_segment = 4;

private:
  [[nodiscard]] segments_machine& of(std::uint16_t number) { return machines_[number - 1u]; }
  [[nodiscard]] const segments_machine& of(std::uint16_t number) const {
    return machines_[number - 1u];
  }
  [[nodiscard]] bool may_act(const segments_machine& of) const;
  [[nodiscard]] bool is_reachable(const segments_machine& of) const;
  [[nodiscard]] std::uint16_t choose_holder(std::uint16_t owner);
  void make_list();
  void make_task();
  bool commit_now(const storage::control_transaction& what);
  void start(segments_machine& machine);
  void declare_dead();
  void tell_members(segments_machine& whom);
  bool one_step(segments_machine& machine);

  // ---- the roles beside a scheduler
  caf::actor intake_of(segments_machine& machine);
  caf::actor delivery_of(segments_machine& machine);
  void spool(segments_machine& machine, const merge_submission& what);
  [[nodiscard]] answer<message_report> report(const segments_machine& machine,
                                              const message_id& id) const;
  [[nodiscard]] std::vector<task_backlog> backlogs(const segments_machine& machine) const;
  [[nodiscard]] bool may_send(const segments_machine& machine, const copied_merge& merge) const;
  bool send_some(segments_machine& machine);
  void give_copies();
  bool hand_over(segments_machine& machine);
  bool take_over(segments_machine& machine);
  void taken(segments_machine& machine, const message_id& id, const std::vector<message_id>& lost);
  void own(segments_machine& machine, copied_merge& merge);
  void settle_disk(segments_machine& machine);
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] bool has(const segments_machine& machine, const message_id& id) const;

  seeded_random random_;
  const std::uint32_t segments_;
  manual_control_store control_;
  silent_log log_;
  storage::memory_store chunks_disk_;
  chunks_shell chunks_;
  std::vector<segments_machine> machines_;
  chunk_id content_;
  chunk_id list_;
  task_id task_ = task_id::none;
  std::map<message_id, copied_merge> merges_;
  std::map<std::string, std::size_t> sent_; ///< by recipient
  std::uint64_t last_message_ = 0;
  std::size_t moved_ = 0;
  std::size_t dropped_ = 0;
  std::string broken_;
};

} // namespace warmfront::testing
