// YAML as JSON: the part of YAML that declared state is written in. Pure.
#pragma once

#include <string_view>

#include "actors/core/error.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// What a text may cost. A text that goes beyond is refused.
struct yaml_limits {
  std::size_t octets_max = 16 * 1024 * 1024;
  std::size_t depth_max = 32;
  std::size_t values_max = 500'000;
};

/// Reads one document. Plain scalars are what the core schema of YAML 1.2 has them be (`no` and
/// `1_000` are texts); whole numbers that do not fit are texts, too. Anchors, aliases and tags are
/// refused, so that a text never grows by being read; so are keys that are no texts or come twice,
/// and a second document. `invalid_argument` with the line.
[[nodiscard]] result<ordered_json> read_yaml(std::string_view text, const yaml_limits& limits = {});

} // namespace warmfront::admin::cli
