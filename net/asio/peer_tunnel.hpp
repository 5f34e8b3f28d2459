// Tunnels between nodes: mutual TLS outside, a descriptor with plain octets inside.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/core/error.hpp"
#include "net/asio/io_threads.hpp"
#include "net/tls/peer_context.hpp"

namespace warmfront::net {

using tunnel_id = std::uint64_t;

struct peer_tunnel_options {
  std::string listen; ///< IP:PORT; port 0: one is picked
  std::chrono::milliseconds handshake_within{5000};
  /// Unfinished handshakes of callers at once. Beyond it the oldest is dropped, so that connections
  /// that say nothing cannot keep a peer out.
  std::size_t handshakes_max = 64;
  std::size_t tunnels_max = 256;
  /// How long TCP waits for an acknowledgement of what it sent (RFC 5482), or for a peer that takes
  /// nothing to take more, before the tunnel ends; also for the last words of a peer.
  std::chrono::milliseconds silence_max{8000};
};

/// Called on I/O threads; must not block.
struct peer_tunnel_handlers {
  /// After the handshake: whether this node may be here. A registered one, by name and key.
  std::function<bool(const peer_identity&)> admit;
  /// A descriptor for the octets of a caller, which the tunnel takes over; -1: not now.
  std::function<int(const peer_identity&)> join;
  /// One of either side that was up.
  std::function<void(tunnel_id)> ended;
};

/// A tunnel that was asked for, and that the other side has let in. The descriptor is the caller's
/// to close, which ends the tunnel; shut down for writing, the other direction goes on.
struct dialled_tunnel {
  tunnel_id id = 0;
  int descriptor = -1;
};

struct peer_tunnel_counts {
  std::uint64_t open = 0;
  std::uint64_t refused = 0; ///< handshakes that failed, were late, or of nodes not admitted
};

/// Thread-safe. The destructor ends all tunnels and waits for the I/O threads to leave them: no
/// handler is called after it. Not to be destroyed on an I/O thread.
class peer_tunnels {
public:
  virtual ~peer_tunnels() = default;
  /// Calls a node and checks that it is `expected`. `done` is called once, on an I/O thread:
  /// `invalid_argument` for an address that is none, else `unavailable` with the reason.
  virtual void dial(std::string address, std::string expected,
                    std::function<void(result<dialled_tunnel>)> done) = 0;
  virtual void drop(tunnel_id which) = 0;
  /// A node that is no member any more is out at once.
  virtual void drop_all_of(const std::string& peer) = 0;
  /// Certificates for connections made from now on.
  virtual void reload(std::shared_ptr<const peer_context> context) = 0;
  /// Where it listens, with the port that was picked.
  [[nodiscard]] virtual std::string address() const = 0;
  [[nodiscard]] virtual peer_tunnel_counts counts() const = 0;
};

/// Fails when the address cannot be listened on.
[[nodiscard]] result<std::unique_ptr<peer_tunnels>>
start_peer_tunnels(io_threads& threads, peer_tunnel_options options,
                   std::shared_ptr<const peer_context> context, peer_tunnel_handlers handlers);

} // namespace warmfront::net
