// CAF's network layer over file descriptors of ours: no port of it is reachable from anywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman_actor.hpp>

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// Plain BASP crashes on 32 octets, so CAF listens on Unix sockets in a directory that only this
/// user can enter: one for each peer. Whoever authenticated a peer (the tunnel) joins its octets to
/// the peer's own socket; what is published there is for that peer alone, so that no node can speak
/// as another.
class caf_link {
public:
  /// Loads CAF's network module and the message between nodes into a configuration. Call it before
  /// the actor system is made.
  static void configure(caf::actor_system_config& settings);

  /// `directory` is made with mode 0700. The system must outlive the object.
  [[nodiscard]] static result<std::unique_ptr<caf_link>> open(caf::actor_system& system,
                                                              const std::string& directory);
  ~caf_link();
  caf_link(const caf_link&) = delete;
  caf_link& operator=(const caf_link&) = delete;

  /// What the peer's connections reach. Blocks for a moment: not on an actor's thread.
  [[nodiscard]] result<void> publish(const node_name& peer, const caf::actor& whom);
  /// A descriptor connected to the peer's socket, for the tunnel to join its octets to; -1 when
  /// nothing is published for it. Any thread.
  [[nodiscard]] int connect_to(const node_name& peer) const;
  /// Speaks BASP over a connected descriptor, which is taken over, and asks for what is published
  /// at its far end. `done` is called within `asker`; null after five seconds or a failure.
  void reach(caf::event_based_actor* asker, int descriptor,
             std::function<void(const caf::actor&)> done);

private:
  struct descriptors;
  caf_link(caf::actor_system& system, std::string directory);
  [[nodiscard]] std::string path_of(const node_name& peer) const;

  caf::actor_system& system_;
  const std::string directory_;
  int directory_handle_ = -1;
  std::shared_ptr<descriptors> descriptors_;
  caf::io::middleman_actor middleman_;
  std::uint16_t next_port_ = 1;
};

} // namespace warmfront
