#include "actors/warmup/ledger_record.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "actors/core/address.hpp"
#include "actors/core/ip.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t day_max = std::numeric_limits<std::uint32_t>::max() - 1;
constexpr std::size_t moves_max = 8;

} // namespace

ledger_record new_ledger(plan_name plan, wall_time now) {
  ledger_record ledger;
  ledger.plan = std::move(plan);
  ledger.day_started_at = now;
  return ledger;
}

std::uint32_t day_at(const ledger_record& ledger, wall_time now, const day_rule& days) {
  const auto passed = days.days_between(ledger.day_started_at, now);
  return passed > day_max - std::min(day_max, ledger.opened_day) ? day_max
                                                                 : ledger.opened_day + passed;
}

wall_time day_start(const ledger_record& ledger, std::uint32_t day, const day_rule& days) {
  assert(day >= ledger.opened_day);
  return days.begin_after(ledger.day_started_at, day - ledger.opened_day);
}

std::uint32_t plan_position(const ledger_record& ledger, std::uint32_t day) {
  const auto position = std::int64_t{ledger.base_position} + day - ledger.base_day;
  if (position < 1)
    return 1;
  return position > day_max ? day_max : static_cast<std::uint32_t>(position);
}

ledger_record with_opened_day(ledger_record ledger, std::uint32_t day, const day_rule& days) {
  if (day <= ledger.opened_day)
    return ledger;
  ledger.day_started_at = day_start(ledger, day, days);
  ledger.opened_day = day;
  return ledger;
}

ledger_record with_position(ledger_record ledger, std::uint32_t position, wall_time now,
                            const day_rule& days) {
  if (now < ledger.day_started_at)
    ledger.day_started_at = now;
  ledger.base_day = day_at(ledger, now, days);
  ledger.base_position = position;
  ledger.held_until = 0;
  ledger.blocked_day.reset();
  return ledger;
}

ledger_record with_move(ledger_record ledger, const ledger_move& move) {
  if (ledger.moves.size() >= moves_max)
    ledger.moves.erase(ledger.moves.begin());
  ledger.moves.push_back(move);
  return ledger;
}

bool is_domain_subject(std::string_view subject) {
  return !canonical_ip(subject);
}

result<void> check_subject(const ledger_subject& subject) {
  const auto& text = subject.str();
  const auto address = canonical_ip(text);
  if (address && *address == text)
    return success();
  if (address)
    return error{errc::invalid_argument, "ledger of `" + text + "`: not the address's usual form",
                 "write " + *address, "subject"};
  for (const char c : text)
    if (c >= 'A' && c <= 'Z')
      return error{errc::invalid_argument, "ledger of `" + text + "`: upper-case letters",
                   "write the domain in lower case", "subject"};
  if (is_domain(text, false))
    return success();
  return error{errc::invalid_argument, "ledger of `" + text + "`: neither an address nor a domain",
               "name an IP address or a sender domain (internationalised ones as A-labels)",
               "subject"};
}

} // namespace warmfront
