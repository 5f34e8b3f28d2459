// What nodes say to each other about feedback, as octets. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/feedback.hpp"

namespace warmfront {

/// Frames of this role. Append only.
enum class feedback_frame : std::uint16_t {
  keep = feedback_frames_first, ///< `numbered_feedback`: write down those whose message you have
  kept,                         ///< `feedback_receipt`
};

/// The most items of one frame.
inline constexpr std::size_t feedback_per_frame = 200;

struct numbered_feedback {
  std::uint64_t number = 0;
  std::vector<feedback_item> items;
};
struct feedback_receipt {
  std::uint64_t number = 0;
  bool has_failed = false;
  std::vector<std::uint32_t> unknown; ///< by their place in the question
  friend bool operator==(const feedback_receipt&, const feedback_receipt&) = default;
};

[[nodiscard]] peer_frame encode(const numbered_feedback& value);
[[nodiscard]] peer_frame encode(const feedback_receipt& value);
/// Fail with `protocol` for octets that are no such frame, or more than one may have.
[[nodiscard]] result<numbered_feedback> decode_feedback(const std::string& octets);
[[nodiscard]] result<feedback_receipt> decode_feedback_receipt(const std::string& octets);

} // namespace warmfront
