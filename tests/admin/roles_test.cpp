// Every route with every role, on a node: a route without a row here fails.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "admin/api/openapi.hpp"
#include "admin/api/route.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

/// Who may call: a)dmin, o)perator, s)ender, v)iewer, n)obody in particular from loopback.
struct role_row {
  std::string_view operation;
  std::string_view callers;
};

constexpr role_row role_rows[] = {
    {"show_health", "aosvn"},
    {"show_readiness", "aosvn"},
    {"show_metrics", "aosvn"},
    {"show_openapi", "aosvn"},
    {"send_message", "aos"},
    {"list_messages", "aosv"},
    {"show_message", "aosv"},
    {"explain_message", "aosv"},
    {"cancel_message", "ao"},
    {"retry_message", "ao"},
    {"show_timeline", "aosv"},
    {"list_pools", "aov"},
    {"create_pool", "ao"},
    {"show_pool", "aov"},
    {"change_pool", "ao"},
    {"delete_pool", "ao"},
    {"put_pool_ip", "ao"},
    {"delete_pool_ip", "ao"},
    {"list_ips", "aov"},
    {"show_ip", "aov"},
    {"act_on_ip", "ao"},
    {"show_binding", "aov"},
    {"list_provisionings", "aov"},
    {"start_provisioning", "ao"},
    {"show_provisioning", "aov"},
    {"act_on_provisioning", "ao"},
    {"list_templates", "aosv"},
    {"create_template", "aos"},
    {"show_template", "aosv"},
    {"change_template", "aos"},
    {"delete_template", "aos"},
    {"render_template", "aosv"},
    {"review_template", "ao"},
    {"list_groups", "aosv"},
    {"create_group", "aos"},
    {"show_group", "aosv"},
    {"delete_group", "aos"},
    {"list_recipients", "aosv"},
    {"replace_recipients", "aos"},
    {"add_recipients", "aos"},
    {"list_tasks", "aosv"},
    {"create_task", "aos"},
    {"preview_task", "aosv"},
    {"show_task", "aosv"},
    {"delete_task", "aos"},
    {"list_occurrences", "aosv"},
    {"act_on_task", "aos"},
    {"list_plans", "aov"},
    {"create_plan", "ao"},
    {"show_plan", "aov"},
    {"change_plan", "ao"},
    {"delete_plan", "ao"},
    {"list_ledgers", "aov"},
    {"show_ledger", "aov"},
    {"act_on_ledger", "ao"},
    {"show_ledger_history", "aov"},
    {"preview_ledger", "aov"},
    {"list_identities", "aosv"},
    {"add_identity", "aos"},
    {"show_identity", "aosv"},
    {"remove_identity", "aos"},
    {"change_identity", "aos"},
    {"show_identity_dns", "aosv"},
    {"verify_identity", "aos"},
    {"check_identity", "aos"},
    {"add_identity_key", "aos"},
    {"retire_identity_key", "aos"},
    {"list_senders", "aosv"},
    {"add_sender", "aos"},
    {"remove_sender", "aos"},
    {"set_sender_password", "aos"},
    {"list_suppressions", "aosv"},
    {"add_suppression", "aos"},
    {"import_suppressions", "aos"},
    {"remove_suppression", "aos"},
    {"show_statistics", "aosv"},
    {"list_tls_reports", "aov"},
    {"list_webhooks", "aosv"},
    {"create_webhook", "aos"},
    {"show_webhook", "aosv"},
    {"change_webhook", "aos"},
    {"delete_webhook", "aos"},
    {"act_on_webhook", "aos"},
    {"list_dead_letters", "aosv"},
    {"replay_dead_letters", "aos"},
    {"list_events", "aosv"},
    {"show_complaint_address", "aosv"},
    {"forecast_batch", "aov"},
    {"list_queues", "aov"},
    {"count_matches", "ao"},
    {"act_on_queues", "ao"},
    {"show_queue_action", "ao"},
    {"begin_queue_part", "ao"},
    {"show_overview", "aov"},
    {"show_series", "aov"},
    {"show_cluster", "aov"},
    {"show_node", "aov"},
    {"act_on_node", "ao"},
    {"list_backups", "a"},
    {"begin_backup", "a"},
    {"show_backup_progress", "a"},
    {"list_keys", "a"},
    {"create_key", "a"},
    {"revoke_key", "a"},
    {"list_accounts", "aov"},
    {"create_account", "a"},
    {"show_account", "aov"},
    {"delete_account", "a"},
    {"create_session", "aosvn"},
    {"show_session", "aosv"},
    {"delete_session", "aosv"},
    {"list_audit", "ao"},
};

const std::map<char, std::string> keys_of_roles{{'a', "admin.secret"},
                                                {'o', "operator.secret"},
                                                {'s', "sender.secret"},
                                                {'v', "viewer.secret"},
                                                {'n', ""}};

/// A target that fits the pattern, of things that there are not.
std::string sample_target(std::string_view pattern) {
  std::string target{pattern};
  const std::map<std::string, std::string> samples{{"{id}", "00000000000000000000000000000001"},
                                                   {"{task}", "7"},
                                                   {"{webhook}", "7"},
                                                   {"{address}", "192.0.2.1"},
                                                   {"{subject}", "192.0.2.1"},
                                                   {"{domain}", "absent.example"},
                                                   {"{sender}", "ada@absent.example"},
                                                   {"{recipient}", "bob@absent.example"}};
  for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
    const auto name = target.substr(open, target.find('}') + 1 - open);
    const auto found = samples.find(name);
    target.replace(open, name.size(), found == samples.end() ? "absent" : found->second);
  }
  return target;
}

