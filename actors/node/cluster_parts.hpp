// What a node of a cluster has beside the parts of every node. Only `node` looks in here.
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>

#include "actors/cluster/caf_link.hpp"
#include "actors/cluster/cluster_actor.hpp"
#include "actors/cluster/peers_actor.hpp"
#include "actors/messages/handles.hpp"
#include "actors/replication/replication_actor.hpp"
#include "net/asio/peer_tunnel.hpp"
#include "net/tls/peer_context.hpp"
#include "storage/changed_counters.hpp"

namespace warmfront {

/// Members in the order in which they start; `stop` ends them in reverse. Destroyed after the actor
/// system.
struct cluster_parts {
  std::shared_ptr<const net::peer_context> tls;
  std::unique_ptr<caf_link> link;
  member_list admitted;
  gateway_list gateways;
  std::unique_ptr<net::peer_tunnels> tunnels;
  caf::actor settler;
  cluster_actor members;
  caf::actor reader;
  replication_actor replication;
  inquiries_actor inquiries;
  peers_actor peers;
  std::uint64_t instance = 0;                 ///< of the data directory
  storage::changed_counters changed_counters; ///< to be copied to other nodes
  /// What a start waits for. Set by the actors, read by the node.
  std::promise<answer<node_report>> joined;
  std::promise<void> settled;
  /// Nothing more is settled in this life: delivery has read the queue, or is about to.
  std::atomic<bool> running = false;
  std::atomic<bool> was_settled = false;

  /// Before the actor system ends; waits until no gateway uses tunnels or link any more.
  void stop();
};

} // namespace warmfront
