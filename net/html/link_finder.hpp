// Where an HTML text refers to: found by gumbo, which reads HTML as browsers do.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace warmfront::html {

/// An attribute value in the source, without quotes.
struct value_place {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_quoted = true;

  friend bool operator==(const value_place&, const value_place&) = default;
};

struct found_links {
  std::vector<value_place> links; ///< in order, none within another
  std::size_t body_end = 0;       ///< where something that is shown last can be put
};

/// The `href` of every `<a>` and `<area>` that has not `data-warmfront-track="off"`, whatever is in
/// it. Comments, scripts and styles have none. A text of more than a megabyte, with more than
/// 10 000 tags, or that would take more than 64 MiB to read, has no links either. Thread-safe.
[[nodiscard]] found_links find_links(std::string_view source);

} // namespace warmfront::html
