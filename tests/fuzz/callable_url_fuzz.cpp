// URLs that strangers want called: a host that is accepted is one that can be judged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/http/address_rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::http;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parts = parse_callable_url(text);
  if (parts && (parts.value().host.empty() || parts.value().port == 0 ||
                parts.value().host.find_first_of("@/\\%?# ") != std::string::npos))
    std::abort();
  const address_rules rules;
  if (check_url(text, rules, true) && !parts)
    std::abort();
  static_cast<void>(rules.objection(text));
  return 0;
}
