#include "net/mime/parameterised.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"

namespace warmfront::mime {

namespace {

std::string take_value(std::string_view& rest) {
  rest.remove_prefix(1);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  std::string value;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(';'), rest.size());
    value = without_blanks(rest.substr(0, end));
    rest.remove_prefix(end);
    return value;
  }
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    at += rest[at] == '\\' && at + 1 < rest.size() ? 1 : 0;
    value.push_back(rest[at]);
  }
  rest.remove_prefix(std::min(at, rest.size()));
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  return value;
}

} // namespace

std::string parameterised::type() const {
  return in_lower_case(without_blanks(std::string_view{value_}.substr(0, value_.find(';'))));
}

std::string parameterised::parameter(std::string_view wanted) const {
  std::string_view rest{value_};
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  while (rest.starts_with(';')) {
    rest.remove_prefix(1);
    const auto name = without_blanks(rest.substr(0, rest.find_first_of("=;")));
    rest.remove_prefix(std::min(rest.find_first_of("=;"), rest.size()));
    std::string value;
    if (rest.starts_with('='))
      value = take_value(rest);
    if (is_same_name(name, wanted))
      return value;
  }
  return {};
}

} // namespace warmfront::mime
