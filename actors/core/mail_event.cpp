#include "actors/core/mail_event.hpp"

#include <array>

#include <fmt/format.h>

namespace warmfront {

namespace {

constexpr std::array<std::string_view, 11> kind_names{
    "accepted",  "suppressed", "delivered", "deferred",   "bounced",     "expired",
    "cancelled", "opened",     "clicked",   "complained", "unsubscribed"};

/// FNV-1a: enough to tell events of one recipient apart, and the same in every build.
std::uint64_t mixed(std::uint64_t seed, std::string_view octets) noexcept {
  for (const char octet : octets) {
    seed ^= static_cast<unsigned char>(octet);
    seed *= 0x100000001b3ull;
  }
  return seed;
}

} // namespace

std::string_view to_string(event_kind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind) - 1;
  return index < kind_names.size() ? kind_names[index] : "unknown";
}

std::optional<event_kind> parse_event_kind(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind_names[i] == text)
      return static_cast<event_kind>(i + 1);
  return std::nullopt;
}

std::string mail_event::id() const {
  const auto moment = std::to_string(at.time_since_epoch().count());
  auto low = mixed(0xcbf29ce484222325ull, about.recipient.message.octet_view());
  low = mixed(low, std::to_string(about.recipient.index));
  low = mixed(low, to_string(kind));
  low = mixed(low, url);
  const auto high = mixed(mixed(0x9ae16a3b2f90404full, moment), about.address);
  return fmt::format("{:016x}{:016x}", high, mixed(low, moment));
}

} // namespace warmfront
