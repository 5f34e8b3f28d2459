// The connection to one peer: when to dial, what to send, when the peer is lost. Pure: no CAF, no
// socket, time passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/random.hpp"
#include "actors/messages/cluster.hpp"

namespace warmfront {

struct gateway_settings {
  node_name self;
  node_name peer;     ///< what the far side must call itself
  bool dials = false; ///< of two nodes the one with the smaller name
  milliseconds heartbeat_every{1000};
  milliseconds lost_after{4000}; ///< without a word
  milliseconds retry_first{200}; ///< doubled up to …
  milliseconds retry_last{5000};
  std::size_t window_octets = 8u << 20; ///< sent and not yet processed by the peer
  /// Beyond the window; a peer with more than that is given up. So is one that sends as much
  /// without waiting for credit.
  std::size_t queue_octets_max = 64u << 20;
};

/// The releases that this one can talk to speak a protocol between these numbers.
inline constexpr std::uint32_t peer_protocol_first = 1;
inline constexpr std::uint32_t peer_protocol = 1;

/// Frames between gateways. Append only.
enum class gateway_frame : std::uint16_t { hello = 1, heartbeat, credit, batch };

namespace gateway_action {
/// Make a connection, then `dialled` or `dial_failed`.
struct dial {};
struct transmit {
  peer_frame frame;
};
/// The connection is of no use any more.
struct drop {};
struct joined {
  std::uint64_t session = 0;
};
struct lost {
  std::string why;
};
/// The peers have met and this one is not taken: it never was `joined`.
struct refused {
  std::string why;
};
/// For the roles; `processed` with `octets` follows.
struct deliver {
  std::vector<peer_frame> frames;
  std::size_t octets = 0;
};
} // namespace gateway_action
using gateway_step =
    std::variant<gateway_action::dial, gateway_action::transmit, gateway_action::drop,
                 gateway_action::joined, gateway_action::lost, gateway_action::refused,
                 gateway_action::deliver>;

/// Every input is answered by steps: take them after each. Not thread-safe.
class gateway {
public:
  gateway(gateway_settings settings, std::unique_ptr<random_source> random);

  void tick(steady_time now);
  /// The connection that was asked for is there: the peers introduce themselves.
  void dialled(steady_time now);
  void dial_failed(steady_time now);
  /// The connection is gone.
  void broken(std::string why, steady_time now);
  /// A frame of the peer. The first one of a connection must be a hello; the side that dials says
  /// it first and takes one as the answer only.
  void heard(const peer_frame& frame, steady_time now);
  /// Frames of roles, which leave with the next `flush`. `unavailable` when the peer is not
  /// connected; `limit_exceeded` when it does not take what was sent before: it is lost then, since
  /// a session with a gap would never be repaired.
  result<void> send(std::vector<peer_frame> frames, steady_time now);
  /// What was sent since goes out in as few messages as the window allows.
  void flush();
  /// Roles have done with what was delivered.
  void processed(std::size_t octets);

  [[nodiscard]] std::vector<gateway_step> take_steps();
  [[nodiscard]] bool is_joined() const noexcept { return phase_ == phase::joined; }

private:
  enum class phase : std::uint8_t { apart, dialling, greeting, joined };

  void on_hello(const std::string& octets, steady_time now);
  void say_hello(steady_time now);
  void join(steady_time now);
  void on_credit(const std::string& octets, steady_time now);
  void on_batch(const std::string& octets, steady_time now);
  void lose(std::string why, steady_time now);
  void forget(std::string why);

  const gateway_settings settings_;
  std::unique_ptr<random_source> random_;
  phase phase_ = phase::apart;
  std::uint64_t session_ = 0;
  std::uint32_t failures_ = 0;
  steady_time next_dial_ = steady_time::min();
  steady_time last_heard_{};
  steady_time last_said_{};
  std::deque<peer_frame> queue_;
  std::size_t queue_octets_ = 0;
  std::size_t in_window_ = 0;
  std::size_t unprocessed_ = 0; ///< delivered here, and the roles are still at it
  std::size_t credit_due_ = 0;  ///< processed, and the peer does not know
  std::vector<gateway_step> steps_;
};

/// Several frames as one, and back. `protocol` for octets that are no such frame.
[[nodiscard]] std::string pack_frames(const std::vector<peer_frame>& frames);
[[nodiscard]] result<std::vector<peer_frame>> unpack_frames(std::string_view octets);

} // namespace warmfront
