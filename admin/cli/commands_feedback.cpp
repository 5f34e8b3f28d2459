// The commands about who hears what became of mail.
#include "admin/cli/arguments.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument webhook_number{.name = "id",
                                  .about = "the webhook's number",
                                  .where = place::path,
                                  .positional = true,
                                  .required = true};
constexpr argument of_account{.name = "account",
                              .about = "whose it is; the key's own account by default",
                              .where = place::query};
constexpr argument url{.name = "url",
                       .about = "what is called, as in https://hooks.example.com/mail",
                       .positional = true,
                       .required = true};
constexpr argument kinds{.name = "kinds",
                         .about = "a kind of events, as in bounced; all but accepted by default",
                         .kind = shape::texts};
constexpr argument description{.name = "description", .about = "a note"};
constexpr argument webhook_add[] = {url, kinds, description, of_account};
constexpr argument webhook_change[] = {webhook_number, url, kinds, description, of_account};
constexpr argument webhook_list[] = {of_account, limit, after};
constexpr argument by_webhook[] = {webhook_number, of_account};
constexpr argument webhook_dead[] = {webhook_number, of_account, limit, after};
constexpr argument webhook_replay[] = {
    webhook_number,
    {.name = "letter", .about = "one dead letter; all by default", .where = place::query},
    of_account,
};
constexpr argument event_list[] = {
    {.name = "kinds", .about = "only these kinds, as in delivered,bounced", .where = place::query},
    {.name = "account", .about = "only of this account", .where = place::query},
    limit,
    {.name = "after", .about = "go on after this; 0: all there are", .where = place::query},
};

constexpr command all_feedback[] = {
    {"webhook", "add", "Lets a program hear of events; its secret is shown once.", "POST",
     "/v1/webhooks", webhook_add, "{}"},
    {"webhook", "list", "Lists the programs that hear of events.", "GET", "/v1/webhooks",
     webhook_list, "", "id account url active waiting dead_letters failing_since"},
    {"webhook", "show", "Shows a program that hears of events, and how it does.", "GET",
     "/v1/webhooks/{}", by_webhook},
    {"webhook", "change", "Changes what it hears, and where.", "PUT", "/v1/webhooks/{}",
     webhook_change, "{}"},
    {"webhook", "test", "Sends it an event for a test, and tells what it says.", "POST",
     "/v1/webhooks/{}/actions", by_webhook, R"({"action":"test"})"},
    {"webhook", "rotate-secret", "Gives it a new secret; the old one counts for a day.", "POST",
     "/v1/webhooks/{}/actions", by_webhook, R"({"action":"rotate_secret"})"},
    {"webhook", "enable", "Calls it again.", "POST", "/v1/webhooks/{}/actions", by_webhook,
     R"({"action":"enable"})"},
    {"webhook", "disable", "Calls it no more; what happens meanwhile is not for it.", "POST",
     "/v1/webhooks/{}/actions", by_webhook, R"({"action":"disable"})"},
    {"webhook", "delete", "Removes it, and what it has not got yet.", "DELETE", "/v1/webhooks/{}",
     by_webhook},
    {"webhook", "dead", "Lists events that it did not take for a day.", "GET",
     "/v1/webhooks/{}/dead_letters", webhook_dead, "", "id event at error"},
    {"webhook", "replay", "Tries dead letters again.", "POST", "/v1/webhooks/{}/replay",
     webhook_replay},

    {"event", "list", "Lists events of mail.", "GET", "/v1/events?follow=false", event_list, "",
     "timestamp node type id"},
};

} // namespace

std::span<const command> feedback_commands() noexcept {
  return all_feedback;
}

} // namespace warmfront::admin::cli
