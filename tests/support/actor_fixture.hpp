// A deterministic actor system: one thread, CAF's test coordinator, a clock of ours.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

/// Actors run only inside `settle`. The destructor ends all that were spawned here: an actor left
/// alive would make the system's destructor wait for ever.
class actor_fixture {
public:
  actor_fixture() : system_{configured(config_)} {}
  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;
  ~actor_fixture() {
    outside_.clear(); // members of derived fixtures, gone already
    for (const auto& each : spawned_)
      caf::anon_send_exit(each, caf::exit_reason::kill);
    spawned_.clear();
    settle();
  }

  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }
  [[nodiscard]] manual_clock& time() noexcept { return clock_; }

  /// Spawns a function-based actor. @returns its handle.
  template <class Function, class... Arguments>
  auto spawn(Function behavior, Arguments... arguments) {
    auto handle = system_.spawn(behavior, std::move(arguments)...);
    spawned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }
  /// Ends one actor at once, as a crash does.
  template <class Handle>
  void kill(Handle& handle) {
    caf::anon_send_exit(handle, caf::exit_reason::kill);
    settle();
    std::erase(spawned_, caf::actor_cast<caf::actor>(handle));
    handle = Handle{};
  }

  /// Something outside the actors that makes progress when they cannot: a store that waits to be
  /// told. @returns how much it did.
  void also_settle(std::function<std::size_t()> work) { outside_.push_back(std::move(work)); }

  /// Runs until nobody has anything to do. Timers do not run by themselves.
  void settle() {
    for (bool busy = true; busy;) {
      busy = false;
      while (coordinator().try_run_once())
        busy = true;
      for (const auto& work : outside_)
        busy = work() > 0 || busy;
    }
  }
  /// Lets time pass on all clocks, timers in order, and settles.
  void advance(std::chrono::milliseconds by) {
    constexpr std::chrono::milliseconds step{50};
    settle();
    for (auto left = by; left.count() > 0; left -= step) {
      const auto now = std::min(left, step);
      clock_.advance(now);
      coordinator().advance_time(now);
      settle();
    }
  }

  /// Asks an actor and waits for its answer; fails the test when there is none.
  template <class Answer, class Handle, class Question>
  Answer ask(const Handle& whom, Question question) {
    auto pending = asked<Answer>(whom, std::move(question));
    settle();
    REQUIRE(pending->has_value());
    return std::move(**pending);
  }
  /// Asks without waiting: the answer appears once it is there.
  template <class Answer, class Handle, class Question>
  std::shared_ptr<std::optional<Answer>> asked(const Handle& whom, Question question) {
    auto answer = std::make_shared<std::optional<Answer>>();
    system_.spawn([whom, question = std::move(question), answer](caf::event_based_actor* self) {
      self->request(whom, caf::infinite, question)
          .then([answer](const Answer& got) { *answer = got; }, [](const caf::error&) {});
    });
    return answer;
  }

private:
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }
  [[nodiscard]] caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  manual_clock clock_;
  caf::actor_system_config config_;
  caf::actor_system system_;
  std::vector<caf::actor> spawned_;
  std::vector<std::function<std::size_t()>> outside_;
};

} // namespace warmfront::testing
