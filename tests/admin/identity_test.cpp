// Sender domains, suppressions and statistics over HTTP.
#include <catch2/catch.hpp>

#include "admin/api/json.hpp"
#include "net/dkim/private_key.hpp"
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
  CHECK(shown["records"].size() == 4);
  CHECK(shown["keys"].size() == 2);
  CHECK(shown["checked_at"].is_null());
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
  for (const auto* const query :
       {"from=2026-02-30", "from=yesterday", "by=week", "from=2026-02-01&to=2026-01-01",
        "from=2020-01-01&to=2026-01-01", "by=receiver,provider", "by=domain,domain",
        "by=domain,,task", "by=receiver&task=1", "ip=x"})
    CHECK(of.call("GET", std::string{"/v1/statistics?"} + query).status == 422);
  CHECK(of.call("GET", "/v1/statistics?account=acme", "", "other.secret").status == 403);
}

TEST_CASE("identities service: a domain is verified by what is published, and signs",
          "[admin][identities]") {
  node_with_identity of;
  const auto before = of.get(domain_path + "/dns");
  CHECK(before["verified"] == false);
  CHECK(before["records"].size() == 4);
  const auto zone = before["zone"].get<std::string>();
  CHECK(zone.find("wf1r._domainkey.news.example.net. IN TXT \"v=DKIM1; k=rsa; p=") !=
        std::string::npos);
  CHECK(zone.find("_dmarc.news.example.net. IN TXT \"v=DMARC1; p=none\"") != std::string::npos);
  const auto verified = of.call("POST", domain_path + "/verify");
  REQUIRE(verified.status == 200);
  const auto shown = of.get(domain_path);
  CHECK(shown["verified"] == true);
  CHECK(shown["keys"][0]["state"] == "active");
  CHECK_FALSE(shown["checked_at"].is_null());
  CHECK(shown["wrong_since"].is_null());
  for (const auto& each : shown["records"])
    CHECK((each["right"] == true || each["purpose"] == "dmarc"));
}

TEST_CASE("identities service: keys are begun, imported and ended", "[admin][identities]") {
  node_with_identity of;
  const auto keys_path = domain_path + "/keys";
  CHECK(of.call("POST", domain_path + "/verify").status == 200);
  const auto made = of.call("POST", keys_path, R"({"algorithm":"ed25519-sha256"})");
  REQUIRE(made.status == 201);
  CHECK(of.get(domain_path)["keys"].size() == 3);
  CHECK(of.call("POST", keys_path, R"({"selector":"wf1e"})").status == 409);
  CHECK(of.call("POST", keys_path, R"({"selector":"a b"})").status == 422);
  CHECK(of.call("POST", keys_path, R"({"algorithm":"rsa-sha1"})").status == 422);
  const auto bad = of.call("POST", keys_path, R"({"private_key":"-----BEGIN NONSENSE-----"})");
  CHECK(bad.status == 422);
  CHECK(bad.body.find("private_key") != std::string::npos);
  admin::json import;
  import["selector"] = "mine";
  import["private_key"] =
      dkim::private_key::generate(dkim::algorithm::ed25519_sha256).value()->to_pem().value();
  const auto imported = of.call("POST", keys_path, import.dump());
  CHECK(imported.status == 201);
  CHECK(imported.body.find("PRIVATE KEY") == std::string::npos);
  CHECK(of.node.log.text().find("PRIVATE KEY") == std::string::npos);
  CHECK(of.call("DELETE", keys_path + "/mine").status == 204);
  CHECK(of.call("DELETE", keys_path + "/wf1r").status == 204);
  CHECK(of.call("DELETE", keys_path + "/wf1e").status == 409);
  CHECK(of.call("DELETE", keys_path + "/none").status == 404);
}

