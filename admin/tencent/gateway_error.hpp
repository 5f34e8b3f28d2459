// What a caller is told when a call does not succeed: a code for programs, a text for people.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront::admin::tencent {

/// The codes are those of Tencent Cloud API 3.0: `MissingParameter`,
/// `AuthFailure.SignatureFailure`.
struct gateway_error {
  std::string code;
  std::string message;
  friend bool operator==(const gateway_error&, const gateway_error&) = default;
};

/// A value or the error that the caller is to be told. Works with `WARMFRONT_TRY`.
template <class T>
using checked =
    BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, gateway_error,
                                             BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

[[nodiscard]] inline checked<void> passed() noexcept {
  return BOOST_OUTCOME_V2_NAMESPACE::success();
}

/// `MissingParameter`. Names of nested parameters are paths: `Datas.3.Email`.
[[nodiscard]] gateway_error missing_parameter(std::string_view name);
/// `UnknownParameter`.
[[nodiscard]] gateway_error unknown_parameter(std::string_view name);
/// `InvalidParameter`, with what was expected: `a string`.
[[nodiscard]] gateway_error wrong_type(std::string_view name, std::string_view expected);

/// `AuthFailure.SecretIdNotFound`: for keys of another kind, too.
[[nodiscard]] gateway_error unknown_key();

/// A name from outside as it may stand in a message: at most 100 octets, no control characters.
[[nodiscard]] std::string shown_name(std::string_view name);

} // namespace warmfront::admin::tencent
