// The handlers that the route table names, and what they share. Inside `admin/api` only; what is
// shared also in `admin/tencent`.
#pragma once

#include <algorithm>
#include <cassert>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/ip.hpp"
#include "admin/api/render.hpp"
#include "admin/api/route.hpp"

namespace warmfront::admin::handlers {

outcome send_message(call& request, const answers& given);
outcome list_messages(call& request, const answers& given);
outcome show_message(call& request, const answers& given);
outcome explain_message(call& request, const answers& given);
outcome cancel_message(call& request, const answers& given);
outcome retry_message(call& request, const answers& given);
outcome show_timeline(call& request, const answers& given);

outcome act_on_queues(call& request, const answers& given);
outcome count_matches(call& request, const answers& given);
outcome show_queue_action(call& request, const answers& given);
outcome begin_queue_part(call& request, const answers& given);

outcome list_pools(call& request, const answers& given);
outcome create_pool(call& request, const answers& given);
outcome show_pool(call& request, const answers& given);
outcome change_pool(call& request, const answers& given);
outcome delete_pool(call& request, const answers& given);
outcome put_pool_address(call& request, const answers& given);
outcome delete_pool_address(call& request, const answers& given);
outcome list_addresses(call& request, const answers& given);
outcome show_address(call& request, const answers& given);

outcome act_on_address(call& request, const answers& given);

outcome show_binding(call& request, const answers& given);

outcome list_provisionings(call& request, const answers& given);
outcome start_provisioning(call& request, const answers& given);
outcome show_provisioning(call& request, const answers& given);
outcome act_on_provisioning(call& request, const answers& given);

outcome list_templates(call& request, const answers& given);
outcome create_template(call& request, const answers& given);
outcome show_template(call& request, const answers& given);
outcome change_template(call& request, const answers& given);
outcome delete_template(call& request, const answers& given);
outcome render_template(call& request, const answers& given);
outcome review_template(call& request, const answers& given);

outcome list_groups(call& request, const answers& given);
outcome create_group(call& request, const answers& given);
outcome show_group(call& request, const answers& given);
outcome delete_group(call& request, const answers& given);
outcome list_recipients(call& request, const answers& given);
outcome replace_recipients(call& request, const answers& given);
outcome add_recipients(call& request, const answers& given);

outcome list_tasks(call& request, const answers& given);
outcome create_task(call& request, const answers& given);
outcome preview_task(call& request, const answers& given);
outcome show_task(call& request, const answers& given);
outcome list_occurrences(call& request, const answers& given);
outcome act_on_task(call& request, const answers& given);
outcome delete_task(call& request, const answers& given);

outcome list_identities(call& request, const answers& given);
outcome add_identity(call& request, const answers& given);
outcome show_identity(call& request, const answers& given);
outcome remove_identity(call& request, const answers& given);
outcome list_senders(call& request, const answers& given);
outcome add_sender(call& request, const answers& given);
outcome remove_sender(call& request, const answers& given);
outcome set_sender_password(call& request, const answers& given);

outcome show_identity_dns(call& request, const answers& given);
outcome verify_identity(call& request, const answers& given);
outcome change_identity(call& request, const answers& given);
outcome add_identity_key(call& request, const answers& given);
outcome retire_identity_key(call& request, const answers& given);
outcome check_identity(call& request, const answers& given);

outcome list_suppressions(call& request, const answers& given);
outcome add_suppression(call& request, const answers& given);
outcome remove_suppression(call& request, const answers& given);
outcome import_suppressions(call& request, const answers& given);

outcome show_statistics(call& request, const answers& given);
outcome list_tls_reports(call& request, const answers& given);

outcome list_webhooks(call& request, const answers& given);
outcome create_webhook(call& request, const answers& given);
outcome show_webhook(call& request, const answers& given);
outcome change_webhook(call& request, const answers& given);
outcome delete_webhook(call& request, const answers& given);
outcome act_on_webhook(call& request, const answers& given);
outcome list_dead_letters(call& request, const answers& given);
outcome replay_dead_letters(call& request, const answers& given);
outcome list_events(call& request, const answers& given);
outcome show_complaint_address(call& request, const answers& given);

outcome list_plans(call& request, const answers& given);
outcome create_plan(call& request, const answers& given);
outcome show_plan(call& request, const answers& given);
outcome change_plan(call& request, const answers& given);
outcome delete_plan(call& request, const answers& given);
outcome list_ledgers(call& request, const answers& given);
outcome show_ledger(call& request, const answers& given);
outcome act_on_ledger(call& request, const answers& given);
outcome show_ledger_history(call& request, const answers& given);
outcome preview_ledger_change(call& request, const answers& given);

outcome show_overview(call& request, const answers& given);
outcome show_series(call& request, const answers& given);

outcome forecast_batch(call& request, const answers& given);

outcome list_backups(call& request, const answers& given);
outcome begin_backup(call& request, const answers& given);
outcome show_backup_progress(call& request, const answers& given);

outcome list_queues(call& request, const answers& given);
outcome list_keys(call& request, const answers& given);
outcome create_key(call& request, const answers& given);
outcome revoke_key(call& request, const answers& given);
outcome list_accounts(call& request, const answers& given);
outcome create_account(call& request, const answers& given);
outcome show_account(call& request, const answers& given);
outcome delete_account(call& request, const answers& given);
outcome create_session(call& request, const answers& given);
outcome show_session(call& request, const answers& given);
outcome delete_session(call& request, const answers& given);
outcome list_audit(call& request, const answers& given);
outcome show_cluster(call& request, const answers& given);
outcome show_node(call& request, const answers& given);
outcome act_on_node(call& request, const answers& given);
outcome show_health(call& request, const answers& given);
outcome show_readiness(call& request, const answers& given);
outcome show_metrics(call& request, const answers& given);
outcome show_openapi(call& request, const answers& given);

// ---- what handlers share ------------------------------------------------------------------

/// One question as the next step.
template <class Question>
outcome then(Question question) {
  std::vector<ask> questions;
  questions.emplace_back(std::move(question));
  return questions;
}

/// Answer number `index`. @pre the question before it is answered with a `T`.
template <class T>
const T& answer_at(const answers& given, std::size_t index) {
  assert(index < given.size() && std::holds_alternative<T>(given[index]));
  return *std::get_if<T>(&given[index]);
}

inline http_response respond(const call& request, const ordered_json& body) {
  return {request.where->status, "application/json", dump(body), {}};
}
inline http_response no_content() {
  return {204, "", "", {}};
}
inline http_response fail(const problem& value) {
  return to_response(value);
}

/// A text, texts or a number of a checked body or query; the default when it is absent.
inline std::string text_of(const json& object, const char* name, std::string fallback = {}) {
  const auto found = object.find(name);
  return found == object.end() ? std::move(fallback) : found->get<std::string>();
}
inline std::vector<std::string> texts_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? std::vector<std::string>{}
                               : found->get<std::vector<std::string>>();
}
inline std::uint64_t number_of(const json& object, const char* name, std::uint64_t fallback) {
  const auto found = object.find(name);
  return found == object.end() ? fallback : found->get<std::uint64_t>();
}

