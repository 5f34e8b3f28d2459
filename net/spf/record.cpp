#include "net/spf/record.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "net/spf/macro.hpp"

namespace warmfront::spf {

namespace {

constexpr std::string_view version = "v=spf1";

constexpr bool is_decimal(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr char small(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr std::array<std::pair<std::string_view, mechanism_kind>, 8> mechanism_names{{
    {"all", mechanism_kind::all},
    {"include", mechanism_kind::include},
    {"a", mechanism_kind::a},
    {"mx", mechanism_kind::mx},
    {"ptr", mechanism_kind::ptr},
    {"ip4", mechanism_kind::ip4},
    {"ip6", mechanism_kind::ip6},
    {"exists", mechanism_kind::exists},
}};

std::string in_small(std::string_view text) {
  std::string lowered{text};
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), small);
  return lowered;
}

error bad_term(std::string_view term, std::string_view why) {
  return error{
      errc::invalid_argument, "'" + std::string{term.substr(0, 80)} + "' " + std::string{why}, {}};
}

/// Takes `/NUMBER` from the end, when it is there; false: a number that is no prefix length.
bool take_bits(std::string_view& text, std::string_view slashes, unsigned bits_max,
               unsigned& bits) {
  auto begin = text.size();
  while (begin > 0 && is_decimal(text[begin - 1]))
    --begin;
  const auto digits = text.substr(begin);
  if (digits.empty() || !text.substr(0, begin).ends_with(slashes))
    return true;
  if (digits.size() > 3 || (digits.size() > 1 && digits.front() == '0'))
    return false;
  bits = static_cast<unsigned>(std::stoul(std::string{digits}));
  text.remove_suffix(digits.size() + slashes.size());
  return bits <= bits_max;
}

/// `a`, `mx`: `[":" domain-spec] [dual-cidr-length]`. `rest` is what follows the name.
result<void> read_hosts(std::string_view term, std::string_view rest, mechanism& into) {
  if (!take_bits(rest, "//", 128, into.ipv6_bits) || !take_bits(rest, "/", 32, into.ipv4_bits))
    return bad_term(term, "has a prefix length that is none");
  if (rest.empty())
    return success();
  if (rest.front() != ':' || !is_domain_spec(rest.substr(1)))
    return bad_term(term, "names no domain");
  into.target = rest.substr(1);
  return success();
}

result<void> read_network(std::string_view term, std::string_view rest, mechanism& into) {
  const bool is_ipv6 = into.kind == mechanism_kind::ip6;
  if (!take_bits(rest, "/", is_ipv6 ? 128 : 32, is_ipv6 ? into.ipv6_bits : into.ipv4_bits))
    return bad_term(term, "has a prefix length that is none");
  const auto network = parse_ip(rest.empty() ? rest : rest.substr(1));
  if (!rest.starts_with(':') || !network || network->is_ipv6 != is_ipv6)
    return bad_term(term, "names no network of its kind");
  into.network = *network;
  return success();
}

/// What follows the name of a mechanism.
result<void> read_arguments(std::string_view term, std::string_view rest, mechanism& into) {
  switch (into.kind) {
  case mechanism_kind::all:
    return rest.empty() ? success() : bad_term(term, "has more than its name");
  case mechanism_kind::a:
  case mechanism_kind::mx:
    return read_hosts(term, rest, into);
  case mechanism_kind::ip4:
  case mechanism_kind::ip6:
    return read_network(term, rest, into);
  case mechanism_kind::ptr:
    if (rest.empty())
      return success();
    break;
  case mechanism_kind::include:
  case mechanism_kind::exists:
    break;
  }
  if (!rest.starts_with(':') || !is_domain_spec(rest.substr(1)))
    return bad_term(term, "names no domain");
  into.target = rest.substr(1);
  return success();
}

result<mechanism> read_mechanism(std::string_view term) {
  mechanism read;
  read.text = term;
  auto rest = term;
  constexpr std::string_view qualifiers = "+-~?";
  if (const auto at = qualifiers.find(rest.front()); at != std::string_view::npos) {
    read.says = static_cast<qualifier>(at);
    rest.remove_prefix(1);
  }
  const auto end = std::min(rest.find_first_of(":/"), rest.size());
  const auto name = in_small(rest.substr(0, end));
  rest.remove_prefix(end);
  const auto known = std::find_if(mechanism_names.begin(), mechanism_names.end(),
                                  [&](const auto& each) { return each.first == name; });
  if (known == mechanism_names.end())
    return bad_term(term, "is no mechanism");
  read.kind = known->second;
  WARMFRONT_TRY(read_arguments(term, rest, read));
  return read;
}

/// The name of a modifier: `NAME=`. Empty: the term is none.
std::string modifier_name(std::string_view term) {
  const auto equals = term.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return {};
  auto name = in_small(term.substr(0, equals));
  const bool is_name =
      name.front() >= 'a' && name.front() <= 'z' &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || is_decimal(c) || c == '-' || c == '_' || c == '.';
      });
  return is_name ? name : std::string{};
}

result<void> read_term(std::string_view term, record& into, bool& has_explanation) {
  const auto name = modifier_name(term);
  if (name.empty()) {
    WARMFRONT_TRY(read, read_mechanism(term));
    into.mechanisms.push_back(std::move(read));
    return success();
  }
  const auto value = term.substr(name.size() + 1);
  const bool is_redirect = name == "redirect";
  if (!is_redirect && name != "exp")
    return is_macro_string(value) ? success() : bad_term(term, "has a broken macro");
  if (!is_domain_spec(value))
    return bad_term(term, "names no domain");
  if (is_redirect ? !into.redirect.empty() : std::exchange(has_explanation, true))
    return bad_term(term, "stands in it twice");
  if (is_redirect)
    into.redirect = value;
  return success();
}

} // namespace

bool is_record(std::string_view text) noexcept {
  return std::equal(version.begin(), version.end(), text.begin(),
                    text.begin() +
                        static_cast<std::ptrdiff_t>(std::min(version.size(), text.size())),
                    [](char a, char b) { return a == small(b); }) &&
         (text.size() == version.size() || text[version.size()] == ' ');
}

result<record> parse_record(std::string_view text) {
  if (!is_record(text))
    return error{errc::invalid_argument, "it does not begin with v=spf1", {}};
  text.remove_prefix(version.size());
  record read;
  bool has_explanation = false;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty())
      return read;
    const auto term = text.substr(0, text.find(' '));
    text.remove_prefix(term.size());
    WARMFRONT_TRY(read_term(term, read, has_explanation));
  }
}

} // namespace warmfront::spf
