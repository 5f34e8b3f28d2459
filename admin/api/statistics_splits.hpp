// The names of what statistics are split by.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/statistics.hpp"

namespace warmfront::admin {

[[nodiscard]] std::string_view split_name(counted_by by) noexcept;
/// Names with commas between them; `day` when there is none. `invalid_argument` for others.
[[nodiscard]] result<std::vector<counted_by>> parse_splits(std::string_view text);

} // namespace warmfront::admin
