// The route table's types: what a request may ask for, and the steps that answer it. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/backup/backup_keeper.hpp"
#include "actors/core/octet_source.hpp"
#include "actors/messages/accounts.hpp"
#include "actors/messages/audit.hpp"
#include "actors/messages/chunks.hpp"
#include "actors/messages/feedback.hpp"
#include "actors/messages/groups.hpp"
#include "actors/messages/idempotency.hpp"
#include "actors/messages/identities.hpp"
#include "actors/messages/inquiries.hpp"
#include "actors/messages/members.hpp"
#include "actors/messages/messages.hpp"
#include "actors/messages/operations.hpp"
#include "actors/messages/provisioning.hpp"
#include "actors/messages/queue_actions.hpp"
#include "actors/messages/statistics.hpp"
#include "actors/messages/suppressions.hpp"
#include "actors/messages/tasks.hpp"
#include "actors/messages/templates.hpp"
#include "actors/messages/timeline.hpp"
#include "actors/messages/transport_policy.hpp"
#include "actors/messages/unsubscribes.hpp"
#include "admin/api/json.hpp"
#include "admin/api/problem.hpp"
#include "admin/api/roles.hpp"
#include "admin/api/schema.hpp"
#include "admin/api/session.hpp"
#include "admin/http/http_message.hpp"
#include "net/asio/smtp_server.hpp"
#include "storage/store.hpp"

