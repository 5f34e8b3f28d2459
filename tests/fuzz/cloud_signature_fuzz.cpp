// Signs a form with random values as its clients do: it is found genuine, and no longer so when a
// value changes. Lines: Host, then values.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin/api/target.hpp"
#include "admin/tencent/verify.hpp"

namespace {

using namespace warmfront;
using namespace warmfront::admin;

constexpr std::string_view secret_key = "secret";

std::string signature_of(const std::string& host, const tencent::flat_parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters)
    text.append(text.empty() ? "POST" + host + "/?" : "&").append(name).append("=").append(value);
  const auto digest = tencent::hmac(tencent::hash_kind::sha256, secret_key, text);
  std::array<unsigned char, 64> encoded{};
  const auto size =
      EVP_EncodeBlock(encoded.data(), reinterpret_cast<const unsigned char*>(digest.data()),
                      static_cast<int>(digest.size()));
  return {encoded.begin(), encoded.begin() + size};
}

http_request request_of(const std::string& host, const tencent::flat_parameters& parameters) {
  http_request http{"POST", "/", {{"host", host}}, "", "", true};
  http.headers.emplace_back("content-type", tencent::form_media_type);
  for (const auto& [name, value] : parameters)
    http.body += name + '=' + percent_encode(value) + '&';
  return http;
}

bool is_genuine(const tencent::signed_request& request) {
  return tencent::verify(request, secret_key, wall_time{request.timestamp}).has_value();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto host = text.substr(0, text.find('\n'));
  tencent::flat_parameters parameters{
      {"SecretId", "id"}, {"SignatureMethod", "HmacSHA256"}, {"Timestamp", "1795918217"}};
  for (auto begin = host.size() + 1; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    parameters["P." + std::to_string(parameters.size())] = text.substr(begin, end - begin);
    begin = end + 1;
  }
  parameters["Signature"] = signature_of(host, parameters);
  const auto request = tencent::parse_request(request_of(host, parameters));
  if (!request)
    return 0;
  if (!is_genuine(request.value()))
    __builtin_trap();
  auto& changed = parameters.begin()->second;
  if (changed.empty() || parameters.begin()->first == "Signature")
    return 0;
  changed.back() = changed.back() == 'x' ? 'y' : 'x';
  const auto forged = tencent::parse_request(request_of(host, parameters));
  if (forged && is_genuine(forged.value()))
    __builtin_trap();
  return 0;
}
