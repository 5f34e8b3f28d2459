#include "actors/messages/timeline.hpp"

#include <array>
#include <cstddef>

namespace warmfront {

namespace {

constexpr std::array<std::string_view, 18> timeline_kind_names{
    "accepted",  "copied",  "expanded", "assigned",   "attempt",      "deferred",
    "delivered", "bounced", "expired",  "cancelled",  "suppressed",   "moved",
    "adopted",   "opened",  "clicked",  "complained", "unsubscribed", "bounced_later"};

} // namespace

std::string_view to_string(timeline_kind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind) - 1;
  return index < timeline_kind_names.size() ? timeline_kind_names[index] : "unknown";
}

} // namespace warmfront
