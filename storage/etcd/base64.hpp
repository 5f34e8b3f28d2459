// Keys and values as etcd's JSON carries them (RFC 4648 §4, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warmfront::storage {

[[nodiscard]] std::string to_base64(std::string_view octets);

/// None for anything but whole padded groups.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace warmfront::storage
