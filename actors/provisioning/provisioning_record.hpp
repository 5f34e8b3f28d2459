// Runs as stored.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/messages/provisioning.hpp"

namespace warmfront {

inline constexpr std::string_view provisioning_prefix = "provisionings/";

[[nodiscard]] std::string provisioning_key(const std::string& id);
[[nodiscard]] std::string encode(const provisioning& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema or a state that this release does
/// not know.
[[nodiscard]] result<provisioning> decode_provisioning(std::string id, std::string_view octets);

} // namespace warmfront
