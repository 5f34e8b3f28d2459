// The commands about accounts, and about who changed what.
#include "admin/cli/arguments.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument account_list[] = {limit, after};
constexpr argument account_create[] = {body_name};
constexpr argument by_account[] = {name};
constexpr argument audit_list[] = {
    {.name = "from",
     .about = "only from this moment on, as in 2026-12-01T08:00:00Z",
     .where = place::query},
    {.name = "to", .about = "only before this moment", .where = place::query},
    {.name = "actor", .about = "only by this key or account", .where = place::query},
    {.name = "resource",
     .about = "only this and what is below it, as in pools/p1",
     .where = place::query},
    {.name = "action", .about = "only this operation, as in create_pool", .where = place::query},
    limit,
    after,
};

constexpr command all_access[] = {
    {"account", "list", "Lists the accounts.", "GET", "/v1/accounts", account_list, "",
     "name keys created_at"},
    {"account", "show", "Shows an account.", "GET", "/v1/accounts/{}", by_account},
    {"account", "create", "Creates an account.", "POST", "/v1/accounts", account_create, "{}"},
    {"account", "delete", "Deletes an account that has nothing any more.", "DELETE",
     "/v1/accounts/{}", by_account},
    {"audit", "list", "Lists changes and attempts at them, newest first.", "GET", "/v1/audit",
     audit_list, "", "at account key_id role action resource status code client_address node"},
};

} // namespace

std::span<const command> access_commands() noexcept {
  return all_access;
}

} // namespace warmfront::admin::cli
