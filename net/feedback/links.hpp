// The links of ours in mail, and their parts. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/feedback/token.hpp"

namespace warmfront::feedback {

/// What is longer is neither put into a link nor followed (RFC 9110 §4.1 asks for 8000).
inline constexpr std::size_t target_octets_max = 4000;

/// Where a browser may be sent: a whole http or https URL with a host, without control characters,
/// blanks or backslashes, none of which is in a URL (RFC 3986 §2).
[[nodiscard]] bool is_safe_target(std::string_view target);

/// Octets that are not unreserved (RFC 3986 §2.3) as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// None for a wrong escape. `+` stays what it is.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// `BASE/o/TOKEN.gif`; `base` is a URL without a path.
[[nodiscard]] std::string open_url(std::string_view base, std::string_view token);
/// `BASE/c/TOKEN?u=TARGET&s=SIGNATURE`.
[[nodiscard]] std::string click_url(const token_key& key, std::string_view base,
                                    std::string_view token, std::string_view target);
/// `BASE/u/TOKEN`.
[[nodiscard]] std::string unsubscribe_url(std::string_view base, std::string_view token);

} // namespace warmfront::feedback
