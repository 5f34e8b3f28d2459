// The tables and keys of node.toml, each declared once: name, notation, place in `config`, check.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cluster-config/config.hpp"
#include "cluster-config/document.hpp"

namespace warmfront::config {

/// Faults found in one value. `suffix` says where inside it: empty, `[2]`, `[0].to`.
class findings {
public:
  findings(std::string key, std::string expected, std::vector<fault>& into)
      : key_{std::move(key)}, expected_{std::move(expected)}, into_{into} {}
  void add(const std::string& suffix, std::string what) {
    into_.push_back({"", 0, 0, key_ + suffix, std::move(what), expected_});
  }

private:
  std::string key_;
  std::string expected_;
  std::vector<fault>& into_;
};

struct key_rule {
  std::string name;     ///< within its table
  std::string expected; ///< continues "expected …"
  /// Stores a value of the right type and notation; reports any other.
  std::function<void(const raw_value&, config&, findings&)> read;
  /// Reports what is wrong with the stored value.
  std::function<void(const config&, findings&)> check;
  std::string type; ///< as `type_name` has it: `text`, `duration`, …
  /// The stored value as it is written in node.toml.
  std::function<std::string(const config&)> show;
};

struct table_rule {
  std::string name; ///< `smtp`, `http.tls`
  std::vector<key_rule> keys;
  /// Whether the configuration has the table: always true for those that need not be written.
  std::function<bool(const config&)> present;
  /// Called when the table is found in a file.
  std::function<void(config&)> create;
};

/// All of node.toml, in the order of its manual.
[[nodiscard]] const std::vector<table_rule>& table_rules();

} // namespace warmfront::config
