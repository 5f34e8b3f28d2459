#include "net/spf/evaluation.hpp"

#include <algorithm>
#include <utility>

namespace warmfront::spf {

namespace {

// RFC 7208 §4.6.4.
constexpr unsigned look_ups_max = 10;
constexpr unsigned void_look_ups_max = 2;
constexpr std::size_t exchangers_max = 10;
constexpr std::size_t names_max = 10;

const dns::record_answer no_such_name{dns::answer_kind::no_domain, {}, {}};

/// Whether the DNS can be asked for it: labels of 1 to 63 printable octets without backslashes.
bool is_askable(std::string_view name) noexcept {
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.' ? label == 0 : c <= ' ' || c > '~' || c == '\\' || label == 63)
      return false;
    label = c == '.' ? 0 : label + 1;
  }
  return label > 0 && name.size() <= 253;
}

/// §4.3: a domain with a record is askable and has more than one label.
bool is_domain(std::string_view name) noexcept {
  return is_askable(name) && name.find('.') != std::string_view::npos;
}

std::string in_lower_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

bool is_same_or_below(const std::string& name, const std::string& domain) {
  return name == domain || name.ends_with('.' + domain);
}

bool needs_dns(mechanism_kind kind) noexcept {
  return kind != mechanism_kind::all && kind != mechanism_kind::ip4 && kind != mechanism_kind::ip6;
}

outcome outcome_of(qualifier says) noexcept {
  switch (says) {
  case qualifier::fail:
    return outcome::fail;
  case qualifier::softfail:
    return outcome::softfail;
  case qualifier::neutral:
    return outcome::neutral;
  case qualifier::pass:
    break;
  }
  return outcome::pass;
}

} // namespace

verdict evaluation::check(const std::string& given) {
  const auto domain = in_lower_letters(given);
  if (!is_domain(domain))
    return fault(outcome::none, domain, "it is no domain that could have a record");
  const auto* const answer = ask(domain, dns::record_type::txt);
  if (answer == nullptr)
    return {};
  if (answer->kind == dns::answer_kind::failed)
    return fault(outcome::temperror, domain, "the TXT records of " + domain + ": " + answer->why);
  std::vector<std::string_view> found;
  for (const auto& text : answer->values)
    if (is_record(text))
      found.emplace_back(text);
  if (found.empty())
    return fault(outcome::none, domain, domain + " has no SPF record");
  if (found.size() > 1) // §4.5
    return fault(outcome::permerror, domain,
                 domain + " has " + std::to_string(found.size()) + " SPF records");
  const auto read = parse_record(found.front());
  if (!read)
    return fault(outcome::permerror, domain,
                 "the SPF record of " + domain + ": " + read.error().what);
  auto outer = std::exchange(values_.domain, domain);
  auto what = evaluate(read.value(), domain);
  values_.domain = std::move(outer);
  return what;
}

verdict evaluation::evaluate(const record& of, const std::string& domain) {
  for (const auto& each : of.mechanisms) {
    if (needs_dns(each.kind) && ++look_ups_ > look_ups_max)
      return fault(outcome::permerror, domain, "more than 10 terms need a look-up");
    const auto found = test(each, domain);
    if (is_waiting())
      return {};
    switch (found) {
    case match::yes:
      return {outcome_of(each.says), each.text, domain, {}, 0};
    case match::no:
      break;
    case match::temporary:
      return fault(outcome::temperror, domain, "'" + each.text + "': " + why_);
    case match::permanent:
      return fault(outcome::permerror, domain, "'" + each.text + "': " + why_);
    }
  }
  return of.redirect.empty() ? verdict{outcome::neutral, {}, domain, {}, 0}
                             : redirected(of, domain);
}

verdict evaluation::redirected(const record& of, const std::string& domain) {
  if (++look_ups_ > look_ups_max)
    return fault(outcome::permerror, domain, "more than 10 terms need a look-up");
  const auto target = target_of(of.redirect, domain);
  if (is_waiting())
    return {};
  auto found = check(target);
  if (found.what == outcome::none) // §6.1
    return fault(outcome::permerror, domain, "redirect=" + target + " leads to no record");
  return found;
}

evaluation::match evaluation::test(const mechanism& each, const std::string& domain) {
  const auto target = target_of(each.target, domain);
  if (is_waiting())
    return match::no;
  switch (each.kind) {
  case mechanism_kind::all:
    return match::yes;
  case mechanism_kind::ip4:
    return is_within(values_.address, each.network, each.ipv4_bits) ? match::yes : match::no;
  case mechanism_kind::ip6:
    return is_within(values_.address, each.network, each.ipv6_bits) ? match::yes : match::no;
  case mechanism_kind::include:
    return include(target);
  case mechanism_kind::a:
    return test_hosts(each, target);
  case mechanism_kind::mx:
    return test_exchangers(each, target);
  case mechanism_kind::ptr:
    return test_names(target);
  case mechanism_kind::exists:
    break;
  }
  const auto* const answer = ask(target, dns::record_type::a); // for IPv6 clients, too (§5.7)
  if (const auto end = end_without(answer))
    return *end;
  return answer->values.empty() ? match::no : match::yes;
}

