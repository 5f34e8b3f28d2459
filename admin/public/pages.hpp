// The pages that recipients see. Plain HTML without styles, scripts or anything from elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "admin/http/http_message.hpp"

namespace warmfront::admin::pages {

/// Asks whether `address` is to get no more mail; its button posts to where it is shown.
[[nodiscard]] http_response confirm_unsubscribe(std::string_view address);
[[nodiscard]] http_response unsubscribed(std::string_view address);
/// A link of ours that is none; status 400.
[[nodiscard]] http_response bad_link();
[[nodiscard]] http_response not_found();
/// Nothing was done; status 503.
[[nodiscard]] http_response try_again();
/// Status 405; `allowed` goes into the field Allow.
[[nodiscard]] http_response wrong_method(std::string_view allowed);
/// A GIF of one transparent pixel.
[[nodiscard]] http_response pixel();
/// A redirect (302) to a URL that has only ASCII.
[[nodiscard]] http_response redirect(std::string_view target);
/// For crawlers (RFC 9309): nothing here is theirs.
[[nodiscard]] http_response robots();

} // namespace warmfront::admin::pages
