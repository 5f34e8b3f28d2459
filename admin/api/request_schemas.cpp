// What clients send.
#include <array>
#include <utility>

#include "actors/messages/plan.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

using enum value_kind;
using enum text_rule;
using std::string_view;

constexpr std::uint64_t recipients_max = 1000;
constexpr std::uint64_t header_line_max = 998;
constexpr std::uint64_t variables_max = 200;
constexpr std::uint64_t weight_max = 1'000'000;

constexpr std::array<string_view, 2> mail_classes{"triggered", "batch"};
constexpr std::array<string_view, 2> pool_kinds{"shared", "dedicated"};
constexpr std::array<string_view, 4> roles{"admin", "operator", "sender", "viewer"};
constexpr std::array<string_view, 2> key_kinds{"bearer", "signature"};
constexpr std::array<string_view, 4> ledger_actions{"pause", "resume", "set_day", "set_plan"};
constexpr std::array<string_view, 2> address_actions{"quarantine", "release"};
constexpr std::array<string_view, 3> advances{"calendar", "on_use", "level"};
constexpr std::array<string_view, 2> spreads{"none", "even"};
constexpr std::array<string_view, 4> node_actions{"drain", "undrain", "remove", "forget"};
constexpr std::array<string_view, 8> recipient_states{
    "queued", "held", "deferred", "delivered", "bounced", "expired", "suppressed", "cancelled"};

constexpr field limit_field{
    .name = "limit", .about = "how many items at most", .kind = number, .least = 1, .most = 500};
constexpr field after_field{
    .name = "after", .about = "the `next` of the page before", .rule = line, .most = 600};

constexpr field tracking_fields[] = {
    {.name = "opens", .about = "by a picture at the end of the HTML", .kind = truth},
    {.name = "clicks", .about = "by links of the HTML that lead through the node", .kind = truth},
};

constexpr field attachment_fields[] = {
    {.name = "name", .about = "the file name", .required = true, .most = 255},
    {.name = "content_base64", .about = "the content", .rule = base64, .required = true},
    {.name = "type", .about = "the media type, application/octet-stream by default", .most = 127},
    {.name = "content_id",
     .about = "shows it where the HTML says cid:CONTENT_ID, instead of among the files",
     .most = 200},
};

constexpr field new_message_fields[] = {
    {.name = "from", .about = "the author's mailbox", .rule = mailbox, .required = true},
    {.name = "to", .about = "recipients", .kind = texts, .rule = mailbox, .most = recipients_max},
    {.name = "cc",
     .about = "further recipients, shown",
     .kind = texts,
     .rule = mailbox,
     .most = recipients_max},
    {.name = "bcc",
     .about = "further recipients, not shown",
     .kind = texts,
     .rule = mailbox,
     .most = recipients_max},
    {.name = "reply_to", .about = "where answers go", .rule = mailbox},
    {.name = "subject",
     .about = "the subject, one line; needed where no template has one",
     .most = header_line_max},
    {.name = "html",
     .about = "the body as HTML; html, text or a template is needed",
     .rule = text_rule::free},
    {.name = "text", .about = "the body as plain text", .rule = text_rule::free},
    {.name = "headers", .about = "further header fields by name", .kind = text_map, .most = 50},
    {.name = "attachments", .about = "files", .kind = objects, .most = 100, .nested = &attachment},
    {.name = "pool",
     .about = "the pool of IPs to leave from; the shared one by default",
     .rule = text_rule::name},
    {.name = "class",
     .about = "triggered mail goes ahead of batch mail; triggered by default",
     .rule = choice,
     .choices = mail_classes},
    {.name = "template",
     .about = "the template of the account that subject, html and text are made from",
     .rule = text_rule::title},
    {.name = "variables",
     .about = "what its names stand for; the subject may have names, too",
     .kind = text_map,
     .most = variables_max},
    {.name = "send_at",
     .about = "not before this time; at once by default",
     .rule = text_rule::date_time},
    {.name = "require_tls",
     .about = "true: never without TLS, and only to hosts that pass this on (REQUIRETLS, RFC 8689)",
     .kind = truth},
    {.name = "tracking",
     .about =
         "of its readers; batch mail as the node is set up, other mail is not tracked by default",
     .kind = object,
     .nested = &tracking_wish},
};

