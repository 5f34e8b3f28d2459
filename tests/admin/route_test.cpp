// Which request goes where, and who may send it.
#include <catch2/catch.hpp>

#include <set>

#include "actors/core/random.hpp"
#include "admin/api/router.hpp"
#include "admin/api/target.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

/// The operation a request line leads to, or the status of its refusal.
std::string destination(std::string_view method, std::string_view target) {
  const auto found = find_route(method, target);
  if (const auto* refusal = std::get_if<http_response>(&found)) {
    return std::to_string(refusal->status);
  }
  return std::string{std::get_if<matched_route>(&found)->where->operation};
}

std::string allow_of(std::string_view method, std::string_view target) {
  const auto found = find_route(method, target);
  const auto* refusal = std::get_if<http_response>(&found);
  if (refusal == nullptr) {
    return {};
  }
  for (const auto& [name, value] : refusal->headers) {
    if (name == "Allow") {
      return value;
    }
  }
  return {};
}

} // namespace

TEST_CASE("routes: request lines lead to their operations", "[api]") {
  const char* rows[][3] = {
      {"GET", "/healthz", "show_health"},
      {"HEAD", "/healthz", "show_health"},
      {"GET", "http://node:8080/healthz", "show_health"},
      {"GET", "/v1/pools?limit=2", "list_pools"},
      {"PUT", "/v1/pools/a/ips/2001:db8::1", "put_pool_ip"},
      {"PUT", "/v1/pools/a/ips/2001%3Adb8%3A%3A1", "put_pool_ip"},
      {"POST", "/v1/messages/0123/cancel", "cancel_message"},
      {"GET", "/", "404"},
      {"GET", "/v1", "404"},
      {"GET", "/v1/pools/", "404"},
      {"GET", "/v1//pools", "404"},
      {"GET", "/healthz/", "404"},
      {"GET", "/HEALTHZ", "404"},
      {"GET", "/v1/pools/../keys", "404"},
      {"GET", "/v1/pools/%2e%2e/%2e%2e/etc/passwd", "404"},
      {"GET", "/v1/pools/..%2f..%2fetc", "400"},
      {"GET", "/v1/pools/%00", "400"},
      {"GET", "/v1/pools/%zz", "400"},
      {"GET", "/v1/pools/%", "400"},
      {"GET", "nonsense", "400"},
      {"DELETE", "/v1/messages", "405"},
      {"TRACE", "/healthz", "405"},
      {"get", "/healthz", "405"},
      {"OPTIONS", "/healthz", "204"},
      {"OPTIONS", "*", "204"},
  };
  for (const auto& [method, target, expected] : rows) {
    CAPTURE(method, target);
    CHECK(destination(method, target) == expected);
  }
  CHECK(allow_of("DELETE", "/v1/messages") == "POST, GET, HEAD, OPTIONS");
  CHECK(allow_of("OPTIONS", "/v1/keys/k") == "DELETE, OPTIONS");
}

TEST_CASE("routes: each role may do what its row says", "[api][security]") {
  struct row {
    admin::access needed;
    std::set<key_role> allowed;
  };
  const row rows[] = {
      {admin::access::read, {key_role::admin, key_role::operator_, key_role::viewer}},
      {admin::access::read_own,
       {key_role::admin, key_role::operator_, key_role::viewer, key_role::sender}},
      {admin::access::send, {key_role::admin, key_role::operator_, key_role::sender}},
      {admin::access::own, {key_role::admin, key_role::operator_, key_role::sender}},
      {admin::access::any,
       {key_role::admin, key_role::operator_, key_role::viewer, key_role::sender}},
      {admin::access::oversee, {key_role::admin, key_role::operator_}},
      {admin::access::manage, {key_role::admin, key_role::operator_}},
      {admin::access::keys, {key_role::admin}},
  };
  for (const auto& each : rows) {
    for (const auto role :
         {key_role::admin, key_role::operator_, key_role::viewer, key_role::sender}) {
      CAPTURE(static_cast<int>(each.needed), to_string(role));
      CHECK(allows(each.needed, role) == each.allowed.contains(role));
    }
  }
}

TEST_CASE("routes: only reading and sending is open to those who do not manage",
          "[api][security]") {
  using admin::access;
  const std::set<std::string_view> answers_only{"send_message", "forecast_batch", "render_template",
                                                "preview_task", "preview_ledger"};
  // What is asked on the way to an action on queues is for those who may take it.
  const std::set<std::string_view> before_and_after_actions{"count_matches", "show_queue_action"};
  for (const auto& each : routes()) {
    CAPTURE(each.method, each.pattern);
    const bool changes = each.method != "GET" && !answers_only.contains(each.operation);
    const bool about_caller = each.pattern == "/v1/session";
    const bool of_admins = each.pattern.starts_with("/v1/keys") ||
                           each.pattern.starts_with("/v1/backups") ||
                           (each.pattern.starts_with("/v1/accounts") && changes);
    const bool of_managers = each.needed == access::manage || each.needed == access::own;
    CHECK(of_admins == (each.needed == access::keys));
    if (!of_admins)
      CHECK(of_managers ==
            ((changes && !about_caller) || before_and_after_actions.contains(each.operation)));
    CHECK(each.serve != nullptr);
  }
}

TEST_CASE("routes: only signing in and the description of the API need no key", "[api][security]") {
  for (const auto& each : routes()) {
    CAPTURE(each.operation);
    CHECK(each.signs_in == (each.operation == "create_session"));
    CHECK((each.needed == admin::access::open) ==
          (each.signs_in || each.operation == "show_openapi"));
  }
}

TEST_CASE("routes: no target crashes the router", "[api][property]") {
  const auto seed = GENERATE(range(1, 300));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  constexpr std::string_view alphabet = "/%?&=+.:{}*az09Z\\\x7f\x01 #@";
  std::string target = seed % 3 == 0 ? "" : "/v1/pools";
  for (auto i = random.next() % 30; i > 0; --i) {
    target += alphabet[random.next() % alphabet.size()];
  }
  static_cast<void>(find_route("GET", target));
  // What is escaped comes back as it was.
  const auto parsed = parse_target("/x?y=" + percent_encode(target));
  REQUIRE(parsed);
  CHECK(parsed->query.front().second == target);
}
