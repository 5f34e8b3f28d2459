// Any octets as an answer of etcd, and as the stream of a watch: values or errors.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/etcd/etcd_codec.hpp"
#include "storage/etcd/watch_stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::storage; // NOLINT: all of it is about this room
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  const etcd_codec codec{"w/"};
  (void)codec.range_answer(octets).has_value();
  (void)etcd_codec::transaction_answer(octets).has_value();
  (void)etcd_codec::grant_answer(octets).has_value();
  (void)etcd_codec::keep_answer(octets, 1).has_value();
  (void)etcd_failure("ask", octets);
  watch_stream whole{codec, 5};
  (void)whole.connect();
  const auto half = size / 2;
  (void)whole.take(octets.substr(0, half));
  (void)whole.take(octets.substr(half));
  return 0;
}
