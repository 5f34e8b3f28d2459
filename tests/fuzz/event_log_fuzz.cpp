// Any octets as a record of the log of events, or as a key of it or of a counter.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/event_log.hpp"
#include "storage/statistics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::storage;
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  (void)decode_mail_event(octets).has_value();
  if (const auto where = parse_event_key(octets); where && event_key(*where) != octets)
    std::abort();
  if (const auto key = parse_statistics_key(octets); key && encode(*key) != octets)
    std::abort();
  if (const auto key = parse_way_key(octets); key && encode(*key) != octets)
    std::abort();
  return 0;
}
