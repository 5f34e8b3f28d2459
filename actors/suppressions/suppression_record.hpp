// How suppressions are stored in the control store.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/suppressions.hpp"

namespace warmfront {

inline constexpr std::string_view suppressions_prefix = "suppressions/";

[[nodiscard]] std::string suppression_key(const account_name& account, std::string_view address);
/// Holds the greatest number that was given out.
[[nodiscard]] std::string last_suppression_key();

/// Account and address are in the key.
[[nodiscard]] std::string encode(const suppression_report& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<suppression_report> decode_suppression(std::string_view key,
                                                            std::string_view octets);

} // namespace warmfront
