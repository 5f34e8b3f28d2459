// The admin service over real sockets, in front of fake roles.
#include <catch2/catch.hpp>

#include "admin/api/json.hpp"
#include "admin/api/router.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using warmfront::testing::call_node;

namespace {

constexpr const char* small_mail =
    R"({"from":"Ada <ada@example.net>","to":["bob@example.org"],"subject":"Hello","text":"Hi."})";

} // namespace

TEST_CASE("admin service: health needs no key from loopback", "[admin]") {
  fake_node node;
  CHECK(call_node(node.port(), "GET", "/healthz").body == R"({"status":"ok"})");
  CHECK(call_node(node.port(), "GET", "/readyz").status == 200);
  {
    const std::lock_guard lock{node.world.guard};
    node.world.unready = "the store has failed";
  }
  const auto unready = call_node(node.port(), "GET", "/readyz");
  CHECK(unready.status == 503);
  CHECK(unready.body.find("the store has failed") != std::string::npos);
  CHECK(call_node(node.port(), "GET", "/healthz").status == 200);
}

TEST_CASE("admin service: a message goes to intake and its id comes back", "[admin]") {
  fake_node node;
  const auto response = call_node(node.port(), "POST", "/v1/messages", "sender.secret", small_mail);
  CHECK(response.status == 202);
  const auto body = std::get<admin::json>(admin::parse_json(response.body));
  const auto id = body["id"].get<std::string>();
  CHECK(message_id::parse(id).has_value());
  CHECK(response.field("Location") == "/v1/messages/" + id);
  const std::lock_guard lock{node.world.guard};
  REQUIRE(node.world.submitted.size() == 1);
  const auto& mail = node.world.submitted.front();
  CHECK(mail.mail.reverse_path == "ada@example.net");
  REQUIRE(mail.mail.recipients.size() == 1);
  CHECK(mail.mail.recipients.front().address == "bob@example.org");
  CHECK(mail.source.protocol == "HTTP");
  CHECK(mail.source.account.str() == "acme");
  CHECK(mail.source.client_address == "127.0.0.1");
  CHECK(mail.content.find("Subject: Hello\r\n") != std::string::npos);
}

TEST_CASE("admin service: every route refuses no key, and keys whose role may not",
          "[admin][security]") {
  fake_node node;
  const auto filled = [](std::string_view pattern) {
    std::string target{pattern};
    const std::pair<const char*, const char*> values[] = {
        {"{id}", "00000000000000000000000000000001"},
        {"{key_id}", "absent"},
        {"{name}", "absent"},
        {"{template}", "absent"},
        {"{group}", "absent"},
        {"{task}", "7"},
        {"{action}", "absent"},
        {"{address}", "192.0.2.1"},
        {"{subject}", "192.0.2.1"}};
    for (const auto& [name, value] : values) {
      if (const auto at = target.find(name); at != std::string::npos) {
        target.replace(at, std::string_view{name}.size(), value);
      }
    }
    return target;
  };
  for (const auto& each : admin::routes()) {
    const auto target = filled(each.pattern);
    const std::string_view body = each.body != nullptr ? "{}" : "";
    CAPTURE(each.method, target);
    const bool is_open = each.needed == admin::access::open || each.needed == admin::access::probe;
    CHECK((call_node(node.port(), each.method, target, "", body).status == 401) == !is_open);
    CHECK((call_node(node.port(), each.method, target, "admin.wrong", body).status == 401) ==
          !is_open);
    for (const auto role :
         {key_role::admin, key_role::operator_, key_role::sender, key_role::viewer}) {
      const auto key = std::string{to_string(role)} + ".secret";
      const auto status = call_node(node.port(), each.method, target, key, body).status;
      CAPTURE(key, status);
      CHECK(status != 401);
      CHECK(status != 500);
      // From loopback nobody is asked for a key there.
      CHECK((status == 403) == (!is_open && !admin::allows(each.needed, role)));
    }
  }
}

TEST_CASE("admin service: a sender sees the messages of its account only", "[admin][security]") {
  fake_node node;
  const auto own = node.add_message("acme", recipient_state::held);
  const auto foreign = node.add_message("other", recipient_state::held);
  for (const auto* tail : {"", "/why", "/timeline"}) {
    CHECK(
        call_node(node.port(), "GET", "/v1/messages/" + own.str() + tail, "sender.secret").status ==
        200);
    CHECK(call_node(node.port(), "GET", "/v1/messages/" + foreign.str() + tail, "sender.secret")
              .status == 404);
    CHECK(call_node(node.port(), "GET", "/v1/messages/" + foreign.str() + tail, "viewer.secret")
              .status == 200);
  }
  const auto list = call_node(node.port(), "GET", "/v1/messages", "sender.secret").body;
  CHECK(list.find(own.str()) != std::string::npos);
  CHECK(list.find(foreign.str()) == std::string::npos);
}

