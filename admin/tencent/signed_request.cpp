#include "admin/tencent/signed_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "net/smtp/base64.hpp"

namespace warmfront::admin::tencent {

namespace {

std::string_view header_or_empty(const http_request& request, std::string_view name) {
  const auto* const value = request.header(name);
  return value == nullptr ? std::string_view{} : *value;
}

gateway_error no_authorization(std::string why) {
  return {"AuthFailure.InvalidAuthorization", std::move(why)};
}

checked<void> check_size(const http_request& http) {
  const bool is_get = http.method == "GET";
  const auto octets = http.body.size() + (is_get ? http.target.size() : 0);
  const auto octets_max = is_get                                    ? get_octets_max
                          : http.header("authorization") != nullptr ? json_octets_max
                                                                    : form_octets_max;
  if (octets > octets_max)
    return gateway_error{
        "RequestSizeLimitExceeded",
        fmt::format("The request has {} octets; {} are allowed.", octets, octets_max)};
  return passed();
}

checked<void> check_method(const http_request& http) {
  if (http.method != "GET" && http.method != "POST")
    return gateway_error{"UnsupportedProtocol", "The method has to be POST or GET."};
  return passed();
}

/// Whoever stands between may see the one value, and we the other.
checked<void> check_repetitions(const http_request& http) {
  for (const auto& [name, value] : http.headers) {
    const bool decides = name == "authorization" || name == "content-type" || name == "host" ||
                         name.starts_with("x-tc-");
    const auto count =
        std::count_if(http.headers.begin(), http.headers.end(),
                      [&name = name](const auto& each) { return each.first == name; });
    if (decides && count > 1)
      return no_authorization(fmt::format("The header `{}` is given twice.", shown_name(name)));
  }
  return passed();
}

checked<std::chrono::seconds> read_timestamp(std::string_view text) {
  // Signed as it stands: only one way of writing it is read.
  constexpr std::size_t digits_max = 11;
  if (text.empty())
    return missing_parameter("Timestamp");
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc{} || rest != end || text.size() > digits_max || text.front() == '0' ||
      number < 0)
    return wrong_type("Timestamp", "a UNIX time in seconds");
  return std::chrono::seconds{number};
}

/// @param common gives the value of a common parameter, empty when it is absent.
template <class Common>
checked<void> read_common(signed_request& request, Common common) {
  // The SDKs write null or undefined where they have nothing.
  const auto given = [&](std::string_view name) {
    const std::string_view value = common(name);
    return value == "null" || value == "undefined" ? std::string_view{} : value;
  };
  request.action = given("Action");
  request.version = given("Version");
  request.region = given("Region");
  request.language = given("Language");
  WARMFRONT_TRY(timestamp, read_timestamp(given("Timestamp")));
  request.timestamp = timestamp;
  if (!given("Token").empty())
    return gateway_error{"AuthFailure.TokenFailure", "There are no temporary keys here."};
  return passed();
}

checked<void> read_tc3(signed_request& request, std::string_view authorization) {
  WARMFRONT_TRY(parts, parse_authorization(authorization));
  for (const auto& name : parts.signed_headers)
    if (request.http.header(name) == nullptr)
      return no_authorization(fmt::format("The signed header `{}` is absent.", shown_name(name)));
  request.secret_id = parts.secret_id;
  request.signature = std::move(parts);
  return read_common(request, [&](std::string_view name) {
    return header_or_empty(request.http, "x-tc-" + in_lower_case(name));
  });
}

std::optional<hash_kind> to_hash_kind(std::string_view method) {
  if (method.empty() || method == "HmacSHA1")
    return hash_kind::sha1;
  return method == "HmacSHA256" ? std::optional{hash_kind::sha256} : std::nullopt;
}

checked<void> read_form(signed_request& request) {
  const bool is_get = request.http.method == "GET";
  if (!is_get && request.media_type() != form_media_type)
    return no_authorization("The header `Authorization` is absent.");
  form_signature signature;
  WARMFRONT_TRY(parameters, parse_form(is_get ? request.query() : request.http.body));
  signature.parameters = std::move(parameters);
  const auto common = [&](std::string_view name) {
    const auto found = signature.parameters.find(name);
    return found == signature.parameters.end() ? std::string_view{} : found->second;
  };
  if (common("SecretId").empty() && common("Signature").empty())
    return no_authorization("The request has no signature.");
  for (const std::string_view needed : {"SecretId", "Signature"})
    if (common(needed).empty())
      return missing_parameter(needed);
  const auto kind = to_hash_kind(common("SignatureMethod"));
  if (!kind)
    return gateway_error{"InvalidParameterValue",
                         "The parameter `SignatureMethod` has to be HmacSHA256 or HmacSHA1."};
  signature.kind = *kind;
  // What is not Base64 matches nothing.
  signature.signature = smtp::decode_base64(common("Signature")).value_or("");
  request.secret_id = common("SecretId");
  WARMFRONT_TRY(read_common(request, common));
  request.signature = std::move(signature);
  return passed();
}

} // namespace

std::string_view signed_request::path() const noexcept {
  return std::string_view{http.target}.substr(0, http.target.find('?'));
}

std::string_view signed_request::query() const noexcept {
  const auto at = http.target.find('?');
  return at == std::string::npos ? std::string_view{}
                                 : std::string_view{http.target}.substr(at + 1);
}

std::string signed_request::media_type() const {
  const auto value = header_or_empty(http, "content-type");
  const auto type = value.substr(0, value.find(';'));
  return in_lower_case(type.substr(0, type.find_last_not_of(' ') + 1));
}

bool is_call(const http_request& http) {
  const std::string_view target{http.target};
  if (target.substr(0, target.find('?')) != "/")
    return false;
  const bool only_looks = http.method == "GET" || http.method == "HEAD" || http.method == "OPTIONS";
  const bool names_action = http.header("x-tc-action") != nullptr ||
                            target.starts_with("/?Action=") ||
                            target.find("&Action=") != std::string_view::npos;
  return !only_looks || names_action;
}

checked<signed_request> parse_request(http_request http) {
  WARMFRONT_TRY(check_size(http));
  WARMFRONT_TRY(check_method(http));
  WARMFRONT_TRY(check_repetitions(http));
  signed_request request;
  request.http = std::move(http);
  const auto* const authorization = request.http.header("authorization");
  WARMFRONT_TRY(authorization != nullptr ? read_tc3(request, *authorization) : read_form(request));
  return request;
}

bool is_common_parameter(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 11> common{
      "Action", "Version",   "Timestamp",       "Nonce",         "SecretId", "Region",
      "Token",  "Signature", "SignatureMethod", "RequestClient", "Language"};
  return std::find(common.begin(), common.end(), name) != common.end();
}

} // namespace warmfront::admin::tencent
