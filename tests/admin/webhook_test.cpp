// Webhooks and the event stream over HTTP.
#include <catch2/catch.hpp>

#include "admin/api/across.hpp"
#include "admin/api/event_position.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using admin::json;

namespace {

struct webhook_api {
  fake_node node;
  raw_response call(const std::string& method, const std::string& target,
                    const std::string& body = "", const std::string& key = "sender.secret") {
    return call_node(node.port(), method, target, key, body);
  }
};

} // namespace

TEST_CASE("event position: of all nodes, as text and back", "[api]") {
  using admin::parse_positions;
  const auto positions = parse_positions("n1:1.2.3,n-2:4.0.0").value();
  CHECK(admin::to_text(positions) == "n-2:4.0.0,n1:1.2.3");
  CHECK(admin::position_of(positions, "n1") == "1.2.3");
  CHECK(admin::position_of(positions, "n3").empty());
  CHECK(admin::position_of(parse_positions("0").value(), "n3") == "0");
  CHECK(parse_positions("").value().empty());
  for (const auto* text : {"n1", "n1:", ":1", "n1:1,", ",n1:1", "n1:1,n1:2", "n 1:1", "n1:x", "1"})
    CHECK(!parse_positions(text));
}

TEST_CASE("webhooks service: is made, shown, changed, removed", "[admin]") {
  webhook_api of;
  const auto made = of.call("POST", "/v1/webhooks",
                            R"({"url":"https://hooks.example.com/a","kinds":["bounced"]})");
  REQUIRE(made.status == 201);
  const auto webhook = json::parse(made.body);
  CHECK(webhook["secret"].get<std::string>().starts_with("whsec_"));
  const auto path = "/v1/webhooks/" + webhook["id"].get<std::string>();
  const auto shown = json::parse(of.call("GET", path).body);
  CHECK(!shown.contains("secret"));
  CHECK(shown["url"] == "https://hooks.example.com/a");
  CHECK(shown["kinds"] == json{"bounced"});
  CHECK(shown["active"] == true);
  CHECK(json::parse(of.call("GET", "/v1/webhooks").body)["items"].size() == 1);
  CHECK(of.call("PUT", path, R"({"url":"https://hooks.example.com/b"})").status == 200);
  const auto changed = json::parse(of.call("GET", path).body);
  CHECK(changed["url"] == "https://hooks.example.com/b");
  CHECK(changed["kinds"].empty());
  CHECK(json::parse(of.call("POST", path + "/actions", R"({"action":"disable"})").body)["active"] ==
        false);
  CHECK(json::parse(of.call("POST", path + "/actions", R"({"action":"enable"})").body)["active"] ==
        true);
  const auto rotated =
      json::parse(of.call("POST", path + "/actions", R"({"action":"rotate_secret"})").body);
  CHECK(rotated["secret"] != webhook["secret"]);
  const auto tested = json::parse(of.call("POST", path + "/actions", R"({"action":"test"})").body);
  CHECK(tested["test"]["status"] == 200);
  CHECK(of.call("GET", path + "/dead_letters").status == 200);
  CHECK(json::parse(of.call("POST", path + "/replay").body)["replayed"] == 0);
  CHECK(of.call("DELETE", path).status == 204);
  CHECK(of.call("GET", path).status == 404);
}

TEST_CASE("webhooks service: what may not be called is refused, and other accounts see nothing",
          "[admin][security]") {
  webhook_api of;
  for (const auto* url :
       {"http://hooks.example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/",
        "https://10.0.0.1/", "https://a@hooks.example.com/", "javascript:alert(1)", ""}) {
    CAPTURE(url);
    const auto refused = of.call("POST", "/v1/webhooks", json{{"url", url}}.dump());
    CHECK((refused.status == 422 || refused.status == 403));
  }
  CHECK(of.call("POST", "/v1/webhooks", R"({"url":"https://a.example/","kinds":["nonsense"]})")
            .status == 422);
  const auto made = of.call("POST", "/v1/webhooks", R"({"url":"https://hooks.example.com/a"})");
  const auto path = "/v1/webhooks/" + json::parse(made.body)["id"].get<std::string>();
  CHECK(of.call("GET", path, "", "other.secret").status == 404);
  CHECK(of.call("DELETE", path, "", "other.secret").status == 404);
  CHECK(of.call("POST", path + "/replay", "", "other.secret").status == 404);
  CHECK(of.call("GET", path + "/dead_letters", "", "other.secret").status == 404);
  CHECK(of.call("POST", path + "/actions", R"({"action":"disable"})", "other.secret").status ==
        404);
  CHECK(json::parse(of.call("GET", "/v1/webhooks", "", "other.secret").body)["items"].empty());
  CHECK(of.call("GET", "/v1/webhooks/0").status == 404);
  CHECK(of.call("GET", "/v1/webhooks/x").status == 404);
}

TEST_CASE("events service: a page is JSON, and says where to go on", "[admin]") {
  webhook_api of;
  const auto page = json::parse(of.call("GET", "/v1/events?follow=false").body);
  CHECK(page["items"].empty());
  CHECK(page["next"] == "n1:0.0.0");
  CHECK(of.call("GET", "/v1/events?follow=false&after=nonsense").status == 422);
  CHECK(of.call("GET", "/v1/events?after=nonsense").status == 422);
  CHECK(of.call("GET", "/v1/events?follow=false&kinds=bounced,nonsense").status == 422);
  CHECK(of.call("GET", "/v1/events?account=acme", "", "other.secret").status == 403);
}
