#include "actors/messages/plan.hpp"

namespace warmfront {

namespace {

using namespace std::string_view_literals;

constexpr std::array advance_names{"calendar"sv, "on_use"sv, "level"sv};
constexpr std::array spread_names{"none"sv, "even"sv};

template <class Value, std::size_t Count>
std::optional<Value> parse_named(const std::array<std::string_view, Count>& names,
                                 std::string_view text) {
  for (std::size_t i = 0; i < Count; ++i)
    if (names[i] == text)
      return static_cast<Value>(i);
  return std::nullopt;
}

} // namespace

std::string_view to_string(plan_advance advance) noexcept {
  return advance_names[static_cast<std::size_t>(advance)];
}

std::optional<plan_advance> parse_plan_advance(std::string_view text) noexcept {
  return parse_named<plan_advance>(advance_names, text);
}

std::string_view to_string(plan_spread spread) noexcept {
  return spread_names[static_cast<std::size_t>(spread)];
}

std::optional<plan_spread> parse_plan_spread(std::string_view text) noexcept {
  return parse_named<plan_spread>(spread_names, text);
}

} // namespace warmfront