constexpr field new_address_fields[] = {
    {.name = "address", .about = "the IP", .rule = ip, .required = true},
    {.name = "node",
     .about = "the node that owns it; this one by default",
     .rule = text_rule::name},
    {.name = "weight",
     .about = "its share of the pool's mail, 1 by default; 0: none",
     .kind = number,
     .most = weight_max},
    {.name = "plan",
     .about = "its warm-up plan; none by default: no limit",
     .rule = text_rule::name},
};
constexpr schema new_address{"new_pool_address", "An IP of a pool.", new_address_fields};

constexpr field new_pool_fields[] = {
    {.name = "name", .about = "its name", .rule = text_rule::name, .required = true},
    {.name = "kind", .about = "shared by default", .rule = choice, .choices = pool_kinds},
    {.name = "account",
     .about = "of a dedicated pool: who may use it; nobody else may",
     .rule = text_rule::name},
    {.name = "overflow",
     .about = "what happens to mail over the limit, hold by default; pool:NAME uses IPs of the "
              "same node",
     .rule = overflow},
    {.name = "ips", .about = "its IPs", .kind = objects, .most = 1000, .nested = &new_address},
};
/// The thresholds of a plan's quality rules, as `threshold_fields` names them.
template <std::size_t... Index>
constexpr auto thresholds_as_fields(std::index_sequence<Index...> /*all*/) {
  return std::array<field, sizeof...(Index)>{
      field{.name = threshold_fields[Index].name,
            .about = threshold_fields[Index].is_rate ? "in percent" : "recipients with an outcome",
            .kind = threshold_fields[Index].is_rate ? decimal : number,
            .most = threshold_fields[Index].is_rate ? 100U : 1'000'000'000U}...};
}
constexpr auto all_threshold_fields =
    thresholds_as_fields(std::make_index_sequence<threshold_fields.size()>{});

constexpr field new_plan_fields[] = {
    {.name = "name", .about = "its name", .rule = text_rule::name, .required = true},
    {.name = "days",
     .about = "the limit of each day; the last one stays; empty: no limit",
     .kind = numbers,
     .required = true,
     .most = 1000},
    {.name = "advance",
     .about = "what moves a ledger to the next day: calendar (the default), on_use, level",
     .rule = choice,
     .choices = advances},
    {.name = "spread",
     .about = "even: the day's permits come over the day; none by default",
     .rule = choice,
     .choices = spreads},
    {.name = "time_zone",
     .about = "days are calendar days there; 24 hours from the ledger's start by default"},
    {.name = "providers",
     .about = "limits of each day for single providers, * for each other one",
     .kind = numbers_map,
     .most = 1000},
    {.name = "thresholds",
     .about = "what the quality rules compare with",
     .kind = object,
     .nested = &schemas::thresholds},
    {.name = "allow_decrease",
     .about = "whether a day may allow less than the one before",
     .kind = truth},
};

constexpr field address_action_fields[] = {
    {.name = "action",
     .about = "what to do",
     .rule = choice,
     .required = true,
     .choices = address_actions},
    {.name = "reason", .about = "for quarantine: why", .most = 500},
};

/// The same fields but the name or address, which the path gives.
constexpr std::span<const field> without_first(std::span<const field> fields) {
  return fields.subspan(1);
}

constexpr field action_fields[] = {
    {.name = "action",
     .about = "what to do",
     .rule = choice,
     .required = true,
     .choices = ledger_actions},
    {.name = "day",
     .about = "for set_day: the day of the plan, from 1",
     .kind = number,
     .least = 1,
     .most = 100'000},
    {.name = "plan", .about = "for set_plan: the plan's name", .rule = text_rule::name},
};
constexpr field node_action_fields[] = {
    {.name = "action",
     .about = "what to do",
     .rule = choice,
     .required = true,
     .choices = node_actions},
    {.name = "force",
     .about = "for remove: although it may still hold mail; its peers take over what they know of",
     .kind = truth},
};
constexpr field new_key_fields[] = {
    {.name = "account",
     .about = "on whose behalf it acts",
     .rule = text_rule::name,
     .required = true},
    {.name = "role", .about = "what it may do", .rule = choice, .required = true, .choices = roles},
    {.name = "kind",
     .about = "bearer, the default; signature: for the API compatible with Tencent Cloud SES",
     .rule = choice,
     .choices = key_kinds},
};

constexpr field new_forecast_fields[] = {
    {.name = "pool",
     .about = "the pool it would leave from",
     .rule = text_rule::name,
     .required = true},
    {.name = "from_domain",
     .about = "the sender's domain, whose ledger counts, too",
     .rule = subject},
    {.name = "recipients",
     .about = "how many; this or a group is needed",
     .kind = number,
     .least = 1,
     .most = 1'000'000'000'000},
    {.name = "providers",
     .about = "of them, so many at each receiving provider",
     .kind = number_map,
     .most = 100},
    {.name = "class", .about = "batch by default", .rule = choice, .choices = mail_classes},
    {.name = "start_at", .about = "when it would start; now by default", .rule = date_time},
    {.name = "group", .about = "the group of the account it would go to", .rule = text_rule::title},
};

constexpr field page_fields[] = {limit_field, after_field};
constexpr field message_query_fields[] = {
    limit_field,
    after_field,
    {.name = "to", .about = "only with this recipient", .most = 320},
    {.name = "from", .about = "only from this address", .most = 320},
    {.name = "state",
     .about = "only with a recipient in this state",
     .rule = choice,
     .choices = recipient_states},
    {.name = "pool", .about = "only of this pool", .rule = text_rule::name},
    {.name = "provider",
     .about = "only with a recipient whose last attempt went to this receiving provider",
     .most = 255},
    {.name = "task", .about = "only of this task", .kind = number, .least = 1},
    {.name = "since", .about = "only accepted then or later", .rule = date_time},
    {.name = "until", .about = "only accepted before this", .rule = date_time},
    {.name = "id", .about = "only whose id begins so: up to 32 hexadecimal digits", .most = 32},
    {.name = "message_id", .about = "only with this Message-ID in the header", .most = 998},
};
constexpr field ledger_query_fields[] = {
    limit_field,
    after_field,
    {.name = "subject", .about = "only of this IP or domain", .rule = subject},
};

} // namespace

const schema tracking_wish{"tracking", "What is found out about a mail's readers.",
                           tracking_fields};
const schema attachment{"attachment", "A file sent with a message.", attachment_fields};

const schema thresholds{"thresholds",
                        "What a day's delivery quality is compared with; rates are of the "
                        "recipients with an outcome that day, raise_used of the limit.",
                        all_threshold_fields};
const schema new_message{"new_message", "A message to send.", new_message_fields};
const schema new_pool{"new_pool", "A pool to create.", new_pool_fields};
const schema changed_pool{"changed_pool", "A pool as it shall be.", without_first(new_pool_fields)};
const schema changed_pool_address{"changed_pool_address", "An IP of a pool as it shall be.",
                                  without_first(new_address_fields)};
const schema address_action{"ip_action", "A change of an IP.", address_action_fields};
const schema new_plan{"new_plan", "A warm-up plan to create.", new_plan_fields};
const schema changed_plan{"changed_plan", "A warm-up plan as it shall be.",
                          without_first(new_plan_fields)};
const schema ledger_action{"ledger_action", "A change of a ledger.", action_fields};
const schema new_forecast{"new_forecast", "A batch to look ahead for.", new_forecast_fields};
const schema new_key{"new_key", "A key to create.", new_key_fields};
const schema node_action{"node_action", "A change of a node.", node_action_fields};
const schema page_query{"page_query", "", page_fields};
const schema message_query{"message_query", "", message_query_fields};
const schema ledger_query{"ledger_query", "", ledger_query_fields};

} // namespace warmfront::admin::schemas
