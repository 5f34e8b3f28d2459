// Who sends, who is not sent to, and what became of mail: the roles behind these.

#include <utility>

#include <caf/send.hpp>

#include "actors/delivery/delivery_actor.hpp"
#include "actors/identities/identities_actor.hpp"
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

} // namespace warmfront
