// A call as it arrives, before anyone knows whether it is genuine: requests in all the forms in
// which the SDKs send them. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "admin/http/http_message.hpp"
#include "admin/tencent/authorization.hpp"
#include "admin/tencent/flat_parameters.hpp"
#include "admin/tencent/gateway_error.hpp"
#include "admin/tencent/keyed_hash.hpp"

namespace warmfront::admin::tencent {

/// The documented limits: of target and body of a GET, and of the bodies of POSTs.
inline constexpr std::size_t get_octets_max = 32 * 1024;
inline constexpr std::size_t form_octets_max = 1024 * 1024;
inline constexpr std::size_t json_octets_max = 10 * 1024 * 1024;

inline constexpr std::string_view form_media_type = "application/x-www-form-urlencoded";

/// The signature of the first generation: HMAC of the sorted parameters, which stand with the
/// common ones in the query of a GET or in the form that a POST has for a body.
struct form_signature {
  hash_kind kind = hash_kind::sha1;
  std::string signature;      ///< octets
  flat_parameters parameters; ///< all of them, `Signature` and the other common ones, too
};

/// What a request says of itself. Nothing of it is to be believed before `verify`.
struct signed_request {
  http_request http;
  std::string secret_id; ///< of the key that is to be looked up
  std::string action;    ///< `SendEmail`; empty when it is not given, as the following ones
  std::string version;   ///< `2020-10-02`
  std::string region;
  std::string language;             ///< `en-US`, `zh-CN`
  std::chrono::seconds timestamp{}; ///< since 1970
  std::variant<tc3_authorization, form_signature> signature;

  [[nodiscard]] std::string_view path() const noexcept;
  /// As received, percent-encoded, without `?`.
  [[nodiscard]] std::string_view query() const noexcept;
  /// The content type without its parameters, in lower case; empty when there is none.
  [[nodiscard]] std::string media_type() const;
};

/// Whether a request is for this API: any but those that only look at `/`, as a browser does.
[[nodiscard]] bool is_call(const http_request& http);

/// Reads who calls what. The parameters of a call with a TC3 signature are not looked at.
/// @returns, in the order of the checks: `RequestSizeLimitExceeded`; `UnsupportedProtocol` for
/// methods other than GET and POST; `AuthFailure.InvalidAuthorization` for a signature that is
/// absent or malformed, and for a decisive header field that is repeated; of forms
/// `InvalidParameter` as `parse_form`, `MissingParameter` for `SecretId` and `Signature`;
/// `MissingParameter` or `InvalidParameter` for the timestamp; `AuthFailure.TokenFailure` when
/// there is a token, since no temporary keys exist here.
[[nodiscard]] checked<signed_request> parse_request(http_request request);

/// Whether a parameter of a form is about the call: `Action`, `Nonce`, `Signature` and such.
[[nodiscard]] bool is_common_parameter(std::string_view name) noexcept;

} // namespace warmfront::admin::tencent
