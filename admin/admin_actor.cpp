#include "admin/admin_actor.hpp"

#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <fmt/core.h>

#include "admin/admin_actor_events.hpp"
#include "admin/admin_actor_questions.hpp"
#include "admin/api/across.hpp"
#include "admin/tencent/call.hpp"
#include "admin/tencent/signed_request.hpp"
#include "admin/tencent/verify.hpp"

namespace warmfront::admin {

namespace {

using self_pointer = admin_actor::stateful_pointer<admin_state>;
using exchange_pointer = std::shared_ptr<exchange>;

void advance(self_pointer self, const exchange_pointer& now);

error no_answer(const caf::error& reason) {
  const bool late = reason == caf::sec::request_timeout;
  return {late ? errc::timed_out : errc::stopping,
          late ? "The node did not answer in time." : "The node is shutting down.", "try again"};
}

/// The same of a call of the compatible API, whose status says nothing.
void log_call(const admin_parts& parts, const exchange& done) {
  if (done.cloud->called == nullptr || tencent::only_reads(*done.cloud->called) ||
      done.cloud->called->name == "SendEmail") {
    return;
  }
  parts.log->write(log_level::info, "admin_request",
                   {{"method", std::string_view{done.request.method}},
                    {"target", std::string_view{"/"}},
                    {"action", done.cloud->called->name},
                    {"request", std::string_view{done.cloud->ids.request_id}},
                    {"account", std::string_view{done.asked.who.account.str()}},
                    {"key", std::string_view{done.asked.who.key_id}},
                    {"client", std::string_view{done.request.client_address}}});
}

/// One line for what changes something. Never a secret, never a body.
void log_change(const admin_parts& parts, const exchange& done, const http_response& response) {
  if (done.cloud) {
    return log_call(parts, done);
  }
  if (done.asked.where == nullptr || done.asked.where->method == "GET" ||
      done.asked.where->needed == access::send || done.asked.where->needed == access::read) {
    return;
  }
  parts.log->write(log_level::info, "admin_request",
                   {{"method", std::string_view{done.request.method}},
                    {"target", std::string_view{done.request.target}},
                    {"status", static_cast<std::int64_t>(response.status)},
                    {"account", std::string_view{done.asked.who.account.str()}},
                    {"key", std::string_view{done.asked.who.key_id}},
                    {"client", std::string_view{done.request.client_address}}});
}

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

void respond(const admin_parts& parts, const exchange_pointer& now, http_response response) {
  log_change(parts, *now, response);
  mark_age(parts, *now, response);
  now->respond(std::move(response));
}

/// This node has its answer: others are asked for theirs where that makes a difference.
void finish(self_pointer self, const exchange_pointer& now, http_response response) {
  const auto& parts = self->state.parts;
  const auto* const where = now->asked.where;
  if (where != nullptr && where->stays_open && response.status == 200 && response.body.empty())
    response.stream = follow_events(self->system(), parts, *now);
  if (now->by_peer || !parts.inquiries || where == nullptr || !asks_peers(*where, response))
    return respond(parts, now, std::move(response));
  auto own = std::make_shared<http_response>(std::move(response));
  auto what = std::make_shared<const inquiry>(inquiry_of(now->asked, now->request));
  self->request(parts.inquiries, parts.patience, ask_peers{std::move(what)})
      .then(
          [self, now, own](const std::vector<peer_answer>& others) {
            respond(self->state.parts, now, combine(now->asked, std::move(*own), others));
          },
          [self, now](const caf::error& reason) {
            respond(self->state.parts, now, to_response(to_problem(no_answer(reason))));
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

/// What comes next, with the answers so far.
outcome next_of(exchange& now) {
  return now.cloud ? tencent::next_step(*now.cloud, now.asked, now.given)
                   : now.asked.where->serve(now.asked, now.given);
}

/// Asks one question; `use` gets the result, failures of the actor system included.
template <class Question, class Use>
void put(self_pointer self, Question question, Use use) {
  const auto& target = whom<Question>(self->state.parts);
  using reply = reply_of<std::decay_t<decltype(target)>, Question>;
  using outcome_of_question = std::decay_t<decltype(result_of(std::declval<const reply&>()))>;
  self->request(target, patience_for<Question>(self->state.parts), std::move(question))
      .then([use](const reply& got) { use(result_of(got)); },
            [use](const caf::error& reason) { use(outcome_of_question{no_answer(reason)}); });
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
            if (!got) {
              return finish(self, now, refusal(*now, got.error()));
            }
            now->given.emplace_back(got.value());
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
    }
  }
  ask_next(self, now, std::make_shared<step>(step{std::move(questions)}));
}

/// Who calls, and when.
void set_out(admin_state& state, exchange& now, client_identity who) {
  now.asked.who = std::move(who);
  now.asked.by_peer = now.by_peer;
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
  // The body has been read: what it weighed is free before the mail is stored.
  now->request.body = {};
  set_out(state, *now, std::move(who));
  advance(self, now);
}

void begin_if_allowed(self_pointer self, const exchange_pointer& now, matched_route found,
                      const client_identity& who) {
  if (!allows(found.where->needed, who.role)) {
    return finish(self, now, forbidden(*found.where, who.role));
  }
  begin(self, now, std::move(found), who);
}

void authenticate(self_pointer self, const exchange_pointer& now, matched_route found) {
  auto& state = self->state;
  auto secret = bearer_key(now->request);
  if (!secret) {
    return finish(self, now, unauthenticated("This needs a key."));
  }
  const auto asked_at = state.parts.time->steady_now();
  if (const auto known = state.keys.find(*secret, asked_at)) {
    return begin_if_allowed(self, now, std::move(found), *known);
  }
  put(self, authenticate_key{"", *secret},
      [self, now, found, secret, asked_at](const result<client_identity>& got) {
        if (!got && got.error().code == errc::refused) {
          return finish(self, now, unauthenticated("The key is not known."));
        }
        if (!got) {
          return finish(self, now, to_response(to_problem(got.error())));
        }
        self->state.keys.remember(*secret, got.value(), asked_at);
        begin_if_allowed(self, now, found, got.value());
      });
}

/// A call of the compatible API, once the secret of its key is there.
tencent::checked<void> begin_call(admin_state& state, exchange& now,
                                  const tencent::signed_request& request,
                                  const signature_key& key) {
  WARMFRONT_TRY(tencent::verify(request, key.secret, state.parts.time->wall_now()));
  WARMFRONT_TRY(called, tencent::action_of(request));
  WARMFRONT_TRY(tencent::check_role(*called, key.who.role));
  WARMFRONT_TRY(
      state.parts.rates->take(key.who.key_id, called->name, state.parts.time->steady_now()));
  WARMFRONT_TRY(parameters, tencent::parameters_of(request, *called));
  now.asked.body = std::move(parameters);
  now.asked.client_address = now.request.client_address;
  now.cloud->called = called;
  set_out(state, now, key.who);
  return tencent::passed();
}

void serve_call(self_pointer self, const exchange_pointer& now) {
  now->cloud.emplace();
  now->cloud->ids = {tencent::make_request_id(self->state.random),
                     tencent::trace_id_of(now->request)};
  const auto refuse = [self, now](const tencent::gateway_error& why) {
    respond(self->state.parts, now, tencent::refuse(why, now->cloud->ids));
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
          return respond(self->state.parts, now, refusal(*now, key.error()));
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
  if (needed == access::open || (needed == access::probe && now->request.from_loopback)) {
    return begin(self, now, std::move(found), {});
  }
  authenticate(self, now, std::move(found));
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
