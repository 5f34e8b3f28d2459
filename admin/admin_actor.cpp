#include "admin/admin_actor.hpp"

#include <caf/send.hpp>

#include <fmt/core.h>

#include "admin/admin_actor_audit.hpp"
#include "admin/admin_actor_callers.hpp"
#include "admin/admin_actor_events.hpp"
#include "admin/admin_actor_questions.hpp"
#include "admin/api/across.hpp"
#include "admin/tencent/call.hpp"
#include "admin/tencent/signed_request.hpp"
#include "admin/tencent/verify.hpp"

namespace warmfront::admin {

namespace {

using self_pointer = admin_pointer;

void advance(self_pointer self, const exchange_pointer& now);

/// While the control store is silent, what a node tells is as old as what it last heard (RFC 9111
/// §5.1).
void mark_age(const admin_parts& parts, const exchange& done, http_response& response) {
  if (response.status != 200 || done.asked.where == nullptr || done.asked.where->method != "GET") {
    return;
  }
  if (const auto age = silence_of_control(*parts.node); age > std::chrono::seconds{0}) {
    response.headers.emplace_back("Age", std::to_string(age.count()));
  }
}

void respond(self_pointer self, const exchange_pointer& now, http_response response) {
  const auto& parts = self->state.parts;
  mark_age(parts, *now, response);
  give_cookie(parts, *now, response);
  respond_recorded(self, now, std::move(response));
}

/// This node has its answer: others are asked for theirs where that makes a difference.
void finish(self_pointer self, const exchange_pointer& now, http_response response) {
  const auto& parts = self->state.parts;
  const auto* const where = now->asked.where;
  if (where != nullptr && where->stays_open && response.status == 200 && response.body.empty())
    response.stream = follow_events(self->system(), parts, *now);
  if (now->by_peer || !parts.inquiries || where == nullptr || !asks_peers(*where, response))
    return respond(self, now, std::move(response));
  auto own = std::make_shared<http_response>(std::move(response));
  auto what = std::make_shared<const inquiry>(inquiry_of(now->asked, now->request));
  self->request(parts.inquiries, parts.patience, ask_peers{std::move(what)})
      .then(
          [self, now, own](const std::vector<peer_answer>& others) {
            respond(self, now, combine(now->asked, std::move(*own), others));
          },
          [self, now](const caf::error& reason) {
            respond(self, now, to_response(to_problem(no_answer(reason))));
          });
}

/// What the caller is told of a failure of a role.
http_response refusal(const exchange& now, const error& failure) {
  if (!now.cloud) {
    return to_response(to_problem(failure));
  }
  return tencent::refuse(
      now.cloud->called == nullptr
          ? tencent::to_gateway_error({}, failure)
          : tencent::to_gateway_error(tencent::handling_of(*now.cloud->called), failure),
      now.cloud->ids);
}

/// The same, where a wrong key is what a stranger tries.
http_response refusal_of_step(self_pointer self, const exchange& now, const error& failure) {
  if (now.asked.where == nullptr || !now.asked.where->signs_in || failure.code != errc::refused)
    return refusal(now, failure);
  // Only wrong keys are limited: who shares an address with a guesser still signs in.
  auto& limit = self->state.parts.strangers->sign_ins;
  const auto when = self->state.parts.time->steady_now();
  if (!limit.take(now.request.client_address, when)) {
    return too_many_sign_ins(limit.wait_of(now.request.client_address, when).value_or(seconds{1}));
  }
  return unauthenticated("The key is not known.");
}

/// What comes next, with the answers so far.
outcome next_of(exchange& now) {
  return now.cloud ? tencent::next_step(*now.cloud, now.asked, now.given)
                   : now.asked.where->serve(now.asked, now.given);
}

/// Hands a mail to intake. Its answer comes on another thread and needs no second step there, so
/// it does not come back through this actor.
void submit(self_pointer self, const exchange_pointer& now, submission mail) {
  auto mails = std::make_shared<std::vector<submitted_mail>>();
  const auto named = mail.id;
  mails->push_back(
      {std::move(mail), [now, named, whom = self->state.parts.idempotency](submission_result got) {
         if (named != message_id{}) {
           caf::anon_send(whom, end_request{named});
         }
         if (!got) {
           return now->respond(refusal(*now, got.error()));
         }
         now->given.emplace_back(got.value());
         auto next = next_of(*now);
         now->respond(std::move(*std::get_if<http_response>(&next)));
       }});
  self->send(self->state.parts.intake, submit_mails{std::move(mails)});
}

/// The questions of one step, asked one after the other: their answers keep the order.
struct step {
  std::vector<ask> questions;
  std::size_t asked = 0;
};

void ask_next(self_pointer self, const exchange_pointer& now,
              const std::shared_ptr<step>& current) {
  if (current->asked == current->questions.size()) {
    return advance(self, now);
  }
  auto question = std::move(current->questions[current->asked++]);
  std::visit(
      [&](auto& each) {
        using question_type = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<question_type, submission>) {
          submit(self, now, std::move(each));
        } else {
          put(self, std::move(each), [self, now, current](const auto& got) {
            const bool goes_on = now->asked.where != nullptr && now->asked.where->goes_on;
            if (!got && !goes_on) {
              return finish(self, now, refusal_of_step(self, *now, got.error()));
            }
            if (got) {
              now->given.emplace_back(got.value());
            } else {
              now->given.emplace_back(got.error());
            }
            ask_next(self, now, current);
          });
        }
      },
      question);
}

void advance(self_pointer self, const exchange_pointer& now) {
  auto next = next_of(*now);
  if (auto* response = std::get_if<http_response>(&next)) {
    return finish(self, now, std::move(*response));
  }
  auto& questions = *std::get_if<std::vector<ask>>(&next);
  for (const auto& each : questions) {
    if (const auto* revoked = std::get_if<revoke_key>(&each)) {
      self->state.keys.forget(revoked->id);
      self->state.sessions.forget(revoked->id);
    }
  }
  ask_next(self, now, std::make_shared<step>(step{std::move(questions)}));
}

/// Who calls, and when.
void set_out(admin_state& state, exchange& now, client_identity who) {
  now.asked.who = std::move(who);
  now.asked.by_peer = now.by_peer;
  now.asked.by_session = now.by_session;
  now.asked.now = state.parts.time->wall_now();
  now.asked.unique = fmt::format("{:x}.{}", now.asked.now.time_since_epoch().count(),
                                 state.parts.unique_prefix + std::to_string(++state.calls));
  now.asked.node = state.parts.node.get();
}

/// The caller is known, or need not be: reads the request and begins to answer it.
void begin(self_pointer self, const exchange_pointer& now, matched_route found,
           client_identity who) {
  auto& state = self->state;
  auto prepared = prepare(std::move(found), now->request);
  if (auto* refusal = std::get_if<http_response>(&prepared)) {
    return finish(self, now, std::move(*refusal));
  }
  now->asked = std::move(*std::get_if<call>(&prepared));
  keep_asked(*now);
  // The body has been read: what it weighed is free before the mail is stored.
  now->request.body = {};
  set_out(state, *now, std::move(who));
  advance(self, now);
}

void begin_if_allowed(self_pointer self, const exchange_pointer& now, matched_route found,
                      const client_identity& who) {
  now->asked.who = who;
  if (!allows(found.where->needed, who.role)) {
    return finish(self, now, forbidden(*found.where, who.role));
  }
  begin(self, now, std::move(found), who);
}

/// A stranger signs in: with a key and little else, since strangers' JSON is not read at length.
void begin_sign_in(self_pointer self, const exchange_pointer& now, matched_route found) {
  constexpr std::size_t sign_in_octets_max = 4096;
  if (now->request.body.size() > sign_in_octets_max) {
    return finish(self, now,
                  to_response({413, "content_too_large", "A key is much shorter than that.", "",
                               "send {\"key\": \"ID.SECRET\"} alone"}));
  }
  begin(self, now, std::move(found), {});
}

/// A call of the compatible API, once the secret of its key is there.
tencent::checked<void> begin_call(admin_state& state, exchange& now,
                                  const tencent::signed_request& request,
                                  const signature_key& key) {
  WARMFRONT_TRY(tencent::verify(request, key.secret, state.parts.time->wall_now()));
  now.asked.who = key.who;
  WARMFRONT_TRY(called, tencent::action_of(request));
  now.cloud->called = called;
  WARMFRONT_TRY(tencent::check_role(*called, key.who.role));
  WARMFRONT_TRY(
      state.parts.rates->take(key.who.key_id, called->name, state.parts.time->steady_now()));
  WARMFRONT_TRY(parameters, tencent::parameters_of(request, *called));
  now.asked.body = std::move(parameters);
  now.asked.client_address = now.request.client_address;
  keep_asked(now);
  set_out(state, now, key.who);
  return tencent::passed();
}

void serve_call(self_pointer self, const exchange_pointer& now) {
  now->cloud.emplace();
  now->cloud->ids = {tencent::make_request_id(self->state.random),
                     tencent::trace_id_of(now->request)};
  const auto refuse = [self, now](const tencent::gateway_error& why) {
    respond(self, now, tencent::refuse(why, now->cloud->ids));
  };
  auto read = tencent::parse_request(now->request);
  // What it weighed is held once.
  now->request.body = {};
  if (!read) {
    return refuse(read.error());
  }
  auto request = std::make_shared<const tencent::signed_request>(std::move(read).value());
  put(self, use_signature_key{request->secret_id},
      [self, now, request, refuse](const result<signature_key>& key) {
        if (!key && key.error().code == errc::not_found) {
          return refuse(tencent::unknown_key());
        }
        if (!key) {
          return respond(self, now, refusal(*now, key.error()));
        }
        const auto begun = begin_call(self->state, *now, *request, key.value());
        begun ? advance(self, now) : refuse(begun.error());
      });
}

void serve(self_pointer self, const exchange_pointer& now) {
  if (tencent::is_call(now->request)) {
    return serve_call(self, now);
  }
  auto route_or_refusal = find_route(now->request.method, now->request.target);
  if (auto* refusal = std::get_if<http_response>(&route_or_refusal)) {
    return finish(self, now, std::move(*refusal));
  }
  auto& found = *std::get_if<matched_route>(&route_or_refusal);
  const auto needed = found.where->needed;
  now->asked.where = found.where;
  keep_target(*now, found);
  if (found.where->signs_in) {
    return begin_sign_in(self, now, std::move(found));
  }
  if (needed == access::open || (needed == access::probe && now->request.from_loopback)) {
    return begin(self, now, std::move(found), {});
  }
  authenticate(self, now,
               [self, now, found](const std::variant<client_identity, http_response>& known) {
                 const auto* const who = std::get_if<client_identity>(&known);
                 who != nullptr ? begin_if_allowed(self, now, found, *who)
                                : finish(self, now, *std::get_if<http_response>(&known));
               });
}

/// Only what routes tell of the cluster: a peer may not do everything in another's name.
caf::result<inquiry_answer> serve_peer(self_pointer self, const inquiry& what) {
  auto promise = self->make_response_promise<inquiry_answer>();
  const auto now = std::make_shared<exchange>();
  now->by_peer = true;
  now->request.method = what.method;
  now->request.target = what.target;
  now->respond = [promise](http_response response) mutable {
    promise.deliver(inquiry_answer{response.status, std::move(response.body)});
  };
  auto route_or_refusal = find_route(what.method, what.target);
  if (auto* refusal = std::get_if<http_response>(&route_or_refusal))
    now->respond(std::move(*refusal));
  else if (auto& found = *std::get_if<matched_route>(&route_or_refusal);
           found.where->cluster == across::nodes_agree || found.where->body != nullptr)
    now->respond(forbidden(*found.where, what.who.role));
  else
    begin_if_allowed(self, now, std::move(found), what.who);
  return promise;
}

} // namespace

admin_actor::behavior_type admin_behavior(admin_actor::stateful_pointer<admin_state> self,
                                          admin_parts parts) {
  self->state.parts = std::move(parts);
  return {[self](const serve_exchange& m) { serve(self, m.value); },
          [self](const answer_inquiry& m) -> caf::result<inquiry_answer> {
            return serve_peer(self, *m.what);
          }};
}

} // namespace warmfront::admin
