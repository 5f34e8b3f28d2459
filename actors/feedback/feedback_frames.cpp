#include "actors/feedback/feedback_frames.hpp"

#include <utility>

#include "storage/event_log.hpp"
#include "storage/formats/feedback.pb.h"

namespace warmfront {

namespace {

error unreadable_feedback() {
  return {errc::protocol, "a peer's frame about feedback cannot be read", {}};
}

} // namespace

peer_frame encode(const numbered_feedback& value) {
  formats::keep_feedback frame;
  frame.set_number(value.number);
  for (const auto& item : value.items) {
    auto& record = *frame.add_items();
    record.set_event(storage::encode(item.event));
    record.set_named_recipient(item.named_recipient);
  }
  return {static_cast<std::uint16_t>(feedback_frame::keep), frame.SerializeAsString()};
}

peer_frame encode(const feedback_receipt& value) {
  formats::feedback_kept frame;
  frame.set_number(value.number);
  frame.set_failed(value.has_failed);
  for (const auto place : value.unknown)
    frame.add_unknown(place);
  return {static_cast<std::uint16_t>(feedback_frame::kept), frame.SerializeAsString()};
}

result<numbered_feedback> decode_feedback(const std::string& octets) {
  formats::keep_feedback frame;
  if (!frame.ParseFromString(octets) ||
      static_cast<std::size_t>(frame.items_size()) > feedback_per_frame)
    return unreadable_feedback();
  numbered_feedback value{frame.number(), {}};
  for (const auto& record : frame.items()) {
    auto event = storage::decode_mail_event(record.event());
    if (!event)
      return unreadable_feedback();
    value.items.push_back({std::move(event).value(), record.named_recipient()});
  }
  return value;
}

result<feedback_receipt> decode_feedback_receipt(const std::string& octets) {
  formats::feedback_kept frame;
  if (!frame.ParseFromString(octets) ||
      static_cast<std::size_t>(frame.unknown_size()) > feedback_per_frame)
    return unreadable_feedback();
  feedback_receipt value{frame.number(), frame.failed(), {}};
  for (const auto place : frame.unknown()) {
    if (place >= feedback_per_frame)
      return unreadable_feedback();
    value.unknown.push_back(place);
  }
  return value;
}

} // namespace warmfront
