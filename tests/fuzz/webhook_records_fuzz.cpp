// What a node keeps of webhooks, and positions in logs that clients and peers send: whatever is
// read comes back as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/webhooks/event_readers.hpp"
#include "actors/webhooks/webhook_backlog.hpp"
#include "actors/webhooks/webhook_record.hpp"
#include "admin/api/event_position.hpp"

namespace {

template <class Value, class Decode>
void check(std::string_view octets, Decode decode) {
  const warmfront::result<Value> read = decode(octets);
  if (!read)
    return;
  const warmfront::result<Value> again = decode(encode(read.value()));
  if (!again || !(again.value() == read.value()))
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  if (size == 0)
    return 0;
  const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0] % 6) {
  case 0:
    check<stored_webhook>(octets, [](auto each) { return decode_webhook(7, each); });
    break;
  case 1:
    check<parked_event>(octets, [](auto each) { return decode_parked_event(each); });
    break;
  case 2:
    check<given_up_event>(octets, [](auto each) { return decode_given_up_event(each); });
    break;
  case 3:
    check<webhook_progress>(octets, [](auto each) { return decode_webhook_progress(each); });
    break;
  case 4:
    if (const auto position = parse_position(octets);
        position && parse_position(to_text(position.value())).value() != position.value())
      std::abort();
    static_cast<void>(webhook_keys::dead_key_of(7, octets));
    static_cast<void>(parse_webhook_key(octets));
    break;
  default:
    if (const auto positions = admin::parse_positions(octets);
        positions && !positions->contains("") &&
        admin::parse_positions(admin::to_text(*positions)) != *positions)
      std::abort();
  }
  return 0;
}
