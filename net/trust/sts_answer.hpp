// What a policy host answered (RFC 8461 §3.3): the policy, or how that failed. Pure.
#pragma once

#include <string>
#include <variant>

#include "net/http/http_client.hpp"
#include "net/trust/sts_policy.hpp"
#include "net/trust/tls_report.hpp"

namespace warmfront::trust {

/// `https://mta-sts.example.com/.well-known/mta-sts.txt`
[[nodiscard]] std::string sts_policy_url(const std::string& domain);

struct sts_failure {
  tls_result counted = tls_result::sts_policy_fetch_error;
  std::string why; ///< for people
};
/// Only 200 with text/plain is an answer; redirects are none.
[[nodiscard]] std::variant<sts_policy, sts_failure>
read_sts_answer(const result<http::incoming_answer>& answer);

} // namespace warmfront::trust
