// What clients send and are answered about provisioning.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

using std::string_view;

constexpr std::uint64_t steps_max = 256;
constexpr std::array<string_view, 2> failure_policies{"pause", "rollback"};
constexpr std::array<string_view, 3> provisioning_actions{"pause", "resume", "rollback"};

constexpr field added_address_fields[] = {
    {.name = "address", .about = "the IP", .rule = text_rule::ip, .required = true},
    {.name = "node",
     .about = "the node that owns it; this one by default",
     .rule = text_rule::name},
    {.name = "plan",
     .about = "its warm-up plan; in a dedicated pool standard by default",
     .rule = text_rule::name},
    {.name = "weight",
     .about = "its share of the pool's mail, 1 by default",
     .kind = value_kind::number,
     .least = 1,
     .most = 1'000'000},
};
constexpr schema added_address{"added_ip", "An IP to bring into service.", added_address_fields};

constexpr field gate_fields[] = {
    {.name = "day",
     .about = "of its plan, reached in good health",
     .kind = value_kind::number,
     .least = 1,
     .most = 100'000},
    {.name = "level",
     .about = "the same, of a plan that advances by level",
     .kind = value_kind::number,
     .least = 1,
     .most = 100'000},
};
constexpr schema gate{"gate", "When the next IP begins; one of the two.", gate_fields};

constexpr field new_provisioning_fields[] = {
    {.name = "pool", .about = "the pool", .rule = text_rule::name, .required = true},
    {.name = "add",
     .about = "IPs to bring into it, in this order",
     .kind = value_kind::objects,
     .most = steps_max,
     .nested = &added_address},
    {.name = "remove",
     .about = "IPs to take out of it, as the others can carry their mail",
     .kind = value_kind::texts,
     .rule = text_rule::ip,
     .most = steps_max},
    {.name = "parallel",
     .about = "how many IPs are before their gate at once, 1 by default",
     .kind = value_kind::number,
     .least = 1,
     .most = steps_max},
    {.name = "gate",
     .about = "when the next IP begins; at the end of the plan by default",
     .kind = value_kind::object,
     .nested = &gate},
    {.name = "on_failure",
     .about = "when an IP does badly: pause, the default, or rollback",
     .rule = text_rule::choice,
     .choices = failure_policies},
    {.name = "waive",
     .about = "checks that need not pass: reverse_dns, helo, dns_list, dns_list:ZONE",
     .kind = value_kind::texts,
     .most = 50},
    {.name = "daily_volume",
     .about = "instead of add and remove: proposes IPs for so many mails a day, begins nothing",
     .kind = value_kind::number,
     .least = 1,
     .most = 1'000'000'000'000},
    {.name = "plan", .about = "for daily_volume: standard by default", .rule = text_rule::name},
};

constexpr field provisioning_action_fields[] = {
    {.name = "action",
     .about = "what to do",
     .rule = text_rule::choice,
     .required = true,
     .choices = provisioning_actions},
};

constexpr field check_fields[] = {
    text_of("name", "binding, reverse_dns, helo, or dns_list and a zone"),
    text_of("verdict", "passed, failed, or unknown: no answer"),
    text_of("text", "what was found"),
};

constexpr field step_fields[] = {
    text_of("address", "the IP"),
    text_of("node", "the node that owns it"),
    text_of("plan", "its warm-up plan as asked for"),
    text_of("action", "add or remove"),
    text_of("state",
            "requested, checking, canary, warming, active, draining, retired, rolled_back"),
    time_of("since", "when it came to be so"),
    {.name = "gate_passed",
     .about = "whether the next may begin",
     .kind = value_kind::truth,
     .required = true},
    text_of("waits_for", "what it waits for; empty: nothing"),
    text_of("reason", "why it could not go on when it was tried last"),
    list_of("checks", "what was found before it began", schemas::address_check),
};
constexpr schema step{"provisioning_step", "One IP of a run.", step_fields};

constexpr field proposed_step_fields[] = {
    number_of("daily", "mails a day that are its part"),
    time_of("starts_at", "when it begins", true),
    time_of("gate_at", "when the next may begin; null: its plan does not get there", true),
    time_of("ready_at", "when it carries its part; null: never", true),
};
constexpr schema proposed_step{"proposed_ip", "An IP that a volume takes.", proposed_step_fields};
constexpr field proposal_fields[] = {
    number_of("daily_volume", "mails a day"),
    maybe_number("present_daily", "what the pool's IPs carry in the end; null: no limit"),
    list_of("ips", "the IPs to add", proposed_step),
    time_of("ready_at", "when the whole volume can be sent; null: never", true),
};
constexpr schema proposal{"provisioning_proposal", "How many IPs a volume takes.", proposal_fields};

constexpr field provisioning_fields[] = {
    text_of("id", "its id; empty: a proposal"),
    text_of("pool", "the pool"),
    text_of("state", "proposed, running, paused, rolling_back, rolled_back, finished"),
    text_of("reason", "of the state"),
    number_of("parallel", "how many IPs are before their gate at once"),
    maybe_number("gate_day", "of the plan; null: its last"),
    text_of("on_failure", "pause or rollback"),
    {.name = "waived",
     .about = "checks that need not pass",
     .kind = value_kind::texts,
     .rule = text_rule::free,
     .required = true},
    time_of("created_at", "when it began"),
    time_of("changed_at", "when its state changed last"),
    list_of("steps", "the IPs, in the order in which they begin", step),
    {.name = "proposal",
     .about = "for daily_volume",
     .kind = value_kind::object,
     .required = true,
     .nullable = true,
     .nested = &proposal},
};

constexpr field binding_fields[] = {
    text_of("address", "the IP"),
    text_of("node", "a node that can send from it"),
};

} // namespace

const schema new_provisioning{"new_provisioning", "IPs to bring into service or take out.",
                              new_provisioning_fields};
const schema provisioning_action{"provisioning_action", "A change of a run.",
                                 provisioning_action_fields};
const schema provisioning{"provisioning", "A run: IPs that come into service or leave it.",
                          provisioning_fields};
const schema address_check{"ip_check", "One check of an IP.", check_fields};
const schema binding{"ip_binding", "Who can send from an IP.", binding_fields};

} // namespace warmfront::admin::schemas
