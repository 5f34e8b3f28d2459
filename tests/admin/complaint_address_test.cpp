// Where providers are to send complaints.
#include <catch2/catch.hpp>

#include "admin/api/handlers.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

http_response ask_for_address(const node_view& node, key_role role, const std::string& account) {
  const auto* const where = [] {
    for (const auto& each : routes())
      if (each.pattern == "/v1/complaint-address")
        return &each;
    return static_cast<const route*>(nullptr);
  }();
  call request;
  request.where = where;
  request.node = &node;
  request.who = {account_name{"shop"}, "key", role};
  request.query = json::object();
  if (!account.empty())
    request.query["account"] = account;
  return std::get<http_response>(handlers::show_complaint_address(request, {}));
}

} // namespace

TEST_CASE("complaint address: it is that of the caller's account, or of the one named", "[admin]") {
  node_view node;
  node.complaint_address = [](const account_name& of) { return "f." + of.str() + "@mta.example"; };
  const auto own = ask_for_address(node, key_role::sender, "");
  CHECK(own.status == 200);
  CHECK(json::parse(own.body)["address"] == "f.shop@mta.example");
  CHECK(json::parse(ask_for_address(node, key_role::admin, "other").body)["address"] ==
        "f.other@mta.example");
  CHECK(ask_for_address(node, key_role::sender, "other").status == 403);
}

TEST_CASE("complaint address: there is none without the cluster's key, or for a long name",
          "[admin]") {
  node_view node;
  CHECK(ask_for_address(node, key_role::admin, "").status == 404);
  node.complaint_address = [](const account_name&) { return std::string{}; };
  CHECK(ask_for_address(node, key_role::admin, "").status == 404);
}
