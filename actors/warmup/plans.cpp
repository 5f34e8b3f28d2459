#include "actors/warmup/plans.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace warmfront {

namespace {

constexpr std::size_t days_max = 1000;
constexpr std::size_t providers_max = 100;
constexpr std::size_t provider_octets_max = 255;
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
  plan conservative{plan_name{"conservative"}, conservative_days(), true};
  conservative.advance = plan_advance::on_use;
  conservative.spread = plan_spread::even;
  return {
      std::move(conservative),
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

/// Printable and without blanks: a name is a word in keys, texts and labels.
bool is_provider_name(std::string_view text) {
  return !text.empty() && text.size() <= provider_octets_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127 && c != '/'; });
}

} // namespace

const std::vector<plan>& built_in_plans() {
  static const auto plans = make_built_in_plans();
  return plans;
}

std::optional<std::uint64_t> limit_on(const std::vector<std::uint64_t>& days,
                                      std::uint32_t position) {
  if (days.empty())
    return std::nullopt;
  const auto index = position > 0 ? position - 1 : 0;
  return days[std::min<std::size_t>(index, days.size() - 1)];
}

namespace {

result<void> check_days(const std::string& plan, const std::vector<std::uint64_t>& days,
                        const std::string& field, bool allow_decrease) {
  if (days.size() > days_max)
    return error{errc::limit_exceeded, "store plan `" + plan + "`: more than 1000 days",
                 "the last day's limit stays, so leave out days that repeat it", field};
  for (std::size_t i = 0; i < days.size(); ++i) {
    const auto where = field + "[" + std::to_string(i) + "]";
    const auto day = "store plan `" + plan + "`: day " + std::to_string(i + 1);
    if (days[i] < 1 || days[i] > limit_max)
      return error{errc::invalid_argument, day + " has a limit of " + std::to_string(days[i]),
                   "limits are 1 to 1000000000000 mails; to stop a ledger, pause it", where};
    if (i > 0 && days[i] < days[i - 1] && !allow_decrease)
      return error{errc::invalid_argument,
                   day + " allows " + std::to_string(days[i]) + ", less than the day before",
                   "let limits grow, or say allow_decrease if this is meant", where};
  }
  return success();
}

result<void> check_providers(const plan& value, bool allow_decrease) {
  const auto& name = value.name.str();
  if (!value.providers.empty() && value.days.empty())
    return error{errc::invalid_argument,
                 "store plan `" + name + "`: limits of providers without one of all mail",
                 "give days, too: their positions are what the providers' limits follow",
                 "providers"};
  if (value.providers.size() > providers_max)
    return error{errc::limit_exceeded, "store plan `" + name + "`: more than 100 providers",
                 "limit the others together, as provider `*`", "providers"};
  for (const auto& [provider, days] : value.providers) {
    const auto field = "providers." + provider.str();
    if (!is_provider_name(provider.str()))
      return error{errc::invalid_argument,
                   "store plan `" + name + "`: `" + provider.str() + "` is not a provider",
                   "use a name of the table of providers, an MX set, or * for each other one",
                   "providers"};
    if (days.empty())
      return error{errc::invalid_argument,
                   "store plan `" + name + "`: no days for provider " + provider.str(),
                   "give it limits, or leave it out", field};
    WARMFRONT_TRY(check_days(name, days, field, allow_decrease));
  }
  return success();
}

result<void> check_thresholds(const plan& value) {
  for (const auto& each : threshold_fields)
    if (each.is_rate && value.thresholds.*each.value > 100 * percent)
      return error{errc::invalid_argument,
                   "store plan `" + value.name.str() + "`: " + std::string{each.name} +
                       " is over 100 percent",
                   "give a percentage", "thresholds." + std::string{each.name}};
  return success();
}

} // namespace

result<void> check_plan(const plan& value, bool allow_decrease) {
  const auto& name = value.name.str();
  if (!is_plan_name(name))
    return error{errc::invalid_argument, "store a plan: `" + name + "` is not a plan's name",
                 "use 1 to 64 lower-case letters, digits, hyphens and underscores", "name"};
  for (const auto& built_in : built_in_plans())
    if (built_in.name == value.name)
      return error{errc::refused, "change plan `" + name + "`: it is built in",
                   "store the plan under another name", "name"};
  WARMFRONT_TRY(check_days(name, value.days, "days", allow_decrease));
  WARMFRONT_TRY(check_providers(value, allow_decrease));
  if (!value.time_zone.empty())
    if (auto zone = day_rule::in_zone(value.time_zone); !zone)
      return zone.error();
  return check_thresholds(value);
}

result<plan_pointer> in_force(plan value, microseconds day) {
  auto days = day_rule{day};
  if (!value.time_zone.empty() && day == std::chrono::hours{24}) {
    WARMFRONT_TRY(zone, day_rule::in_zone(value.time_zone));
    days = zone;
  }
  return std::make_shared<const plan_rules>(plan_rules{std::move(value), days});
}

} // namespace warmfront
