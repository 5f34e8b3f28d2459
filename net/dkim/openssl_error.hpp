// What OpenSSL says about a failure. Inside `net/dkim` only.
#pragma once

#include <string>

#include "actors/core/error.hpp"

namespace warmfront::dkim {

/// The last failure of this thread as `unavailable`; none is left behind.
[[nodiscard]] error openssl_error(const std::string& attempt);

} // namespace warmfront::dkim
