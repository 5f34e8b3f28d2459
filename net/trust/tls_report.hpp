// What sessions and policies are counted as in reports on TLS (RFC 8460 §4.3). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront::trust {

/// Under which policy a session was made. The numbers are in keys on disk: append only.
enum class policy_type : std::uint8_t { none = 0, sts = 1, tlsa = 2 };
/// As in reports: `no-policy-found`, `sts`, `tlsa`.
[[nodiscard]] std::string_view to_string(policy_type value) noexcept;

/// How a session ended. The numbers are in keys on disk: append only.
enum class tls_result : std::uint8_t {
  success = 0,
  starttls_not_supported,
  certificate_host_mismatch,
  certificate_expired,
  certificate_not_trusted,
  validation_failure, ///< anything that fits nowhere else
  tlsa_invalid,
  dnssec_invalid,
  dane_required,
  sts_policy_fetch_error,
  sts_policy_invalid,
  sts_webpki_invalid,
};
inline constexpr std::uint8_t tls_results = 12;
/// As in reports: `starttls-not-supported`.
[[nodiscard]] std::string_view to_string(tls_result value) noexcept;
[[nodiscard]] std::optional<tls_result> to_tls_result(std::uint8_t number) noexcept;
[[nodiscard]] std::optional<policy_type> to_policy_type(std::uint8_t number) noexcept;

/// One session, or one attempt at a policy.
struct tls_session {
  policy_type policy = policy_type::none;
  std::string domain; ///< whose policy it is; empty: nobody's
  tls_result result = tls_result::success;

  friend bool operator==(const tls_session&, const tls_session&) = default;
};

} // namespace warmfront::trust
