#include "admin/cli/curves.hpp"

#include <algorithm>

#include "actors/core/clock.hpp"

namespace warmfront::admin::cli {

bool is_curves(const ordered_json& answer) {
  return answer.is_object() && answer.contains("step_seconds") && answer.contains("series") &&
         answer["series"].is_array() && answer.contains("from") && answer["from"].is_string();
}

ordered_json rows_of_curves(const ordered_json& answer) {
  auto rows = ordered_json::array();
  const auto first = parse_rfc3339(answer["from"].get<std::string>());
  if (!first || !answer["step_seconds"].is_number_unsigned()) {
    return rows;
  }
  const auto step = std::chrono::seconds{answer["step_seconds"].get<std::uint32_t>()};
  std::size_t steps = 0;
  for (const auto& each : answer["series"]) {
    steps = std::max(steps, each["values"].size());
  }
  for (std::size_t i = 0; i < steps; ++i) {
    ordered_json row;
    row["at"] = to_rfc3339(*first + step * static_cast<std::int64_t>(i));
    bool is_known = false;
    for (const auto& each : answer["series"]) {
      const auto& values = each["values"];
      const auto value = i < values.size() ? values[i] : ordered_json(nullptr);
      is_known = is_known || !value.is_null();
      row[each["name"].get<std::string>()] = value;
    }
    if (is_known) {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

} // namespace warmfront::admin::cli
