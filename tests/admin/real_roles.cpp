#include "tests/admin/real_roles.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/identities/identities_actor.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/statistics/statistics_actor.hpp"
#include "actors/suppressions/suppressions_actor.hpp"
#include "actors/templates/templates_actor.hpp"
#include "actors/unsubscribes/unsubscribes_actor.hpp"
#include "storage/embedded_control_store.hpp"

namespace warmfront::testing {

real_roles::real_roles(caf::actor_system& system, const clock& time, event_log& log,
                       intake_actor intake, delivery_actor delivery) {
  auto opened = storage::open_embedded_control_store(store, time);
  REQUIRE(opened.has_value());
  control = std::move(opened).value();
  chunks = system.spawn(chunks_behavior, static_cast<storage::store*>(&store));
  templates =
      system.spawn(templates_behavior, templates_ports{control.get(), &time, &log, chunks, false});
  groups = system.spawn<caf::detached>(groups_behavior,
                                       groups_ports{control.get(), &time, &log, chunks});
  scheduler_ports ports;
  ports.store = &store;
  ports.control = control.get();
  ports.time = &time;
  ports.log = &log;
  ports.templates = templates;
  ports.groups = groups;
  ports.chunks = chunks;
  ports.intake = std::move(intake);
  ports.delivery = std::move(delivery);
  scheduler = system.spawn(scheduler_behavior, scheduler_config{node_name{"n1"}, true, {}},
                           std::move(ports));
  identities_ports of_identities{control.get(), &time, &log, "mta1.example.net", {}, {}};
  of_identities.run_aside = [](const std::function<void()>& work) { work(); };
  of_identities.verdict_key = "0123456789abcdef";
  identities = system.spawn(identities_behavior, std::move(of_identities));
  suppressions =
      system.spawn(suppressions_behavior, suppressions_ports{control.get(), &time, &log});
  statistics = system.spawn(statistics_behavior, statistics_ports{&store, &time, &log});
  unsubscribes = system.spawn(unsubscribes_behavior, control.get(), &log);
}

void real_roles::stop() {
  for (const auto& each :
       {caf::actor_cast<caf::actor>(unsubscribes), caf::actor_cast<caf::actor>(identities),
        caf::actor_cast<caf::actor>(suppressions), caf::actor_cast<caf::actor>(statistics),
        caf::actor_cast<caf::actor>(scheduler), caf::actor_cast<caf::actor>(groups),
        caf::actor_cast<caf::actor>(templates), caf::actor_cast<caf::actor>(chunks)})
    caf::anon_send_exit(each, caf::exit_reason::kill);
  unsubscribes = unsubscribes_actor{};
  identities = identities_actor{};
  suppressions = suppressions_actor{};
  statistics = statistics_actor{};
  scheduler = scheduler_actor{};
  groups = groups_actor{};
  templates = templates_actor{};
  chunks = chunks_actor{};
}

} // namespace warmfront::testing
