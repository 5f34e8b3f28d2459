// Whether this machine can send from an address.
#pragma once

#include <string>

#include "actors/core/error.hpp"

namespace warmfront::net {

/// Binds a socket to the address, as connections to mail hosts will, and lets it go. `refused` with
/// what the system says when that is not possible; `invalid_argument` when it is no IP address.
[[nodiscard]] result<void> check_source_address(const std::string& address);

} // namespace warmfront::net
