#include <array>

#include "admin/api/handlers.hpp"
#include "admin/api/route.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin {

namespace {

namespace s = schemas;
namespace h = handlers;

constexpr parameter parameters[] = {
    {"id", "the message's id", text_rule::message},
    {"key_id", "the key's id", text_rule::line},
    {"name", "the name", text_rule::name},
    {"node", "the node's name", text_rule::name},
    {"run", "the run's id", text_rule::name},
    {"template", "the template's name", text_rule::title},
    {"group", "the group's name", text_rule::title},
    {"task", "the task's number", text_rule::line},
    {"address", "the IP", text_rule::ip},
    {"domain", "the sender domain", text_rule::line},
    {"sender", "the sender address", text_rule::line},
    {"recipient", "the address", text_rule::line},
    {"subject", "the IP or domain", text_rule::subject},
};

const route all_routes[] = {
    {"GET", "/healthz", "show_health", "Whether the node runs.", access::probe, h::show_health,
     nullptr, nullptr, &s::health},
    {"GET", "/readyz", "show_readiness", "Whether the node can do its work.", access::probe,
     h::show_readiness, nullptr, nullptr, &s::health},
    {"GET", "/metrics", "show_metrics", "Metrics for Prometheus.", access::probe, h::show_metrics,
     nullptr, nullptr, nullptr, false, 200, "text/plain; version=0.0.4; charset=utf-8"},
    {"GET", "/openapi.json", "show_openapi", "This document.", access::open, h::show_openapi},

    {"POST", "/v1/messages", "send_message", "Sends a message.", access::send, h::send_message,
     nullptr, &s::new_message, &s::accepted, false, 202},
    {"GET", "/v1/messages", "list_messages", "Messages, newest first.", access::read_own,
     h::list_messages, &s::message_query, nullptr, &s::message, true, 200, "application/json",
     across::joined_list},
    {"GET", "/v1/messages/{id}", "show_message", "A message and its recipients.", access::read_own,
     h::show_message, nullptr, nullptr, &s::message, false, 200, "application/json",
     across::whoever_knows},
    {"GET", "/v1/messages/{id}/why", "explain_message", "Why a message waits.", access::read_own,
     h::explain_message, nullptr, nullptr, &s::why, false, 200, "application/json",
     across::whoever_knows},
    {"POST", "/v1/messages/{id}/cancel", "cancel_message", "Cancels what has not been sent.",
     access::manage, h::cancel_message, nullptr, nullptr, &s::message, false, 200,
     "application/json", across::whoever_knows},

    {"GET", "/v1/pools", "list_pools", "The pools of IPs.", access::read, h::list_pools,
     &s::page_query, nullptr, &s::pool, true},
    {"POST", "/v1/pools", "create_pool", "Creates a pool.", access::manage, h::create_pool, nullptr,
     &s::new_pool, &s::pool, false, 201},
    {"GET", "/v1/pools/{name}", "show_pool", "A pool.", access::read, h::show_pool, nullptr,
     nullptr, &s::pool},
    {"PUT", "/v1/pools/{name}", "change_pool", "Creates or replaces a pool.", access::manage,
     h::change_pool, nullptr, &s::changed_pool, &s::pool},
    {"DELETE", "/v1/pools/{name}", "delete_pool", "Deletes a pool.", access::manage, h::delete_pool,
     nullptr, nullptr, nullptr, false, 204},
    {"PUT", "/v1/pools/{name}/ips/{address}", "put_pool_ip", "Adds or changes an IP of a pool.",
     access::manage, h::put_pool_address, nullptr, &s::changed_pool_address, &s::pool},
    {"DELETE", "/v1/pools/{name}/ips/{address}", "delete_pool_ip", "Takes an IP out of a pool.",
     access::manage, h::delete_pool_address, nullptr, nullptr, nullptr, false, 204},

    {"GET", "/v1/ips", "list_ips", "The IPs of all pools.", access::read, h::list_addresses,
     &s::page_query, nullptr, &s::address, true, 200, "application/json", across::summed_list},
    {"GET", "/v1/ips/{address}", "show_ip", "An IP.", access::read, h::show_address, nullptr,
     nullptr, &s::address, false, 200, "application/json", across::summed},

    {"POST", "/v1/ips/{address}/actions", "act_on_ip",
     "Takes an IP out of use in all its pools, or back.", access::manage, h::act_on_address,
     nullptr, &s::address_action, &s::address},
    {"GET", "/v1/ips/{address}/binding", "show_binding", "Which node can send from an IP.",
     access::read, h::show_binding, nullptr, nullptr, &s::binding, false, 200, "application/json",
     across::whoever_knows},

    {"GET", "/v1/provisionings", "list_provisionings",
     "Runs that bring IPs into service, newest first.", access::read, h::list_provisionings,
     &s::page_query, nullptr, &s::provisioning, true},
    {"POST", "/v1/provisionings", "start_provisioning",
     "Brings IPs into a pool and takes others out; with daily_volume, proposes how many it takes.",
     access::manage, h::start_provisioning, nullptr, &s::new_provisioning, &s::provisioning, false,
     201, "application/json", across::nodes_agree, false, 200},
    {"GET", "/v1/provisionings/{run}", "show_provisioning", "A run and its steps.", access::read,
     h::show_provisioning, nullptr, nullptr, &s::provisioning},
    {"POST", "/v1/provisionings/{run}/actions", "act_on_provisioning",
     "Pauses a run, resumes it or rolls it back.", access::manage, h::act_on_provisioning, nullptr,
     &s::provisioning_action, &s::provisioning},

    {"GET", "/v1/templates", "list_templates", "Templates of mails.", access::read_own,
     h::list_templates, &s::account_page_query, nullptr, &s::template_summary, true},
    {"POST", "/v1/templates", "create_template", "Creates a template.", access::own,
     h::create_template, &s::account_query, &s::new_template, &s::template_summary, false, 201},
    {"GET", "/v1/templates/{template}", "show_template", "A template with its texts.",
     access::read_own, h::show_template, &s::template_query, nullptr, &s::template_whole},
    {"PUT", "/v1/templates/{template}", "change_template",
     "Creates a template, or a new version of one.", access::own, h::change_template,
     &s::account_query, &s::changed_template, &s::template_summary},
    {"DELETE", "/v1/templates/{template}", "delete_template", "Deletes a template.", access::own,
     h::delete_template, &s::account_query, nullptr, nullptr, false, 204},
    {"POST", "/v1/templates/{template}/render", "render_template",
     "Shows what a recipient would get.", access::read_own, h::render_template, &s::account_query,
     &s::template_values, &s::rendered_template},
    {"POST", "/v1/templates/{template}/actions", "review_template",
     "Approves or rejects a template.", access::manage, h::review_template, &s::account_query,
     &s::template_action, &s::template_summary},

    {"GET", "/v1/groups", "list_groups", "Recipient groups.", access::read_own, h::list_groups,
     &s::account_page_query, nullptr, &s::group, true},
    {"POST", "/v1/groups", "create_group", "Creates an empty recipient group.", access::own,
     h::create_group, &s::account_query, &s::new_group, &s::group, false, 201},
    {"GET", "/v1/groups/{group}", "show_group", "A recipient group.", access::read_own,
     h::show_group, &s::account_query, nullptr, &s::group},
    {"DELETE", "/v1/groups/{group}", "delete_group",
     "Deletes a recipient group; what is being sent to it goes on.", access::own, h::delete_group,
     &s::account_query, nullptr, nullptr, false, 204},
    {"GET", "/v1/groups/{group}/recipients", "list_recipients",
     "The recipients of a group, in their order.", access::read_own, h::list_recipients,
     &s::account_page_query, nullptr, &s::group_recipient, true},
    {"PUT", "/v1/groups/{group}/recipients", "replace_recipients",
     "Reads a list (CSV or NDJSON) into a group, instead of what was there.", access::own,
     h::replace_recipients, &s::account_query, nullptr, &s::import_result, false, 200,
     "application/json", across::nodes_agree, true},
    {"POST", "/v1/groups/{group}/recipients", "add_recipients",
     "Reads a list (CSV or NDJSON) into a group, after what is there.", access::own,
     h::add_recipients, &s::account_query, nullptr, &s::import_result, false, 200,
     "application/json", across::nodes_agree, true},

    {"GET", "/v1/tasks", "list_tasks", "Send tasks, newest first.", access::read_own, h::list_tasks,
     &s::account_page_query, nullptr, &s::task, true},
    {"POST", "/v1/tasks", "create_task", "Sends to a group: now, later, or again and again.",
     access::own, h::create_task, nullptr, &s::new_task, &s::task, false, 201},
    {"POST", "/v1/tasks/preview", "preview_task", "When a task would fire.", access::read_own,
     h::preview_task, nullptr, &s::task_preview, &s::planned_times},
    {"GET", "/v1/tasks/{task}", "show_task", "A task and its progress.", access::read_own,
     h::show_task, &s::account_query, nullptr, &s::task},
    {"DELETE", "/v1/tasks/{task}", "delete_task", "Forgets a task that is over.", access::own,
     h::delete_task, &s::account_query, nullptr, nullptr, false, 204},
    {"GET", "/v1/tasks/{task}/occurrences", "list_occurrences",
     "The last firings of a task, newest first.", access::read_own, h::list_occurrences,
     &s::account_query, nullptr, &s::task_occurrence, true},
    {"POST", "/v1/tasks/{task}/actions", "act_on_task", "Pauses a task, resumes or cancels it.",
     access::own, h::act_on_task, &s::account_query, &s::task_action, &s::task},

    {"GET", "/v1/plans", "list_plans", "The warm-up plans.", access::read, h::list_plans,
     &s::page_query, nullptr, &s::plan, true},
    {"POST", "/v1/plans", "create_plan", "Creates a plan.", access::manage, h::create_plan, nullptr,
     &s::new_plan, &s::plan, false, 201},
    {"GET", "/v1/plans/{name}", "show_plan", "A plan.", access::read, h::show_plan, nullptr,
     nullptr, &s::plan},
    {"PUT", "/v1/plans/{name}", "change_plan", "Creates or replaces a plan.", access::manage,
     h::change_plan, nullptr, &s::changed_plan, &s::plan},
    {"DELETE", "/v1/plans/{name}", "delete_plan", "Deletes a plan.", access::manage, h::delete_plan,
     nullptr, nullptr, nullptr, false, 204},

    {"GET", "/v1/ledgers", "list_ledgers", "The warm-up ledgers.", access::read, h::list_ledgers,
     &s::ledger_query, nullptr, &s::ledger, true, 200, "application/json", across::summed_list},
    {"GET", "/v1/ledgers/{subject}", "show_ledger", "The ledger of an IP or domain.", access::read,
     h::show_ledger, nullptr, nullptr, &s::ledger, false, 200, "application/json", across::summed},
    {"POST", "/v1/ledgers/{subject}/actions", "act_on_ledger",
     "Pauses, resumes or moves a ledger, or gives it a plan.", access::manage, h::act_on_ledger,
     nullptr, &s::ledger_action, &s::ledger, false, 200, "application/json", across::summed},

    {"GET", "/v1/identities", "list_identities", "Sender domains.", access::read_own,
     h::list_identities, &s::account_page_query, nullptr, &s::identity, true},
    {"POST", "/v1/identities", "add_identity", "Adds a sender domain.", access::own,
     h::add_identity, &s::account_query, &s::new_identity, &s::identity, false, 201},
    {"GET", "/v1/identities/{domain}", "show_identity", "A sender domain, and what to publish.",
     access::read_own, h::show_identity, &s::account_query, nullptr, &s::identity},
    {"DELETE", "/v1/identities/{domain}", "remove_identity",
     "Removes a sender domain that has no addresses.", access::own, h::remove_identity,
     &s::account_query, nullptr, nullptr, false, 204},
    {"GET", "/v1/identities/{domain}/senders", "list_senders", "The addresses of a sender domain.",
     access::read_own, h::list_senders, &s::account_page_query, nullptr, &s::sender, true},
    {"POST", "/v1/identities/{domain}/senders", "add_sender", "Adds a sender address.", access::own,
     h::add_sender, &s::account_query, &s::new_sender, &s::sender, false, 201},
    {"DELETE", "/v1/identities/{domain}/senders/{sender}", "remove_sender",
     "Removes a sender address.", access::own, h::remove_sender, &s::account_query, nullptr,
     nullptr, false, 204},
    {"PUT", "/v1/identities/{domain}/senders/{sender}/password", "set_sender_password",
     "Sets the password with which a sender address may submit over SMTP.", access::own,
     h::set_sender_password, &s::account_query, &s::sender_password, &s::sender},

    {"GET", "/v1/suppressions", "list_suppressions", "Addresses that are not sent to.",
     access::read_own, h::list_suppressions, &s::suppression_query, nullptr, &s::suppression, true},
    {"POST", "/v1/suppressions", "add_suppression",
     "Lets an address not be sent to; changes the entry it has.", access::own, h::add_suppression,
     &s::account_query, &s::new_suppression, &s::suppression, false, 201},
    {"DELETE", "/v1/suppressions/{recipient}", "remove_suppression",
     "Lets an address be sent to again.", access::own, h::remove_suppression, &s::account_query,
     nullptr, nullptr, false, 204},

    {"GET", "/v1/statistics", "show_statistics", "What became of mail, by UTC days.",
     access::read_own, h::show_statistics, &s::statistics_query, nullptr, &s::statistics_row, true,
     200, "application/json", across::summed_rows},

    {"POST", "/v1/forecast", "forecast_batch", "Looks ahead: when a batch would be sent.",
     access::read, h::forecast_batch, nullptr, &s::new_forecast, &s::batch_forecast},
    {"GET", "/v1/queues", "list_queues", "What waits, and why.", access::read, h::list_queues,
     &s::page_query, nullptr, &s::queue, true, 200, "application/json", across::joined_list},
    {"GET", "/v1/cluster", "show_cluster", "The cluster and its nodes.", access::read,
     h::show_cluster, nullptr, nullptr, &s::cluster, false, 200, "application/json",
     across::each_about_itself},

    {"GET", "/v1/nodes/{node}", "show_node", "A node of the cluster.", access::read, h::show_node,
     nullptr, nullptr, &s::node, false, 200, "application/json", across::each_about_itself},
    {"POST", "/v1/nodes/{node}/actions", "act_on_node",
     "Drains a node, takes it back, removes it or forgets it.", access::manage, h::act_on_node,
     nullptr, &s::node_action, &s::node},

    {"GET", "/v1/keys", "list_keys", "The keys.", access::keys, h::list_keys, &s::page_query,
     nullptr, &s::key, true},
    {"POST", "/v1/keys", "create_key", "Creates a key; its secret is shown once.", access::keys,
     h::create_key, nullptr, &s::new_key, &s::created_key, false, 201},
    {"DELETE", "/v1/keys/{key_id}", "revoke_key", "Revokes a key.", access::keys, h::revoke_key,
     nullptr, nullptr, nullptr, false, 204},
};

} // namespace

std::span<const route> routes() noexcept {
  return all_routes;
}

std::span<const parameter> path_parameters() noexcept {
  return parameters;
}

} // namespace warmfront::admin
