#include "net/trust/sts_answer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace warmfront::trust {

namespace {

bool is_plain_text(const http::incoming_answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "content-type") {
      continue;
    }
    std::string type = value.substr(0, value.find(';'));
    while (type.ends_with(' ')) {
      type.pop_back();
    }
    std::ranges::transform(type, type.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return type == "text/plain";
  }
  return false;
}

} // namespace

std::string sts_policy_url(const std::string& domain) {
  return "https://mta-sts." + domain + "/.well-known/mta-sts.txt";
}

std::variant<sts_policy, sts_failure> read_sts_answer(const result<http::incoming_answer>& answer) {
  if (!answer) {
    // The client tells failures of TLS apart only in its text; a wrong guess changes a counter.
    const bool by_tls = answer.error().what.find("SSL") != std::string::npos;
    return sts_failure{by_tls ? tls_result::sts_webpki_invalid : tls_result::sts_policy_fetch_error,
                       answer.error().what};
  }
  if (answer.value().status != 200) {
    return sts_failure{tls_result::sts_policy_fetch_error,
                       "the policy host answered with status " +
                           std::to_string(answer.value().status)};
  }
  if (!is_plain_text(answer.value())) {
    return sts_failure{tls_result::sts_policy_invalid, "the MTA-STS policy is no text/plain"};
  }
  auto policy = parse_sts_policy(answer.value().body);
  if (!policy) {
    return sts_failure{tls_result::sts_policy_invalid, policy.error().what};
  }
  return std::move(policy.value());
}

} // namespace warmfront::trust
