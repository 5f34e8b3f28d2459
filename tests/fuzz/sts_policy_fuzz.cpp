#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/trust/sts_policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::trust;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto policy = parse_sts_policy(input);
  if (policy) {
    const auto again = parse_sts_policy(to_text(policy.value()));
    if (!again || again.value() != policy.value()) {
      std::abort();
    }
    for (const auto& host : policy.value().hosts) {
      if (!host.starts_with("*.") && !allows(policy.value(), host)) {
        std::abort();
      }
    }
    static_cast<void>(allows(policy.value(), input.substr(0, 100)));
  } else if (policy.error().what.empty()) {
    std::abort();
  }
  const auto half = input.substr(0, size / 2);
  static_cast<void>(parse_sts_records({std::string{half}, std::string{input.substr(size / 2)}}));
  return 0;
}
