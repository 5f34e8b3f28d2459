// Sessions, accounts and the audit log, as clients of a node see them.
#include <catch2/catch.hpp>

#include <fmt/core.h>

#include "admin/api/json.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using admin::json;

namespace {

/// A browser that has opened the console: it says where it comes from, and keeps its cookie.
struct browser {
  explicit browser(const fake_node& on) : port{on.port()} {}

  raw_response ask(std::string_view method, std::string_view target, std::string_view body = {},
                   const std::string& further = {}) {
    auto request = fmt::format("{} {} HTTP/1.1\r\nHost: node.example\r\n{}{}", method, target,
                               fields, further);
    if (!cookie.empty())
      request += "Cookie: " + cookie + "\r\n";
    if (!csrf.empty())
      request += "X-CSRF-Token: " + csrf + "\r\n";
    if (!body.empty())
      request +=
          fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    raw_client client{port};
    client.send(request + "\r\n" + std::string{body});
    return client.receive(method == "HEAD");
  }
  raw_response sign_in(const std::string& key) {
    const auto response = ask("POST", "/v1/session", R"({"key":")" + key + R"("})");
    const auto set = response.field("Set-Cookie");
    cookie = set.substr(0, set.find(';'));
    if (response.status == 201)
      csrf = json::parse(response.body)["csrf_token"].get<std::string>();
    return response;
  }

  std::uint16_t port;
  std::string fields = "Sec-Fetch-Site: same-origin\r\n";
  std::string cookie;
  std::string csrf;
};

json audit_of(const fake_node& node, const std::string& query = {}) {
  const auto response = call_node(node.port(), "GET", "/v1/audit" + query, "operator.secret");
  CHECK(response.status == 200);
  return json::parse(response.body)["items"];
}

constexpr const char* new_pool_body = R"({"name":"p1","kind":"shared"})";

} // namespace

