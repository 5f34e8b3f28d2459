// What clients send and are answered about sessions, accounts and the audit log.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr field sign_in_fields[] = {
    {.name = "key",
     .about = "a bearer key",
     .rule = text_rule::line,
     .required = true,
     .most = 200},
};
constexpr field session_fields[] = {
    {.name = "csrf_token",
     .about = "for X-CSRF-Token with every change; absent for a caller with a key",
     .rule = text_rule::free},
    text_of("account", "of the key"),
    text_of("role", "of the key"),
    text_of("key_id", "the key that was signed in with"),
    time_of("expires_at", "when the session is over without a request; null: it is a key", true),
};
constexpr field new_account_fields[] = {
    {.name = "name",
     .about = "1 to 64 lower-case letters, digits, hyphens and underscores",
     .rule = text_rule::name,
     .required = true},
};
constexpr field account_fields[] = {
    text_of("name", "its name"),
    time_of("created_at", "when it was made"),
    number_of("keys", "how many keys act on its behalf"),
};
constexpr field audit_query_fields[] = {
    {.name = "limit",
     .about = "how many items at most",
     .kind = value_kind::number,
     .least = 1,
     .most = 200},
    {.name = "after", .about = "the `next` of the page before", .most = 200},
    {.name = "from", .about = "only from this moment on", .rule = text_rule::date_time},
    {.name = "to", .about = "only before this moment", .rule = text_rule::date_time},
    {.name = "actor", .about = "only by this key or account", .most = 100},
    {.name = "resource", .about = "only this and what is below it, as in pools/p1", .most = 400},
    {.name = "action", .about = "only this operation, as in create_pool", .most = 100},
};
constexpr field audit_fields[] = {
    text_of("id", "its id: sorts by time"),
    time_of("at", "when it was answered"),
    text_of("node", "the node that answered"),
    text_of("key_id", "the key; empty: nobody was signed in"),
    text_of("account", "of the key"),
    text_of("role", "of the key"),
    {.name = "by_session",
     .about = "signed in with the key, in a browser",
     .kind = value_kind::truth,
     .required = true},
    text_of("client_address", "where the request came from"),
    text_of("method", "of HTTP"),
    text_of("action", "the operation's id, or the action of the compatible API"),
    text_of("resource", "what it was about, as in pools/p1"),
    text_of("asked", "what was asked for, as JSON; without secrets, shortened"),
    number_of("status", "of HTTP"),
    text_of("code", "of the refusal; empty: it was done"),
    text_of("request_id", "X-Request-Id of the answer"),
};

} // namespace

const schema sign_in{"sign_in", "Signs a browser in.", sign_in_fields};
const schema session{"session", "Who is signed in.", session_fields};
const schema new_account{"new_account", "An account to create.", new_account_fields};
const schema account{"account", "An account.", account_fields};
const schema audit_query{"audit_query", "", audit_query_fields};
const schema audit_record{"audit_record", "A change, or an attempt at one.", audit_fields};

} // namespace warmfront::admin::schemas
