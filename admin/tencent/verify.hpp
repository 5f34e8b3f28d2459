// Whether a request was signed with a secret key: TC3-HMAC-SHA256, HmacSHA256, HmacSHA1. Pure.
#pragma once

#include <chrono>
#include <string_view>

#include "actors/core/clock.hpp"
#include "admin/tencent/gateway_error.hpp"
#include "admin/tencent/signed_request.hpp"

namespace warmfront::admin::tencent {

/// How far the client's clock may be off, in either direction.
inline constexpr std::chrono::seconds signature_age_max{300};

/// Compares in constant time. Clients sign the endpoint that they were given; it may be Host as
/// received, Host without its port, or Host with the default port that the client left out.
/// @returns `AuthFailure.SignatureExpire` when the timestamp is too far from `now`, otherwise
/// `AuthFailure.SignatureFailure`; also when the date of a TC3 signature is not the timestamp's.
[[nodiscard]] checked<void> verify(const signed_request& request, std::string_view secret_key,
                                   wall_time now);

} // namespace warmfront::admin::tencent
