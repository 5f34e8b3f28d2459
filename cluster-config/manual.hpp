// What each table and key of node.toml is for, in a sentence or two.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace warmfront::config {

/// Name (`smtp`, `http.tls`; `smtp.submission`) and text, in no order.
using manual_entry = std::pair<std::string_view, std::string_view>;
[[nodiscard]] std::span<const manual_entry> table_entries();
[[nodiscard]] std::span<const manual_entry> key_entries();

/// Empty for what there is not.
[[nodiscard]] std::string_view about_table(std::string_view name);
[[nodiscard]] std::string_view about_key(std::string_view name);

} // namespace warmfront::config
