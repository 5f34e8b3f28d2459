#include "net/trust/tls_report.hpp"

#include <array>

namespace warmfront::trust {

namespace {

constexpr std::array<std::string_view, tls_results> result_names{
    "success",
    "starttls-not-supported",
    "certificate-host-mismatch",
    "certificate-expired",
    "certificate-not-trusted",
    "validation-failure",
    "tlsa-invalid",
    "dnssec-invalid",
    "dane-required",
    "sts-policy-fetch-error",
    "sts-policy-invalid",
    "sts-webpki-invalid",
};
constexpr std::array<std::string_view, 3> policy_names{"no-policy-found", "sts", "tlsa"};

} // namespace

std::string_view to_string(policy_type value) noexcept {
  return policy_names[static_cast<std::size_t>(value)];
}

std::string_view to_string(tls_result value) noexcept {
  return result_names[static_cast<std::size_t>(value)];
}

std::optional<tls_result> to_tls_result(std::uint8_t number) noexcept {
  return number < result_names.size() ? std::optional{static_cast<tls_result>(number)}
                                      : std::nullopt;
}

std::optional<policy_type> to_policy_type(std::uint8_t number) noexcept {
  return number < policy_names.size() ? std::optional{static_cast<policy_type>(number)}
                                      : std::nullopt;
}

} // namespace warmfront::trust
