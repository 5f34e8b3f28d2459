// How an actor serves commands that have to wait for what it reads at its start.
#pragma once

#include <caf/typed_response_promise.hpp>

#include "actors/messages/messages.hpp"

namespace warmfront {

/// A handler of `Command` that answers with `answer<Answer>` through a promise: calls
/// `work(host, command, promise)` now, or once everything is read.
/// @pre the actor's state has a `host` with `when_loaded(std::function<void()>)`, which drops what
/// still waits when the actor ends.
template <class Command, class Answer, class Self, class Work>
auto once_loaded(Self self, Work work) {
  return [self, work](const Command& m) -> caf::typed_response_promise<answer<Answer>> {
    auto promise = self->template make_response_promise<answer<Answer>>();
    auto& host = *self->state.host;
    host.when_loaded([&host, work, m, promise]() mutable { work(host, m, promise); });
    return promise;
  };
}

} // namespace warmfront
