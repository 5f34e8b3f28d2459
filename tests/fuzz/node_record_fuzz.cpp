// Any octets as a record about a node: a value or an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/cluster/node_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  (void)warmfront::decode_node(octets).has_value();
  (void)warmfront::decode_life(octets).has_value();
  (void)warmfront::decode_node_number(octets).has_value();
  return 0;
}
