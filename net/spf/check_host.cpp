#include "net/spf/check_host.hpp"

#include <algorithm>
#include <utility>

#include "net/spf/evaluation.hpp"

namespace warmfront::spf {

std::string_view to_string(outcome value) noexcept {
  switch (value) {
  case outcome::neutral:
    return "neutral";
  case outcome::pass:
    return "pass";
  case outcome::fail:
    return "fail";
  case outcome::softfail:
    return "softfail";
  case outcome::temperror:
    return "temperror";
  case outcome::permerror:
    return "permerror";
  case outcome::none:
    break;
  }
  return "none";
}

progress check_host(const client& who, const answers& known) {
  const auto address = parse_ip(who.address);
  if (!address)
    return {verdict{outcome::none, {}, {}, "'" + who.address + "' is no IP address", 0}, {}};
  macro_values values;
  values.address = unmapped(*address);
  values.helo = who.helo;
  const auto at = who.sender.rfind('@');
  values.sender_domain = who.sender.empty()        ? who.helo
                         : at == std::string::npos ? who.sender
                                                   : who.sender.substr(at + 1);
  values.local_part = at == std::string::npos ? std::string{} : who.sender.substr(0, at);
  if (values.local_part.empty()) // §4.3
    values.local_part = "postmaster";
  values.domain = values.sender_domain;
  evaluation state{std::move(values), known};
  auto found = state.check(state.values().sender_domain);
  if (!state.wanted().empty())
    return {std::nullopt, state.wanted()};
  found.look_ups = state.look_ups();
  return {std::move(found), {}};
}

} // namespace warmfront::spf
