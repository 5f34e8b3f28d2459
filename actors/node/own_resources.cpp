// Who sends, who is not sent to, and what became of mail: the roles behind these.

#include <utility>

#include <caf/send.hpp>

#include "actors/delivery/delivery_actor.hpp"
#include "actors/identities/identities_actor.hpp"
#include "actors/node/cluster_parts.hpp"
#include "actors/node/node_parts.hpp"
#include "actors/statistics/statistics_actor.hpp"
#include "actors/suppressions/suppressions_actor.hpp"

namespace warmfront {

result<void> node::parts::spawn_own_resources() {
  WARMFRONT_TRY(verdict_key, make_secret());
  hasher = system->spawn<caf::detached>(worker_behavior);
  identities_ports its;
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.hostname = settings.node.hostname;
  its.run_aside = [to = hasher](std::function<void()> work) {
    caf::anon_send(to, run_step{std::move(work)});
  };
  its.verdict_key = verdict_key;
  identities = system->spawn(identities_behavior, std::move(its));
  suppressions =
      system->spawn(suppressions_behavior, suppressions_ports{control.get(), &time, log.get()});
  statistics = system->spawn<caf::detached>(statistics_behavior,
                                            statistics_ports{store.get(), &time, log.get()});
  return success();
}

void node::parts::connect_roles() {
  const connect_listeners listeners{
      caf::actor_cast<caf::strong_actor_ptr>(intake),
      caf::actor_cast<caf::strong_actor_ptr>(delivery),
      cluster ? caf::actor_cast<caf::strong_actor_ptr>(cluster->replication) : nullptr,
      caf::actor_cast<caf::strong_actor_ptr>(scheduler),
      caf::actor_cast<caf::strong_actor_ptr>(suppressions)};
  caf::anon_send(warmup, listeners);
  caf::anon_send(ip_pool, listeners);
  caf::anon_send(delivery, listeners);
  caf::anon_send(suppressions, listeners);
  if (cluster) {
    caf::anon_send(cluster->replication, listeners);
    connect_cluster();
  }
}

} // namespace warmfront
