// Groups as stored in the control store; their recipients are in chunks.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/groups.hpp"

namespace warmfront {

inline constexpr std::string_view groups_prefix = "groups/";

[[nodiscard]] std::string group_key(const account_name& account, const group_name& name);
/// Holds the greatest id that was given out.
[[nodiscard]] std::string last_group_key();

/// Account and name are in the key.
[[nodiscard]] std::string encode(const group_report& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<group_report> decode_group(std::string_view key, std::string_view octets);

} // namespace warmfront