/// What a look-up decides by itself; none: its answer does.
std::optional<evaluation::match> evaluation::end_without(const dns::record_answer* answer) {
  if (answer == nullptr)
    return match::no; // until it is there
  if (answer->kind == dns::answer_kind::failed) {
    why_ = answer->why;
    return match::temporary;
  }
  if (!is_allowed(*answer))
    return match::permanent;
  return std::nullopt;
}

evaluation::match evaluation::include(const std::string& target) {
  const auto found = check(target); // §5.2
  why_ = found.why;
  switch (found.what) {
  case outcome::pass:
    return match::yes;
  case outcome::temperror:
    return match::temporary;
  case outcome::permerror:
  case outcome::none:
    return match::permanent;
  default:
    return match::no;
  }
}

evaluation::match evaluation::test_hosts(const mechanism& each, const std::string& target) {
  const auto* const answer = ask(target, address_type());
  if (const auto end = end_without(answer))
    return *end;
  const bool is_in =
      std::any_of(answer->values.begin(), answer->values.end(), [&](const auto& text) {
        const auto address = parse_ip(text);
        return address && is_within(values_.address, *address,
                                    address->is_ipv6 ? each.ipv6_bits : each.ipv4_bits);
      });
  return is_in ? match::yes : match::no;
}

evaluation::match evaluation::test_exchangers(const mechanism& each, const std::string& target) {
  const auto* const answer = ask(target, dns::record_type::mx);
  if (const auto end = end_without(answer))
    return *end;
  if (answer->values.size() > exchangers_max) {
    why_ = target + " has more than 10 mail exchangers";
    return match::permanent;
  }
  std::vector<std::string> hosts;
  for (const auto& exchanger : answer->values) // `10 mx.example`
    hosts.push_back(in_lower_letters(exchanger.substr(exchanger.find(' ') + 1)));
  for (const auto& host : hosts)
    static_cast<void>(ask(host, address_type())); // all at once
  if (is_waiting())
    return match::no;
  for (const auto& host : hosts)
    if (const auto found = test_hosts(each, host); found != match::no)
      return found;
  return match::no;
}

evaluation::match evaluation::test_names(const std::string& target) {
  const auto names = validated_names();
  const bool is_in = std::any_of(names.begin(), names.end(),
                                 [&](const auto& name) { return is_same_or_below(name, target); });
  return is_in ? match::yes : match::no;
}

/// §5.5: names of the address that have it, of at most 10. What fails is left out.
std::vector<std::string> evaluation::validated_names() {
  auto nibbles = dotted(values_.address);
  std::string reversed;
  while (!nibbles.empty()) {
    const auto dot = nibbles.rfind('.');
    reversed += nibbles.substr(dot == std::string::npos ? 0 : dot + 1) + '.';
    nibbles.erase(dot == std::string::npos ? 0 : dot);
  }
  const auto* const answer = ask(reversed + (values_.address.is_ipv6 ? "ip6.arpa" : "in-addr.arpa"),
                                 dns::record_type::ptr);
  if (answer == nullptr)
    return {};
  std::vector<std::string> names;
  for (const auto& value : answer->values)
    if (names.size() < names_max)
      names.push_back(in_lower_letters(value));
  std::vector<std::string> validated;
  for (const auto& name : names) {
    const auto* const addresses = ask(name, address_type());
    const bool is_back =
        addresses != nullptr &&
        std::any_of(addresses->values.begin(), addresses->values.end(),
                    [&](const auto& text) { return parse_ip(text) == values_.address; });
    if (is_back)
      validated.push_back(name);
  }
  return validated;
}

std::string evaluation::target_of(const std::string& spec, const std::string& domain) {
  if (spec.empty())
    return domain;
  if (uses_name(spec)) { // §7.3: the domain itself, then one below it, then any
    const auto names = validated_names();
    const auto rank = [&](const std::string& name) {
      return name == domain ? 0 : is_same_or_below(name, domain) ? 1 : 2;
    };
    const auto best =
        std::min_element(names.begin(), names.end(),
                         [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    values_.name = best == names.end() ? "unknown" : *best;
  }
  return in_lower_letters(expand(spec, values_));
}

dns::record_type evaluation::address_type() const noexcept {
  return values_.address.is_ipv6 ? dns::record_type::aaaa : dns::record_type::a;
}

const dns::record_answer* evaluation::ask(const std::string& name, dns::record_type type) {
  if (!is_askable(name))
    return &no_such_name;
  const question asked{name, type};
  if (const auto found = known_.find(asked); found != known_.end())
    return &found->second;
  if (std::find(wanted_.begin(), wanted_.end(), asked) == wanted_.end())
    wanted_.push_back(asked);
  return nullptr;
}

bool evaluation::is_allowed(const dns::record_answer& answer) {
  const bool is_void =
      answer.kind == dns::answer_kind::no_data || answer.kind == dns::answer_kind::no_domain;
  if (!is_void || ++void_look_ups_ <= void_look_ups_max)
    return true;
  why_ = "more than 2 look-ups find nothing";
  return false;
}

verdict evaluation::fault(outcome what, const std::string& domain, std::string why) const {
  return {what, {}, domain, std::move(why), 0};
}

} // namespace warmfront::spf
