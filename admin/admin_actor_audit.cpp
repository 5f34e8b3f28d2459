#include "admin/admin_actor_audit.hpp"

#include <utility>

#include <fmt/core.h>

#include "admin/api/audit_entry.hpp"
#include "admin/tencent/handling.hpp"

namespace warmfront::admin {

namespace {

/// Whether the request is one that is recorded, whoever asked it.
bool is_recorded(const exchange& now) {
  if (now.by_peer) {
    return false; // by the node that asks
  }
  if (now.cloud) {
    const auto* const called = now.cloud->called;
    return called != nullptr && !tencent::only_reads(*called) && called->name != "SendEmail";
  }
  return now.asked.where != nullptr && is_change(*now.asked.where);
}

/// Strangers are heard so often, and no more: they could fill the log. Whose session it is does not
/// count before its key was found to be good.
bool is_heard(admin_state& state, const exchange& now, const http_response& response) {
  if (!now.asked.who.account.empty()) {
    return true;
  }
  constexpr unsigned too_many = 429;
  return response.status != too_many &&
         state.parts.strangers->records.take(now.request.client_address,
                                             state.parts.time->steady_now());
}

std::string request_id_of(admin_state& state, const exchange& now) {
  if (now.cloud) {
    return now.cloud->ids.request_id;
  }
  return now.asked.unique.empty()
             ? fmt::format("{:x}.{}{}", state.parts.time->wall_now().time_since_epoch().count(),
                           state.parts.unique_prefix, ++state.calls)
             : now.asked.unique;
}

/// A collection and what was made in it.
std::string resource_of(const exchange& now, const http_response& response) {
  if (now.cloud || now.asked.where->method != "POST") {
    return now.resource;
  }
  const auto made = made_resource(*now.asked.where, now.asked.body, response);
  return made.empty() ? now.resource : now.resource + '/' + made;
}

std::shared_ptr<const audit_record> record_of(admin_state& state, const exchange& now,
                                              const http_response& response) {
  auto record = std::make_shared<audit_record>();
  const auto& who = now.asked.who;
  record->at = state.parts.time->wall_now();
  record->node = state.parts.node->node;
  record->key_id = who.key_id;
  record->account = who.account.str();
  record->role = who.account.empty() ? std::string_view{} : to_string(who.role);
  record->by_session = now.by_session.has_value();
  record->client_address = now.request.client_address;
  record->method = now.request.method;
  record->action = now.cloud ? now.cloud->called->name : now.asked.where->operation;
  record->resource = resource_of(now, response);
  record->asked = now.asked_for;
  record->status = response.status;
  record->code = refusal_code(response);
  record->request_id = request_id_of(state, now);
  return record;
}

/// One line as well, for who collects those. Never a secret, never a body.
void log_record(event_log& log, const audit_record& record) {
  log.write(log_level::info, "admin_request",
            {{"method", std::string_view{record.method}},
             {"action", std::string_view{record.action}},
             {"resource", std::string_view{record.resource}},
             {"status", static_cast<std::int64_t>(record.status)},
             {"code", std::string_view{record.code}},
             {"account", std::string_view{record.account}},
             {"key", std::string_view{record.key_id}},
             {"role", std::string_view{record.role}},
             {"session", record.by_session},
             {"client", std::string_view{record.client_address}},
             {"request", std::string_view{record.request_id}}});
}

} // namespace

void keep_target(exchange& now, const matched_route& found) {
  if (is_change(*found.where)) {
    now.resource = audit_resource(*found.where, found.parameters);
  }
}

void keep_asked(exchange& now) {
  if (!is_recorded(now)) {
    return;
  }
  now.asked_for = audit_asked(now.asked.query, now.asked.body);
  if (now.cloud) {
    now.resource = named_in_call(now.asked.body);
  }
}

void respond_recorded(admin_pointer self, const exchange_pointer& now, http_response response) {
  auto& state = self->state;
  if (!is_recorded(*now) || !is_heard(state, *now, response)) {
    return now->respond(std::move(response));
  }
  const auto record = record_of(state, *now, response);
  log_record(*state.parts.log, *record);
  if (!now->cloud) {
    response.headers.emplace_back("X-Request-Id", record->request_id);
  }
  if (!state.parts.audit) {
    return now->respond(std::move(response));
  }
  const auto waiting = std::make_shared<http_response>(std::move(response));
  put(self, record_audit{record},
      [now, waiting](const result<done>&) { now->respond(std::move(*waiting)); });
}

} // namespace warmfront::admin
