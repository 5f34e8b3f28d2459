#include "net/html/marked_html.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "net/html/attribute_value.hpp"
#include "net/html/link_finder.hpp"

namespace warmfront::html {

namespace {

constexpr char quoted_begins = '\x01';
constexpr char unquoted_begins = '\x02';
constexpr char link_ends = '\x03';
constexpr char pixel_here = '\x04';
constexpr std::string_view marks{"\x01\x02\x03\x04"};
// Longer ones would not fit into what proxies and browsers take as a request (RFC 9110 §4.1).
constexpr std::size_t target_octets_max = 4000;

// The `{{tags}}` of a template, as pairs of offsets. Of one that does not end nothing is known.
std::vector<std::pair<std::size_t, std::size_t>> tags_of(std::string_view source) {
  std::vector<std::pair<std::size_t, std::size_t>> tags;
  for (auto at = source.find("{{"); at != std::string_view::npos;) {
    auto end = source.find("}}", at + 2);
    end = end == std::string_view::npos ? source.size() : end + 2;
    tags.emplace_back(at, end);
    at = source.find("{{", end);
  }
  return tags;
}

bool is_inside(const std::vector<std::pair<std::size_t, std::size_t>>& tags, std::size_t at) {
  const auto after =
      std::ranges::upper_bound(tags, at, {}, &std::pair<std::size_t, std::size_t>::first);
  return after != tags.begin() && std::prev(after)->first < at && at < std::prev(after)->second;
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

bool begins_like(std::string_view text, std::string_view scheme) {
  return text.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(), [](char expected, char c) {
           return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
         });
}

bool is_web_page(std::string_view target) {
  const auto length = begins_like(target, "https://")  ? std::size_t{8}
                      : begins_like(target, "http://") ? std::size_t{7}
                                                       : std::size_t{0};
  if (length == 0 || target.size() > target_octets_max)
    return false;
  const char host = target[length];
  return host != '/' && host != '\\' && host != '?' && host != '#' &&
         std::ranges::none_of(target, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

void put_link(std::string& to, std::string_view raw, bool is_quoted, const link_maker& link) {
  const auto target = decode_attribute(trim_blanks(raw));
  const auto url = target && is_web_page(*target) ? link(*target) : std::string{};
  if (url.empty())
    to.append(raw);
  else if (is_quoted)
    to.append(encode_attribute(url));
  else
    to.append("\"").append(encode_attribute(url)).append("\"");
}

void put_pixel(std::string& to, std::string_view url) {
  if (!url.empty())
    to.append("<img src=\"")
        .append(encode_attribute(url))
        .append("\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;border:0\">");
}

} // namespace

std::string mark(std::string_view source, tracking wanted) {
  std::string marked{source};
  if (!wanted.any() || source.empty() || source.find_first_of(marks) != std::string_view::npos)
    return marked;
  const auto found = find_links(source);
  const auto tags = tags_of(source);
  std::vector<std::pair<std::size_t, char>> places;
  if (wanted.clicks)
    for (const auto& each : found.links)
      if (!is_inside(tags, each.begin) && !is_inside(tags, each.end)) {
        places.emplace_back(each.begin, each.is_quoted ? quoted_begins : unquoted_begins);
        places.emplace_back(each.end, link_ends);
      }
  if (wanted.opens)
    places.emplace_back(is_inside(tags, found.body_end) ? source.size() : found.body_end,
                        pixel_here);
  std::ranges::stable_sort(places, {}, &std::pair<std::size_t, char>::first);
  marked.clear();
  marked.reserve(source.size() + places.size());
  std::size_t from = 0;
  for (const auto& [at, what] : places) {
    marked.append(source.substr(from, at - from)).push_back(what);
    from = at;
  }
  return marked.append(source.substr(from));
}

std::string fill(std::string_view marked, const link_maker& link, std::string_view pixel) {
  std::string filled;
  filled.reserve(marked.size() + marked.size() / 2);
  bool shown = false;
  for (std::size_t from = 0; from < marked.size();) {
    const auto at = marked.find_first_of(marks, from);
    filled.append(marked.substr(from, at - from));
    if (at == std::string_view::npos)
      break;
    from = at + 1;
    if (marked[at] == pixel_here) {
      put_pixel(filled, pixel);
      shown = true;
    } else if (marked[at] != link_ends) {
      // A section of a template may have left out where it ends: then it is none.
      const auto end = marked.find_first_of(marks, from);
      if (end == std::string_view::npos || marked[end] != link_ends)
        continue;
      put_link(filled, marked.substr(from, end - from), marked[at] == quoted_begins, link);
      from = end + 1;
    }
  }
  if (!shown)
    put_pixel(filled, pixel);
  return filled;
}

} // namespace warmfront::html
