// Frames of peers about feedback: what is read is written the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "actors/feedback/feedback_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string octets{reinterpret_cast<const char*>(data), size};
  if (const auto read = decode_feedback(octets)) {
    const auto again = decode_feedback(encode(read.value()).octets);
    if (!again || again.value().items.size() != read.value().items.size())
      std::abort();
    for (std::size_t i = 0; i < again.value().items.size(); ++i)
      if (!(again.value().items[i].event == read.value().items[i].event))
        std::abort();
  }
  if (const auto read = decode_feedback_receipt(octets)) {
    const auto again = decode_feedback_receipt(encode(read.value()).octets);
    if (!again || !(again.value() == read.value()))
      std::abort();
  }
  return 0;
}
