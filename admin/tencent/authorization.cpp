#include "admin/tencent/authorization.hpp"

#include <algorithm>

namespace warmfront::admin::tencent {

namespace {

constexpr std::string_view algorithm = "TC3-HMAC-SHA256 ";
constexpr std::size_t signed_headers_max = 32;
constexpr std::size_t signature_digits = 64;

gateway_error bad_authorization(const std::string& why) {
  return {"AuthFailure.InvalidAuthorization",
          "The header `Authorization` is not valid: " + why + "."};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// What follows `name=` in one of the comma-separated items; empty when no item has that name.
std::string_view item(std::string_view list, std::string_view name) {
  for (auto each : split(list, ',')) {
    each.remove_prefix(std::min(each.find_first_not_of(' '), each.size()));
    if (each.starts_with(name) && each.substr(name.size()).starts_with('='))
      return each.substr(name.size() + 1);
  }
  return {};
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_signature(std::string_view text) {
  return text.size() == signature_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

checked<std::vector<std::string>> read_signed_headers(std::string_view text) {
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), ';')) >= signed_headers_max)
    return bad_authorization("too many signed headers");
  std::vector<std::string> names;
  for (const auto name : split(text, ';')) {
    if (!is_header_name(name) || std::find(names.begin(), names.end(), name) != names.end())
      return bad_authorization("SignedHeaders is a list of distinct names in lower case");
    names.emplace_back(name);
  }
  for (const std::string_view needed : {"content-type", "host"})
    if (std::find(names.begin(), names.end(), needed) == names.end())
      return bad_authorization("content-type and host have to be signed");
  return names;
}

} // namespace

checked<tc3_authorization> parse_authorization(std::string_view value) {
  if (!value.starts_with(algorithm))
    return bad_authorization("it has to begin with TC3-HMAC-SHA256");
  value.remove_prefix(algorithm.size());
  const auto credential = split(item(value, "Credential"), '/');
  if (credential.size() != 4 || credential[3] != "tc3_request" ||
      std::any_of(credential.begin(), credential.end(), [](auto part) { return part.empty(); }))
    return bad_authorization("Credential is SecretId/date/service/tc3_request");
  const auto signature = item(value, "Signature");
  if (!is_signature(signature))
    return bad_authorization("Signature has 64 lower-case hexadecimal digits");
  WARMFRONT_TRY(names, read_signed_headers(item(value, "SignedHeaders")));
  return tc3_authorization{std::string{credential[0]}, std::string{credential[1]},
                           std::string{credential[2]}, std::move(names), std::string{signature}};
}

} // namespace warmfront::admin::tencent
