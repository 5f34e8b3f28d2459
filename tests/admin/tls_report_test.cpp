// How connections fared under receivers' policies, over HTTP and added up over nodes.
#include <catch2/catch.hpp>

#include "admin/api/json.hpp"
#include "admin/api/render.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using trust::policy_type;
using trust::tls_result;

TEST_CASE("tls reports: every kind of result has a number of its own", "[admin]") {
  const tls_report report{utc_day{std::chrono::days{20'786}},
                          policy_type::sts,
                          domain_name{"to.example"},
                          7,
                          {{tls_result::certificate_expired, 2}}};
  const auto json = admin::to_json(report);
  CHECK(json["name"] == "2026-11-29 to.example sts");
  CHECK(json["day"] == "2026-11-29");
  CHECK(json["policy"] == "sts");
  CHECK(json["success"] == 7);
  CHECK(json["certificate_expired"] == 2);
  CHECK(json["starttls_not_supported"] == 0);
  CHECK(json.size() == 4 + trust::tls_results);
}

TEST_CASE("tls reports service: days are checked, and senders see none", "[admin]") {
  fake_node node;
  const auto call = [&](const std::string& query, const std::string& key = "admin.secret") {
    return call_node(node.port(), "GET", "/v1/tls-reports" + query, key, {});
  };
  const auto all = call("");
  CHECK(all.status == 200);
  CHECK(std::get<admin::json>(admin::parse_json(all.body))["items"].empty());
  CHECK(call("?from=2026-01-01&to=2026-01-31&domain=to.example").status == 200);
  CHECK(call("?from=2026-02-01&to=2026-01-01").status == 422);
  CHECK(call("?from=2025-01-01&to=2026-01-01").status == 422);
  CHECK(call("?from=soon").status == 422);
  CHECK(call("", "sender.secret").status == 403);
}
