#include "admin/tencent/handling.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace warmfront;
using namespace warmfront::admin;
using namespace warmfront::admin::tencent;

namespace {

const action& action_named(std::string_view name) {
  const auto* const found = find_action(name);
  REQUIRE(found != nullptr);
  return *found;
}

std::string code_for(std::string_view action, errc code) {
  return to_gateway_error(handling_of(action_named(action)), {code, "it failed", ""}).code;
}

} // namespace

TEST_CASE("handling: every action has a handler, and nothing else has one", "[tencent]") {
  REQUIRE(all_handlings().size() == all_actions().size());
  for (std::size_t i = 0; i < all_actions().size(); ++i) {
    CHECK(all_handlings()[i].action == all_actions()[i].name);
    CHECK(all_handlings()[i].serve != nullptr);
    CHECK(&handling_of(all_actions()[i]) == &all_handlings()[i]);
  }
}

TEST_CASE("handling: no two actions share a handler but those that set the same", "[tencent]") {
  std::set<action_handler> handlers;
  for (const auto& each : all_handlings())
    handlers.insert(each.serve);
  CHECK(handlers.size() == all_handlings().size() - 1);
  CHECK(handling_of(action_named("CreateAddressUnsubscribeConfig")).serve ==
        handling_of(action_named("UpdateAddressUnsubscribeConfig")).serve);
}

TEST_CASE("handling: who only looks changes nothing", "[tencent][security]") {
  for (const auto& each : all_actions()) {
    CAPTURE(each.name);
    const bool reads = each.name.starts_with("Get") || each.name.starts_with("List");
    CHECK(only_reads(each) == reads);
    CHECK(check_role(each, key_role::viewer).has_value() == reads);
    CHECK(check_role(each, key_role::sender));
    CHECK(check_role(each, key_role::admin));
  }
  CHECK(check_role(action_named("SendEmail"), key_role::viewer).error().code ==
        "AuthFailure.UnauthorizedOperation");
}

TEST_CASE("handling: an action's own names of failures come first", "[tencent]") {
  CHECK(code_for("CreateReceiver", errc::already_exists) ==
        "InvalidParameterValue.RepeatReceiverName");
  CHECK(code_for("CreateEmailIdentity", errc::conflict) == "InvalidParameterValue.CreatedByOther");
  CHECK(code_for("DeleteEmailIdentity", errc::conflict) ==
        "OperationDenied.SenderWithDomainIsNotEmpty");
  CHECK(code_for("UpdateEmailSmtpPassWord", errc::already_exists) ==
        "OperationDenied.RepeatPassWord");
  CHECK(code_for("SendEmail", errc::not_found) == "FailedOperation.InvalidTemplateID");
}

TEST_CASE("handling: what no action names is called after its kind", "[tencent]") {
  CHECK(code_for("ListReceivers", errc::timed_out) == "ServiceUnavailable");
  CHECK(code_for("ListReceivers", errc::stopping) == "ServiceUnavailable");
  CHECK(code_for("ListReceivers", errc::storage_failed) == "InternalError");
  CHECK(code_for("ListReceivers", errc::limit_exceeded) == "LimitExceeded");
  CHECK(code_for("ListReceivers", errc::not_found) == "ResourceNotFound");
}

TEST_CASE("handling: the cause and the way out reach the client", "[tencent]") {
  const auto told = to_gateway_error(handling_of(action_named("CreateReceiver")),
                                     {errc::unavailable, "the disk is full", "delete something"});
  CHECK(told.message.find("the disk is full") != std::string::npos);
  CHECK(told.message.find("delete something") != std::string::npos);
}
