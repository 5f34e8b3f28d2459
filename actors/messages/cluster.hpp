// What nodes say to each other, and how the roles of one node hear of it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/ids.hpp"

namespace warmfront {

/// The one message between nodes: what it is and its octets (Protocol Buffers), so that
/// neighbouring releases can talk. Kinds below 16 are the gateways' own.
struct peer_frame {
  std::uint16_t kind = 0;
  std::string octets;
  friend bool operator==(const peer_frame&, const peer_frame&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_frame& x) {
  return f(x.kind, x.octets);
}

/// Roles → cluster: for a peer. Frames arrive in order or not at all, and not after a loss.
struct send_frames {
  node_name to;
  std::vector<peer_frame> frames;
};
/// Gateway → role: from a peer. Answered when they are processed: then the peer may send more.
struct frames_received {
  node_name from;
  std::uint64_t session = 0;
  std::vector<peer_frame> frames;
};
/// Gateway → roles: a peer is connected; nothing sent in an earlier session arrives any more.
struct peer_joined {
  node_name peer;
  std::uint64_t session = 0;
};
struct peer_lost {
  node_name peer;
};
/// Node → peers, at the end: answered when no gateway runs any more.
struct stop_peers {};

} // namespace warmfront
