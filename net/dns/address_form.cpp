#include "net/dns/address_form.hpp"

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "actors/core/octets.hpp"
#include "net/dns/mx_route.hpp"

namespace warmfront::dns {

namespace {

constexpr std::size_t shown_octets_max = 60;

error no_address(std::string_view text, const std::string& why) {
  return {errc::invalid_argument,
          "address \"" + displayable(text.substr(0, shown_octets_max)) + "\": " + why,
          {}};
}

} // namespace

result<std::string> normalised_address(std::string_view text) {
  text = without_blanks(text);
  if (text.empty())
    return error{errc::invalid_argument, "the recipient has no address", {}};
  if (text.ends_with('>') && text.find('<') != std::string_view::npos)
    return no_address(text,
                      "write the address alone, and the name into a column or variable of its own");
  WARMFRONT_TRY(address, parse_address(text, true));
  if (!is_ascii(address.domain)) {
    auto labels = to_a_labels(address.domain);
    if (!labels || !is_domain(labels.value(), false))
      return no_address(text, "the domain is not valid");
    address.domain = std::move(labels).value();
  }
  return address.str();
}

result<std::string> comparable_address(std::string_view text) {
  WARMFRONT_TRY(normalised, normalised_address(text));
  return in_lower_case(normalised);
}

} // namespace warmfront::dns
