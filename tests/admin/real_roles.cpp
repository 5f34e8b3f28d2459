#include "tests/admin/real_roles.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/templates/templates_actor.hpp"
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
}

void real_roles::stop() {
  for (const auto& each :
       {caf::actor_cast<caf::actor>(scheduler), caf::actor_cast<caf::actor>(groups),
        caf::actor_cast<caf::actor>(templates), caf::actor_cast<caf::actor>(chunks)})
    caf::anon_send_exit(each, caf::exit_reason::kill);
  scheduler = scheduler_actor{};
  groups = groups_actor{};
  templates = templates_actor{};
  chunks = chunks_actor{};
}

} // namespace warmfront::testing
