// The header field Authorization of TC3-HMAC-SHA256, taken apart. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/tencent/gateway_error.hpp"

namespace warmfront::admin::tencent {

/// `TC3-HMAC-SHA256 Credential=ID/DATE/SERVICE/tc3_request, SignedHeaders=A;B, Signature=HEX`.
struct tc3_authorization {
  std::string secret_id;
  std::string date; ///< as it stands there: `2026-11-24`
  /// Whatever the client says: its SDKs make it of the endpoint's first label (`ses`, `127`).
  std::string service;
  std::vector<std::string> signed_headers; ///< in order, with `content-type` and `host`
  std::string signature;                   ///< 64 lower-case hexadecimal digits
};

/// @returns `AuthFailure.InvalidAuthorization` for anything else, as `SKIP`; for header names that
/// are not in lower case, repeated or more than 32.
[[nodiscard]] checked<tc3_authorization> parse_authorization(std::string_view value);

} // namespace warmfront::admin::tencent
