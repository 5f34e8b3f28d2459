// Accounts.
#include <algorithm>

#include <fmt/core.h>

#include "admin/api/handlers.hpp"

namespace warmfront::admin {

ordered_json to_json(const account_report& value) {
  ordered_json target;
  target["name"] = value.name.str();
  target["created_at"] = to_rfc3339(value.created_at);
  target["keys"] = value.keys;
  return target;
}

namespace handlers {

namespace {

/// The one account of the path, or after its creation.
outcome shown_account(call& request, const std::string& name,
                      const std::vector<account_report>& all) {
  const auto found = std::ranges::find(all, account_name{name}, &account_report::name);
  return found == all.end() ? fail(admin::not_found("account", name))
                            : respond(request, to_json(*found));
}

/// What an account still has; empty: nothing that would be left without it.
std::string what_is_left(const account_name& account, const answers& given) {
  if (!answer_at<std::vector<identity_report>>(given, 0).empty()) {
    return "sender domains";
  }
  if (!answer_at<std::vector<template_report>>(given, 1).empty()) {
    return "templates";
  }
  if (!answer_at<std::vector<group_report>>(given, 2).empty()) {
    return "recipient groups";
  }
  if (!answer_at<std::vector<task_report>>(given, 3).empty()) {
    return "tasks";
  }
  if (!answer_at<std::vector<webhook_report>>(given, 4).empty()) {
    return "webhooks";
  }
  const auto& pools = answer_at<std::vector<pool>>(given, 5);
  return std::ranges::find(pools, account, &pool::account) == pools.end() ? "" : "dedicated pools";
}

} // namespace

outcome list_accounts(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_accounts{});
  }
  return page(request, answer_at<std::vector<account_report>>(given, 0),
              [](const account_report& each) { return each.name.str(); });
}

outcome show_account(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_accounts{});
  }
  return shown_account(request, request.parameters.front(),
                       answer_at<std::vector<account_report>>(given, 0));
}

outcome create_account(call& request, const answers& given) {
  const auto name = text_of(request.body, "name");
  if (given.empty()) {
    return std::vector<ask>{warmfront::create_account{account_name{name}},
                            warmfront::list_accounts{}};
  }
  return shown_account(request, name, answer_at<std::vector<account_report>>(given, 1));
}

outcome delete_account(call& request, const answers& given) {
  const account_name account{request.parameters.front()};
  constexpr std::size_t looks = 6;
  if (given.empty()) {
    warmfront::list_tasks tasks;
    tasks.account = account;
    return std::vector<ask>{
        warmfront::list_identities{account, {}}, warmfront::list_templates{account, {}},
        warmfront::list_groups{account, {}},     tasks,
        warmfront::list_webhooks{account, 0},    warmfront::list_pools{}};
  }
  if (given.size() == looks) {
    if (const auto left = what_is_left(account, given); !left.empty()) {
      return fail({409, "conflict", fmt::format("The account \"{}\" has {}.", account.str(), left),
                   "", "delete what it has first"});
    }
    return then(warmfront::delete_account{account});
  }
  return no_content();
}

} // namespace handlers

} // namespace warmfront::admin
