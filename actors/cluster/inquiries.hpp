// Inquiries under way: whom they were put to and what has come back. Pure: time is passed in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/inquiries.hpp"
#include "actors/messages/member.hpp"

namespace warmfront {

/// Frames of this role. Append only; kinds below are other roles'.
enum class inquiry_frame : std::uint16_t { ask = 64, answered };
inline constexpr std::uint16_t inquiry_frames_first = 64;

/// An answer beyond that would keep copies of mail waiting behind it.
inline constexpr std::size_t inquiry_octets_max = 4u << 20;

/// A peer's inquiry, to be answered under its number.
struct numbered_inquiry {
  std::uint64_t number = 0;
  inquiry what;
};

[[nodiscard]] peer_frame encode_inquiry(std::uint64_t number, const inquiry& what);
[[nodiscard]] peer_frame encode_inquiry_answer(std::uint64_t number, const inquiry_answer& value);
/// Fail with `protocol` for octets that are no such frame.
[[nodiscard]] result<numbered_inquiry> decode_inquiry(const std::string& octets);
[[nodiscard]] result<std::pair<std::uint64_t, inquiry_answer>>
decode_inquiry_answer(const std::string& octets);

/// Not thread-safe.
class inquiries {
public:
  using then = std::function<void(std::vector<peer_answer>)>;

  void set_members(const std::vector<member>& members);
  void joined(const node_name& peer);
  /// Nothing that it was asked is answered any more.
  void lost(const node_name& peer);
  /// Puts `what` to all connected members. `done` is called once: now when there is nobody to ask,
  /// else when all have answered, are lost, or `until` has come. @returns the frames to send.
  [[nodiscard]] std::vector<send_frames> ask(const inquiry& what, steady_time until, then done);
  /// An answer of a peer; one that nobody waits for is dropped.
  void answered(const node_name& peer, std::uint64_t number, inquiry_answer value);
  void tick(steady_time now);

private:
  struct pending {
    std::vector<peer_answer> answers;
    std::set<node_name> awaited;
    steady_time until{};
    then done;
  };
  using all_pending = std::map<std::uint64_t, pending>;
  void finish(all_pending::iterator at);

  std::vector<member> members_;
  std::set<node_name> connected_;
  std::uint64_t last_number_ = 0;
  all_pending pending_;
};

} // namespace warmfront
