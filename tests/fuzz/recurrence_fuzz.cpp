// A rule is refused, or fires in order at numbers without gaps; to carry on is to count on.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "actors/recurring/misfire.hpp"
#include "actors/recurring/recurrence.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  constexpr const char* zones[] = {"UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"};
  // So that short runs get beyond the first part.
  constexpr const char* beginnings[] = {
      "", "FREQ=HOURLY", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"};
  if (size < 4)
    return 0;
  const auto hours_on = static_cast<std::int64_t>(data[0] * 256 + data[1]);
  recurrence what;
  what.start_at = wall_time{std::chrono::hours{350'000 + hours_on * 8}};
  const std::string rest{reinterpret_cast<const char*>(data) + 4, size - 4};
  what.repeat = recurrence::by_rule{beginnings[data[2] % std::size(beginnings)] + rest,
                                    zones[data[3] % std::size(zones)]};
  const auto checked = check(what);
  const auto found = next_occurrences(what, wall_time::min(), 50);
  if (checked && (!found || found.value().empty()))
    __builtin_trap();
  if (!found)
    return 0;
  if (!checked && !found.value().empty())
    __builtin_trap();
  const auto& all = found.value();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].number != i || all[i].at < what.start_at || (i > 0 && all[i].at <= all[i - 1].at))
      __builtin_trap();
  if (all.size() < 2)
    return 0;
  const auto next = next_occurrences(what, all[all.size() - 2], 1);
  if (!next || next.value().empty() || next.value().front() != all.back())
    __builtin_trap();
  const auto now = due(what, {}, all.back().at);
  if (!now || now.value().last_handled != all.back())
    __builtin_trap();
  return 0;
}