TEST_CASE("admin service: what intake answers becomes a status", "[admin]") {
  fake_node node;
  const std::pair<errc, int> rows[] = {{errc::refused, 403},        {errc::storage_full, 507},
                                       {errc::stopping, 503},       {errc::unavailable, 503},
                                       {errc::storage_failed, 500}, {errc::invalid_argument, 422},
                                       {errc::limit_exceeded, 429}};
  for (const auto& [code, status] : rows) {
    {
      const std::lock_guard lock{node.world.guard};
      node.world.intake_failure = error{code, "no", ""};
    }
    const auto response =
        call_node(node.port(), "POST", "/v1/messages", "sender.secret", small_mail);
    CAPTURE(to_string(code));
    CHECK(response.status == status);
    CHECK(response.field("Content-Type") == "application/problem+json");
    CHECK(response.field("Retry-After").empty() ==
          (status != 507 && status != 503 && status != 429));
  }
}

TEST_CASE("admin service: a key is asked for once in five seconds", "[admin]") {
  fake_node node;
  for (int i = 0; i < 20; ++i) {
    CHECK(call_node(node.port(), "GET", "/v1/cluster", "viewer.secret").status == 200);
  }
  {
    const std::lock_guard lock{node.world.guard};
    // One actor per I/O thread has a memory of its own.
    CHECK(node.world.authentications <= 2);
  }
  // Wrong keys are never remembered.
  CHECK(call_node(node.port(), "GET", "/v1/cluster", "viewer.secreT").status == 401);
  CHECK(call_node(node.port(), "GET", "/v1/cluster", "Basic x").status == 401);
}

TEST_CASE("admin service: a batch is looked ahead for behind what waits", "[admin]") {
  fake_node node;
  const auto port = node.port();
  {
    const std::lock_guard lock{node.world.guard};
    pool overflowing;
    overflowing.name = pool_name{"mine"};
    overflowing.overflow = "pool:shared";
    overflowing.addresses = {{ip_address{"192.0.2.1"}, {}, 1, {}},
                             {ip_address{"192.0.2.2"}, {}, 0, {}}};
    pool shared;
    shared.name = pool_name{"shared"};
    shared.addresses = {{ip_address{"192.0.2.3"}, {}, 1, {}}};
    node.world.pools = {overflowing, shared};
  }
  const auto looked = call_node(port, "POST", "/v1/forecast", "viewer.secret",
                                R"({"pool":"mine","from_domain":"a.example","recipients":500,
                              "providers":{"gmail":20},"start_at":"2026-12-01T08:00:00Z"})");
  CHECK(looked.status == 200);
  CHECK(looked.body.find(R"("finish_at":"2026-12-02T08:00:00.000Z")") != std::string::npos);
  {
    const std::lock_guard lock{node.world.guard};
    REQUIRE(node.world.forecasts.size() == 1);
    const auto& asked = node.world.forecasts.front();
    CHECK(asked.sources ==
          std::vector<ip_address>{ip_address{"192.0.2.1"}, ip_address{"192.0.2.3"}});
    CHECK(asked.sender_domain.str() == "a.example");
    CHECK(asked.importance == mail_class::batch);
    CHECK(asked.providers.at(provider_name{"gmail"}) == 20);
  }
  CHECK(
      call_node(port, "POST", "/v1/forecast", "viewer.secret", R"({"pool":"none","recipients":5})")
          .status == 404);
  for (const auto* bad : {R"({"pool":"mine"})", R"({"pool":"mine","recipients":0})",
                          R"({"pool":"mine","recipients":5,"start_at":"tomorrow"})",
                          R"({"pool":"mine","recipients":5,"providers":{"gmail":[1]}})",
                          R"({"pool":"mine","recipients":5,"group":"g"})"}) {
    CAPTURE(bad);
    CHECK(call_node(port, "POST", "/v1/forecast", "viewer.secret", bad).status == 422);
  }
}

