#include "admin/admin_actor_callers.hpp"

#include <algorithm>
#include <utility>

#include "admin/api/session.hpp"

namespace warmfront::admin {

namespace {

/// How long the control store may take to tell all nodes of a new key.
constexpr std::chrono::minutes key_known_within{1};

using known_caller = std::variant<client_identity, http_response>;
using caller_callback = std::function<void(const known_caller&)>;

void by_key(admin_pointer self, const std::string& secret, caller_callback then) {
  auto& state = self->state;
  const auto asked_at = state.parts.time->steady_now();
  if (const auto known = state.keys.find(secret, asked_at)) {
    return then(*known);
  }
  put(self, authenticate_key{"", secret},
      [self, then, secret, asked_at](const result<client_identity>& got) {
        if (!got) {
          return then(got.error().code == errc::refused ? unauthenticated("The key is not known.")
                                                        : to_response(to_problem(got.error())));
        }
        self->state.keys.remember(secret, got.value(), asked_at);
        then(got.value());
      });
}

/// The browser forgets a cookie that is no good.
http_response session_over(const exchange& now) {
  auto response = unauthenticated("The session is over.");
  response.headers.emplace_back("Set-Cookie", set_cookie("", {}, now.request.over_tls));
  return response;
}

void go_on(const admin_parts& parts, exchange& now, browser_session by) {
  if (auto later = renewed(by, parts.time->wall_now())) {
    if (auto cookie = seal_session(*parts.node->sealing, *later)) {
      now.new_cookie = std::move(cookie).value();
      by = std::move(*later);
    }
  }
  now.by_session = std::move(by);
}

void by_cookie(admin_pointer self, const exchange_pointer& now, const std::string& cookie,
               caller_callback then) {
  auto& state = self->state;
  const auto& sealing = state.parts.node->sealing;
  auto by = sealing ? open_session(*sealing, cookie, state.parts.time->wall_now()) : std::nullopt;
  if (!by) {
    return then(session_over(*now));
  }
  now->asked.who.key_id = by->key_id;
  if (auto forged = refuse_forgery(now->request, *by)) {
    return then(std::move(*forged));
  }
  go_on(state.parts, *now, *by);
  const auto asked_at = state.parts.time->steady_now();
  if (const auto known = state.sessions.find(by->key_id, asked_at)) {
    return then(*known);
  }
  put(self, identify_key{by->key_id},
      [self, now, then, asked_at, id = by->key_id](const result<client_identity>& got) {
        if (!got && got.error().code == errc::refused) {
          now->new_cookie.clear();
          // A key made a moment ago on another node may not be known here yet.
          const bool is_young =
              self->state.parts.time->wall_now() < now->by_session->began + key_known_within;
          return then(is_young ? unauthenticated("The session's key is not known here.")
                               : session_over(*now));
        }
        if (!got) {
          return then(to_response(to_problem(got.error())));
        }
        self->state.sessions.remember(id, got.value(), asked_at);
        then(got.value());
      });
}

} // namespace

void authenticate(admin_pointer self, const exchange_pointer& now, caller_callback then) {
  if (const auto secret = bearer_key(now->request)) {
    return by_key(self, *secret, std::move(then));
  }
  if (const auto cookie = session_cookie(now->request)) {
    return by_cookie(self, now, *cookie, std::move(then));
  }
  then(unauthenticated("This needs a key."));
}

void give_cookie(const admin_parts& parts, const exchange& now, http_response& response) {
  const bool has_one = std::ranges::any_of(
      response.headers, [](const auto& each) { return each.first == "Set-Cookie"; });
  if (now.new_cookie.empty() || has_one || !now.by_session) {
    return;
  }
  const auto lifetime = now.by_session->expires_at - parts.time->wall_now();
  response.headers.emplace_back(
      "Set-Cookie", set_cookie(now.new_cookie, std::chrono::duration_cast<seconds>(lifetime),
                               now.request.over_tls));
}

http_response too_many_sign_ins(seconds wait) {
  problem refused{429, "too_many_attempts", "Too many wrong keys came from this address.", "",
                  "wait, then sign in with a key of this cluster"};
  refused.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return to_response(refused);
}

} // namespace warmfront::admin
