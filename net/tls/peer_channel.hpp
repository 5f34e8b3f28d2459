// One end of a TLS connection between nodes, without a socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/tls/peer_context.hpp"

namespace warmfront::net {

/// Turns octets of the wire into plain ones and back. What it keeps is bounded by what it was given
/// and has not been asked for. Not thread-safe.
class peer_channel {
public:
  enum class state : std::uint8_t {
    handshake,
    open,
    half_closed, ///< the other side has said all it had to say; ours may go on
    failed,      ///< the other side broke the protocol or showed no certificate of the authority
  };
  enum class side : std::uint8_t { caller, called };

  peer_channel(std::shared_ptr<const peer_context> context, side which);
  ~peer_channel();
  peer_channel(const peer_channel&) = delete;
  peer_channel& operator=(const peer_channel&) = delete;

  /// Begins, or goes on with, the handshake.
  state shake_hands();
  /// Takes octets of the wire, to be asked for with `read`.
  void receive(std::string_view octets);
  /// Decrypts into `plain`. @returns how many octets; 0: the wire has to give more, or the state
  /// has changed. @pre the handshake is over.
  std::size_t read(std::span<char> plain);
  /// Encrypts all of `plain`. @pre `open` or `half_closed`, and no `close` before.
  void write(std::string_view plain);
  /// Says that no more will be written (RFC 8446 §6.1); reading goes on.
  void close();
  /// What has to be sent, alerts of a failure included; valid until the next call.
  [[nodiscard]] std::string_view wire() const;
  /// `octets` of `wire()` are sent.
  void sent(std::size_t octets);

  [[nodiscard]] state current() const noexcept { return state_; }
  /// Why it failed, in OpenSSL's words.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// Who is at the other end; none when its certificate names no node. @pre `open`.
  [[nodiscard]] std::optional<peer_identity> peer() const { return identity_of_peer(ssl_); }

private:
  void fail();

  std::shared_ptr<const peer_context> context_;
  ssl_st* ssl_;
  state state_ = state::handshake;
  std::size_t sent_ = 0; ///< of what the outgoing BIO holds
  std::string reason_;
};

} // namespace warmfront::net
