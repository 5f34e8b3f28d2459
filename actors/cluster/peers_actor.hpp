// Keeps one gateway for each other member of the cluster.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster/caf_link.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "net/asio/peer_tunnel.hpp"

namespace warmfront {

/// Who may come in: members by name, with the fingerprints of their keys. Thread-safe, since
/// handshakes ask on I/O threads.
class member_list {
public:
  void set(const std::vector<member>& members);
  [[nodiscard]] bool admits(const net::peer_identity& who) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> fingerprints_;
};

/// The gateway to each peer. Thread-safe: frames go there from whoever has some, without a stop at
/// the actor that keeps the gateways.
class gateway_list {
public:
  void add(const node_name& peer, caf::actor gateway);
  void remove(const node_name& peer);
  [[nodiscard]] std::vector<caf::actor> take_all();
  [[nodiscard]] caf::actor find(const node_name& peer) const; ///< invalid when there is none
  /// Frames for a peer without a gateway are dropped: it is no member.
  void send(send_frames frames) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, caf::actor> gateways_;
};

/// What it works with; all of it outlives the actor.
struct peers_ports {
  caf_link* link = nullptr;
  net::peer_tunnels* tunnels = nullptr;
  member_list* admitted = nullptr;
  gateway_list* gateways = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  replication_actor replication;
  inquiries_actor inquiries;
  chunks_actor chunks;
  feedback_actor feedback = {};
  suppressions_actor suppressions = {};
  statistics_actor statistics = {};
};

/// Hears of members from cluster. Spawned with a thread of its own, since publishing a gateway
/// waits for CAF's network thread.
using peers_actor =
    caf::typed_actor<caf::reacts_to<members_changed>, caf::replies_to<stop_peers>::with<done>>;

struct peers_state {
  // Not an aggregate: CAF would initialise the first member of one with the actor's pointer.
  peers_state() = default;
  static inline const char* name = "peers";
  bool stopped = false;
  std::shared_ptr<std::map<std::string, std::string>> addresses;
  std::shared_ptr<std::mutex> addresses_mutex;
};

peers_actor::behavior_type peers_behavior(peers_actor::stateful_pointer<peers_state> self,
                                          node_name name, peers_ports ports);

} // namespace warmfront
