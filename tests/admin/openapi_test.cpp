// The documentation says what the route table says.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <set>

#include "admin/api/openapi.hpp"
#include "admin/api/render.hpp"
#include "admin/api/route.hpp"
#include "admin/api/schemas.hpp"

using namespace warmfront;
using namespace warmfront::admin;

TEST_CASE("openapi: every route is documented, with its parameters, bodies and errors", "[api]") {
  const auto document = openapi_document("1.2.3");
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["info"]["version"] == "1.2.3");
  std::size_t operations = 0;
  for (const auto& [path, methods] : document["paths"].items()) {
    operations += methods.size();
  }
  CHECK(operations == routes().size());
  for (const auto& each : routes()) {
    CAPTURE(each.method, each.pattern);
    std::string method{each.method};
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c + 32); });
    REQUIRE(document["paths"].contains(std::string{each.pattern}));
    const auto& operation = document["paths"][std::string{each.pattern}][method];
    CHECK(operation["operationId"] == std::string{each.operation});
    CHECK(operation["responses"].contains(std::to_string(each.status)));
    CHECK(operation["responses"].contains("422"));
    CHECK(operation.contains("requestBody") == (each.body != nullptr || each.takes_list));
    const auto braces = std::count(each.pattern.begin(), each.pattern.end(), '{');
    const auto in_query = each.query != nullptr ? each.query->fields.size() : 0;
    CHECK(operation["parameters"].size() ==
          static_cast<std::size_t>(braces) + in_query + (each.takes_name ? 1 : 0));
  }
}

TEST_CASE("openapi: what only proposes is documented beside what does", "[api]") {
  const auto document = openapi_document("1.2.3");
  const auto& responses = document["paths"]["/v1/provisionings"]["post"]["responses"];
  CHECK(responses["201"]["description"] == "Done.");
  CHECK(responses["200"]["description"] == "Proposed: nothing was done.");
  CHECK(responses["200"]["content"] == responses["201"]["content"]);
}

TEST_CASE("openapi: operation ids are unique and every reference leads somewhere", "[api]") {
  const auto document = openapi_document("1.2.3");
  std::set<std::string> ids;
  for (const auto& each : routes()) {
    CHECK(ids.insert(std::string{each.operation}).second);
  }
  const std::function<void(const ordered_json&)> visit = [&](const ordered_json& value) {
    if (value.is_object() && value.contains("$ref")) {
      const auto reference = value["$ref"].get<std::string>();
      CAPTURE(reference);
      CHECK(document.contains(ordered_json::json_pointer{reference.substr(1)}));
    }
    if (value.is_structured()) {
      for (const auto& each : value) {
        visit(each);
      }
    }
  };
  visit(document);
}

TEST_CASE("openapi: requests that may be named say so", "[api]") {
  const auto document = openapi_document("1.2.3");
  const auto named = [&](const char* path) {
    for (const auto& each : document["paths"][path]["post"]["parameters"])
      if (each["name"] == "Idempotency-Key" && each["in"] == "header")
        return true;
    return false;
  };
  CHECK(named("/v1/messages"));
  CHECK(named("/v1/tasks"));
  CHECK_FALSE(named("/v1/pools"));
}

namespace {

/// Whether a rendered answer is what its schema promises.
void check_rendered(const schema& rules, const ordered_json& value) {
  const auto fault = check(rules, json::parse(dump(value)));
  INFO(dump(value));
  INFO((fault ? fault->detail : std::string{}));
  CHECK_FALSE(fault.has_value());
}

} // namespace

TEST_CASE("openapi: what is rendered obeys its schema", "[api]") {
  message_report message;
  message.recipients.emplace_back().last_reply = "250 \xff";
  check_rendered(schemas::message, to_json(message));
  message.recipients.front().next_attempt_at = wall_time{seconds{1}};
  check_rendered(schemas::message, to_json(message));
  why_report why{message_id{}, "held", {}};
  why.reasons.emplace_back();
  why.reasons.emplace_back().expected_at = wall_time{seconds{1}};
  check_rendered(schemas::why, to_json(why));
  pool pool_value;
  pool_value.addresses.emplace_back();
  check_rendered(schemas::pool, to_json(pool_value));
  check_rendered(schemas::plan, to_json(plan{plan_name{"p"}, {1, 2}, false}));
  check_rendered(schemas::ledger, to_json(ledger_report{}));
  check_rendered(schemas::queue, to_json(queue_report{}));
  check_rendered(schemas::key, to_json(key_report{}));
  check_rendered(schemas::account, to_json(account_report{}));
  audit_record record;
  record.asked = "\xff";
  check_rendered(schemas::audit_record, to_json(record));
  check_rendered(schemas::created_key, to_json(created_key{"a", "a.b"}));
}
