#include "actors/control_mirror/control_mirror.hpp"

#include <algorithm>

namespace warmfront {

namespace {

constexpr int attempts_max = 8;
constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds retry_read_after{1000};
/// Long enough for the event that caused a conflict to arrive, short enough not to be noticed.
constexpr std::chrono::milliseconds retry_change_after{20};

} // namespace

control_mirror::control_mirror(storage::control_store& store, std::string prefix, observer owner,
                               deferred_run run)
    : state_{std::make_shared<shared_state>()} {
  state_->store = &store;
  state_->prefix = std::move(prefix);
  state_->owner = std::move(owner);
  state_->run = std::move(run);
}

void control_mirror::start() {
  read(state_);
}

void control_mirror::when_loaded(std::function<void()> work) {
  if (state_->loaded)
    return work();
  state_->waiting_for_load.push_back(std::move(work));
}

void control_mirror::reload() {
  read(state_);
}

// Callbacks of the store hold the state weakly: they may come after the owner is gone, and must
// then touch nothing of it. The lock is taken on the owner's thread, where the state dies.
void control_mirror::read(const state_pointer& state) {
  if (state->reading)
    return;
  state->reading = true;
  state->store->range(state->prefix, [weak = std::weak_ptr{state}, run = state->run](
                                         const result<storage::control_snapshot>& snapshot) {
    run(at_once, [weak, snapshot] {
      if (const auto alive = weak.lock())
        on_snapshot(alive, snapshot);
    });
  });
}

void control_mirror::on_snapshot(const state_pointer& state,
                                 const result<storage::control_snapshot>& snapshot) {
  state->reading = false;
  if (!snapshot) {
    state->run(retry_read_after, [weak = std::weak_ptr{state}] {
      if (const auto alive = weak.lock())
        read(alive);
    });
    return;
  }
  // A watch may have told more than an older view of the store knows.
  if (!state->loaded || snapshot.value().at >= state->seen) {
    state->seen = snapshot.value().at;
    state->loaded = true;
    state->owner.loaded(snapshot.value());
  }
  if (!state->watch)
    follow(state);
  answer_waiting(*state);
  for (const auto& work : std::exchange(state->waiting_for_load, {}))
    work();
}

void control_mirror::follow(const state_pointer& state) {
  const auto number = ++state->watch_number;
  state->watch =
      state->store->watch(state->prefix, state->seen + 1,
                          [weak = std::weak_ptr{state}, run = state->run,
                           number](const result<std::vector<storage::control_event>>& events) {
                            run(at_once, [weak, number, events] {
                              if (const auto alive = weak.lock())
                                on_events(alive, number, events);
                            });
                          });
}

void control_mirror::on_events(const state_pointer& state, std::uint64_t watch_number,
                               const result<std::vector<storage::control_event>>& events) {
  if (watch_number != state->watch_number)
    return; // of a watch that was given up
  if (!events) {
    state->watch.reset();
    ++state->watch_number;
    read(state);
    return;
  }
  auto newest = state->seen;
  for (const auto& event : events.value()) {
    if (event.record.modified <= state->seen)
      continue; // a snapshot has told it already
    newest = std::max(newest, event.record.modified);
    state->owner.changed(event);
  }
  state->seen = newest;
  answer_waiting(*state);
}

void control_mirror::answer_waiting(shared_state& state) {
  std::vector<change_callback> ready;
  std::erase_if(state.waiting, [&](auto& entry) {
    if (entry.first > state.seen)
      return false;
    ready.push_back(std::move(entry.second));
    return true;
  });
  for (const auto& done : ready)
    done(success());
}

void control_mirror::change(change_builder build, change_callback done) {
  attempt(state_, std::move(build), std::move(done), attempts_max);
}

void control_mirror::attempt(const state_pointer& state, change_builder build, change_callback done,
                             int attempts_left) {
  auto transaction = build();
  if (!transaction)
    return done(transaction.error());
  if (transaction.value().then.empty())
    return done(success());
  state->store->transact(
      std::move(transaction).value(),
      [weak = std::weak_ptr{state}, run = state->run, build = std::move(build),
       done = std::move(done),
       attempts_left](const result<storage::transaction_outcome>& outcome) mutable {
        // Moved on: what they hold belongs to the owner's thread.
        run(at_once, [weak, build = std::move(build), done = std::move(done), attempts_left,
                      outcome]() mutable {
          if (const auto alive = weak.lock())
            on_outcome(alive, std::move(build), std::move(done), attempts_left, outcome);
        });
      });
}

void control_mirror::on_outcome(const state_pointer& state, change_builder build,
                                change_callback done, int attempts_left,
                                const result<storage::transaction_outcome>& outcome) {
  if (!outcome)
    return done(outcome.error());
  if (outcome.value().applied) {
    if (outcome.value().at <= state->seen)
      return done(success());
    state->waiting.emplace_back(outcome.value().at, std::move(done));
    return;
  }
  if (attempts_left <= 1)
    return done(
        error{errc::conflict,
              "change of " + state->prefix + " in the control store: others keep changing it",
              "try again"});
  read(state);
  state->run(retry_change_after, [weak = std::weak_ptr{state}, build = std::move(build),
                                  done = std::move(done), attempts_left]() mutable {
    if (const auto alive = weak.lock())
      attempt(alive, std::move(build), std::move(done), attempts_left - 1);
  });
}

} // namespace warmfront
