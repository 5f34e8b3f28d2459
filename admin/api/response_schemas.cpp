// What clients are answered.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

using enum value_kind;
using enum text_rule;

constexpr field accepted_fields[] = {
    {.name = "id", .about = "the message's id", .rule = text_rule::message, .required = true}};

constexpr field feedback_fields[] = {
    text_of("kind", "bounced, opened, clicked, complained or unsubscribed"),
    time_of("at", "when it was heard of"),
    text_of("class", "of a bounce or complaint: invalid, mailbox_full, spam, abuse, …"),
    text_of("status", "of a bounce, as in RFC 3463"),
    text_of("reply", "what the receiver said"),
    text_of("remote_host", "who said it"),
    text_of("url", "where a click led to"),
};
constexpr schema recipient_feedback{
    "recipient_feedback", "What a receiver or recipient did after the delivery.", feedback_fields};

constexpr field recipient_fields[] = {
    text_of("address", "the recipient"),
    text_of("state", "queued, held, deferred, delivered, bounced, expired, suppressed, cancelled"),
    number_of("attempts", "how often it was tried"),
    text_of("last_reply", "what the remote server said last"),
    text_of("remote_host", "who said it"),
    text_of("source", "the IP it left or will leave from"),
    text_of("provider", "who received or refused it: gmail, …; other for one without a name"),
    text_of("bounce_class", "what a refusal is about: invalid, mailbox_full, spam, …"),
    time_of("next_attempt_at", "when it is tried again", true),
    time_of("changed_at", "when its state changed last", true),
    text_of("tls", "of its last connection: version, cipher, how the host proved itself"),
    list_of("feedback", "what came back later, the first of each kind; only of a single message",
            recipient_feedback),
};
constexpr schema recipient{"recipient", "What became of a message for one recipient.",
                           recipient_fields};
constexpr field message_fields[] = {
    {.name = "id", .about = "its id", .rule = text_rule::message, .required = true},
    text_of("from", "the sender's address"),
    text_of("account", "on whose behalf it was sent"),
    text_of("pool", "the pool it leaves from"),
    text_of("class", "triggered or batch"),
    time_of("accepted_at", "when it was accepted"),
    number_of("octets", "its size"),
    list_of("recipients", "one entry each", recipient),
};

constexpr field reason_fields[] = {
    text_of("kind", "ledger, backoff, restore, site, dns, pool, queue, ip or node"),
    text_of("recipient", "for whom; empty: for all"),
    text_of("ledger", "the subject of the ledger that decides"),
    text_of("provider", "whose limit of the ledger it is; empty: the limit of all mail"),
    maybe_number("day", "the ledger's day"),
    maybe_number("used", "what was sent on it"),
    maybe_number("limit", "what may be sent on it"),
    maybe_number("position", "how many go first"),
    time_of("expected_at", "when it is expected to go", true),
    text_of("text", "the same as a sentence"),
};
constexpr schema reason{"wait_reason", "One link of the chain of causes.", reason_fields};
constexpr field why_fields[] = {
    {.name = "id", .about = "the message's id", .rule = text_rule::message, .required = true},
    text_of("state", "of the recipient furthest from its end"),
    list_of("reasons", "why it waits; empty when it does not", reason),
};

constexpr field pool_address_fields[] = {
    text_of("address", "the IP"),
    text_of("node", "the node that owns it"),
    number_of("weight", "its share of the pool's mail"),
    text_of("plan", "its warm-up plan; empty: no limit"),
    text_of("state", "active, draining or quarantined"),
    text_of("reason", "why it is quarantined or draining"),
    time_of("changed_at", "since when; null: always", true),
};
constexpr schema pool_address{"pool_address", "An IP of a pool.", pool_address_fields};
constexpr field pool_fields[] = {
    text_of("name", "its name"),
    text_of("kind", "shared or dedicated"),
    text_of("account", "of a dedicated pool: who may use it"),
    text_of("overflow", "what happens to mail over the limit"),
    list_of("ips", "its IPs", pool_address),
};

constexpr field plan_fields[] = {
    text_of("name", "its name"),
    {.name = "days",
     .about = "the limit of each day; empty: no limit",
     .kind = numbers,
     .required = true},
    {.name = "built_in", .about = "whether it cannot be changed", .kind = truth, .required = true},
    text_of("advance", "what moves a ledger to the next day: calendar, on_use or level"),
    text_of("spread", "none: a day's permits are there at once; even: they come over the day"),
    text_of("time_zone", "of calendar days; empty: 24 hours from the ledger's start"),
    {.name = "providers",
     .about = "limits of each day for single providers, * for each other one",
     .kind = numbers_map,
     .required = true},
    {.name = "thresholds",
     .about = "what the quality rules compare with",
     .kind = object,
     .required = true,
     .nested = &schemas::thresholds},
};

