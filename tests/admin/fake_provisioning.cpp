#include "tests/admin/fake_provisioning.hpp"

#include "actors/messages/handles.hpp"

namespace warmfront::testing {

namespace {

error no_such_run() {
  return {errc::not_found, "There is no such run.", {}};
}

} // namespace

caf::behavior fake_provisioning(caf::event_based_actor*, fake_world* world) {
  return {
      [world](const start_provisioning& m) {
        const std::lock_guard lock{world->guard};
        auto run = m.wanted;
        run.id = "000000000000000" + std::to_string(world->runs.size());
        for (auto& step : run.steps)
          step.state = step.removes ? step_state::requested : step_state::checking;
        world->runs.push_back(run);
        return answer<provisioning>{run};
      },
      [world](const list_provisionings& m) {
        const std::lock_guard lock{world->guard};
        auto runs = world->runs;
        if (!m.id.empty())
          std::erase_if(runs, [&](const provisioning& each) { return each.id != m.id; });
        if (runs.empty() && !m.id.empty())
          return answer<std::vector<provisioning>>{no_such_run()};
        return answer<std::vector<provisioning>>{runs};
      },
      [world](const act_on_provisioning& m) {
        const std::lock_guard lock{world->guard};
        for (auto& each : world->runs) {
          if (each.id == m.id) {
            each.state = m.what == provisioning_change::pause       ? run_state::paused
                         : m.what == provisioning_change::roll_back ? run_state::rolling_back
                                                                    : run_state::running;
            return answer<provisioning>{each};
          }
        }
        return answer<provisioning>{no_such_run()};
      },
      [](const check_sources& m) {
        for (const auto& each : m.sources) {
          if (each.address.str() == unbindable_address)
            return answer<done>{error{errc::conflict,
                                      "node n1 cannot send from " + each.address.str(),
                                      "add it to a network interface", "address"}};
        }
        return answer<done>{done{}};
      },
      [](const report_binding& m) {
        const bool can_send = m.address.str() != unbindable_address;
        return answer<source_binding>{source_binding{m.address, node_name{"n1"}, can_send,
                                                     can_send ? "" : "cannot send from it"}};
      },
  };
}

} // namespace warmfront::testing