TEST_CASE("admin service: a plan is kept with all that moves it", "[admin]") {
  fake_node node;
  const auto port = node.port();
  const auto stored = call_node(port, "POST", "/v1/plans", "operator.secret",
                                R"({"name":"y","days":[9,9],"advance":"level","spread":"even",
                              "time_zone":"UTC","providers":{"gmail":[1,2],"*":[3]},
                              "thresholds":{"lower_spam":0.125,"judged_above":50}})");
  CHECK(stored.status == 201);
  CHECK(stored.body.find(R"("providers":{"*":[3],"gmail":[1,2]})") != std::string::npos);
  CHECK(stored.body.find(R"("lower_spam":0.125)") != std::string::npos);
  CHECK(stored.body.find(R"("judged_above":50)") != std::string::npos);
  CHECK(stored.body.find(R"("raise_complaints":0.1)") != std::string::npos);
  for (const auto* bad :
       {R"({"name":"z","days":[1],"advance":"never"})", R"({"name":"z","days":[1],"spread":1})",
        R"({"name":"z","days":[1],"thresholds":{"lower_spam":0.0001}})",
        R"({"name":"z","days":[1],"thresholds":{"lower_spam":101}})",
        R"({"name":"z","days":[1],"thresholds":{"judged_above":0.5}})",
        R"({"name":"z","days":[1],"thresholds":{"other":1}})",
        R"({"name":"z","days":[1],"providers":{"gmail":1}})", R"({"name":"z","days":[-1]})"}) {
    CAPTURE(bad);
    CHECK(call_node(port, "POST", "/v1/plans", "operator.secret", bad).status == 422);
  }
}

TEST_CASE("admin service: the last IP does not go while mail waits for it", "[admin]") {
  fake_node node;
  const auto port = node.port();
  {
    const std::lock_guard lock{node.world.guard};
    pool shared;
    shared.name = pool_name{"shared"}; // The fake node's mail waits there.
    shared.addresses = {{ip_address{"192.0.2.1"}, {}, 1, {}}, {ip_address{"192.0.2.2"}, {}, 1, {}}};
    node.world.pools = {shared};
  }
  const auto* const first = "/v1/pools/shared/ips/192.0.2.1";
  CHECK(call_node(port, "DELETE", first, "operator.secret").status == 204);
  const auto refused =
      call_node(port, "DELETE", "/v1/pools/shared/ips/192.0.2.2", "operator.secret");
  CHECK(refused.status == 409);
  CHECK(refused.body.find("add another IP first") != std::string::npos);
  CHECK(call_node(port, "PUT", "/v1/pools/shared", "operator.secret", R"({"ips":[]})").status ==
        409);
  CHECK(call_node(port, "PUT", "/v1/pools/shared", "operator.secret",
                  R"({"ips":[{"address":"192.0.2.2","weight":0}]})")
            .status == 409);
  CHECK(call_node(port, "DELETE", "/v1/pools/shared", "operator.secret").status == 409);
  CHECK(call_node(port, "GET", "/v1/pools/shared", "viewer.secret").body.find("192.0.2.2") !=
        std::string::npos);
}

