#include "actors/messages/reports.hpp"

#include <array>
#include <utility>

namespace warmfront {

namespace {

using namespace std::string_view_literals;

constexpr std::array role_names{
    std::pair{key_role::admin, "admin"sv}, std::pair{key_role::operator_, "operator"sv},
    std::pair{key_role::sender, "sender"sv}, std::pair{key_role::viewer, "viewer"sv}};

// Indexed by the state's number.
constexpr std::array state_names{"queued"sv,  "held"sv,    "deferred"sv,   "delivered"sv,
                                 "bounced"sv, "expired"sv, "suppressed"sv, "cancelled"sv};

} // namespace

std::string_view to_string(key_role role) noexcept {
  for (const auto& [value, name] : role_names)
    if (value == role)
      return name;
  return "unknown";
}

std::optional<key_role> parse_key_role(std::string_view text) noexcept {
  for (const auto& [value, name] : role_names)
    if (name == text)
      return value;
  return std::nullopt;
}

std::string_view to_string(pool_kind kind) noexcept {
  return kind == pool_kind::shared ? "shared" : "dedicated";
}

std::string_view to_string(address_state state) noexcept {
  switch (state) {
  case address_state::active:
    return "active";
  case address_state::quarantined:
    return "quarantined";
  case address_state::draining:
    return "draining";
  }
  return "quarantined";
}

std::string_view to_string(ledger_state state) noexcept {
  switch (state) {
  case ledger_state::open:
    return "open";
  case ledger_state::exhausted:
    return "exhausted";
  case ledger_state::paused:
    return "paused";
  case ledger_state::paced:
    return "paced";
  case ledger_state::blocked:
    return "blocked";
  }
  return "unknown";
}

std::string_view to_string(move_cause cause) noexcept {
  switch (cause) {
  case move_cause::advanced:
    return "advanced";
  case move_cause::repeated:
    return "repeated";
  case move_cause::raised:
    return "raised";
  case move_cause::lowered:
    return "lowered";
  case move_cause::blocked:
    return "blocked";
  case move_cause::weakened:
    return "weakened";
  case move_cause::idle:
    return "idle";
  case move_cause::restarted:
    return "restarted";
  case move_cause::set:
    return "set";
  }
  return "unknown";
}

std::string_view to_string(recipient_state state) noexcept {
  const auto index = static_cast<std::size_t>(state);
  return index < state_names.size() ? state_names[index] : "unknown"sv;
}

std::optional<recipient_state> parse_recipient_state(std::string_view text) noexcept {
  for (std::size_t i = 0; i < state_names.size(); ++i)
    if (state_names[i] == text)
      return static_cast<recipient_state>(i);
  return std::nullopt;
}

} // namespace warmfront
