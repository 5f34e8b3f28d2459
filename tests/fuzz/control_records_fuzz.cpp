// Any octets as a record of the embedded control store: a value or an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/control_records.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  (void)warmfront::storage::decode_entry("key", octets).has_value();
  (void)warmfront::storage::decode_events(octets).has_value();
  (void)warmfront::storage::decode_lease(octets).has_value();
  (void)warmfront::storage::decode_position(octets).has_value();
  return 0;
}
