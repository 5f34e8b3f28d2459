// Any octets as a frame of another node about statistics: a value or an error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "actors/statistics/statistics_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string octets{reinterpret_cast<const char*>(data), size};
  (void)decode_hello(octets).has_value();
  (void)decode_kept_counters(octets).has_value();
  (void)decode_receipt(octets).has_value();
  (void)decode_sum_question(octets).has_value();
  (void)decode_sum_part(octets).has_value();
  return 0;
}
