// Sessions of browsers: a cookie instead of a key. Pure but for the randomness of a new one.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "admin/http/http_message.hpp"
#include "net/secrets/secret_seal.hpp"

namespace warmfront::admin {

/// Signed in with a key. The server keeps nothing of it: the cookie is this, sealed with what the
/// cluster's secrets are sealed with, so that any node reads it. It says which key it stands for,
/// and counts as long as that key does.
struct browser_session {
  std::string key_id;
  wall_time began{};
  wall_time expires_at{};
  std::string secret; ///< 32 random octets, of which the CSRF token is made
  friend bool operator==(const browser_session&, const browser_session&) = default;
};

/// Without a request it is over after this.
inline constexpr std::chrono::hours session_idle{12};
/// And after this in any case.
inline constexpr std::chrono::days session_most{7};
/// A cookie that is older than this is given anew.
inline constexpr std::chrono::minutes session_renewed_after{5};
/// How far the clocks of nodes may be apart.
inline constexpr std::chrono::minutes session_clock_skew{5};

/// The name of its cookie. Over TLS the prefix makes browsers refuse what a neighbour under the
/// same domain or a page in clear text would plant (draft-ietf-httpbis-rfc6265bis, 4.1.3).
[[nodiscard]] constexpr std::string_view session_cookie_name(bool over_tls) {
  return over_tls ? "__Host-warmfront_session" : "warmfront_session";
}

/// `unavailable` without randomness.
[[nodiscard]] result<browser_session> begin_session(std::string key_id, wall_time now);
/// The value of its cookie. `unavailable` without randomness.
[[nodiscard]] result<std::string> seal_session(const seal_key& key, const browser_session& value);
/// None: forged, sealed by another cluster, over, or of a time that has not come.
[[nodiscard]] std::optional<browser_session> open_session(const seal_key& key,
                                                          std::string_view cookie, wall_time now);
/// The same with a later end, once it is time for a new cookie.
[[nodiscard]] std::optional<browser_session> renewed(const browser_session& value, wall_time now);

/// What the page that holds the session sends with every change; pages of others cannot know it.
[[nodiscard]] std::string csrf_token_of(const browser_session& value);

/// The session's cookie of a request; none when there is none.
[[nodiscard]] std::optional<std::string> session_cookie(const http_request& request);
/// The field `Set-Cookie`. @param value empty: the cookie is to be forgotten.
[[nodiscard]] std::string set_cookie(std::string_view value, std::chrono::seconds lifetime,
                                     bool over_tls);

/// Whether a browser says that a page of this very origin asks; none when it says nothing.
[[nodiscard]] std::optional<bool> is_same_origin(const http_request& request);
/// Why a change that comes with a session is refused: it must come from our own page, and with the
/// token. None: it may be made.
[[nodiscard]] std::optional<http_response> refuse_forgery(const http_request& request,
                                                          const browser_session& by);

} // namespace warmfront::admin
