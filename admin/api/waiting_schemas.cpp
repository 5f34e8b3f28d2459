// What clients send and are answered about the story of a message, and about many that wait.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr std::array<std::string_view, 3> queue_actions{"retry", "expire", "cancel"};
constexpr std::array<std::string_view, 7> waiting_reasons{"backoff", "schedule", "task",   "ledger",
                                                          "pool",    "queue",    "restore"};

constexpr field timeline_query_fields[] = {
    {.name = "to", .about = "only what concerns this recipient", .most = 320},
};
constexpr field tls_fields[] = {
    text_of("version", "of TLS"),
    text_of("cipher", "the cipher suite"),
    text_of("verified_by", "how the host proved itself: none, webpki, dane or sts"),
};
constexpr schema told_tls_schema{"timeline_tls", "The connection of an attempt.", tls_fields};
constexpr field told_reply_fields[] = {
    maybe_number("code", "null: there was no answer"),
    text_of("enhanced", "as in RFC 3463"),
    text_of("text", "what the receiver said, or why there was no answer"),
};
constexpr schema told_reply_schema{"timeline_reply", "What a receiver said.", told_reply_fields};
constexpr field timeline_item_fields[] = {
    time_of("at", "when"),
    text_of("kind",
            "accepted, copied, expanded, assigned, attempt, deferred, delivered, bounced, expired, "
            "cancelled, suppressed, moved, adopted, opened, clicked, complained, unsubscribed, "
            "bounced_later"),
    text_of("node", "the node that it happened on"),
    text_of("recipient", "whom it is about; empty: all"),
    number_of("attempt", "which attempt; 0: none"),
    text_of("ip", "the IP it left from"),
    text_of("provider", "who received it"),
    text_of("mx", "the host that answered"),
    {.name = "tls",
     .about = "of its connection; null: in clear text, or none",
     .kind = value_kind::object,
     .required = true,
     .nullable = true,
     .nested = &told_tls_schema},
    {.name = "reply",
     .about = "what was said",
     .kind = value_kind::object,
     .required = true,
     .nullable = true,
     .nested = &told_reply_schema},
    text_of("ledger", "whose permit the attempt took"),
    maybe_number("day", "of that ledger"),
    time_of("next_attempt_at", "when it is tried again", true),
    text_of("text", "as a sentence, where there is more to say"),
};
constexpr schema timeline_item_schema{"timeline_item", "Something that happened to a message.",
                                      timeline_item_fields};
constexpr field timeline_fields[] = {
    {.name = "id", .about = "the message's id", .rule = text_rule::message, .required = true},
    {.name = "complete",
     .about = "false: there is more than is told here; ask for one recipient",
     .kind = value_kind::truth,
     .required = true},
    list_of("items", "oldest first", timeline_item_schema),
};

constexpr field filter_pool{.name = "pool", .about = "only of this pool", .rule = text_rule::name};
constexpr field filter_provider{
    .name = "provider",
    .about = "only to this receiving provider, of those of whom it is known: that were tried, or "
             "wait for its limit",
    .most = 255};
constexpr field filter_reason{
    .name = "reason",
    .about = "only who waits for this: backoff, schedule, task, ledger, pool, queue or "
             "restore",
    .rule = text_rule::choice,
    .choices = waiting_reasons};
constexpr field filter_sender{
    .name = "sender_domain", .about = "only from this domain", .most = 255};
constexpr field filter_task{.name = "task", .about = "only of this task", .most = 20};
constexpr field filter_fields[] = {
    filter_pool,
    filter_provider,
    filter_reason,
    filter_sender,
    filter_task,
    {.name = "older_than",
     .about = "only what was accepted so long ago, as in 6h or 2d",
     .most = 12},
};
constexpr field action_field{.name = "action",
                             .about = "retry, expire or cancel",
                             .rule = text_rule::choice,
                             .required = true,
                             .choices = queue_actions};
constexpr schema queue_filter_schema{"queue_filter", "Whom an action is about; empty: all.",
                                     filter_fields};