TEST_CASE("admin service: pools, plans and ledgers are managed", "[admin]") {
  fake_node node;
  const auto port = node.port();
  {
    const std::lock_guard lock{node.world.guard};
    node.world.ledgers.push_back(sample_ledger("127.0.0.2"));
  }
  const auto* pool_body =
      R"({"name":"p","kind":"dedicated","account":"acme","ips":[{"address":"127.0.0.2"}]})";
  CHECK(call_node(port, "POST", "/v1/pools", "operator.secret", pool_body).status == 201);
  CHECK(call_node(port, "POST", "/v1/pools", "operator.secret", pool_body).status == 409);
  CHECK(call_node(port, "PUT", "/v1/pools/p/ips/::0001", "operator.secret", R"({"weight":3})")
            .status == 200);
  const auto shown = call_node(port, "GET", "/v1/pools/p", "viewer.secret").body;
  CHECK(shown.find(R"({"address":"127.0.0.2","node":"n1","weight":1,"plan":"","state":"active")") !=
        std::string::npos);
  CHECK(shown.find(R"("address":"::1")") != std::string::npos);
  const auto address = call_node(port, "GET", "/v1/ips/127.0.0.2", "viewer.secret").body;
  CHECK(address.find(R"("state":"exhausted")") != std::string::npos);
  CHECK(address.find(R"("pools":["p"])") != std::string::npos);
  const auto* acts = "/v1/ips/127.0.0.2/actions";
  const auto out = call_node(port, "POST", acts, "operator.secret",
                             R"({"action":"quarantine","reason":"listed"})");
  CHECK(out.status == 200);
  CHECK(out.body.find(R"("state":"quarantined","reason":"listed")") != std::string::npos);
  CHECK(call_node(port, "POST", acts, "operator.secret", R"({"action":"release"})").status == 200);
  CHECK(call_node(port, "POST", "/v1/ips/127.0.0.9/actions", "operator.secret",
                  R"({"action":"release"})")
            .status == 404);
  CHECK(call_node(port, "DELETE", "/v1/pools/p/ips/127.0.0.2", "operator.secret").status == 204);
  CHECK(call_node(port, "GET", "/v1/ips/127.0.0.2", "viewer.secret").status == 404);
  CHECK(call_node(port, "DELETE", "/v1/pools/p", "operator.secret").status == 204);
  CHECK(call_node(port, "DELETE", "/v1/pools/p", "operator.secret").status == 404);

  CHECK(call_node(port, "POST", "/v1/plans", "operator.secret", R"({"name":"x","days":[1,2]})")
            .status == 201);
  CHECK(call_node(port, "PUT", "/v1/plans/standard", "operator.secret", R"({"days":[1]})").status ==
        409);
  CHECK(call_node(port, "DELETE", "/v1/plans/standard", "operator.secret").status == 409);
  CHECK(call_node(port, "DELETE", "/v1/plans/x", "operator.secret").status == 204);

  const auto* actions = "/v1/ledgers/127.0.0.2/actions";
  const auto moved =
      call_node(port, "POST", actions, "operator.secret", R"({"action":"set_day","day":7})");
  CHECK(moved.status == 200);
  CHECK(moved.body.find(R"("day":7)") != std::string::npos);
  CHECK(call_node(port, "POST", actions, "operator.secret", R"({"action":"set_day"})").status ==
        422);
  CHECK(
      call_node(port, "POST", actions, "operator.secret", R"({"action":"pause","day":7})").status ==
      422);
  CHECK(node.log.text().find("resource=plans/x") != std::string::npos);
  CHECK(node.log.text().find("secret") == std::string::npos);
}

TEST_CASE("admin service: metrics tell of ledgers, queues and outcomes", "[admin]") {
  fake_node node;
  {
    const std::lock_guard lock{node.world.guard};
    node.world.ledgers.push_back(sample_ledger("127.0.0.2"));
    pool mine;
    mine.name = pool_name{"mine"};
    mine.addresses = {{ip_address{"192.0.2.1"}, {}, 1, {}, address_state::quarantined}};
    node.world.pools.push_back(mine);
    node.world.runs.emplace_back();
  }
  const auto response = call_node(node.port(), "GET", "/metrics");
  CHECK(response.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  for (const auto* line : {"# TYPE warmfront_recipients_total counter",
                           "warmfront_recipients_total{outcome=\"delivered\"} 12",
                           "warmfront_ledger_limit{subject=\"127.0.0.2\",provider=\"*\"} 500",
                           "warmfront_queue_waiting{pool=\"shared\"", "warmfront_ready 1",
                           "warmfront_pool_ips{pool=\"mine\",state=\"quarantined\"} 1",
                           "warmfront_provisionings{state=\"running\"} 1",
                           "warmfront_identities{state=\"verified\"} 0",
                           "# TYPE warmfront_webhook_requests_total counter",
                           "warmfront_suppressions 0", "warmfront_suppressions_behind 0"}) {
    CAPTURE(line);
    CHECK(response.body.find(line) != std::string::npos);
  }
}

TEST_CASE("admin service: lists come in pages", "[admin]") {
  fake_node node;
  {
    const std::lock_guard lock{node.world.guard};
    for (const auto* name : {"c", "a", "b"}) {
      node.world.pools.push_back({pool_name{name}, pool_kind::shared, {}, "hold", {}});
    }
  }
  const auto page_of = [&](const std::string& query) {
    const auto body = call_node(node.port(), "GET", "/v1/pools?" + query, "viewer.secret").body;
    const auto parsed = std::get<admin::json>(admin::parse_json(body));
    std::string names;
    for (const auto& each : parsed["items"]) {
      names += each["name"].get<std::string>();
    }
    return names + (parsed["next"].is_null() ? "." : parsed["next"].get<std::string>());
  };
  CHECK(page_of("") == "abc.");
  CHECK(page_of("limit=2") == "abb");
  CHECK(page_of("limit=2&after=b") == "c.");
  for (const auto* bad :
       {"limit=0", "limit=501", "limit=x", "limit=-1", "limit=1&limit=2", "unknown=1", "limit="}) {
    CAPTURE(bad);
    CHECK(call_node(node.port(), "GET", std::string{"/v1/pools?"} + bad, "viewer.secret").status ==
          422);
  }
}
