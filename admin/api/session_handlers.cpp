// Signing in and out, for browsers.
#include "admin/api/handlers.hpp"
#include "admin/api/session.hpp"

namespace warmfront::admin::handlers {

namespace {

ordered_json describe(const client_identity& who, const std::optional<browser_session>& by) {
  ordered_json target;
  if (by) {
    target["csrf_token"] = csrf_token_of(*by);
  }
  target["account"] = who.account.str();
  target["role"] = to_string(who.role);
  target["key_id"] = who.key_id;
  target["expires_at"] = by ? ordered_json(to_rfc3339(by->expires_at)) : ordered_json(nullptr);
  return target;
}

/// What a node cannot do that was not given the cluster's secrets key.
error no_sessions() {
  return {errc::unavailable, "this node has no key that sessions are sealed with",
          "give all nodes of the cluster the same [secrets] key_file or WARMFRONT_SECRETS_KEY"};
}

result<http_response> begin_for(call& request, const client_identity& who) {
  if (!request.node->sealing) {
    return no_sessions();
  }
  WARMFRONT_TRY(made, begin_session(who.key_id, request.now));
  WARMFRONT_TRY(cookie, seal_session(*request.node->sealing, made));
  auto response = respond(request, describe(who, made));
  response.headers.emplace_back("Set-Cookie", set_cookie(cookie, session_idle, request.over_tls));
  return response;
}

} // namespace

outcome create_session(call& request, const answers& given) {
  if (given.empty()) {
    // A page of others may not sign its visitors in.
    if (request.same_origin == false) {
      return fail({403, "foreign_origin", "A browser signs in from the node's own pages only.", "",
                   "open the console of this node"});
    }
    return then(authenticate_key{"", text_of(request.body, "key")});
  }
  request.who = answer_at<client_identity>(given, 0);
  auto response = begin_for(request, request.who);
  return response ? std::move(response).value() : fail(to_problem(response.error()));
}

outcome show_session(call& request, const answers&) {
  return respond(request, describe(request.who, request.by_session));
}

outcome delete_session(call& request, const answers&) {
  auto response = no_content();
  response.headers.emplace_back("Set-Cookie", set_cookie("", {}, request.over_tls));
  return response;
}

} // namespace warmfront::admin::handlers
