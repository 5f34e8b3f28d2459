// Sender domains, suppressions and statistics over HTTP.
#include <catch2/catch.hpp>

#include "admin/api/json.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

/// A node of which the account `acme` has a domain with an address.
struct node_with_identity {
  fake_node node;

  node_with_identity() {
    REQUIRE(call("POST", "/v1/identities", R"({"domain":"News.example.net"})").status == 201);
    REQUIRE(call("POST", "/v1/identities/news.example.net/senders",
                 R"({"address":"Ada@news.example.net","display_name":"Ada"})")
                .status == 201);
  }
  raw_response call(const std::string& method, const std::string& target,
                    const std::string& body = {}, const std::string& key = "sender.secret") {
    return call_node(node.port(), method, target, key, body);
  }
  admin::json get(const std::string& target, const std::string& key = "sender.secret") {
    const auto response = call("GET", target, "", key);
    CHECK(response.status == 200);
    return std::get<admin::json>(admin::parse_json(response.body));
  }
};

const std::string domain_path{"/v1/identities/news.example.net"};
const std::string sender_path{domain_path + "/senders/ada%40news.example.net"};

} // namespace

TEST_CASE("identities service: a domain and its addresses come and go", "[admin]") {
  node_with_identity of;
  const auto shown = of.get(domain_path);
  CHECK(shown["account"] == "acme");
  CHECK(shown["senders"] == 1);
  CHECK(shown["verified"] == false);
  CHECK(shown["records"].size() == 3);
  CHECK(of.get("/v1/identities")["items"].size() == 1);
  const auto senders = of.get(domain_path + "/senders");
  CHECK(senders["items"][0]["address"] == "ada@news.example.net");
  CHECK(senders["items"][0]["has_password"] == false);
  CHECK(of.call("DELETE", domain_path).status == 409);
  CHECK(of.call("DELETE", sender_path).status == 204);
  CHECK(of.call("DELETE", sender_path).status == 404);
  CHECK(of.call("DELETE", domain_path).status == 204);
  CHECK(of.call("GET", domain_path).status == 404);
}

TEST_CASE("identities service: a password is set and never shown or logged", "[admin][security]") {
  node_with_identity of;
  const auto set = of.call("PUT", sender_path + "/password", R"({"password":"correct horse"})");
  CHECK(set.status == 200);
  CHECK(set.body.find("correct horse") == std::string::npos);
  CHECK(of.node.log.text().find("correct horse") == std::string::npos);
  CHECK(of.get(domain_path + "/senders")["items"][0]["has_password"] == true);
  CHECK(of.call("PUT", sender_path + "/password", R"({"password":"short"})").status == 422);
  CHECK(of.call("PUT", domain_path + "/senders/bob%40news.example.net/password",
                R"({"password":"correct horse"})")
            .status == 404);
  CHECK(of.call("PUT", "/v1/identities/other.example/senders/ada%40news.example.net/password",
                R"({"password":"correct horse"})")
            .status == 404);
}

TEST_CASE("identities service: a domain belongs to one account", "[admin][security]") {
  node_with_identity of;
  const auto theirs = [&](const std::string& method, const std::string& path,
                          const std::string& body = {}) {
    return of.call(method, path, body, "other.secret").status;
  };
  CHECK(of.call("POST", "/v1/identities", R"({"domain":"news.example.net"})").status == 409);
  CHECK(theirs("POST", "/v1/identities", R"({"domain":"news.example.net"})") == 409);
  CHECK(theirs("GET", domain_path) == 404);
  CHECK(theirs("DELETE", domain_path) == 404);
  CHECK(theirs("GET", domain_path + "/senders") == 404);
  CHECK(theirs("DELETE", sender_path) == 404);
  CHECK(theirs("PUT", sender_path + "/password", R"({"password":"correct horse"})") == 404);
  CHECK(theirs("GET", domain_path + "?account=acme") == 403);
  CHECK(theirs("POST", domain_path + "/senders", R"({"address":"x@news.example.net"})") == 404);
  CHECK(of.get("/v1/identities", "other.secret")["items"].empty());
  CHECK(of.get("/v1/identities", "viewer.secret")["items"].size() == 1);
  CHECK(of.call("POST", "/v1/identities", R"({"domain":"a.example"})", "viewer.secret").status ==
        403);
}

TEST_CASE("identities service: an address is of the domain in the path", "[admin]") {
  node_with_identity of;
  CHECK(of.call("POST", domain_path + "/senders", R"({"address":"ada@other.example"})").status ==
        422);
  CHECK(of.call("POST", domain_path + "/senders", R"({"address":"ada@news.example.net"})").status ==
        409);
  CHECK(of.call("POST", "/v1/identities", R"({"domain":"no domain"})").status == 422);
}

TEST_CASE("suppressions service: an address is put on the list and taken off", "[admin]") {
  node_with_identity of;
  const auto made = of.call("POST", "/v1/suppressions",
                            R"({"address":"Bob@b.example","until":"2099-01-01T00:00:00Z"})");
  CHECK(made.status == 201);
  CHECK(of.call("POST", "/v1/suppressions", R"({"address":"bob@b.example","reason":"complaint"})")
            .status == 201);
  const auto listed = of.get("/v1/suppressions");
  REQUIRE(listed["items"].size() == 1);
  CHECK(listed["items"][0]["reason"] == "complaint");
  CHECK(listed["items"][0]["until"].is_null());
  CHECK(listed["items"][0]["number"] == 1);
  CHECK(of.call("POST", "/v1/suppressions", R"({"address":"eve@b.example"})").status == 201);
  const auto page = of.get("/v1/suppressions?limit=1");
  CHECK(page["next"] == "acme/bob@b.example");
  CHECK(of.get("/v1/suppressions?limit=1&after=acme%2Fbob%40b.example")["items"][0]["address"] ==
        "eve@b.example");
  CHECK(of.get("/v1/suppressions?reason=manual")["items"].size() == 1);
  CHECK(of.get("/v1/suppressions?address=EVE%40b.example")["items"].size() == 1);
  CHECK(of.call("DELETE", "/v1/suppressions/bob%40b.example", "", "other.secret").status == 404);
  CHECK(of.get("/v1/suppressions", "other.secret")["items"].empty());
  CHECK(of.call("DELETE", "/v1/suppressions/BOB%40b.example").status == 204);
  CHECK(of.call("DELETE", "/v1/suppressions/bob%40b.example").status == 404);
}

TEST_CASE("suppressions service: what is no entry is refused", "[admin]") {
  node_with_identity of;
  for (const auto* const body :
       {R"({})", R"({"address":"nobody"})", R"({"address":"Bob <bob@b.example>"})",
        R"({"address":"bob@b.example","reason":"boredom"})",
        R"({"address":"bob@b.example","until":"2001-01-01T00:00:00Z"})",
        R"({"address":"bob@b.example","until":"soon"})"})
    CHECK(of.call("POST", "/v1/suppressions", body).status == 422);
}

TEST_CASE("statistics service: days are checked, accounts kept apart", "[admin]") {
  node_with_identity of;
  CHECK(of.get("/v1/statistics")["items"].empty());
  CHECK(of.get("/v1/statistics?from=2026-01-01&to=2026-01-31&by=receiver&domain=a.example")["next"]
            .is_null());
  for (const auto* const query : {"from=2026-02-30", "from=yesterday", "by=week",
                                  "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01"})
    CHECK(of.call("GET", std::string{"/v1/statistics?"} + query).status == 422);
  CHECK(of.call("GET", "/v1/statistics?account=acme", "", "other.secret").status == 403);
}
