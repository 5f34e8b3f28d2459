// How the callbacks of stores and timers get back into an actor.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/messages/type_ids.hpp"

namespace warmfront {

/// Runs functions in an actor that handles `run_step`, after a delay that may be zero. Callable
/// from any thread; does not keep the actor alive, and what comes too late is dropped.
template <class Handle>
std::function<void(std::chrono::milliseconds, std::function<void()>)> run_later(Handle* self) {
  return [weak = caf::actor_cast<caf::weak_actor_ptr>(self->ctrl())](
             std::chrono::milliseconds delay, std::function<void()> work) {
    const auto alive = caf::actor_cast<caf::strong_actor_ptr>(weak);
    if (!alive)
      return;
    const auto target = caf::actor_cast<caf::actor>(alive);
    if (delay.count() <= 0)
      caf::anon_send(target, run_step{std::move(work)});
    else
      caf::delayed_anon_send(target, delay, run_step{std::move(work)});
  };
}

} // namespace warmfront