namespace warmfront::admin {

/// How the API compatible with a cloud's behaves.
struct cloud_view {
  std::chrono::minutes time_zone{480}; ///< of its times without zone
  bool require_verified = true;        ///< senders need an identity
};

/// A certificate that a node shows to others.
struct certificate_view {
  std::string what; ///< `smtp`, `http`, `cluster`
  std::string file;
  std::optional<wall_time> expires_at; ///< none: it cannot be read
};

/// How a node is set up, for those who judge that.
struct operation_view {
  wall_time started_at{};
  std::string replication = "none"; ///< or `preferred`, `required`
  std::string control = "embedded"; ///< or `etcd`
  std::string admin_listen;
  bool admin_tls = false;
  bool require_verified = true;
  /// As they are shown to others now.
  std::function<std::vector<certificate_view>()> certificates = {};
};

/// What the API tells about its own node.
struct node_view {
  std::string node;
  std::string hostname;
  std::string version;
  std::uint64_t message_octets_max = 0;
  std::function<std::string()> readiness; ///< empty: ready
  std::function<storage::storage_health()> storage;
  std::function<net::smtp_server_counts()> smtp;
  std::function<net::smtp_server_counts()> inbound = {}; ///< empty: nothing listens for it
  bool alone = true;                                     ///< no other nodes can be asked for
  /// How long the control store has been silent; zero while it answers. None: it is this node's
  /// own.
  std::function<std::chrono::seconds()> control_silence = {};
  cloud_view cloud = {};
  /// Where providers send complaints about an account's mail; empty text: there is no such address.
  std::function<std::string(const account_name&)> complaint_address = {};
  /// What sessions are sealed with; none: this node has no sessions.
  std::optional<seal_key> sealing = {};
  operation_view operation = {};
  std::function<backup_state()> backups = {}; ///< empty: it makes none
  std::function<result<backup_state>()> begin_backup = {};
};

/// How long the cluster's control store has not answered this node; zero: it answers.
[[nodiscard]] inline std::chrono::seconds silence_of_control(const node_view& node) {
  return node.control_silence ? node.control_silence() : std::chrono::seconds{0};
}

/// A question to an actor. A submission goes to intake.
using ask = std::variant<
    create_key, list_keys, revoke_key, list_ledgers, set_ledger_plan, pause_ledger, resume_ledger,
    set_ledger_day, list_plans, put_plan, delete_plan, list_pools, put_pool, delete_pool,
    put_pool_address, delete_pool_address, submission, report_message, explain_message,
    list_messages, cancel_message, list_queues, count_deliveries, list_nodes, change_node,
    warmfront::forecast_batch, set_address_state, warmfront::start_provisioning,
    warmfront::list_provisionings, act_on_provisioning, check_sources, report_binding,
    propose_addresses, ask_peers, put_template, delete_template, warmfront::review_template,
    warmfront::list_templates, use_template, warmfront::create_group, warmfront::delete_group,
    warmfront::list_groups, import_list, warmfront::list_recipients, warmfront::create_task,
    warmfront::act_on_task, warmfront::delete_task, warmfront::list_tasks, preview_recurrence,
    store_chunks, count_chunks, warmfront::add_identity, warmfront::remove_identity,
    warmfront::list_identities, warmfront::add_sender, warmfront::remove_sender,
    warmfront::list_senders, warmfront::set_sender_password, put_suppressions, remove_suppressions,
    warmfront::list_suppressions, warmfront::import_suppressions, sum_statistics,
    put_unsubscribe_setting, delete_unsubscribe_setting, list_unsubscribe_settings, claim_request,
    warmfront::list_tls_reports, warmfront::verify_identity, add_signing_key, retire_signing_key,
    warmfront::change_identity, check_sending, put_webhook, warmfront::delete_webhook,
    warmfront::list_webhooks, warmfront::list_dead_letters, warmfront::replay_dead_letters,
    test_webhook, read_events, authenticate_key, warmfront::list_accounts,
    warmfront::create_account, warmfront::delete_account, warmfront::list_audit, read_series,
    read_ledger_days, count_permits, preview_ledger, retry_message, tell_timeline, count_waiting,
    start_queue_action, show_queue_action, count_suppressions>;

/// What an actor answered; an error only where the route goes on without an answer.
using answered = std::variant<
    created_key, std::vector<key_report>, done, std::vector<ledger_report>, ledger_report,
    std::vector<plan>, std::vector<pool>, message_id, message_report, message_page, why_report,
    std::vector<queue_report>, delivery_counts, std::vector<node_report>, node_report,
    batch_forecast, provisioning, std::vector<provisioning>, source_binding, address_proposal,
    std::vector<peer_answer>, template_report, std::vector<template_report>,
    std::shared_ptr<const compiled_template>, group_report, std::vector<group_report>,
    import_report, recipient_page, task_report, std::vector<task_report>, std::vector<occurrence>,
    stored_chunks, chunk_counts, identity_report, std::vector<identity_report>, sender_report,
    std::vector<sender_report>, std::vector<suppression_report>, suppression_page,
    suppression_import_report, statistics_report, std::vector<unsubscribe_setting>, claimed_request,
    std::vector<tls_report>, sending_check, webhook_report, std::vector<webhook_report>,
    std::vector<dead_letter>, replayed, webhook_tested, event_page, client_identity,
    std::vector<account_report>, audit_page, series_report, std::vector<ledger_day>, permit_counts,
    ledger_preview, error, message_timeline, waiting_counts, queue_action_report,
    suppression_counts>;
using answers = std::vector<answered>;

/// What comes next for a request: questions, whose answers are appended, or the response.
using outcome = std::variant<std::vector<ask>, http_response>;

struct route;

/// The client's `Idempotency-Key`; empty: it gave none.
struct request_name {
  std::string key;
  std::string digest; ///< SHA-256 of what is asked for
};

/// A request that has found its route, authenticated and checked.
struct call {
  const route* where = nullptr;
  std::vector<std::string> parameters; ///< of the path, in the pattern's order
  json query;                          ///< obeys the route's query schema
  json body;                           ///< obeys the route's body schema
  std::shared_ptr<octet_source> list;  ///< the body, of a route that takes a list
  request_name named;                  ///< by the client, where the route takes that
  std::optional<submission> mail;      ///< read, while it is not known whether it was sent before
  std::string media_type;              ///< of the list: `text/csv` or `application/x-ndjson`
  client_identity who;
  std::string client_address;
  wall_time now{};
  bool wants_csv = false; ///< where the route has tables
  bool by_peer = false;   ///< of this node alone: the one that asks adds the others
  bool over_tls = false;  ///< of the client's connection
  std::optional<browser_session> by_session; ///< the caller is signed in, and has sent no key
  /// Whether a browser says that one of our own pages asks; none: no browser says anything.
  std::optional<bool> same_origin;
  std::string unique; ///< different for every call of the cluster
  const node_view* node = nullptr;
};

/// Answers a call step by step: called with no answers first, then with those of all questions so
/// far. An answer that is an error never gets here.
using handler = outcome (*)(call& request, const answers& given);

struct parameter {
  std::string_view name;
  std::string_view about;
  text_rule rule = text_rule::name;
};

/// How a route answers for the whole cluster.
enum class across : std::uint8_t {
  nodes_agree,       ///< any node knows: it is in the control store, or about this node only
  whoever_knows,     ///< one node has it; the others say `not_found`
  joined_list,       ///< items of all nodes, in the order of `list_order`
  summed_list,       ///< every node has the same items, with its own share of `used`
  summed,            ///< such an item
  summed_rows,       ///< rows of counts, named by their first text: equal ones add up
  summed_counts,     ///< such an object, or a list of them with an `id`: its numbers add up
  queue_parts,       ///< such an object: every node has its part of what waits
  event_pages,       ///< pages of events, each with where its node's log goes on
  progress,          ///< every node has the same tasks, and counts what it sends of them
  each_about_itself, ///< every node has the same list of nodes, and knows more about itself
  asks_itself,       ///< the handler asks the others: what they say is needed on its way
};

struct route {
  std::string_view method;
  std::string_view pattern; ///< `/v1/pools/{name}`
  std::string_view operation;
  std::string_view about;
  access needed = access::read;
  handler serve = nullptr;
  const schema* query = nullptr;    ///< null: no query parameters
  const schema* body = nullptr;     ///< null: no body
  const schema* response = nullptr; ///< null: no body, or not JSON
  bool is_list = false;             ///< the response is `{items, next}`
  unsigned status = 200;            ///< of success
  std::string_view media_type = "application/json";
  across cluster = across::nodes_agree;
  bool takes_list = false;          ///< the body is a list of recipients
  unsigned status_of_proposals = 0; ///< of success that changed nothing; 0: there is no such thing
  bool takes_name = false;          ///< `Idempotency-Key`: asked twice, it is done once
  bool is_table = false;            ///< also answered as `text/csv`, where that is accepted
  bool stays_open = false;          ///< the answer goes on for as long as the client reads it
  bool signs_in = false;            ///< the body holds a key: failures are limited in rate
  bool goes_on = false; ///< where a role gives no answer its error is one: there is still something
                        ///< to tell
};

/// All routes.
[[nodiscard]] std::span<const route> routes() noexcept;
/// The parameters that appear in patterns.
[[nodiscard]] std::span<const parameter> path_parameters() noexcept;

} // namespace warmfront::admin
