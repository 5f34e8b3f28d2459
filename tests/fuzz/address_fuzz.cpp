// Mail addresses: what is accepted must survive being written and parsed again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/core/address.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const bool utf8 : {false, true}) {
    const auto parsed = parse_address(text, utf8);
    if (parsed) {
      const auto again = parse_address(parsed.value().str(), utf8);
      if (!again || !(again.value() == parsed.value())) {
        std::abort();
      }
    }
  }
  (void)domain_of(text);
  return 0;
}