TEST_CASE("identities service: where bounces go is changed", "[admin][identities]") {
  node_with_identity of;
  CHECK(of.get(domain_path)["return_path"] == "bounce.news.example.net");
  CHECK(of.call("PUT", domain_path, R"({"return_path":"r.news.example.net"})").status == 200);
  CHECK(of.get(domain_path)["return_path"] == "r.news.example.net");
  CHECK(of.call("PUT", domain_path, R"({"return_path":"r.example.org"})").status == 422);
  CHECK(of.call("PUT", domain_path, R"({"tracking_host":"t.news.example.net"})").status == 200);
  CHECK(of.get(domain_path)["tracking_host"] == "t.news.example.net");
}

TEST_CASE("identities service: what receivers would say of a batch is told with what to publish",
          "[admin][identities]") {
  node_with_identity of;
  {
    const std::lock_guard lock{of.node.world.guard};
    pool shared;
    shared.name = pool_name{"shared"};
    of.node.world.pools = {shared};
  }
  const auto check = [&](const std::string& body) {
    const auto response = of.call("POST", domain_path + "/check", body);
    CHECK(response.status == 200);
    return std::get<admin::json>(admin::parse_json(response.body));
  };
  const auto met = [](const admin::json& answer, const std::string& name) {
    for (const auto& each : answer["rules"])
      if (each["name"] == name)
        return each["met"].get<bool>();
    return false;
  };
  CHECK_FALSE(met(check("{}"), "dkim"));
  CHECK(of.call("POST", domain_path + "/verify").status == 200);
  const auto found = check("{}");
  CHECK(found["met"] == false);
  CHECK(met(found, "dkim"));
  CHECK(met(found, "spf"));
  CHECK_FALSE(met(found, "dmarc"));
  CHECK_FALSE(met(found, "fcrdns"));
  for (const auto& each : found["rules"])
    if (each["name"] == "dmarc")
      CHECK(each["publish"]["expected"] == "v=DMARC1; p=none");
  CHECK(of.call("POST", domain_path + "/check", R"({"pool":"none"})").status == 404);
  CHECK(of.call("POST", domain_path + "/check", R"({"from_domain":"example.org"})").status == 422);
}

TEST_CASE("identities service: keys and records are the account's own", "[admin][security]") {
  node_with_identity of;
  const auto theirs = [&](const std::string& method, const std::string& path,
                          const std::string& body = {}) {
    return of.call(method, domain_path + path, body, "other.secret").status;
  };
  {
    const std::lock_guard lock{of.node.world.guard};
    pool shared;
    shared.name = pool_name{"shared"};
    of.node.world.pools = {shared};
  }
  CHECK(theirs("GET", "/dns") == 404);
  CHECK(theirs("POST", "/verify") == 404);
  CHECK(theirs("POST", "/check", "{}") == 403);
  CHECK(theirs("POST", "/keys", "{}") == 404);
  CHECK(theirs("DELETE", "/keys/wf1r") == 404);
  CHECK(theirs("PUT", "", R"({"tracking_host":""})") == 404);
  CHECK(of.call("POST", domain_path + "/verify", "", "viewer.secret").status == 403);
}

TEST_CASE("statistics service: a table where one is wanted", "[admin]") {
  node_with_identity of;
  const auto told = [&](const std::string& accept) {
    raw_client client{of.node.port()};
    REQUIRE(client.send("GET /v1/statistics?by=domain,provider,task HTTP/1.1\r\nHost: localhost\r\n"
                        "Authorization: Bearer sender.secret\r\nAccept: " +
                        accept + "\r\n\r\n"));
    return client.receive();
  };
  const auto table = told("text/csv");
  CHECK(table.status == 200);
  CHECK(table.field("Content-Type") == "text/csv; charset=utf-8");
  CHECK(table.body.starts_with("domain,provider,task,requests,accepted,delivered,"));
  CHECK(told("application/json").field("Content-Type") == "application/json");
  CHECK(told("application/json, text/csv").field("Content-Type") == "application/json");
}
