// From a member of `config` to its notation in node.toml: one pair of overloads per type of member.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cluster-config/config.hpp"

namespace warmfront::config {

/// What a manual calls the type; the argument only selects it.
[[nodiscard]] std::string type_name(const std::string*);
[[nodiscard]] std::string type_name(const bool*);
[[nodiscard]] std::string type_name(const std::uint32_t*);
[[nodiscard]] std::string type_name(const std::uint64_t*);
[[nodiscard]] std::string type_name(const std::chrono::milliseconds*);
[[nodiscard]] std::string type_name(const std::chrono::minutes*);
[[nodiscard]] std::string type_name(const replication_mode*);
[[nodiscard]] std::string type_name(const std::vector<std::string>*);
[[nodiscard]] std::string type_name(const std::vector<route_config>*);
[[nodiscard]] std::string type_name(const std::vector<provider_config>*);

/// The value in TOML: what `read_value` reads back as the same.
[[nodiscard]] std::string toml_text(const std::string& value);
[[nodiscard]] std::string toml_text(bool value);
[[nodiscard]] std::string toml_text(std::uint32_t value);
/// A size in octets.
[[nodiscard]] std::string toml_text(std::uint64_t value);
[[nodiscard]] std::string toml_text(std::chrono::milliseconds value);
/// An offset from UTC.
[[nodiscard]] std::string toml_text(std::chrono::minutes value);
[[nodiscard]] std::string toml_text(replication_mode value);
[[nodiscard]] std::string toml_text(const std::vector<std::string>& value);
[[nodiscard]] std::string toml_text(const std::vector<route_config>& value);
[[nodiscard]] std::string toml_text(const std::vector<provider_config>& value);

} // namespace warmfront::config
