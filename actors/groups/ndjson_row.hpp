// One recipient as a JSON object (RFC 8259).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront {

/// `{"email": "…", "name": "…", "variables": {"name": "…"}}`: every member but `email` and an
/// object `variables` is a variable, and so are the members of that object.
struct ndjson_row {
  struct variable {
    std::string name;
    std::string value; ///< numbers as they were written, `true` or `false`
  };

  std::optional<std::string> email;
  std::vector<variable> variables; ///< in their order, none twice; without those that are null
};

/// Reads one line into `row`, whose memory is used again. The error's `what` is a reason for
/// people: what is no object, nested, repeated, or has more than `list_names_max` variables.
[[nodiscard]] result<void> read_ndjson_row(std::string_view line, ndjson_row& row);

} // namespace warmfront
