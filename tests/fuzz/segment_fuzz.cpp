// Any octets as a segment or a manifest of a group: what is read can be written and read again, or
// an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/groups/list_manifest.hpp"
#include "actors/groups/list_segment.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  if (const auto segment = decode_segment(octets); segment && size <= segment_room) {
    const auto written = encode(segment.value());
    const auto again = decode_segment(written);
    if (!again || again.value().recipients.size() != segment.value().recipients.size() ||
        encode(again.value()) != written)
      __builtin_trap();
  }
  if (const auto manifest = decode_manifest(octets))
    if (decode_manifest(encode(manifest.value())) != manifest)
      __builtin_trap();
  return 0;
}
