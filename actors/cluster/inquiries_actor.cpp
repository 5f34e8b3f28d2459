#include "actors/cluster/inquiries_actor.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

using self_pointer = inquiries_actor::stateful_pointer<inquiries_state>;
using shell = inquiries_actor::stateful_base<inquiries_state>;

// Shorter than a client of the management API waits for one of its questions.
constexpr seconds answer_within{5};
constexpr milliseconds tick_interval{500};

inquiry_answer no_answer() {
  return {503, R"({"code":"unavailable","detail":"The node is starting or shutting down."})"};
}

/// `node`, `GET /v1/queues`: too much for one frame, so that the caller asks for less.
inquiry_answer bounded(inquiry_answer value) {
  if (value.body.size() <= inquiry_octets_max)
    return value;
  return {413, R"({"code":"limit_exceeded","detail":"The answer of a node is too large.",)"
               R"("remedy":"ask for a smaller limit"})"};
}

void answer_peer(self_pointer self, const inquiries_ports& ports, const node_name& peer,
                 numbered_inquiry asked) {
  const auto respond = [=, send = ports.send, number = asked.number](inquiry_answer value) {
    send({peer, {encode_inquiry_answer(number, bounded(std::move(value)))}});
  };
  if (!self->state.answerer)
    return respond(no_answer());
  self->request(self->state.answerer, answer_within,
                answer_inquiry{std::make_shared<const inquiry>(std::move(asked.what))})
      .then([respond](inquiry_answer& value) { respond(std::move(value)); },
            [respond](const caf::error&) { respond(no_answer()); });
}

result<void> receive(self_pointer self, const inquiries_ports& ports, const node_name& from,
                     const peer_frame& frame) {
  if (frame.kind == static_cast<std::uint16_t>(inquiry_frame::ask)) {
    WARMFRONT_TRY(asked, decode_inquiry(frame.octets));
    answer_peer(self, ports, from, std::move(asked));
  } else if (frame.kind == static_cast<std::uint16_t>(inquiry_frame::answered)) {
    WARMFRONT_TRY(answered, decode_inquiry_answer(frame.octets));
    self->state.rules.answered(from, answered.first, std::move(answered.second));
  } // else of a later release, which does not count on an answer
  return success();
}

void keep_ticking(self_pointer self, const clock* time,
                  std::function<void(milliseconds, std::function<void()>)> run) {
  run(tick_interval, [=] {
    self->state.rules.tick(time->steady_now());
    keep_ticking(self, time, run);
  });
}

} // namespace

inquiries_actor::behavior_type
inquiries_behavior(inquiries_actor::stateful_pointer<inquiries_state> self, inquiries_ports ports) {
  keep_ticking(self, ports.time, run_later(static_cast<shell*>(self)));
  return {
      [=](const ask_peers& m) -> caf::result<std::vector<peer_answer>> {
        auto promise = self->make_response_promise<std::vector<peer_answer>>();
        auto frames = self->state.rules.ask(
            *m.what, ports.time->steady_now() + answer_within,
            [promise](std::vector<peer_answer> all) mutable { promise.deliver(std::move(all)); });
        for (auto& each : frames)
          ports.send(std::move(each));
        return promise;
      },
      [=](const connect_answerer& m) { self->state.answerer = caf::actor_cast<caf::actor>(m.who); },
      [=](const members_changed& m) { self->state.rules.set_members(*m.members); },
      [=](const peer_joined& m) { self->state.rules.joined(m.peer); },
      [=](const peer_lost& m) { self->state.rules.lost(m.peer); },
      [=](const frames_received& m) {
        for (const auto& frame : m.frames)
          if (const auto read = receive(self, ports, m.from, frame); !read)
            ports.log->write(log_level::error, "peer_frame_unreadable",
                             {{"peer", std::string_view{m.from.str()}},
                              {"text", std::string_view{read.error().what}}});
        return done{};
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
