// Provisioning over HTTP: what clients send becomes a run, what a node cannot send from is refused.
#include <catch2/catch.hpp>

#include "admin/api/json.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

raw_response ask_node(fake_node& node, const std::string& method, const std::string& target,
                      const std::string& body = {}, const std::string& key = "operator.secret") {
  return call_node(node.port(), method, target, key, body);
}

void add_pool(fake_node& node, const std::string& name) {
  const std::lock_guard lock{node.world.guard};
  pool value;
  value.name = pool_name{name};
  value.addresses = {{ip_address{"192.0.2.9"}, node_name{"n1"}, 1, plan_name{"standard"}}};
  node.world.pools.push_back(value);
}

} // namespace

TEST_CASE("provisioning service: a run is what was asked for", "[admin]") {
  fake_node node;
  const auto begun =
      ask_node(node, "POST", "/v1/provisionings",
               R"({"pool":"mine","add":[{"address":"2001:DB8::1","plan":"standard","weight":3},)"
               R"({"address":"192.0.2.1","node":"n2"}],"remove":["192.0.2.9"],"parallel":2,)"
               R"("gate":{"level":5},"on_failure":"rollback","waive":["helo"]})");
  CHECK(begun.status == 201);
  {
    const std::lock_guard lock{node.world.guard};
    REQUIRE(node.world.runs.size() == 1);
    const auto& run = node.world.runs[0];
    CHECK(run.pool.str() == "mine");
    CHECK(run.parallel == 2);
    CHECK(run.gate_day == 5);
    CHECK(run.failure == on_failure::roll_back);
    CHECK(run.waived == std::vector<std::string>{"helo"});
    REQUIRE(run.steps.size() == 3);
    CHECK(run.steps[0].address.str() == "2001:db8::1");
    CHECK(run.steps[0].node.str() == "n1");
    CHECK(run.steps[0].weight == 3);
    CHECK(run.steps[1].node.str() == "n2");
    CHECK(run.steps[2].removes);
  }
  const auto* one = "/v1/provisionings/0000000000000000";
  const auto shown = ask_node(node, "GET", one, "", "viewer.secret");
  CHECK(shown.status == 200);
  const auto read = std::get<admin::json>(admin::parse_json(shown.body));
  CHECK(read["gate_day"] == 5);
  CHECK(read["steps"][2]["action"] == "remove");
  CHECK(read["steps"][2]["waits_for"] == "a new IP has to outlive its first day");
  CHECK(read["proposal"].is_null());
  const std::string acts = std::string{one} + "/actions";
  CHECK(ask_node(node, "POST", acts, R"({"action":"pause"})").status == 200);
  CHECK(ask_node(node, "POST", acts, R"({"action":"rollback"})").body.find("rolling_back") !=
        std::string::npos);
  CHECK(ask_node(node, "POST", acts, R"({"action":"other"})").status == 422);
  CHECK(ask_node(node, "POST", acts, R"({"action":"pause"})", "viewer.secret").status == 403);
  CHECK(ask_node(node, "GET", "/v1/provisionings/0000000000000007").status == 404);
}

TEST_CASE("provisioning service: runs are listed newest first, in pages", "[admin]") {
  fake_node node;
  for (int i = 0; i < 3; ++i)
    CHECK(ask_node(node, "POST", "/v1/provisionings",
                   R"({"pool":"mine","add":[{"address":"192.0.2.1"}]})")
              .status == 201);
  std::string ids;
  std::string after;
  for (int i = 0; i < 3; ++i) {
    const auto body = ask_node(node, "GET", "/v1/provisionings?limit=1" + after).body;
    const auto page = std::get<admin::json>(admin::parse_json(body));
    REQUIRE(page["items"].size() == 1);
    ids += page["items"][0]["id"].get<std::string>().back();
    after = page["next"].is_null() ? "" : "&after=" + page["next"].get<std::string>();
  }
  CHECK(ids == "210");
}

TEST_CASE("provisioning service: a volume is proposed for, and nothing begins", "[admin]") {
  fake_node node;
  add_pool(node, "mine");
  const auto proposed =
      ask_node(node, "POST", "/v1/provisionings",
               R"({"pool":"mine","daily_volume":2000000,"parallel":3,"gate":{"day":4}})");
  CHECK(proposed.status == 200);
  const auto read = std::get<admin::json>(admin::parse_json(proposed.body));
  CHECK(read["state"] == "proposed");
  CHECK(read["proposal"]["daily_volume"] == 2'000'000);
  CHECK(read["proposal"]["ips"][0]["daily"] == 7);
  CHECK(read["proposal"]["ips"][0]["gate_at"].is_null());
  const std::lock_guard lock{node.world.guard};
  CHECK(node.world.runs.empty());
  REQUIRE(node.world.proposals.size() == 1);
  CHECK(node.world.proposals[0].plan.str() == "standard");
  CHECK(node.world.proposals[0].present == std::vector{ip_address{"192.0.2.9"}});
  CHECK(node.world.proposals[0].parallel == 3);
  CHECK(node.world.proposals[0].gate_day == 4);
}

TEST_CASE("provisioning service: contradictions are refused", "[admin]") {
  fake_node node;
  add_pool(node, "mine");
  for (const auto* bad :
       {R"({"add":[]})", R"({"pool":"mine","daily_volume":5,"add":[{"address":"192.0.2.1"}]})",
        R"({"pool":"mine","plan":"standard","add":[{"address":"192.0.2.1"}]})",
        R"({"pool":"mine","gate":{},"add":[{"address":"192.0.2.1"}]})",
        R"({"pool":"mine","gate":{"day":1,"level":1},"add":[{"address":"192.0.2.1"}]})",
        R"({"pool":"mine","parallel":0,"add":[{"address":"192.0.2.1"}]})",
        R"({"pool":"mine","remove":["mail.example"]})", R"({"pool":"mine","daily_volume":0})"}) {
    CAPTURE(bad);
    CHECK(ask_node(node, "POST", "/v1/provisionings", bad).status == 422);
  }
  CHECK(ask_node(node, "POST", "/v1/provisionings", R"({"pool":"none","daily_volume":5})").status ==
        404);
}

TEST_CASE("pools service: an IP that its node cannot send from is refused, and nothing changes",
          "[admin]") {
  fake_node node;
  add_pool(node, "mine");
  const auto* ips = R"({"name":"new","ips":[{"address":"192.0.2.250"}]})";
  const auto refused = ask_node(node, "POST", "/v1/pools", ips);
  CHECK(refused.status == 409);
  CHECK(refused.body.find("network interface") != std::string::npos);
  CHECK(ask_node(node, "PUT", "/v1/pools/mine/ips/192.0.2.250", "{}").status == 409);
  CHECK(ask_node(node, "PUT", "/v1/pools/mine",
                 R"({"ips":[{"address":"192.0.2.9"},{"address":"192.0.2.250"}]})")
            .status == 409);
  {
    const std::lock_guard lock{node.world.guard};
    REQUIRE(node.world.pools.size() == 1);
    CHECK(node.world.pools[0].addresses.size() == 1);
    // One that is in the pool already may have lost its interface for a while.
    node.world.pools[0].addresses[0].address = ip_address{std::string{unbindable_address}};
  }
  CHECK(ask_node(node, "PUT", "/v1/pools/mine/ips/192.0.2.250", R"({"weight":2})").status == 200);
  CHECK(ask_node(node, "GET", "/v1/ips/192.0.2.250/binding").status == 404);
  CHECK(ask_node(node, "GET", "/v1/ips/192.0.2.1/binding").body ==
        R"({"address":"192.0.2.1","node":"n1"})");
}
