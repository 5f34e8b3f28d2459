// JSON at the edge: read with bounds, written without exceptions.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

namespace warmfront::admin {

/// What is read: lookups are logarithmic, so that an object with many names costs what it weighs.
using nlohmann::json;
/// What is written: fields keep the order in which they are put.
using nlohmann::ordered_json;

inline constexpr std::size_t json_depth_max = 64;

struct json_fault {
  std::size_t position = 0; ///< octet, from 1
  std::string detail;
};

/// Reads one JSON text (RFC 8259) in UTF-8, nested at most `json_depth_max` deep, without
/// repeated names in an object.
[[nodiscard]] std::variant<json, json_fault> parse_json(std::string_view text);

/// Octets that are not UTF-8 (they come from remote servers) become replacement characters.
[[nodiscard]] std::string dump(const ordered_json& value);

} // namespace warmfront::admin
