#include "actors/warmup/plans.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace warmfront {

namespace {

constexpr std::size_t days_max = 1000;
constexpr std::uint64_t limit_max = 1'000'000'000'000;
constexpr std::uint64_t first_limit = 500;
constexpr std::uint64_t last_limit = 1'000'000;

/// The nearest number of two significant digits: limits that people can remember.
std::uint64_t rounded(double exact) {
  double unit = 1;
  while (exact / unit >= 100)
    unit *= 10;
  return static_cast<std::uint64_t>(std::llround(exact / unit) * std::llround(unit));
}

std::vector<std::uint64_t> conservative_days() {
  std::vector<std::uint64_t> days;
  for (auto exact = static_cast<double>(first_limit); rounded(exact) < last_limit; exact *= 1.4)
    days.push_back(rounded(exact));
  days.push_back(last_limit);
  return days;
}

std::vector<plan> make_built_in_plans() {
  return {
      {plan_name{"conservative"}, conservative_days(), true},
      {plan_name{"standard"},
       {500,     1'000,   2'000,   5'000,   10'000,  20'000,  40'000,  60'000,  80'000,  100'000,
        150'000, 200'000, 300'000, 400'000, 500'000, 600'000, 700'000, 800'000, 900'000, 1'000'000},
       true},
      {plan_name{"warm"}, {}, true},
  };
}

bool is_plan_name(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

} // namespace

const std::vector<plan>& built_in_plans() {
  static const auto plans = make_built_in_plans();
  return plans;
}

std::optional<std::uint64_t> limit_on(const plan& of, std::uint32_t position) {
  if (of.days.empty())
    return std::nullopt;
  const auto index = position > 0 ? position - 1 : 0;
  return of.days[std::min<std::size_t>(index, of.days.size() - 1)];
}

result<void> check_plan(const plan& value) {
  const auto& name = value.name.str();
  if (!is_plan_name(name))
    return error{errc::invalid_argument, "store a plan: `" + name + "` is not a plan's name",
                 "use 1 to 64 lower-case letters, digits, hyphens and underscores", "name"};
  for (const auto& built_in : built_in_plans())
    if (built_in.name == value.name)
      return error{errc::refused, "change plan `" + name + "`: it is built in",
                   "store the plan under another name", "name"};
  if (value.days.size() > days_max)
    return error{errc::limit_exceeded, "store plan `" + name + "`: more than 1000 days",
                 "the last day's limit stays, so leave out days that repeat it", "days"};
  for (std::size_t i = 0; i < value.days.size(); ++i)
    if (value.days[i] < 1 || value.days[i] > limit_max)
      return error{errc::invalid_argument,
                   "store plan `" + name + "`: the limit of day " + std::to_string(i + 1) +
                       " is not between 1 and 1000000000000",
                   "pause a ledger to send nothing; leave `days` empty for no limit",
                   "days[" + std::to_string(i) + "]"};
  return success();
}

} // namespace warmfront
