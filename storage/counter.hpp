// Counters on disk: signed decimal numbers, so that a value and an addend look the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront::storage {

/// The number written in `text`; none when it is not exactly one 64-bit signed decimal number.
[[nodiscard]] std::optional<std::int64_t> parse_counter(std::string_view text) noexcept;

/// The sum; stays at the limit of 64 bits instead of wrapping around it.
[[nodiscard]] std::int64_t add_counters(std::int64_t left, std::int64_t right) noexcept;

} // namespace warmfront::storage
