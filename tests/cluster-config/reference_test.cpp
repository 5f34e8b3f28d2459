// What manuals are made of: every key has its text, type and default.
#include <catch2/catch.hpp>

#include <set>

#include <nlohmann/json.hpp>

#include "cluster-config/keys.hpp"
#include "cluster-config/manual.hpp"
#include "cluster-config/notation.hpp"
#include "cluster-config/reference.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

nlohmann::json reference_key(const nlohmann::json& all, const std::string& section,
                             const std::string& name) {
  for (const auto& each : all["keys"])
    if (each["section"] == section && each["name"] == name)
      return each;
  return {};
}

} // namespace

TEST_CASE("reference: every table and key has its text, and no text is about nothing",
          "[cluster-config]") {
  std::set<std::string_view> tables;
  for (const auto& table : config::table_rules()) {
    CAPTURE(table.name);
    CHECK_FALSE(config::about_table(table.name).empty());
    tables.insert(table.name);
    for (const auto& key : table.keys) {
      CAPTURE(key.name);
      CHECK_FALSE(config::about_key(table.name + '.' + key.name).empty());
    }
  }
  for (const auto& [name, text] : config::table_entries())
    CHECK(tables.contains(name));
  std::size_t declared = 0;
  for (const auto& table : config::table_rules())
    declared += table.keys.size();
  CHECK(config::key_entries().size() == declared);
}

TEST_CASE("reference: says type, default and what has to be given", "[cluster-config]") {
  const auto all = nlohmann::json::parse(config::reference_json("1.2.3"));
  CHECK(all["version"] == "1.2.3");
  CHECK(reference_key(all, "node", "data_dir")["default"].is_null());
  CHECK(reference_key(all, "cluster", "etcd")["default"].is_null());
  CHECK(reference_key(all, "cluster", "replication")["default"] == "\"preferred\"");
  const auto submission = reference_key(all, "smtp", "submission");
  CHECK(submission["default"] == "[\"127.0.0.1:2587\"]");
  CHECK(submission["type"] == "list of texts");
  CHECK(reference_key(all, "smtp", "max_message_size")["default"] == "\"10MiB\"");
  CHECK(reference_key(all, "cloud_api", "time_zone")["default"] == "\"+08:00\"");
  CHECK(reference_key(all, "tracking", "opens")["default"] == "true");
  CHECK(reference_key(all, "delivery", "retry_first")["type"] == "duration");
  for (const auto& table : all["tables"])
    CHECK(table["optional"] ==
          (table["name"] == "tls" || table["name"] == "http.tls" || table["name"] == "cluster"));
}

TEST_CASE("reference: defaults read back as what they are", "[cluster-config]") {
  const auto all = nlohmann::json::parse(config::reference_json(""));
  std::string text = "[node]\nhostname = \"a.example\"\ndata_dir = \"/d\"\n", section = "node";
  for (const auto& key : all["keys"]) {
    const auto table = key["section"].get<std::string>();
    if (key["default"].is_null() || table == "cluster")
      continue;
    if (std::exchange(section, table) != table)
      text += '[' + table + "]\n";
    text += key["name"].get<std::string>() + " = " + key["default"].get<std::string>() + '\n';
  }
  const auto parsed = config::parse(text, "defaults");
  for (const auto& fault : parsed.faults)
    UNSCOPED_INFO(to_string(fault));
  CHECK(parsed.faults.empty());
}

TEST_CASE("reference: values are written as TOML", "[cluster-config]") {
  CHECK(config::toml_text(std::string{"a\"b\\c\n"}) == R"("a\"b\\c\u000A")");
  CHECK(config::toml_text(-210min) == "\"-03:30\"");
  CHECK(config::toml_text(std::vector<config::route_config>{{"*", "192.0.2.1:25"}}) ==
        R"([{ domain = "*", to = "192.0.2.1:25" }])");
  CHECK(config::toml_text(std::vector<config::provider_config>{{"acme", {"a.example"}, {}}}) ==
        R"([{ name = "acme", domains = ["a.example"], hosts = [] }])");
}
