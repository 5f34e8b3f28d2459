#include "cluster-config/reference.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "cluster-config/keys.hpp"
#include "cluster-config/manual.hpp"

namespace warmfront::config {

std::string reference_json(std::string_view version) {
  // Tables that are there and say nothing: the faults name what has no default.
  config untouched;
  nlohmann::ordered_json tables = nlohmann::ordered_json::array();
  for (const auto& table : table_rules()) {
    const bool is_optional = !table.present(untouched);
    if (is_optional)
      table.create(untouched);
    tables.push_back(
        {{"name", table.name}, {"about", about_table(table.name)}, {"optional", is_optional}});
  }
  std::set<std::string> needed;
  for (const auto& each : validate(untouched))
    needed.insert(each.key);
  nlohmann::ordered_json keys = nlohmann::ordered_json::array();
  for (const auto& table : table_rules()) {
    for (const auto& key : table.keys) {
      const auto name = table.name + '.' + key.name;
      const auto value = needed.contains(name) ? nlohmann::ordered_json(nullptr)
                                               : nlohmann::ordered_json(key.show(untouched));
      keys.push_back({{"section", table.name},
                      {"name", key.name},
                      {"type", key.type},
                      {"default", value},
                      {"expected", key.expected},
                      {"about", about_key(name)}});
    }
  }
  const nlohmann::ordered_json all{{"version", version}, {"tables", tables}, {"keys", keys}};
  return all.dump(2) + "\n";
}

} // namespace warmfront::config
