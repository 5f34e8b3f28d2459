// Any octets as a peer's frame about copies or as its inquiry: a value or an error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "actors/cluster/inquiries.hpp"
#include "actors/replication/peer_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string octets{reinterpret_cast<const char*>(data), size};
  (void)decode_copies(octets).has_value();
  (void)decode_copies_answer(octets).has_value();
  (void)decode_progress(octets).has_value();
  (void)decode_progress_answer(octets).has_value();
  (void)decode_messages(octets).has_value();
  (void)decode_inquiry(octets).has_value();
  (void)decode_inquiry_answer(octets).has_value();
  return 0;
}
