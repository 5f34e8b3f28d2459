#include "actors/suppressions/suppression_frames.hpp"

#include <utility>

#include "net/dns/address_form.hpp"
#include "storage/formats/suppressions.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t newest_entry_schema = 1;

error unreadable_suppression_frame() {
  return {errc::protocol, "a peer's frame about suppressions cannot be read", {}};
}

template <class Frame>
peer_frame suppression_frame_of(suppression_frame kind, const Frame& value) {
  return {static_cast<std::uint16_t>(kind), value.SerializeAsString()};
}

void write_entry(formats::suppression_entry& to, const storage::stored_suppression& value) {
  to.ParseFromString(storage::encode_suppression_entry(value));
  to.set_account(value.account.str());
  to.set_address(value.address);
}

result<storage::stored_suppression> read_entry(const formats::suppression_entry& from) {
  if (from.schema() > newest_entry_schema)
    return error{errc::storage_newer, "a peer's suppression is of a later release",
                 "update this node"};
  // What is stored must be found again under its key.
  if (from.account().empty() || from.account().find('/') != std::string::npos ||
      from.address().empty())
    return unreadable_suppression_frame();
  const auto key = storage::suppression_entry_key(account_name{from.account()}, from.address());
  auto value = storage::decode_suppression_entry(key, from.SerializeAsString());
  return value ? std::move(value) : unreadable_suppression_frame();
}

} // namespace

peer_frame encode(const storage::suppression_vector& value) {
  formats::suppression_vector frame;
  for (const auto& [origin, sequence] : value) {
    frame.add_origins(origin);
    frame.add_sequences(sequence);
  }
  return suppression_frame_of(suppression_frame::vector, frame);
}

peer_frame encode(const suppression_question& value) {
  formats::ask_suppressions frame;
  frame.set_number(value.number);
  frame.set_origin(value.origin);
  frame.set_after(value.after);
  return suppression_frame_of(suppression_frame::ask, frame);
}

peer_frame encode(const numbered_suppressions& value) {
  formats::suppression_changes frame;
  frame.set_number(value.number);
  frame.set_origin(value.what.origin);
  frame.set_after(value.what.after);
  frame.set_up_to(value.what.up_to);
  for (const auto& each : value.what.entries)
    write_entry(*frame.add_entries(), each);
  return suppression_frame_of(suppression_frame::changes, frame);
}

result<storage::suppression_vector> decode_suppression_vector(const std::string& octets) {
  formats::suppression_vector frame;
  if (!frame.ParseFromString(octets) || frame.origins_size() != frame.sequences_size() ||
      static_cast<std::size_t>(frame.origins_size()) > suppression_origins_max)
    return unreadable_suppression_frame();
  storage::suppression_vector value;
  for (int i = 0; i < frame.origins_size(); ++i)
    if (frame.origins(i) == 0 || !value.emplace(frame.origins(i), frame.sequences(i)).second)
      return unreadable_suppression_frame();
  return value;
}

result<suppression_question> decode_suppression_question(const std::string& octets) {
  formats::ask_suppressions frame;
  if (!frame.ParseFromString(octets))
    return unreadable_suppression_frame();
  return suppression_question{frame.number(), frame.origin(), frame.after()};
}

result<numbered_suppressions> decode_suppression_changes(const std::string& octets) {
  formats::suppression_changes frame;
  if (!frame.ParseFromString(octets) || frame.origin() == 0 || frame.up_to() < frame.after() ||
      static_cast<std::size_t>(frame.entries_size()) > suppressions_per_frame)
    return unreadable_suppression_frame();
  numbered_suppressions value{frame.number(), {frame.origin(), frame.after(), frame.up_to(), {}}};
  for (const auto& each : frame.entries()) {
    WARMFRONT_TRY(entry, read_entry(each));
    if (entry.origin != frame.origin() || entry.sequence <= frame.after())
      return unreadable_suppression_frame();
    value.what.entries.push_back(std::move(entry));
  }
  return value;
}

} // namespace warmfront
