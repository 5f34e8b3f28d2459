// HTML with marks where links and a pixel go: made once for a template, filled for each mail.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "actors/core/tracking.hpp"

namespace warmfront::html {

/// The text, or a template's with `{{tags}}`, with marks: a control character before and after the
/// value of each link, and one where the pixel goes. The text as it is when it cannot get marks.
/// Thread-safe.
[[nodiscard]] std::string mark(std::string_view source, tracking wanted);

/// The URL that goes into the place of a target, which is `http://…` or `https://…`; empty: none.
using link_maker = std::function<std::string(std::string_view target)>;

/// Puts URLs into the places of marks. A link to anything but a web page stays as it is, and so do
/// links whose value nobody but a browser understands. `pixel` is the URL of a picture; empty:
/// none. What a marked text was before comes out when nothing is put in.
[[nodiscard]] std::string fill(std::string_view marked, const link_maker& link,
                               std::string_view pixel);

} // namespace warmfront::html
