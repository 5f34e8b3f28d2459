#include "storage/counter.hpp"

#include <charconv>
#include <limits>

namespace warmfront::storage {

std::optional<std::int64_t> parse_counter(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped_at, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stopped_at != end) {
    return std::nullopt;
  }
  return number;
}

std::int64_t add_counters(std::int64_t left, std::int64_t right) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(left, right, &sum)) {
    return sum;
  }
  return left < 0 ? std::numeric_limits<std::int64_t>::min()
                  : std::numeric_limits<std::int64_t>::max();
}

} // namespace warmfront::storage
