// What clients send and are answered about webhooks and events.
#include <algorithm>
#include <array>

#include "admin/api/render.hpp"
#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin {

namespace schemas {

namespace {

constexpr std::array<std::string_view, 4> webhook_actions{"test", "rotate_secret", "enable",
                                                          "disable"};
constexpr std::array<std::string_view, 2> truths{"true", "false"};
constexpr field whose{.name = "account",
                      .about = "whose it is; the key's own account by default",
                      .rule = text_rule::name};
constexpr field new_webhook_fields[] = {
    {.name = "url", .about = "what is called: https", .required = true, .most = 2048},
    {.name = "kinds",
     .about = "which kinds of events; all but accepted by default",
     .kind = value_kind::texts,
     .most = 20},
    {.name = "description", .about = "a note", .most = 500},
    {.name = "active", .about = "false: it is not called", .kind = value_kind::truth},
};
constexpr field webhook_action_fields[] = {
    {.name = "action",
     .about = "test, rotate_secret, enable or disable",
     .rule = text_rule::choice,
     .required = true,
     .choices = webhook_actions},
};
constexpr field dead_letter_query_fields[] = {
    whose,
    {.name = "limit",
     .about = "how many items at most",
     .kind = value_kind::number,
     .least = 1,
     .most = 500},
    {.name = "after", .about = "the `next` of the page before", .most = 100},
};
constexpr field replay_query_fields[] = {
    whose,
    {.name = "letter", .about = "one of them; all by default", .most = 100},
};
constexpr field event_query_fields[] = {
    {.name = "account", .about = "only of this account", .rule = text_rule::name},
    {.name = "kinds", .about = "only these kinds, separated by commas", .most = 200},
    {.name = "after",
     .about = "the `next` of an earlier line; from now on by default; 0: all there are",
     .most = 10'000},
    {.name = "follow",
     .about = "false: one page as JSON, and not a stream that stays open",
     .rule = text_rule::choice,
     .choices = truths},
    {.name = "limit",
     .about = "how many events of each node a page has at most",
     .kind = value_kind::number,
     .least = 1,
     .most = 500},
};
constexpr field test_fields[] = {
    number_of("status", "of HTTP; 0: no answer came"),
    text_of("error", "why it was not taken; empty: it was"),
};
constexpr schema webhook_test{"webhook_test", "What a receiver said to a test.", test_fields};
constexpr field webhook_fields[] = {
    text_of("id", "its number"),
    text_of("account", "whose events it gets"),
    text_of("url", "what is called"),
    {.name = "kinds",
     .about = "which kinds of events; none: all but accepted",
     .kind = value_kind::texts,
     .required = true},
    text_of("description", "a note"),
    {.name = "active",
     .about = "whether it is called",
     .kind = value_kind::truth,
     .required = true},
    time_of("created_at", "when it was made"),
    number_of("waiting", "events that it has not got yet"),
    number_of("dead_letters", "events that were given up"),
    text_of("last_error", "why the last event that was not taken was not"),
    time_of("last_success_at", "when it took an event last", true),
    time_of("failing_since", "since when it has taken nothing; null: it takes", true),
    {.name = "secret",
     .about = "what signatures are made with; only when it is new",
     .rule = text_rule::line},
    {.name = "test",
     .about = "only after a test",
     .kind = value_kind::object,
     .nested = &webhook_test},
};
constexpr field dead_letter_fields[] = {
    text_of("id", "its name, for replay"),  text_of("event", "the event's id, as in webhook-id"),
    time_of("at", "when it was given up"),  text_of("error", "why the last attempt failed"),
    text_of("body", "what was sent: JSON"),
};
constexpr field replayed_fields[] = {number_of("replayed", "how many are tried again")};

} // namespace

const schema new_webhook{"new_webhook", "A program that hears of events.", new_webhook_fields};
const schema webhook_action{"webhook_action", "What to do with it.", webhook_action_fields};
const schema dead_letter_query{"dead_letter_query", "Which part of the list.",
                               dead_letter_query_fields};
const schema replay_query{"replay_query", "What to try again.", replay_query_fields};
const schema event_query{"event_query", "Which events.", event_query_fields};
const schema webhook{"webhook", "A program that hears of events.", webhook_fields};
const schema dead_letter{"dead_letter", "An event that a webhook did not take.",
                         dead_letter_fields};
const schema replayed{"replayed", "What is tried again.", replayed_fields};

} // namespace schemas

ordered_json to_json(const webhook_report& value) {
  ordered_json target;
  target["id"] = std::to_string(value.value.number);
  target["account"] = value.value.account.str();
  target["url"] = value.value.url;
  target["kinds"] = ordered_json::array();
  for (const auto kind : value.value.kinds)
    target["kinds"].push_back(to_string(kind));
  target["description"] = value.value.description;
  target["active"] = value.value.is_active;
  target["created_at"] = to_rfc3339(value.value.created_at);
  target["waiting"] = value.waiting;
  target["dead_letters"] = value.dead_letters;
  target["last_error"] = value.last_error;
  target["last_success_at"] = optional_time(value.last_success_at);
  target["failing_since"] = optional_time(value.failing_since);
  if (!value.secret.empty())
    target["secret"] = value.secret;
  return target;
}

ordered_json to_json(const dead_letter& value) {
  ordered_json target;
  target["id"] = value.id;
  target["event"] = value.id.substr(std::min<std::size_t>(value.id.size(), 17));
  target["at"] = to_rfc3339(value.at);
  target["error"] = value.error;
  target["body"] = value.body;
  return target;
}

} // namespace warmfront::admin
