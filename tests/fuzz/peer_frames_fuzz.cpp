// Any octets as a peer's batch of frames: frames that pack into the same octets, or an error.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/cluster/gateway.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  const auto frames = warmfront::unpack_frames(octets);
  assert(!frames || warmfront::pack_frames(frames.value()) == octets);
  return 0;
}
