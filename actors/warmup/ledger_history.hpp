// A ledger's days that have ended, as a node keeps them: keys and records. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/operations.hpp"

namespace warmfront {

/// So many days of a ledger before its present one are kept.
inline constexpr std::uint32_t history_days_kept = 90;

/// In `family::ledger`.
[[nodiscard]] std::string history_key(std::string_view subject, std::uint32_t day);
/// All days of a subject start with this.
[[nodiscard]] std::string history_prefix(std::string_view subject);
/// The day in such a key.
[[nodiscard]] std::optional<std::uint32_t> parse_history_key(std::string_view key);

[[nodiscard]] std::string encode(const ledger_day& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<ledger_day> decode_ledger_history(std::uint32_t day, std::string_view octets);

} // namespace warmfront