constexpr field new_action_fields[] = {
    action_field,
    {.name = "filter",
     .about = "whom it is about",
     .kind = value_kind::object,
     .nested = &queue_filter_schema},
    {.name = "confirm",
     .about = "as the answer to the same request without it says; then it is done",
     .most = 4096},
};
constexpr field matches_query_fields[] = {
    action_field,
    filter_pool,
    filter_provider,
    filter_reason,
    filter_sender,
    filter_task,
    {.name = "before", .about = "only what was accepted before this", .rule = text_rule::date_time},
    {.name = "without",
     .about = "nodes that do nothing, since they were not counted",
     .most = 4000},
};

constexpr field sample_fields[] = {
    {.name = "id", .about = "the message's id", .rule = text_rule::message, .required = true},
    text_of("from", "the sender's address"),
    text_of("to", "one of the recipients"),
    time_of("accepted_at", "when it was accepted"),
    text_of("last_reply", "what the remote server said last"),
};
constexpr schema sample_schema{"waiting_sample", "One of the messages.", sample_fields};
constexpr field matches_fields[] = {
    number_of("matches", "messages"),
    number_of("recipients", "recipients of them"),
    time_of("oldest", "when the oldest was accepted", true),
    {.name = "complete",
     .about = "false: so many were counted when the time was over",
     .kind = value_kind::truth,
     .required = true},
    list_of("sample", "at most three of them", sample_schema),
};
constexpr field shown_filter_fields[] = {
    text_of("pool", "empty: any"),   text_of("provider", "empty: any"),
    text_of("reason", "empty: any"), text_of("sender_domain", "empty: any"),
    text_of("task", "empty: any"),   time_of("before", "accepted before", true),
};
constexpr schema shown_filter_schema{"queue_action_filter", "Whom an action is about.",
                                     shown_filter_fields};
constexpr field shown_action_fields[] = {
    text_of("action", "retry, expire or cancel"),
    {.name = "id", .about = "the action's id, once it has begun", .rule = text_rule::line},
    {.name = "state", .about = "running or done", .rule = text_rule::line},
    {.name = "matches", .about = "before: messages", .kind = value_kind::number},
    number_of("recipients", "before: how many it would touch; then: how many it has"),
    {.name = "oldest",
     .about = "before: when the oldest was accepted",
     .rule = text_rule::date_time,
     .nullable = true},
    {.name = "complete", .about = "before: whether all was counted", .kind = value_kind::truth},
    {.name = "sample",
     .about = "before: at most three of them",
     .kind = value_kind::objects,
     .nested = &sample_schema},
    {.name = "confirm", .about = "before: what to send to have it done", .rule = text_rule::line},
    {.name = "confirm_until", .about = "before: until when", .rule = text_rule::date_time},
    {.name = "expected", .about = "how many were counted before", .kind = value_kind::number},
    {.name = "busy",
     .about = "how many were left alone, being on their way",
     .kind = value_kind::number},
    {.name = "by", .about = "the key that asked", .rule = text_rule::line},
    {.name = "started_at", .about = "when it began", .rule = text_rule::date_time},
    {.name = "finished_at",
     .about = "when it was over",
     .rule = text_rule::date_time,
     .nullable = true},
    {.name = "filter",
     .about = "whom it is about",
     .kind = value_kind::object,
     .nested = &shown_filter_schema},
    {.name = "unanswered",
     .about = "nodes that gave no answer, and do nothing",
     .kind = value_kind::texts},
};

} // namespace

const schema timeline_query{"timeline_query", "", timeline_query_fields};
const schema timeline{"timeline", "What happened to a message.", timeline_fields};
const schema new_queue_action{"new_queue_action", "Something to do with mail that waits.",
                              new_action_fields};
const schema matches_query{"matches_query", "", matches_query_fields};
const schema waiting_matches{"waiting_matches", "What waits on a node.", matches_fields};
const schema queue_action{"queue_action", "Something that is done with mail that waits.",
                          shown_action_fields};

} // namespace warmfront::admin::schemas
