#include "admin/cli/arguments.hpp"
#include "admin/cli/command.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace warmfront::admin::cli {

namespace {

constexpr argument address{.name = "address",
                           .about = "the IP",
                           .where = place::path,
                           .positional = true,
                           .required = true};
constexpr argument subject{.name = "subject",
                           .about = "the IP or domain",
                           .where = place::path,
                           .positional = true,
                           .required = true};

constexpr argument page[] = {limit, after};
constexpr argument by_name[] = {name};
constexpr argument by_address[] = {address};
constexpr argument by_subject[] = {subject};

constexpr argument pool_create[] = {
    body_name,
    {.name = "kind", .about = "shared or dedicated"},
    {.name = "account", .about = "of a dedicated pool: who may use it"},
    {.name = "overflow", .about = "hold, reject or pool:NAME"},
    {.name = "ips", .about = "an IP of the pool", .kind = shape::addresses},
    {.name = "plan", .about = "the warm-up plan of its IPs", .where = place::each_ip},
    {.name = "node", .about = "the node that owns its IPs", .where = place::each_ip},
};
constexpr argument pool_change[] = {
    name,           pool_create[1], pool_create[2], pool_create[3],
    pool_create[4], pool_create[5], pool_create[6],
};
constexpr argument pool_add_ip[] = {
    name,
    address,
    {.name = "plan", .about = "its warm-up plan"},
    {.name = "node", .about = "the node that owns it"},
    {.name = "weight", .about = "its share of the pool's mail", .kind = shape::number},
};
constexpr argument pool_remove_ip[] = {name, address};
constexpr argument ip_quarantine[] = {
    address,
    {.name = "reason", .about = "why"},
};
constexpr argument plan_options[] = {
    {.name = "days",
     .about = "the limit of each day, as in 500,1000,2000",
     .kind = shape::numbers,
     .required = true},
    {.name = "advance", .about = "calendar, on_use or level"},
    {.name = "spread", .about = "none or even"},
    {.name = "time_zone", .about = "days are calendar days there, as in Europe/Berlin"},
    {.name = "providers",
     .about = "limits for one provider, as in gmail=100,200; * for each other one",
     .kind = shape::named_numbers},
    {.name = "thresholds",
     .about = "what the quality rules compare with, as in lower_spam=5",
     .kind = shape::named_decimals},
    {.name = "allow_decrease",
     .about = "days may allow less than the ones before them",
     .kind = shape::flag},
};
constexpr auto plan_create = with_first(body_name, plan_options);
constexpr auto plan_change = with_first(name, plan_options);
constexpr argument warmup_show[] = {
    {.name = "subject",
     .about = "only of this IP or domain",
     .where = place::query,
     .positional = true},
    limit,
    after,
};
constexpr argument warmup_forecast[] = {
    {.name = "pool", .about = "the pool it would leave from", .positional = true, .required = true},
    {.name = "recipients", .about = "how many", .kind = shape::number, .required = true},
    {.name = "from_domain", .about = "the sender's domain"},
    {.name = "providers",
     .about = "so many at one receiving provider, as in gmail=1000",
     .kind = shape::named_number},
    {.name = "class", .about = "batch or triggered"},
    {.name = "start_at", .about = "when it would start, as in 2026-12-01T08:00:00Z"},
};
constexpr argument warmup_set_day[] = {
    subject,
    {.name = "day",
     .about = "the day of the plan, from 1",
     .kind = shape::number,
     .positional = true,
     .required = true},
};
constexpr argument warmup_set_plan[] = {
    subject,
    {.name = "plan", .about = "the plan's name", .positional = true, .required = true},
};
constexpr argument warmup_history[] = {
    subject,
    {.name = "provider", .about = "only of its limit, as gmail", .where = place::query},
    {.name = "days",
     .about = "how many days back, 30 by default",
     .where = place::query,
     .kind = shape::number},
};
constexpr argument warmup_preview[] = {
    subject,
    {.name = "set_plan", .about = "with this plan"},
    {.name = "set_day", .about = "on this day of its plan, from 1", .kind = shape::number},
};
constexpr argument parallel{.name = "parallel",
                            .about = "how many IPs are before their gate at once",
                            .kind = shape::number};
constexpr argument gate_day{.name = "gate_day",
                            .about = "the day of the plan after which the next IP begins",
                            .where = place::gate,
                            .kind = shape::number};
constexpr argument provision_start[] = {
    {.name = "pool", .about = "the pool", .positional = true, .required = true},
    {.name = "add", .about = "an IP to bring into it, in this order", .kind = shape::addresses},
    {.name = "remove", .about = "an IP to take out of it", .kind = shape::texts},
    {.name = "plan", .about = "the warm-up plan of the added IPs", .where = place::each_ip},
    {.name = "node", .about = "the node that owns the added IPs", .where = place::each_ip},
    parallel,
    gate_day,
    {.name = "on_failure", .about = "pause or rollback"},
    {.name = "waive", .about = "a check that need not pass", .kind = shape::texts},
};
constexpr argument provision_propose[] = {
    {.name = "pool", .about = "the pool", .positional = true, .required = true},
    {.name = "daily_volume",
     .about = "how many mails a day",
     .kind = shape::number,
     .required = true},
    {.name = "plan", .about = "the warm-up plan, standard by default"},
    parallel,
    gate_day,
};
constexpr argument by_run[] = {{.name = "id",
                                .about = "the run's id",
                                .where = place::path,
                                .positional = true,
                                .required = true}};
constexpr argument key_create[] = {
    {.name = "account", .about = "on whose behalf it acts", .positional = true, .required = true},
    {.name = "role", .about = "admin, operator, sender or viewer", .required = true},
    {.name = "kind", .about = "bearer, or signature for the cloud-compatible API"},
};
constexpr argument node_remove[] = {
    name,
    {.name = "force", .about = "although it may still hold mail", .kind = shape::flag},
};
constexpr argument by_key[] = {{.name = "id",
                                .about = "the key's id",
                                .where = place::path,
                                .positional = true,
                                .required = true}};

constexpr std::string_view pool_columns = "name kind account overflow ips";
constexpr std::string_view ledger_columns =
    "subject provider plan day used limit state day_ends_at";

constexpr command all[] = {
    {"cluster", "overview", "Says whether all is well, and what needs you.", "GET", "/v1/overview"},
    {"cluster", "status", "Shows the cluster and its nodes.", "GET", "/v1/cluster"},

    {"node", "show", "Shows a node.", "GET", "/v1/nodes/{}", by_name},
    {"node", "drain", "Lets a node take no new mail and hand over what it has.", "POST",
     "/v1/nodes/{}/actions", by_name, R"({"action":"drain"})"},
    {"node", "undrain", "Lets a drained node work again.", "POST", "/v1/nodes/{}/actions", by_name,
     R"({"action":"undrain"})"},
    {"node", "remove", "Removes a node for good, once it is drained or dead.", "POST",
     "/v1/nodes/{}/actions", node_remove, R"({"action":"remove"})"},
    {"node", "forget", "Forgets a removed node, so that its name can be used again.", "POST",
     "/v1/nodes/{}/actions", by_name, R"({"action":"forget"})"},

    {"pool", "list", "Lists the pools of IPs.", "GET", "/v1/pools", page, "", pool_columns},
    {"pool", "show", "Shows a pool.", "GET", "/v1/pools/{}", by_name},
    {"pool", "create", "Creates a pool.", "POST", "/v1/pools", pool_create, "{}"},
    {"pool", "change", "Creates or replaces a pool: it has the IPs that are named, and no others.",
     "PUT", "/v1/pools/{}", pool_change, R"({"ips":[]})"},
    {"pool", "delete", "Deletes a pool.", "DELETE", "/v1/pools/{}", by_name},
    {"pool", "add-ip", "Adds an IP to a pool, or changes it.", "PUT", "/v1/pools/{}/ips/{}",
     pool_add_ip, "{}"},
    {"pool", "remove-ip", "Takes an IP out of a pool.", "DELETE", "/v1/pools/{}/ips/{}",
     pool_remove_ip},

    {"ip", "list", "Lists the IPs of all pools.", "GET", "/v1/ips", page, "",
     "address state node pools"},
    {"ip", "show", "Shows an IP.", "GET", "/v1/ips/{}", by_address},
    {"ip", "binding", "Shows which node can send from an IP.", "GET", "/v1/ips/{}/binding",
     by_address},
    {"ip", "quarantine", "Takes an IP out of use in all its pools; its mail moves to others.",
     "POST", "/v1/ips/{}/actions", ip_quarantine, R"({"action":"quarantine"})"},
    {"ip", "release", "Takes a quarantined IP back into use.", "POST", "/v1/ips/{}/actions",
     by_address, R"({"action":"release"})"},

    {"plan", "list", "Lists the warm-up plans.", "GET", "/v1/plans", page, "",
     "name advance spread built_in days"},
    {"plan", "show", "Shows a plan.", "GET", "/v1/plans/{}", by_name},
    {"plan", "create", "Creates a plan.", "POST", "/v1/plans", plan_create, "{}"},
    {"plan", "change", "Replaces a plan; what was spent stays spent.", "PUT", "/v1/plans/{}",
     plan_change, "{}"},
    {"plan", "delete", "Deletes a plan.", "DELETE", "/v1/plans/{}", by_name},

    {"warmup", "show", "Shows what IPs and domains may send today.", "GET", "/v1/ledgers",
     warmup_show, "", ledger_columns},
    {"warmup", "ledger", "Shows all of a ledger: today, its quality and its last moves.", "GET",
     "/v1/ledgers/{}", by_subject},
    {"warmup", "forecast", "Looks ahead: when a batch would be sent, day by day.", "POST",
     "/v1/forecast", warmup_forecast, "{}"},
    {"warmup", "history",
     "Shows the days of a warm-up, why each was what it was, and those to come.", "GET",
     "/v1/ledgers/{}/history", warmup_history},
    {"warmup", "preview", "Shows what another plan or day would do; nothing is changed.", "POST",
     "/v1/ledgers/{}/preview", warmup_preview, "{}"},
    {"warmup", "pause", "Stops a warm-up by hand.", "POST", "/v1/ledgers/{}/actions", by_subject,
     R"({"action":"pause"})"},
    {"warmup", "resume", "Goes on with a paused warm-up.", "POST", "/v1/ledgers/{}/actions",
     by_subject, R"({"action":"resume"})"},
    {"warmup", "set-day", "Moves a warm-up to a day of its plan.", "POST", "/v1/ledgers/{}/actions",
     warmup_set_day, R"({"action":"set_day"})"},
    {"warmup", "set-plan", "Starts a warm-up, or gives it another plan.", "POST",
     "/v1/ledgers/{}/actions", warmup_set_plan, R"({"action":"set_plan"})"},

    {"provision", "start",
     "Brings IPs into a pool, a few at a time, and takes others out as the new ones can carry.",
     "POST", "/v1/provisionings", provision_start, "{}"},
    {"provision", "propose", "Proposes how many IPs a volume takes, and when each is ready.",
     "POST", "/v1/provisionings", provision_propose, "{}"},
    {"provision", "list", "Lists the runs, newest first.", "GET", "/v1/provisionings", page, "",
     "id pool state reason created_at"},
    {"provision", "show", "Shows a run and its steps.", "GET", "/v1/provisionings/{}", by_run},
    {"provision", "pause", "Lets no further IP of a run begin.", "POST",
     "/v1/provisionings/{}/actions", by_run, R"({"action":"pause"})"},
    {"provision", "resume", "Goes on with a paused run.", "POST", "/v1/provisionings/{}/actions",
     by_run, R"({"action":"resume"})"},
    {"provision", "rollback", "Makes everything what it was before a run.", "POST",
     "/v1/provisionings/{}/actions", by_run, R"({"action":"rollback"})"},

    {"queue", "list", "Lists what waits.", "GET", "/v1/queues", page, "",
     "pool class sender_domain provider destination waiting state cause oldest_at next_attempt_at "
     "opens_at empty_at reason last_reply"},

    {"key", "create", "Creates a key; its secret is shown once.", "POST", "/v1/keys", key_create,
     R"({"kind":"bearer"})"},
    {"key", "list", "Lists the keys.", "GET", "/v1/keys", page, "",
     "id account role kind created_at"},
    {"key", "self", "Shows whose key it is that you act with.", "GET", "/v1/session"},
    {"key", "revoke", "Revokes a key.", "DELETE", "/v1/keys/{}", by_key},
};

} // namespace

std::span<const command> commands() {
  static const auto everything = [] {
    std::vector<command> joined{std::begin(all), std::end(all)};
    for (const auto& part :
         {identity_commands(), sending_commands(), message_commands(), feedback_commands(),
          access_commands(), backup_commands(), own_commands()}) {
      joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
  }();
  return everything;
}

} // namespace warmfront::admin::cli
