#include "actors/chunks/chunk_frames.hpp"

#include <utility>

#include "storage/chunks.hpp"
#include "storage/formats/peer.pb.h"

namespace warmfront {

namespace {

error unreadable_chunk_frame() {
  return {errc::protocol, "a peer's frame about chunks cannot be read", {}};
}

template <class Frame>
peer_frame frame_of(chunk_frame kind, const Frame& value) {
  return {static_cast<std::uint16_t>(kind), value.SerializeAsString()};
}

template <class Frame>
Frame frame_with(const numbered_chunks& value) {
  Frame frame;
  frame.set_number(value.number);
  for (const auto& id : value.ids)
    frame.add_ids(std::string{id.octet_view()});
  return frame;
}

template <class Frame>
result<numbered_chunks> read_numbered(const std::string& octets) {
  Frame frame;
  if (!frame.ParseFromString(octets) ||
      static_cast<std::size_t>(frame.ids_size()) > offered_chunks_max)
    return unreadable_chunk_frame();
  numbered_chunks value{frame.number(), {}};
  for (const auto& id : frame.ids()) {
    if (id.size() != chunk_id::octets)
      return unreadable_chunk_frame();
    value.ids.push_back(chunk_id::from_octets(id));
  }
  return value;
}

} // namespace

peer_frame encode_offer(const numbered_chunks& value) {
  return frame_of(chunk_frame::offer, frame_with<formats::offer_chunks>(value));
}

peer_frame encode_kept(const numbered_chunks& value) {
  return frame_of(chunk_frame::kept, frame_with<formats::chunks_kept>(value));
}

peer_frame encode(const chunk_part_question& value) {
  formats::ask_chunk_part frame;
  frame.set_number(value.number);
  frame.set_id(std::string{value.id.octet_view()});
  frame.set_offset(value.offset);
  return frame_of(chunk_frame::ask_part, frame);
}

peer_frame encode(const chunk_part& value) {
  formats::chunk_part frame;
  frame.set_number(value.number);
  frame.set_present(value.present);
  frame.set_total(value.total);
  frame.set_octets(value.octets);
  return frame_of(chunk_frame::part, frame);
}

result<numbered_chunks> decode_offer(const std::string& octets) {
  return read_numbered<formats::offer_chunks>(octets);
}

result<numbered_chunks> decode_kept(const std::string& octets) {
  return read_numbered<formats::chunks_kept>(octets);
}

result<chunk_part_question> decode_part_question(const std::string& octets) {
  formats::ask_chunk_part frame;
  if (!frame.ParseFromString(octets) || frame.id().size() != chunk_id::octets)
    return unreadable_chunk_frame();
  return chunk_part_question{frame.number(), chunk_id::from_octets(frame.id()), frame.offset()};
}

result<chunk_part> decode_part(const std::string& octets) {
  formats::chunk_part frame;
  if (!frame.ParseFromString(octets) || frame.octets().size() > chunk_part_octets_max ||
      frame.total() > storage::chunk_octets_max)
    return unreadable_chunk_frame();
  return chunk_part{frame.number(), frame.present(), frame.total(),
                    std::move(*frame.mutable_octets())};
}

} // namespace warmfront
