// Any octets as the record of a run: a run that can be written and read again, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/provisioning/provisioning_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const auto run = decode_provisioning("1", {reinterpret_cast<const char*>(data), size});
  if (run && decode_provisioning("1", encode(run.value())) != run)
    std::abort();
  return 0;
}
