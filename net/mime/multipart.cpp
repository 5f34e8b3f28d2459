#include "net/mime/multipart.hpp"

#include <algorithm>
#include <optional>

#include "actors/core/displayable.hpp"

namespace warmfront::mime {

std::vector<std::string_view> multipart_bodies(std::string_view body, const std::string& boundary,
                                               std::size_t most) {
  std::vector<std::string_view> parts;
  const auto delimiter = "--" + boundary;
  std::optional<std::size_t> begun;
  for (auto at = body.find(delimiter); at < body.size() && parts.size() < most;
       at = body.find(delimiter, at + 1)) {
    if (at != 0 && body[at - 1] != '\n')
      continue;
    const auto line_end = std::min(body.find('\n', at), body.size());
    auto rest = body.substr(at + delimiter.size(), line_end - at - delimiter.size());
    if (rest.ends_with('\r'))
      rest.remove_suffix(1);
    const bool is_last = rest.starts_with("--");
    if (!is_last && !without_blanks(rest).empty())
      continue; // a longer boundary that begins like this one
    if (begun) {
      auto end = std::max(*begun, at - 1); // the line end before a boundary belongs to it
      end -= end > *begun && body[end - 1] == '\r' ? 1 : 0;
      parts.push_back(body.substr(*begun, end - *begun));
    }
    if (is_last)
      return parts;
    begun = std::min(line_end + 1, body.size());
  }
  if (begun && parts.size() < most)
    parts.push_back(body.substr(*begun));
  return parts;
}

} // namespace warmfront::mime
