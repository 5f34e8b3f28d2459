// Any octets as the record of a sender domain, its keys and checks, a sender address or a
// suppression, or as the key of a counter: what is read can be written and read again, or an error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/identities/identity_record.hpp"
#include "actors/suppressions/suppression_record.hpp"
#include "storage/statistics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  if (const auto identity = decode_identity(octets))
    if (decode_identity(encode(identity.value())) != identity)
      __builtin_trap();
  if (const auto key = decode_signing_key("s", octets))
    if (decode_signing_key("s", encode(key.value())) != key)
      __builtin_trap();
  if (const auto check = decode_check(octets))
    if (decode_check(encode(check.value())) != check)
      __builtin_trap();
  // Of a password without a digest nothing is kept: the second writing says the same as the first.
  if (const auto sender = decode_sender(octets)) {
    const auto written = encode(sender.value());
    const auto again = decode_sender(written);
    if (!again || encode(again.value()) != written)
      __builtin_trap();
  }
  const auto key = suppression_key(account_name{"a"}, "r@next.test");
  if (const auto entry = decode_suppression(key, octets))
    if (decode_suppression(key, encode(entry.value())) != entry)
      __builtin_trap();
  if (const auto counter = storage::parse_statistics_key(octets))
    if (storage::encode(*counter) != octets)
      __builtin_trap();
  return 0;
}
