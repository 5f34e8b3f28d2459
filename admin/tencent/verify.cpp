#include "admin/tencent/verify.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/tencent/keyed_hash.hpp"

namespace warmfront::admin::tencent {

namespace {

std::string without_port(const std::string& host) {
  // The colons in brackets are those of an IPv6 address.
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  return colon != std::string::npos && (bracket == std::string::npos || bracket < colon)
             ? host.substr(0, colon)
             : host;
}

/// What a client that wrote this Host may have signed as its endpoint.
std::vector<std::string> endpoints_of(const http_request& http) {
  const auto* const host = http.header("host");
  if (host == nullptr)
    return {};
  const auto name = without_port(*host);
  return name == *host ? std::vector{name, name + ":80", name + ":443"} : std::vector{*host, name};
}

std::string date_of(std::chrono::seconds since_1970) {
  const std::chrono::year_month_day day{
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{since_1970})};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

class tc3_verification {
public:
  tc3_verification(const signed_request& request, const tc3_authorization& authorization,
                   std::string_view secret_key)
      : request_{request}, signed_{authorization} {
    const auto date_key =
        hmac(hash_kind::sha256, "TC3" + std::string{secret_key}, authorization.date);
    const auto service_key = hmac(hash_kind::sha256, date_key, authorization.service);
    key_ = hmac(hash_kind::sha256, service_key, "tc3_request");
    const auto* const unsigned_body = request.http.header("x-tc-content-sha256");
    constexpr std::string_view no_hash = "UNSIGNED-PAYLOAD";
    body_hash_ = to_hex(sha256(unsigned_body != nullptr && *unsigned_body == no_hash
                                   ? no_hash
                                   : std::string_view{request.http.body}));
  }

  [[nodiscard]] bool matches(const std::string& host) const {
    const auto text =
        fmt::format("TC3-HMAC-SHA256\n{}\n{}/{}/tc3_request\n{}", request_.timestamp.count(),
                    signed_.date, signed_.service, to_hex(sha256(canonical_request(host))));
    return same_octets(to_hex(hmac(hash_kind::sha256, key_, text)), signed_.signature);
  }

private:
  [[nodiscard]] std::string canonical_request(const std::string& host) const {
    std::string headers;
    std::string names;
    for (const auto& name : signed_.signed_headers) {
      headers += fmt::format("{}:{}\n", name, canonical_value(name, host));
      names += (names.empty() ? "" : ";") + name;
    }
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request_.http.method, request_.path(),
                       request_.query(), headers, names, body_hash_);
  }

  /// The SDKs leave the two that they sign as they are; all others are signed in lower case.
  [[nodiscard]] std::string canonical_value(const std::string& name,
                                            const std::string& host) const {
    if (name == "host")
      return host;
    const auto* const value = request_.http.header(name);
    if (value == nullptr)
      return {};
    return name == "content-type" ? *value : in_lower_case(*value);
  }

  const signed_request& request_;
  const tc3_authorization& signed_;
  std::string key_;
  std::string body_hash_;
};

bool is_signed_by(const signed_request& request, const tc3_authorization& authorization,
                  std::string_view secret_key) {
  if (authorization.date != date_of(request.timestamp))
    return false;
  const tc3_verification verification{request, authorization, secret_key};
  const auto endpoints = endpoints_of(request.http);
  return std::any_of(endpoints.begin(), endpoints.end(),
                     [&](const auto& host) { return verification.matches(host); });
}

/// The parameters as they are signed: sorted, not encoded, without the signature itself.
std::string signed_parameters(const flat_parameters& parameters, bool with_empty) {
  std::string text;
  for (const auto& [name, value] : parameters)
    if (name != "Signature" && (with_empty || !value.empty()))
      text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
  return text;
}

bool is_signed_by(const signed_request& request, const form_signature& signature,
                  std::string_view secret_key) {
  // The Go SDK sends empty parameters without signing them.
  for (const bool with_empty : {true, false}) {
    const auto parameters = signed_parameters(signature.parameters, with_empty);
    for (const auto& endpoint : endpoints_of(request.http)) {
      const auto text =
          fmt::format("{}{}{}?{}", request.http.method, endpoint, request.path(), parameters);
      if (same_octets(hmac(signature.kind, secret_key, text), signature.signature))
        return true;
    }
  }
  return false;
}

} // namespace

checked<void> verify(const signed_request& request, std::string_view secret_key, wall_time now) {
  const wall_time signed_at{request.timestamp};
  if (now - signed_at > signature_age_max || signed_at - now > signature_age_max)
    return gateway_error{
        "AuthFailure.SignatureExpire",
        "The signature is of another time: the clocks differ by more than 5 minutes."};
  // An empty key would be one that everybody knows.
  if (secret_key.empty() ||
      !std::visit([&](const auto& way) { return is_signed_by(request, way, secret_key); },
                  request.signature))
    return gateway_error{"AuthFailure.SignatureFailure",
                         "The signature does not match the request and this secret key."};
  return passed();
}

} // namespace warmfront::admin::tencent