bool names_account(const admin::route& each) {
  return each.query != nullptr &&
         std::ranges::any_of(each.query->fields,
                             [](const admin::field& one) { return one.name == "account"; });
}

/// Bodies that are taken, of what belongs to an account: whose it is is asked behind that.
const std::map<std::string_view, std::string> own_bodies{
    {"create_template", R"({"name":"t","subject":"s","text":"x"})"},
    {"change_template", R"({"subject":"s","text":"x"})"},
    {"create_group", R"({"name":"g"})"},
    {"act_on_task", R"({"action":"pause"})"},
    {"add_identity", R"({"domain":"new.example"})"},
    {"add_sender", R"({"address":"ada@absent.example"})"},
    {"set_sender_password", R"({"password":"a-long-password"})"},
    {"add_suppression", R"({"address":"bob@absent.example"})"},
    {"create_webhook", R"({"url":"https://hooks.example.com/"})"},
    {"change_webhook", R"({"url":"https://hooks.example.com/"})"},
    {"act_on_webhook", R"({"action":"disable"})"},
};

int status_of_call(const fake_node& node, const admin::route& each, const std::string& target,
                   const std::string& key) {
  // A stream would stay open.
  const auto whole =
      each.stays_open
          ? target + (target.find('?') == std::string::npos ? '?' : '&') + "follow=false"
          : target;
  const auto given = own_bodies.find(each.operation);
  const std::string body = each.body == nullptr        ? ""
                           : given == own_bodies.end() ? "{}"
                                                       : given->second;
  return call_node(node.port(), each.method, whole, key, body).status;
}

} // namespace

TEST_CASE("roles: every route has a row, and no row is without a route", "[api][security]") {
  std::set<std::string_view> rows;
  for (const auto& each : role_rows)
    CHECK(rows.insert(each.operation).second);
  std::set<std::string_view> operations;
  for (const auto& each : admin::routes())
    operations.insert(each.operation);
  CHECK(rows == operations);
}

TEST_CASE("roles: each may call what its row says, and nothing else", "[admin][security]") {
  fake_node node;
  for (const auto& each : admin::routes()) {
    const auto row = std::ranges::find(role_rows, each.operation, &role_row::operation);
    if (row == std::end(role_rows))
      continue; // the test above tells
    for (const auto& [role, key] : keys_of_roles) {
      const auto status = status_of_call(node, each, sample_target(each.pattern), key);
      CAPTURE(each.method, each.pattern, role, status);
      const bool may = row->callers.find(role) != std::string_view::npos;
      if (may)
        CHECK((status != 401 && status != 403 && status != 500 && status != 0));
      else
        CHECK(status == (role == 'n' ? 401 : 403));
    }
  }
}

TEST_CASE("roles: metrics tell of all accounts: from elsewhere a sender does not read them",
          "[api][security]") {
  CHECK_FALSE(admin::allows(admin::access::probe, key_role::sender));
  for (const auto role : {key_role::admin, key_role::operator_, key_role::viewer})
    CHECK(admin::allows(admin::access::probe, role));
}

TEST_CASE("roles: a sender does not reach what another account has, the others do",
          "[admin][security]") {
  fake_node node;
  for (const auto& each : admin::routes()) {
    if (!names_account(each) || each.takes_list)
      continue;
    const auto row = std::ranges::find(role_rows, each.operation, &role_row::operation);
    for (const char role : {'a', 'o', 'v', 's'}) {
      if (row == std::end(role_rows) || row->callers.find(role) == std::string_view::npos)
        continue;
      const auto target = sample_target(each.pattern);
      const auto& key = keys_of_roles.at(role);
      const auto own = status_of_call(node, each, target + "?account=acme", key);
      const auto others = status_of_call(node, each, target + "?account=other", key);
      CAPTURE(each.method, each.pattern, role, own, others);
      CHECK(own != 403);
      CHECK((others == 403) == (role == 's'));
    }
  }
}

TEST_CASE("roles: the documentation tells the roles of every route", "[api]") {
  const auto document = admin::openapi_document("1");
  const std::map<std::string, char> letters{
      {"admin", 'a'}, {"operator", 'o'}, {"sender", 's'}, {"viewer", 'v'}};
  for (const auto& each : admin::routes()) {
    std::string method{each.method};
    std::ranges::transform(method, method.begin(),
                           [](char c) { return static_cast<char>(c + 32); });
    const auto& said = document["paths"][std::string{each.pattern}][method]["x-required-role"];
    std::string callers;
    for (const auto& role : said)
      callers += letters.at(role.get<std::string>());
    const auto row = std::ranges::find(role_rows, each.operation, &role_row::operation);
    REQUIRE(row != std::end(role_rows));
    std::string wanted{row->callers};
    std::erase(wanted, 'n');
    if (each.needed == admin::access::probe)
      std::erase(wanted, 's'); // who reads it from elsewhere
    CAPTURE(each.operation);
    CHECK(callers == (each.needed == admin::access::open ? "" : wanted));
  }
  const auto text = document["components"]["securitySchemes"]["key"]["description"];
  CHECK(text.get<std::string>().find("viewer: reads") != std::string::npos);
}
