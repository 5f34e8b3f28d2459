#include <fmt/core.h>

#include "admin/api/handlers.hpp"
#include "admin/api/metrics.hpp"
#include "admin/api/openapi.hpp"

namespace warmfront::admin::handlers {

std::string queue_token(std::string_view pool, std::string_view importance,
                        std::string_view sender_domain, std::string_view provider,
                        std::string_view destination, std::string_view node,
                        std::string_view state) {
  return fmt::format("{}|{}|{}|{}|{}|{}{}", pool, importance, sender_domain, provider, destination,
                     node, state == "deferred" ? "|deferred" : "");
}

outcome list_queues(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_queues{true, true});
  }
  auto queues = answer_at<std::vector<queue_report>>(given, 0);
  for (auto& each : queues) {
    each.node = node_name{request.node->node};
  }
  return page(request, std::move(queues), [](const queue_report& each) {
    return queue_token(each.pool.str(), to_string(each.importance), each.sender_domain,
                       each.provider, each.destination, each.node.str(), each.state);
  });
}

outcome list_keys(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_keys{});
  }
  return page(request, answer_at<std::vector<key_report>>(given, 0),
              [](const key_report& each) { return each.id; });
}

outcome create_key(call& request, const answers& given) {
  if (given.empty()) {
    const auto role = parse_key_role(text_of(request.body, "role"));
    return then(warmfront::create_key{account_name{text_of(request.body, "account")},
                                      role.value_or(key_role::viewer),
                                      text_of(request.body, "kind", "bearer")});
  }
  return respond(request, to_json(answer_at<created_key>(given, 0)));
}

outcome revoke_key(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::revoke_key{request.parameters.front()});
  }
  return no_content();
}

outcome show_health(call& request, const answers&) {
  ordered_json body;
  body["status"] = "ok";
  return respond(request, body);
}

outcome show_readiness(call& request, const answers& given) {
  const auto reason = request.node->readiness();
  if (reason.empty()) {
    return show_health(request, given);
  }
  auto unready = to_problem({errc::unavailable, reason, "", ""});
  unready.code = "not_ready";
  return fail(unready);
}

outcome show_metrics(call& request, const answers& given) {
  if (given.empty()) {
    return std::vector<ask>{
        warmfront::list_ledgers{},  warmfront::list_queues{},        count_deliveries{},
        warmfront::list_pools{},    warmfront::list_provisionings{}, count_chunks{},
        warmfront::list_webhooks{}, warmfront::list_identities{},    count_suppressions{}};
  }
  metric_sources sources{answer_at<std::vector<ledger_report>>(given, 0),
                         answer_at<std::vector<queue_report>>(given, 1),
                         answer_at<delivery_counts>(given, 2),
                         answer_at<std::vector<pool>>(given, 3),
                         answer_at<std::vector<provisioning>>(given, 4),
                         answer_at<chunk_counts>(given, 5),
                         answer_at<std::vector<webhook_report>>(given, 6),
                         answer_at<std::vector<identity_report>>(given, 7),
                         answer_at<suppression_counts>(given, 8),
                         request.node->smtp(),
                         request.node->storage(),
                         request.node->readiness().empty(),
                         silence_of_control(*request.node),
                         request.node->version,
                         request.node->inbound ? std::optional{request.node->inbound()}
                                               : std::nullopt};
  return http_response{200, std::string{request.where->media_type}, metrics_text(sources), {}};
}

outcome show_openapi(call& request, const answers&) {
  return http_response{200, "application/json", openapi_text(request.node->version), {}};
}

} // namespace warmfront::admin::handlers