/// An IP of a checked path or body, in its canonical form.
inline ip_address address_in(const std::string& text) {
  return ip_address{canonical_ip(text).value_or(text)};
}

/// The texts of a checked object by name; none where the field is absent.
std::map<std::string, std::string, std::less<>> text_map_in(const json& object, const char* name);

/// On whose behalf: the account that the query names, else the caller's own. `refused` for another
/// account, of a key that is only for its own.
result<account_name> account_in(const call& request);

/// Whose things a list shows: those of one account, or of all where the key is for more than its
/// own.
result<account_name> accounts_in(const call& request);

/// Null when there is none of that name.
const pool* find_pool(const std::vector<pool>& all, std::string_view name);

/// Whether their nodes can send from the addresses of `wanted` that the pool does not have yet.
check_sources sources_to_check(const std::vector<pool_address>& wanted, const pool* before);

/// Questions whose answers are `what_waits`: the pools, and the queues of all nodes.
std::vector<ask> ask_what_waits(const call& request);
/// How many answers they have.
std::size_t answers_of_what_waits(const call& request);
struct what_waits {
  const std::vector<pool>& pools;
  std::vector<queue_report> queues; ///< of others pool, class, sender domain, state and how many
};
/// @pre they were the first questions.
what_waits read_what_waits(const call& request, const answers& given);

/// When a batch through a pool would be sent, without who it is from and how large it is.
warmfront::forecast_batch question_about(const what_waits& waits, const pool& from,
                                         mail_class importance);

/// Which events of this node a request is about. `invalid_argument`, `refused`.
result<read_events> events_asked_for(const call& request);
/// Whether the answer stays open.
bool is_followed(const call& request);

inline constexpr std::uint64_t items_per_page = 100;
inline constexpr std::uint64_t messages_per_page = 50;

/// A queue has no name of its own: what tells it from others, together.
std::string queue_token(std::string_view pool, std::string_view importance,
                        std::string_view sender_domain, std::string_view provider,
                        std::string_view destination, std::string_view node,
                        std::string_view state);

/// The IPs that mail of a pool may leave from, with those of the one that it overflows into.
std::vector<ip_address> sources_of_pool(const std::vector<pool>& pools, const std::string& name);

/// One page of a list, ordered by `token_of`, which names each item uniquely. `unanswered`: nodes
/// that may have more of it.
template <class Item, class TokenOf>
http_response page(const call& request, std::vector<Item> items, TokenOf token_of,
                   const std::vector<std::string>& unanswered = {}) {
  std::sort(items.begin(), items.end(),
            [&](const Item& left, const Item& right) { return token_of(left) < token_of(right); });
  const auto after = text_of(request.query, "after");
  const auto limit = number_of(request.query, "limit", items_per_page);
  ordered_json body;
  body["items"] = ordered_json::array();
  body["next"] = nullptr;
  std::string last;
  for (const auto& each : items) {
    auto token = token_of(each);
    if (!after.empty() && token <= after) {
      continue;
    }
    if (body["items"].size() == limit) {
      body["next"] = last;
      break;
    }
    body["items"].push_back(to_json(each));
    last = std::move(token);
  }
  if (!unanswered.empty()) {
    body["unanswered"] = unanswered;
  }
  return respond(request, body);
}

} // namespace warmfront::admin::handlers