constexpr field quality_fields[] = {
    number_of("outcomes", "recipients delivered or bounced"),
    number_of("delivered", "taken by the receiver"),
    number_of("invalid", "bounced: there is no such recipient"),
    number_of("spam", "bounced: refused as spam, or for the sender's reputation"),
    number_of("complaints", "reported by recipients"),
    number_of("opened", "messages seen opened"),
};
constexpr schema quality{"quality", "What became of the mail of a day.", quality_fields};
constexpr field move_fields[] = {
    time_of("at", "when"),
    text_of("cause",
            "advanced, repeated, raised, lowered, blocked, weakened, idle, restarted, set"),
    number_of("from_day", "of the plan"),
    number_of("to_day", "of the plan"),
    number_of("limit", "of the day that was judged"),
    number_of("used", "of it"),
    number_of("idle_days", "days without mail before it"),
    {.name = "quality",
     .about = "of the day that was judged",
     .kind = object,
     .required = true,
     .nested = &quality},
};
constexpr schema ledger_move{"ledger_move", "A move of a ledger, with the numbers behind it.",
                             move_fields};

constexpr field ledger_fields[] = {
    text_of("subject", "the IP or domain it is about"),
    text_of("provider", "the receiving provider, * for all"),
    text_of("plan", "its warm-up plan"),
    number_of("day", "the day of the plan, from 1"),
    time_of("day_ends_at", "when the next day begins"),
    maybe_number("limit", "of this day; null: none"),
    number_of("used", "permits spent today"),
    number_of("leased", "permits granted to nodes today"),
    text_of("state", "open, exhausted, paced, paused or blocked"),
    number_of("held_days", "for how many days from today on an early weak signal holds it"),
    {.name = "quality",
     .about = "what became of today's mail",
     .kind = object,
     .required = true,
     .nested = &quality},
    list_of("moves", "the last moves, newest last", ledger_move),
};

constexpr field address_fields[] = {
    text_of("address", "the IP"),
    text_of("state",
            "active, canary, warming, exhausted, paused, blocked, draining or quarantined"),
    text_of("reason", "why it is quarantined or draining"),
    text_of("node", "the node that owns it"),
    {.name = "pools", .about = "the pools it is in", .kind = texts, .rule = line, .required = true},
    list_of("ledgers", "its ledgers", schemas::ledger),
    text_of("provisioning", "the last run that was about it; empty: none"),
    list_of("checks", "what was found before it began to send", schemas::address_check),
};

constexpr field last_reply_fields[] = {
    text_of("text", "what the receiver said, or why it could not be asked"),
    number_of("code", "as in SMTP; 0: it said nothing"),
    time_of("at", "when"),
    text_of("ip", "the IP that the mail was to leave from"),
};
constexpr schema last_reply{"last_reply", "The last answer that kept mail waiting.",
                            last_reply_fields};
constexpr field queue_fields[] = {
    text_of("pool", "the pool its mail leaves from"),
    text_of("class", "triggered or batch"),
    text_of("sender_domain", "set when the sender's domain warms up"),
    text_of("destination", "set when it is for one congested destination"),
    text_of("provider", "set when it is for one receiving provider, whose limit was reached"),
    text_of("node", "the node that has it"),
    number_of("waiting", "how many recipients wait"),
    text_of("state", "open, held, waiting, or deferred: to be tried again"),
    time_of("opens_at", "when it opens again", true),
    time_of("empty_at", "when the last of them is expected to leave, if a ledger holds them", true),
    text_of("reason", "why it is not open"),
    text_of("cause", "its kind: limit, paused, no_ip, permits, task, retry, or sending"),
    time_of("oldest_at", "when the first of them was accepted; null: not known", true),
    time_of("next_attempt_at", "of those to be tried again: when the next one is", true),
    {.name = "last_reply",
     .about = "what was said last to mail of this pool for this provider; null: nothing yet",
     .kind = object,
     .required = true,
     .nullable = true,
     .nested = &last_reply},
};

