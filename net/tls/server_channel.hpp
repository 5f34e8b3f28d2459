// The server's end of a TLS connection, without a socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/tls/server_context.hpp"

struct ssl_st;

namespace warmfront::net {

/// Turns octets of the wire into text and back. Not thread-safe.
class tls_server_channel {
public:
  enum class state : std::uint8_t {
    handshake,
    open,
    closed, ///< the client said goodbye
    failed, ///< the client broke the protocol, or there is no common version or cipher
  };

  explicit tls_server_channel(std::shared_ptr<const tls_server_context> context);
  ~tls_server_channel();
  tls_server_channel(const tls_server_channel&) = delete;
  tls_server_channel& operator=(const tls_server_channel&) = delete;

  /// Takes octets of the wire; appends what they decrypt to to `text`, and what has to be sent back
  /// (handshake, alerts) to `wire`, also when it fails.
  state receive(std::string_view octets, std::string& text, std::string& wire);
  /// Appends `text`, encrypted, to `wire`. @pre the state is `open`.
  void send(std::string_view text, std::string& wire);
  /// Says goodbye (close_notify) when the state allows it.
  void close(std::string& wire);

  [[nodiscard]] state current() const noexcept { return state_; }
  /// `TLSv1.3`; empty before the handshake is done.
  [[nodiscard]] std::string version() const;

private:
  void decrypt(std::string& text);
  void drain_wire(std::string& wire);

  std::shared_ptr<const tls_server_context> context_;
  ssl_st* ssl_;
  state state_ = state::handshake;
};

} // namespace warmfront::net
