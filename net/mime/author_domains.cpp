#include "net/mime/author_domains.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "net/dns/mx_route.hpp"

namespace warmfront::mime {

namespace {

/// Where a quoted string or a comment that begins at `at` is over; the end of the text when it does
/// not end.
std::size_t past_quoted(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at)
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  return std::string_view::npos;
}

std::size_t past_comment(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at)
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '(')
      ++depth;
    else if (text[at] == ')' && --depth == 0)
      return at + 1;
  return std::string_view::npos;
}

bool is_folding_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// A domain may have blanks and comments around it (RFC 5322 §4.4 even between its labels, which
/// nobody writes: that is no domain here).
std::optional<std::size_t> past_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_folding_blank(text[at]) || text[at] == '(')) {
    at = text[at] == '(' ? past_comment(text, at) : at + 1;
    if (at == std::string_view::npos)
      return std::nullopt;
  }
  return at;
}

bool ends_domain(char c) {
  return is_folding_blank(c) ||
         std::string_view{"()<>[]:;@\\,\""}.find(c) != std::string_view::npos;
}

std::optional<std::string> domain_form(std::string_view text) {
  auto form = dns::to_a_labels(text);
  if (!form || !is_domain(form.value(), false))
    return std::nullopt;
  return std::move(form).value();
}

} // namespace

std::optional<std::vector<std::string>> author_domains(std::string_view value) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < value.size();) {
    if (value[at] == '"' || value[at] == '(') {
      at = value[at] == '"' ? past_quoted(value, at) : past_comment(value, at);
      if (at == std::string_view::npos)
        return std::nullopt;
      continue;
    }
    if (value[at] != '@') {
      ++at;
      continue;
    }
    const auto begin = past_blanks(value, at + 1);
    if (!begin)
      return std::nullopt;
    auto end = *begin;
    while (end < value.size() && !ends_domain(value[end]))
      ++end;
    auto domain = domain_form(value.substr(*begin, end - *begin));
    if (!domain)
      return std::nullopt;
    if (std::ranges::find(found, *domain) == found.end()) {
      if (found.size() == author_domains_max)
        return std::nullopt;
      found.push_back(*std::move(domain));
    }
    at = end;
  }
  return found.empty() ? std::nullopt : std::optional{std::move(found)};
}

} // namespace warmfront::mime
