// Any octets as a key or record of the spool, or as what a backup says of itself: a value, nothing,
// or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/backup_facts.hpp"
#include "storage/spool.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::storage;
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  if (const auto position = parse_lane_key(octets))
    if (lane_key(position->where, position->sequence) != octets)
      std::abort();
  (void)parse_deferred_key(octets);
  (void)parse_message_key(octets);
  (void)decode_message(octets).has_value();
  (void)decode_recipient(octets).has_value();
  (void)decode_queue_entry(octets).has_value();
  (void)decode_backup_facts(octets).has_value();
  return 0;
}
