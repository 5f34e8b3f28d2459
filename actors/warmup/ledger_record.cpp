#include "actors/warmup/ledger_record.hpp"

#include <cassert>
#include <limits>

#include "actors/core/address.hpp"
#include "actors/core/ip.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t day_max = std::numeric_limits<std::uint32_t>::max() - 1;

} // namespace

ledger_record new_ledger(plan_name plan, wall_time now) {
  ledger_record ledger;
  ledger.plan = std::move(plan);
  ledger.day_started_at = now;
  return ledger;
}

std::uint32_t day_at(const ledger_record& ledger, wall_time now, microseconds length) {
  assert(length.count() > 0);
  if (now <= ledger.day_started_at)
    return ledger.opened_day;
  const auto passed = static_cast<std::uint64_t>((now - ledger.day_started_at) / length);
  return passed > day_max - ledger.opened_day
             ? day_max
             : ledger.opened_day + static_cast<std::uint32_t>(passed);
}

wall_time day_start(const ledger_record& ledger, std::uint32_t day, microseconds length) {
  assert(day >= ledger.opened_day);
  const auto days = static_cast<std::int64_t>(day - ledger.opened_day);
  const auto room = wall_time::max() - ledger.day_started_at;
  return days > room / length ? wall_time::max() : ledger.day_started_at + days * length;
}

std::uint32_t plan_position(const ledger_record& ledger, std::uint32_t day) {
  const auto position = std::int64_t{ledger.base_position} + day - ledger.base_day;
  if (position < 1)
    return 1;
  return position > day_max ? day_max : static_cast<std::uint32_t>(position);
}

ledger_record with_opened_day(ledger_record ledger, std::uint32_t day, microseconds length) {
  if (day <= ledger.opened_day)
    return ledger;
  ledger.day_started_at = day_start(ledger, day, length);
  ledger.opened_day = day;
  return ledger;
}

ledger_record with_position(ledger_record ledger, std::uint32_t position, wall_time now,
                            microseconds length) {
  if (now < ledger.day_started_at)
    ledger.day_started_at = now;
  ledger.base_day = day_at(ledger, now, length);
  ledger.base_position = position;
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
