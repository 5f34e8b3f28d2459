// The tag lists of DKIM and DMARC: `v=DKIM1; k=rsa; p=…` (RFC 6376 §3.2, RFC 7489 §6.4).
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::dkim {

/// Tags in their order, as views into the text they were read from. Names differ by case.
class tag_list {
public:
  /// `invalid_argument` says what is wrong: no `=`, a bad name, a tag twice, over 64 tags or 16
  /// KiB.
  [[nodiscard]] static result<tag_list> parse(std::string_view text);

  /// Without the white space around it; folds inside stay.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>&
  all() const noexcept {
    return tags_;
  }

private:
  std::vector<std::pair<std::string_view, std::string_view>> tags_;
};

/// Without blanks and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Calls `take` with each trimmed part between separators, empty ones, too.
template <class Take>
void each_part(std::string_view text, char separator, Take take) {
  while (true) {
    const auto end = text.find(separator);
    take(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos)
      return;
    text.remove_prefix(end + 1);
  }
}

} // namespace warmfront::dkim
