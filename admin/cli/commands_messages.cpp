// The commands about single messages, and about many that wait.
#include "admin/cli/arguments.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument message{.name = "id",
                           .about = "the message's id",
                           .where = place::path,
                           .positional = true,
                           .required = true};
constexpr argument by_message[] = {message};
constexpr argument message_timeline[] = {
    message,
    {.name = "to", .about = "only what concerns this recipient", .where = place::query},
};
constexpr argument queue_filter[] = {
    {.name = "pool", .about = "only of this pool", .where = place::filter},
    {.name = "provider", .about = "only to this receiving provider", .where = place::filter},
    {.name = "reason",
     .about = "only who waits for: backoff, schedule, task, ledger, pool or queue",
     .where = place::filter},
    {.name = "sender_domain", .about = "only from this domain", .where = place::filter},
    {.name = "task", .about = "only of this task", .where = place::filter},
    {.name = "older_than", .about = "only accepted so long ago, as in 6h", .where = place::filter},
    {.name = "yes", .about = "do it without asking", .where = place::nowhere, .kind = shape::flag},
};
constexpr argument by_action[] = {{.name = "id",
                                   .about = "the action's id",
                                   .where = place::path,
                                   .positional = true,
                                   .required = true}};
constexpr argument message_list[] = {
    {.name = "to", .about = "only with this recipient", .where = place::query},
    {.name = "from", .about = "only from this address", .where = place::query},
    {.name = "state", .about = "only with a recipient in this state", .where = place::query},
    {.name = "pool", .about = "only of this pool", .where = place::query},
    {.name = "provider", .about = "only tried at this receiving provider", .where = place::query},
    {.name = "task", .about = "only of this task", .where = place::query, .kind = shape::number},
    {.name = "since", .about = "only accepted then or later", .where = place::query},
    {.name = "until", .about = "only accepted before this", .where = place::query},
    {.name = "id", .about = "only whose id begins so", .where = place::query},
    {.name = "message_id", .about = "only with this Message-ID", .where = place::query},
    limit,
    after,
};

constexpr command all_messages[] = {
    {"message", "list", "Lists messages, newest first.", "GET", "/v1/messages", message_list, "",
     "id accepted_at from pool class recipients"},
    {"message", "show", "Shows a message and its recipients.", "GET", "/v1/messages/{}",
     by_message},
    {"message", "why", "Says why a message waits, and until when.", "GET", "/v1/messages/{}/why",
     by_message, "", "", true},
    {"message", "timeline", "Shows what happened to a message.", "GET", "/v1/messages/{}/timeline",
     message_timeline, "",
     "at kind recipient attempt node ip mx reply ledger day next_attempt_at text"},
    {"message", "retry", "Tries now whoever waits for another attempt.", "POST",
     "/v1/messages/{}/retry", by_message},
    {.noun = "queue",
     .verb = "retry",
     .about = "Tries now what waits for another attempt, when its count is confirmed.",
     .method = "POST",
     .path = "/v1/queues/actions",
     .arguments = queue_filter,
     .fixed_body = R"({"action":"retry","filter":{}})",
     .asks_first = true},
    {.noun = "queue",
     .verb = "expire",
     .about = "Gives up what waits, and tells its senders, when its count is confirmed.",
     .method = "POST",
     .path = "/v1/queues/actions",
     .arguments = queue_filter,
     .fixed_body = R"({"action":"expire","filter":{}})",
     .asks_first = true},
    {.noun = "queue",
     .verb = "cancel",
     .about = "Gives up what waits without a word, when its count is confirmed.",
     .method = "POST",
     .path = "/v1/queues/actions",
     .arguments = queue_filter,
     .fixed_body = R"({"action":"cancel","filter":{}})",
     .asks_first = true},
    {"queue", "action", "Shows how far such an action is.", "GET", "/v1/queues/actions/{}",
     by_action},
    {"message", "cancel", "Cancels what has not been sent.", "POST", "/v1/messages/{}/cancel",
     by_message},
};

} // namespace

std::span<const command> message_commands() noexcept {
  return all_messages;
}

} // namespace warmfront::admin::cli
