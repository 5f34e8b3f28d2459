// Any octets as a peer's frame about suppressions, or as an entry of the table: an error, or a
// value that can be written and read again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "actors/suppressions/suppression_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string octets{reinterpret_cast<const char*>(data), size};
  if (const auto vector = decode_suppression_vector(octets))
    if (decode_suppression_vector(encode(vector.value()).octets) != vector)
      __builtin_trap();
  if (const auto question = decode_suppression_question(octets))
    if (decode_suppression_question(encode(question.value()).octets) != question)
      __builtin_trap();
  if (const auto changes = decode_suppression_changes(octets))
    if (decode_suppression_changes(encode(changes.value()).octets) != changes)
      __builtin_trap();
  const auto key = storage::suppression_entry_key(account_name{"a"}, "r@next.test");
  if (const auto entry = storage::decode_suppression_entry(key, octets))
    if (storage::decode_suppression_entry(key, storage::encode_suppression_entry(entry.value())) !=
        entry)
      __builtin_trap();
  return 0;
}
