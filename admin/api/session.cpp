#include "admin/api/session.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "admin/api/problem.hpp"
#include "net/feedback/token_text.hpp"

namespace warmfront::admin {

namespace {

constexpr std::string_view session_purpose = "session of the console 1";
constexpr std::string_view csrf_purpose = "csrf token 1";
constexpr std::size_t secret_octets = 32;
constexpr std::size_t fixed_octets = 8 + 8 + secret_octets;
constexpr std::size_t key_id_octets_max = 64;
constexpr std::size_t cookie_octets_max = 512;

std::uint64_t micros(wall_time at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count()));
}

wall_time read_micros(std::string_view octets) {
  constexpr std::uint64_t most = 1ULL << 60;
  return wall_time{microseconds{static_cast<std::int64_t>(std::min(most, read_number(octets)))}};
}

bool same_text(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

} // namespace

result<browser_session> begin_session(std::string key_id, wall_time now) {
  WARMFRONT_TRY(secret, make_seal_key()); // 32 octets of the system's randomness
  return browser_session{
      std::move(key_id), now, now + session_idle, {secret.begin(), secret.end()}};
}

result<std::string> seal_session(const seal_key& key, const browser_session& value) {
  std::string octets;
  append_number(octets, micros(value.began), 8);
  append_number(octets, micros(value.expires_at), 8);
  octets += value.secret;
  octets += value.key_id;
  WARMFRONT_TRY(sealed, seal(key, octets, session_purpose));
  return feedback::to_base64url(sealed);
}

std::optional<browser_session> open_session(const seal_key& key, std::string_view cookie,
                                            wall_time now) {
  if (cookie.size() > cookie_octets_max)
    return std::nullopt;
  const auto sealed = feedback::from_base64url(cookie);
  const auto octets = sealed ? open_seal(key, *sealed, session_purpose) : std::nullopt;
  if (!octets || octets->size() <= fixed_octets ||
      octets->size() > fixed_octets + key_id_octets_max)
    return std::nullopt;
  const std::string_view text{*octets};
  browser_session value{std::string{text.substr(fixed_octets)}, read_micros(text.substr(0, 8)),
                        read_micros(text.substr(8, 8)),
                        std::string{text.substr(16, secret_octets)}};
  const bool is_now = now < value.expires_at && now < value.began + session_most &&
                      value.began <= now + session_clock_skew &&
                      value.expires_at <= now + session_idle + session_clock_skew;
  return is_now ? std::optional{std::move(value)} : std::nullopt;
}

std::optional<browser_session> renewed(const browser_session& value, wall_time now) {
  const auto end = std::min<wall_time>(now + session_idle, value.began + session_most);
  if (end < value.expires_at + session_renewed_after)
    return std::nullopt;
  auto later = value;
  later.expires_at = end;
  return later;
}

std::string csrf_token_of(const browser_session& value) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), value.secret.data(), static_cast<int>(value.secret.size()),
       reinterpret_cast<const unsigned char*>(csrf_purpose.data()), csrf_purpose.size(),
       octets.data(), &length);
  return feedback::to_base64url({reinterpret_cast<const char*>(octets.data()), length});
}

// RFC 6265 §4.2.1: pairs separated by `; `. The first of the name counts.
std::optional<std::string> session_cookie(const http_request& request) {
  const auto* const field = request.header("cookie");
  const auto name = session_cookie_name(request.over_tls);
  auto rest = field == nullptr ? std::string_view{} : std::string_view{*field};
  while (!rest.empty()) {
    auto pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    pair.remove_prefix(std::min(pair.size(), pair.find_first_not_of(' ')));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return std::string{pair.substr(equals + 1)};
  }
  return std::nullopt;
}

std::string set_cookie(std::string_view value, std::chrono::seconds lifetime, bool over_tls) {
  return fmt::format("{}={}; Max-Age={}; Path=/; HttpOnly; SameSite=Strict{}",
                     session_cookie_name(over_tls), value, value.empty() ? 0 : lifetime.count(),
                     over_tls ? "; Secure" : "");
}

// `Sec-Fetch-Site` cannot be set by a page. Of `Origin` host and port have to be the ones that the
// request went to; its scheme need not be ours, since a proxy may end TLS before us.
std::optional<bool> is_same_origin(const http_request& request) {
  const auto* const site = request.header("sec-fetch-site");
  if (site != nullptr && *site != "same-origin")
    return false;
  const auto* const origin = request.header("origin");
  if (origin == nullptr)
    return site == nullptr ? std::nullopt : std::optional{true};
  const auto* const host = request.header("host");
  const auto scheme = origin->find("://");
  return host != nullptr && scheme != std::string::npos &&
         in_lower_case(origin->substr(scheme + 3)) == in_lower_case(*host);
}

std::optional<http_response> refuse_forgery(const http_request& request,
                                            const browser_session& by) {
  if (request.method == "GET" || request.method == "HEAD")
    return std::nullopt;
  if (!is_same_origin(request).value_or(false))
    return to_response({403, "foreign_origin",
                        "A session makes changes from the node's own pages only.", "",
                        "send Origin or Sec-Fetch-Site as a browser does, or use a key"});
  const auto* const token = request.header("x-csrf-token");
  if (token == nullptr || !same_text(*token, csrf_token_of(by)))
    return to_response({403, "csrf_token", "The request has not got the session's CSRF token.", "",
                        "send X-CSRF-Token as GET /v1/session tells it"});
  return std::nullopt;
}

} // namespace warmfront::admin
