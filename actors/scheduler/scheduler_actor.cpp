#include "actors/scheduler/scheduler_actor.hpp"

#include "actors/messages/once_loaded.hpp"
#include "actors/scheduler/scheduler_actor_host.hpp"

namespace warmfront {

scheduler_shell::behavior_type
scheduler_behavior(scheduler_shell::stateful_pointer<scheduler_state> self, scheduler_config config,
                   scheduler_ports ports) {
  self->state.host = std::make_shared<scheduler_host>(self, std::move(config), std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  using reports = std::vector<task_report>;
  return {
      once_loaded<create_task, task_report>(
          self, [](auto& of, const auto& m, auto promise) { of.create(m, promise); }),
      once_loaded<act_on_task, task_report>(
          self, [](auto& of, const auto& m, auto promise) { of.act(m, promise); }),
      once_loaded<delete_task, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<list_tasks, reports>(
          self, [](auto& of, const auto& m, auto promise) { of.list(m, promise); }),
      [](const preview_recurrence& m) -> answer<std::vector<occurrence>> {
        if (const auto checked = check(m.when); !checked)
          return {checked.error()};
        return {next_occurrences(m.when, wall_time::min(), m.count)};
      },
      [host](const merge_ended& m) { host->merge_ended(m.id); },
      [host](const merges_adopted& m) { host->adopted(m); },
      [self, host](const judge_merges& m) {
        auto promise = self->make_response_promise<answer<judged_merges>>();
        host->judge(m, promise);
        return promise;
      },
      [host](const pools_changed& m) { host->set_pools(m); },
      [host](const members_changed& m) { host->set_members(m); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
