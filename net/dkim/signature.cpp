#include "net/dkim/signature.hpp"

#include <algorithm>
#include <charconv>

#include "actors/core/address.hpp"
#include "net/dkim/hasher.hpp"
#include "net/dkim/tag_list.hpp"

namespace warmfront::dkim {

namespace {

constexpr std::size_t names_max = 256;

error bad_signature(std::string why) {
  return error{errc::invalid_argument, std::move(why), {}};
}

wall_time moment(std::uint64_t since_1970) {
  // Years that a clock of ours cannot hold are too far away to matter.
  return wall_time{std::chrono::seconds{
      static_cast<std::int64_t>(std::min<std::uint64_t>(since_1970, 100'000'000'000))}};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

/// A name of the DNS that can be asked for: labels of letters, digits, hyphens and underscores.
bool is_dns_name(std::string_view text) {
  std::size_t label = 0;
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c == '.' ? label == 0 : !is_letter && c != '-' && c != '_')
      return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63)
      return false;
  }
  return label > 0 && text.size() <= 253;
}

result<void> read_names(const tag_list& tags, signature& into) {
  const auto domain = tags.find("d");
  const auto selector = tags.find("s");
  if (!domain || !selector)
    return bad_signature("d= or s= is missing");
  into.domain = in_lower_case(*domain);
  into.selector = in_lower_case(*selector);
  if (!is_dns_name(into.domain) || !is_dns_name(into.selector) || into.key_name().size() > 253)
    return bad_signature("d= or s= is no name of the DNS");
  into.agent_domain = into.domain;
  if (const auto agent = tags.find("i")) {
    const auto at = agent->rfind('@');
    if (at == std::string_view::npos)
      return bad_signature("i= has no @");
    into.agent_domain = in_lower_case(agent->substr(at + 1));
    if (into.agent_domain != into.domain && !into.agent_domain.ends_with('.' + into.domain))
      return bad_signature("i= is not of the domain of d=");
  }
  return success();
}

result<void> read_methods(const tag_list& tags, signature& into) {
  if (tags.find("v") != "1")
    return bad_signature("v= is not 1");
  const auto what = tags.find("a");
  if (what && is_same_text(*what, "ed25519-sha256"))
    into.what = algorithm::ed25519_sha256;
  else if (!what || !is_same_text(*what, "rsa-sha256"))
    return bad_signature("a= is neither rsa-sha256 nor ed25519-sha256");
  if (const auto forms = tags.find("c")) {
    const auto slash = forms->find('/');
    const auto fields = forms->substr(0, slash);
    const auto body = slash == std::string_view::npos ? "simple" : forms->substr(slash + 1);
    for (const auto form : {fields, body})
      if (!is_same_text(form, "simple") && !is_same_text(form, "relaxed"))
        return bad_signature("c= is neither simple nor relaxed");
    into.fields =
        is_same_text(fields, "relaxed") ? canonicalization::relaxed : canonicalization::simple;
    into.body =
        is_same_text(body, "relaxed") ? canonicalization::relaxed : canonicalization::simple;
  }
  if (const auto methods = tags.find("q")) {
    bool known = false;
    each_part(*methods, ':',
              [&](std::string_view part) { known = known || is_same_text(part, "dns/txt"); });
    if (!known)
      return bad_signature("q= does not name dns/txt");
  }
  return success();
}

result<void> read_numbers(const tag_list& tags, signature& into) {
  for (const char* name : {"t", "x", "l"}) {
    const auto text = tags.find(name);
    if (!text)
      continue;
    const auto value = number(*text);
    if (!value)
      return bad_signature(std::string{name} + "= is no number");
    if (*name == 'l')
      into.body_octets = *value;
    else
      (*name == 't' ? into.made_at : into.expires_at) = moment(*value);
  }
  if (into.made_at && into.expires_at && *into.expires_at <= *into.made_at)
    return bad_signature("x= is not after t=");
  return success();
}

result<void> read_hashes(const tag_list& tags, signature& into) {
  const auto octets = from_base64(tags.find("b").value_or(""));
  const auto hash = from_base64(tags.find("bh").value_or(""));
  if (!octets || octets->empty() || octets->size() > 1024)
    return bad_signature("b= is no signature in base64");
  if (!hash || hash->size() != std::tuple_size_v<sha256_digest>)
    return bad_signature("bh= is no SHA-256 in base64");
  into.octets = *octets;
  into.body_hash = *hash;
  bool has_from = false;
  bool is_complete = true;
  each_part(tags.find("h").value_or(""), ':', [&](std::string_view name) {
    is_complete = is_complete && !name.empty() && into.names.size() < names_max;
    has_from = has_from || is_same_text(name, "From");
    if (is_complete)
      into.names.emplace_back(name);
  });
  if (!is_complete)
    return bad_signature("h= is missing, has an empty name, or more than " +
                         std::to_string(names_max));
  if (!has_from)
    return bad_signature("h= does not name From");
  return success();
}

} // namespace

result<signature> parse_signature(std::string_view value) {
  WARMFRONT_TRY(tags, tag_list::parse(value));
  signature read;
  WARMFRONT_TRY(read_methods(tags, read));
  WARMFRONT_TRY(read_names(tags, read));
  WARMFRONT_TRY(read_numbers(tags, read));
  WARMFRONT_TRY(read_hashes(tags, read));
  return read;
}

std::string without_signature(std::string_view line) {
  auto begin = line.find(':') + 1;
  while (begin < line.size()) {
    const auto end = std::min(line.find(';', begin), line.size());
    const auto part = line.substr(begin, end - begin);
    const auto equals = part.find('=');
    if (equals != std::string_view::npos && trimmed(part.substr(0, equals)) == "b")
      return std::string{line.substr(0, begin + equals + 1)} + std::string{line.substr(end)};
    begin = end + 1;
  }
  return std::string{line};
}

} // namespace warmfront::dkim
