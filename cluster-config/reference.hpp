// All that node.toml may hold as JSON, for manuals and tools.
#pragma once

#include <string>
#include <string_view>

namespace warmfront::config {

/// `{version, tables: [{name, about, optional}], keys: [{section, name, type, default, expected,
/// about}]}` with a line end, in the order of the manual. `default` is TOML; null: the key has to
/// be given (in an optional table: once the table is there).
[[nodiscard]] std::string reference_json(std::string_view version);

} // namespace warmfront::config
