#include "admin/tencent/gateway_error.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace warmfront::admin::tencent {

gateway_error missing_parameter(std::string_view name) {
  return {"MissingParameter",
          fmt::format("The request is missing a required parameter `{}`.", shown_name(name))};
}

gateway_error unknown_parameter(std::string_view name) {
  return {"UnknownParameter",
          fmt::format("The parameter `{}` is not recognized.", shown_name(name))};
}

gateway_error wrong_type(std::string_view name, std::string_view expected) {
  return {"InvalidParameter",
          fmt::format("The value type of parameter `{}` is not valid: {} is expected.",
                      shown_name(name), expected)};
}

gateway_error unknown_key() {
  return {"AuthFailure.SecretIdNotFound", "There is no signature key of that SecretId."};
}

std::string shown_name(std::string_view name) {
  constexpr std::size_t octets_max = 100;
  std::string shown{name.substr(0, octets_max)};
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f || c == '`'; }, '?');
  return shown;
}

} // namespace warmfront::admin::tencent