TEST_CASE("session: a browser signs in with a key, works and signs out", "[admin][session]") {
  fake_node node;
  browser page{node};
  const auto signed_in = page.sign_in("operator.secret");
  REQUIRE(signed_in.status == 201);
  const auto set = signed_in.field("Set-Cookie");
  CHECK(set.find("; HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(set.find("Secure") == std::string::npos);
  const auto who = json::parse(signed_in.body);
  CHECK(who["account"] == "acme");
  CHECK(who["role"] == "operator");
  CHECK(who["key_id"] == "operator");
  CHECK(signed_in.body.find("secret") == std::string::npos);
  CHECK(json::parse(page.ask("GET", "/v1/session").body) == who);
  CHECK(page.ask("GET", "/v1/pools").status == 200);
  CHECK(page.ask("POST", "/v1/pools", new_pool_body).status == 201);
  // What the role may not do, the session may not.
  CHECK(page.ask("GET", "/v1/keys").status == 403);
  const auto signed_out = page.ask("DELETE", "/v1/session");
  CHECK(signed_out.status == 204);
  CHECK(signed_out.field("Set-Cookie").starts_with("warmfront_session=; Max-Age=0;"));
  page.cookie.clear();
  CHECK(page.ask("GET", "/v1/session").status == 401);
}

TEST_CASE("session: nothing is done for other pages", "[admin][session][security]") {
  fake_node node;
  browser page{node};
  REQUIRE(page.sign_in("operator.secret").status == 201);
  auto foreign = page;
  foreign.fields = "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n";
  const auto refused = foreign.ask("POST", "/v1/pools", new_pool_body);
  CHECK(refused.status == 403);
  CHECK(json::parse(refused.body)["code"] == "foreign_origin");
  auto without = page;
  without.csrf.clear();
  const auto bare = without.ask("POST", "/v1/pools", new_pool_body);
  CHECK(bare.status == 403);
  CHECK(json::parse(bare.body)["code"] == "csrf_token");
  CHECK(without.ask("GET", "/v1/pools").status == 200);
  const std::lock_guard lock{node.world.guard};
  CHECK(node.world.pools.empty());
}

TEST_CASE("session: other pages sign nobody in", "[admin][session][security]") {
  fake_node node;
  browser page{node};
  page.fields = "Origin: https://evil.example\r\n";
  CHECK(page.sign_in("operator.secret").status == 403);
  CHECK(page.cookie.empty());
}

TEST_CASE("session: a forged one is refused, and forgotten by the browser",
          "[admin][session][security]") {
  fake_node node;
  browser page{node};
  REQUIRE(page.sign_in("viewer.secret").status == 201);
  page.cookie.back() = page.cookie.back() == 'A' ? 'B' : 'A';
  const auto refused = page.ask("GET", "/v1/pools");
  CHECK(refused.status == 401);
  CHECK(refused.field("Set-Cookie").starts_with("warmfront_session=; Max-Age=0;"));
}

TEST_CASE("session: ends with its key, and with its time", "[admin][session][security]") {
  fake_node node;
  browser page{node};
  REQUIRE(page.sign_in("viewer.secret").status == 201);
  CHECK(page.ask("GET", "/v1/pools").status == 200);
  SECTION("revoked") {
    CHECK(call_node(node.port(), "DELETE", "/v1/keys/viewer", "admin.secret").status == 204);
    node.time.advance(seconds{6});
    const auto refused = page.ask("GET", "/v1/pools");
    CHECK(refused.status == 401);
    // It may be that only this node does not know the key yet.
    CHECK(refused.field("Set-Cookie").empty());
    node.time.advance(std::chrono::minutes{2});
    CHECK_FALSE(page.ask("GET", "/v1/pools").field("Set-Cookie").empty());
  }
  SECTION("over") {
    node.time.advance(std::chrono::hours{12});
    CHECK(page.ask("GET", "/v1/pools").status == 401);
  }
  SECTION("used") {
    node.time.advance(std::chrono::hours{11});
    const auto renewed = page.ask("GET", "/v1/pools").field("Set-Cookie");
    CHECK(renewed.find("Max-Age=43200;") != std::string::npos);
    page.cookie = renewed.substr(0, renewed.find(';'));
    node.time.advance(std::chrono::hours{11});
    CHECK(page.ask("POST", "/v1/pools", "{}").status == 403); // a viewer's token is still right
    CHECK(page.ask("GET", "/v1/pools").status == 200);
  }
}

TEST_CASE("session: a key counts more than a cookie", "[admin][session]") {
  fake_node node;
  browser page{node};
  REQUIRE(page.sign_in("viewer.secret").status == 201);
  page.csrf.clear();
  const std::string key = "Authorization: Bearer operator.secret\r\n";
  CHECK(page.ask("POST", "/v1/pools", new_pool_body, key).status == 201);
  const auto who = json::parse(page.ask("GET", "/v1/session", "", key).body);
  CHECK(who["role"] == "operator");
  CHECK(who["expires_at"].is_null());
  CHECK_FALSE(who.contains("csrf_token"));
  CHECK(page.ask("GET", "/v1/pools", "", "Authorization: Bearer wrong\r\n").status == 401);
}

TEST_CASE("session: wrong keys are limited in rate, right ones are not",
          "[admin][session][security]") {
  fake_node node;
  browser page{node};
  for (int i = 0; i < 10; ++i)
    CHECK(page.sign_in("admin.wrong").status == 401);
  const auto refused = page.sign_in("admin.wrong");
  CHECK(refused.status == 429);
  CHECK(refused.field("Retry-After") == "30");
  CHECK(page.sign_in("admin.secret").status == 201);
  node.time.advance(seconds{30});
  CHECK(page.sign_in("admin.wrong").status == 401);
}

TEST_CASE("session: strangers' JSON is not read at length", "[admin][session][security]") {
  fake_node node;
  const auto long_body = R"({"key":")" + std::string(5000, 'a') + "\"}";
  CHECK(call_node(node.port(), "POST", "/v1/session", "", long_body).status == 413);
}

TEST_CASE("audit: a change is recorded with who, what and from where", "[admin][audit]") {
  fake_node node;
  const auto made = call_node(node.port(), "POST", "/v1/pools", "operator.secret", new_pool_body);
  REQUIRE(made.status == 201);
  const auto items = audit_of(node);
  REQUIRE(items.size() == 1);
  const auto& record = items.front();
  CHECK(record["action"] == "create_pool");
  CHECK(record["resource"] == "pools/p1");
  CHECK(record["account"] == "acme");
  CHECK(record["key_id"] == "operator");
  CHECK(record["role"] == "operator");
  CHECK(record["by_session"] == false);
  CHECK(record["client_address"] == "127.0.0.1");
  CHECK(record["method"] == "POST");
  CHECK(record["node"] == "n1");
  CHECK(record["status"] == 201);
  CHECK(record["code"] == "");
  CHECK(record["request_id"] == made.field("X-Request-Id"));
  CHECK(json::parse(record["asked"].get<std::string>())["body"]["kind"] == "shared");
  CHECK(node.log.text().find("admin_request") != std::string::npos);
}

TEST_CASE("audit: refused changes and sign-ins are recorded, reading is not", "[admin][audit]") {
  fake_node node;
  browser page{node};
  call_node(node.port(), "GET", "/v1/pools", "viewer.secret");
  call_node(node.port(), "POST", "/v1/messages", "sender.secret", "{}");
  call_node(node.port(), "POST", "/v1/pools", "viewer.secret", new_pool_body);
  call_node(node.port(), "POST", "/v1/pools", "operator.secret", R"({"name":1})");
  call_node(node.port(), "DELETE", "/v1/pools/absent", "operator.secret");
  call_node(node.port(), "POST", "/v1/keys", "admin.secret",
            R"({"account":"acme","role":"sender"})");
  call_node(node.port(), "DELETE", "/v1/pools/p1", "admin.wrong");
  page.sign_in("admin.wrong");
  page.sign_in("admin.secret");
  page.ask("DELETE", "/v1/pools/absent");
  std::vector<std::string> seen;
  for (const auto& each : audit_of(node)) {
    seen.push_back(fmt::format("{} {} {} {} {}", each["action"].get<std::string>(),
                               each["resource"].get<std::string>(),
                               each["key_id"].get<std::string>(), each["status"].get<int>(),
                               each["code"].get<std::string>()));
    CHECK(each.dump().find("secret\"") == std::string::npos);
    CHECK(each.dump().find("k1.acme") == std::string::npos);
  }
  CHECK(seen == std::vector<std::string>{"delete_pool pools/absent admin 404 not_found",
                                         "create_session session admin 201 ",
                                         "create_session session  401 unauthenticated",
                                         "delete_pool pools/p1  401 unauthenticated",
                                         "create_key keys/k1 admin 201 ",
                                         "delete_pool pools/absent operator 404 not_found",
                                         "create_pool pools operator 422 invalid_argument",
                                         "create_pool pools viewer 403 forbidden"});
  CHECK(audit_of(node, "?action=create_key").size() == 1);
  CHECK(audit_of(node, "?actor=operator&resource=pools").size() == 2);
  CHECK(call_node(node.port(), "GET", "/v1/audit?after=x", "admin.secret").status == 422);
  CHECK(call_node(node.port(), "GET", "/v1/audit?from=yesterday", "admin.secret").status == 422);
}

TEST_CASE("audit: what strangers try fills no disk", "[admin][audit][security]") {
  fake_node node;
  for (int i = 0; i < 60; ++i)
    call_node(node.port(), "DELETE", "/v1/pools/p1", "admin.wrong");
  CHECK(audit_of(node).size() == 20);
}

TEST_CASE("audit: no body breaks it", "[admin][audit][robustness]") {
  fake_node node;
  for (const auto& body :
       {std::string{"\xff\xfe"}, std::string{"{\"name\":\"\xff\"}"}, std::string(60'000, '['),
        std::string{R"({"name":")"} + std::string(90'000, 'x') + R"("})", std::string{"{}"}})
    CHECK(call_node(node.port(), "POST", "/v1/pools", "operator.secret", body).status >= 400);
  CHECK(call_node(node.port(), "PUT", "/v1/pools/%C3%28", "operator.secret", "{}").status >= 400);
  const auto items = audit_of(node);
  CHECK(items.size() >= 5);
  for (const auto& each : items)
    CHECK(each["asked"].get<std::string>().size() <= 4096);
}

TEST_CASE("accounts: are made, listed, shown and deleted", "[admin][accounts]") {
  fake_node node;
  const auto made =
      call_node(node.port(), "POST", "/v1/accounts", "admin.secret", R"({"name":"shop"})");
  CHECK(made.status == 201);
  CHECK(json::parse(made.body)["name"] == "shop");
  CHECK(call_node(node.port(), "GET", "/v1/accounts/shop", "viewer.secret").status == 200);
  CHECK(call_node(node.port(), "GET", "/v1/accounts/none", "viewer.secret").status == 404);
  CHECK(json::parse(call_node(node.port(), "GET", "/v1/accounts", "viewer.secret").body)["items"]
            .size() == 1);
  CHECK(call_node(node.port(), "POST", "/v1/templates?account=shop", "admin.secret",
                  R"({"name":"t","subject":"s","text":"x"})")
            .status == 201);
  const auto kept = call_node(node.port(), "DELETE", "/v1/accounts/shop", "admin.secret");
  CHECK(kept.status == 409);
  CHECK(kept.body.find("templates") != std::string::npos);
  CHECK(call_node(node.port(), "DELETE", "/v1/templates/t?account=shop", "admin.secret").status ==
        204);
  CHECK(call_node(node.port(), "DELETE", "/v1/accounts/shop", "admin.secret").status == 204);
  CHECK(call_node(node.port(), "DELETE", "/v1/accounts/shop", "admin.secret").status == 404);
}