constexpr field forecast_day_fields[] = {
    number_of("day", "from 1, the day of the start"),
    time_of("at", "when it begins"),
    number_of("sent", "recipients of the batch sent on it"),
    number_of("remaining", "recipients left after it"),
};
constexpr schema forecast_day{"forecast_day", "A day on which some of the batch is sent.",
                              forecast_day_fields};
constexpr field finish_fields[] = {
    time_of("finish_at", "when the last recipient is sent; null: not under today's rules", true)};
constexpr schema forecast_finish{"forecast_finish", "When the batch would be finished.",
                                 finish_fields};
constexpr field forecast_fields[] = {
    time_of("finish_at", "when the last recipient is sent; null: not under today's rules", true),
    number_of("ahead", "recipients that wait before it"),
    list_of("days", "day by day", forecast_day),
    {.name = "with_one_more_ip",
     .about = "the same with one more, new IP on the pool's plan",
     .kind = object,
     .required = true,
     .nested = &forecast_finish},
    text_of("problem", "what keeps it from going; empty: nothing"),
};

constexpr field key_fields[] = {
    text_of("id", "its id"),
    text_of("account", "on whose behalf it acts"),
    text_of("role", "admin, operator, sender or viewer"),
    text_of("kind", "bearer"),
    time_of("created_at", "when it was created"),
};
constexpr field created_key_fields[] = {
    text_of("id", "its id"),
    text_of("secret", "the key; it is shown this once"),
};

constexpr field storage_fields[] = {
    {.name = "accepts_mail",
     .about = "false once the reserve of free space is reached",
     .kind = truth,
     .required = true},
    number_of("free_octets", "free space of the data directory"),
    text_of("failure", "set once storage has failed for good"),
};
constexpr schema storage{"storage", "The state of a node's storage.", storage_fields};
constexpr field node_fields[] = {
    text_of("name", "the node's name"),
    text_of("state", "active, draining, dead or removed"),
    {.name = "alive", .about = "whether it gives signs of life", .kind = truth, .required = true},
    {.name = "drained",
     .about = "whether nothing is left on it, while it drains",
     .kind = truth,
     .required = true},
    number_of("number", "its number in the ids of messages"),
    number_of("epoch", "grows when it is declared dead and when it comes back"),
    text_of("address", "where other nodes reach it; empty when it is alone"),
    text_of("hostname", "its name in mail; empty when it does not answer"),
    text_of("version", "its release"),
    {.name = "ready", .about = "whether it can do its work", .kind = truth, .required = true},
    text_of("problem", "why it is not ready"),
    {.name = "storage",
     .about = "its storage; absent when it does not answer",
     .kind = object,
     .nested = &storage},
};
constexpr field cluster_fields[] = {
    text_of("role", "alone: a cluster of one node; member: of several"),
    {.name = "ready",
     .about = "whether all nodes can do their work",
     .kind = truth,
     .required = true},
    number_of("control_silent_seconds",
              "how long the control store has not answered this node; 0: it answers"),
    list_of("nodes", "its nodes", schemas::node),
};

constexpr field health_fields[] = {text_of("status", "ok")};

constexpr field problem_fields[] = {
    text_of("type", "about:blank"),
    text_of("title", "the status in words"),
    number_of("status", "the HTTP status"),
    text_of("code", "stable, for programs"),
    text_of("detail", "what went wrong"),
    {.name = "field", .about = "the input field at fault", .rule = text_rule::free},
    {.name = "remedy", .about = "what to try", .rule = text_rule::free},
};

} // namespace

const schema accepted{"accepted", "An accepted message: it is durable.", accepted_fields};
const schema message{"message", "A message and its recipients.", message_fields};
const schema why{"why", "Why a message waits.", why_fields};
const schema pool{"pool", "A pool of IPs.", pool_fields};
const schema address{"ip", "An IP that mail leaves from.", address_fields};
const schema plan{"plan", "A warm-up plan.", plan_fields};
const schema ledger{"ledger", "What an IP or domain may send on a day.", ledger_fields};
const schema queue{"queue", "Recipients that need the same permits.", queue_fields};
const schema batch_forecast{
    "batch_forecast", "How a batch would go out, by the rules that will run.", forecast_fields};
const schema key{"key", "A key, without its secret.", key_fields};
const schema created_key{"created_key", "A new key.", created_key_fields};
const schema node{"node", "A node of the cluster.", node_fields};
const schema cluster{"cluster", "The cluster.", cluster_fields};
const schema health{"health", "The health of this node.", health_fields};
const schema problem_document{"problem", "What went wrong (RFC 9457).", problem_fields};

} // namespace warmfront::admin::schemas
