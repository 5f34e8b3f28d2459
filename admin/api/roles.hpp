// What each role may do: the one place that says it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "actors/messages/reports.hpp"

namespace warmfront::admin {

/// Who may call a route. Admins, operators and viewers act for the whole cluster, whatever account
/// their key is of; senders for their account alone.
enum class access : std::uint8_t {
  open,     ///< no key needed
  probe,    ///< no key needed from loopback, any key from elsewhere
  any,      ///< any key: it is about the caller
  read,     ///< admin, operator, viewer
  read_own, ///< the same, and senders for their own account
  send,     ///< admin, operator, sender
  own,      ///< admin, operator; senders for what belongs to their account
  oversee,  ///< admin, operator, who look at what others do
  manage,   ///< admin, operator
  keys,     ///< admin
};
[[nodiscard]] bool allows(access needed, key_role role) noexcept;

/// The roles that may call such a route, in the order of their rights; empty: no key is needed.
[[nodiscard]] std::vector<key_role> roles_of(access needed);
/// As a sentence, for the documentation.
[[nodiscard]] std::string_view access_text(access needed) noexcept;

/// What a role is for, as a sentence.
struct role_meaning {
  key_role role = key_role::viewer;
  std::string_view text;
};
[[nodiscard]] std::span<const role_meaning> role_meanings() noexcept;

} // namespace warmfront::admin
