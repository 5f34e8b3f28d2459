// An actor's copy of the control store's keys under a prefix, and how the actor changes them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/control_store.hpp"

namespace warmfront {

/// Runs a function later on the owner's thread (in its mailbox), after a delay that may be zero.
/// Callable from any thread; what it is given is dropped when the owner is gone.
using deferred_run = std::function<void(std::chrono::milliseconds delay, std::function<void()>)>;

/// Reads the keys of a prefix, then follows every change. The owner hears of changes in the order
/// of their revisions and of each once; a change of its own is in effect when its answer comes.
/// Not thread-safe: everything happens on the owner's thread.
class control_mirror {
public:
  /// What the owner does with what it sees.
  struct observer {
    /// All keys there are: replaces what was seen before. Called at first and after a lost watch.
    std::function<void(const storage::control_snapshot&)> loaded;
    std::function<void(const storage::control_event&)> changed;
  };
  /// Builds a change from the owner's present state; called again after a conflict. An error ends
  /// the attempt; a transaction without changes succeeds without being made.
  using change_builder = std::function<result<storage::control_transaction>()>;
  using change_callback = std::function<void(const result<void>&)>;

  /// `store` outlives the mirror. Nothing happens before `start`.
  control_mirror(storage::control_store& store, std::string prefix, observer owner,
                 deferred_run run);

  /// Begins to read. Failures are tried again, a second later each time.
  void start();
  [[nodiscard]] bool is_loaded() const noexcept { return state_->loaded; }
  /// Runs `work` now, or once the owner has been told of all keys for the first time. What still
  /// waits when the mirror goes is dropped.
  void when_loaded(std::function<void()> work);
  /// Reads all keys again; changes seen by this are not told twice.
  void reload();

  /// Makes a change and waits until this mirror has seen it. `conflict` after eight lost races;
  /// the store's own error otherwise: after `unavailable` the change may or may not have happened.
  /// The change must touch a key of the prefix.
  void change(change_builder build, change_callback done);

private:
  struct shared_state {
    storage::control_store* store;
    std::string prefix;
    observer owner;
    deferred_run run;
    bool loaded = false;
    bool reading = false;
    storage::revision seen = 0; ///< everything up to this revision has been told
    std::uint64_t watch_number = 0;
    std::unique_ptr<storage::watch_handle> watch;
    std::vector<std::pair<storage::revision, change_callback>> waiting;
    std::vector<std::function<void()>> waiting_for_load;
  };
  using state_pointer = std::shared_ptr<shared_state>;

  static void read(const state_pointer& state);
  static void on_snapshot(const state_pointer& state,
                          const result<storage::control_snapshot>& snapshot);
  static void follow(const state_pointer& state);
  static void on_events(const state_pointer& state, std::uint64_t watch_number,
                        const result<std::vector<storage::control_event>>& events);
  static void attempt(const state_pointer& state, change_builder build, change_callback done,
                      int attempts_left);
  static void on_outcome(const state_pointer& state, change_builder build, change_callback done,
                         int attempts_left, const result<storage::transaction_outcome>& outcome);
  static void answer_waiting(shared_state& state);

  state_pointer state_;
};

} // namespace warmfront
