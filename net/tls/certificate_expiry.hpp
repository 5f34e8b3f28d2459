// Until when a certificate holds.
#pragma once

#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace warmfront::net {

/// The end of the first certificate in a PEM file. Reads the file. `invalid_argument` for a file
/// that cannot be read or has none.
[[nodiscard]] result<wall_time> certificate_expiry(const std::string& file);

} // namespace warmfront::net
