// Any octets as the value of a field From: domains that can be asked for, few of them, or none.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/dns/mx_route.hpp"
#include "net/mime/author_domains.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const auto found = mime::author_domains({reinterpret_cast<const char*>(data), size});
  if (!found)
    return 0;
  if (found->empty() || found->size() > mime::author_domains_max)
    __builtin_trap();
  for (const auto& each : *found)
    if (const auto form = dns::to_a_labels(each); !form || form.value() != each)
      __builtin_trap();
  return 0;
}
