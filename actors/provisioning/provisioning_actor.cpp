#include "actors/provisioning/provisioning_actor.hpp"

#include "actors/messages/once_loaded.hpp"
#include "actors/provisioning/provisioning_actor_host.hpp"

namespace warmfront {

provisioning_shell::behavior_type
provisioning_behavior(provisioning_shell::stateful_pointer<provisioning_state> self,
                      provisioning_config config, provisioning_ports ports) {
  self->state.host = std::make_shared<provisioning_host>(self, std::move(config), std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      once_loaded<start_provisioning, provisioning>(
          self, [](auto& of, const auto& m, auto promise) { of.begin(m, promise); }),
      once_loaded<list_provisionings, std::vector<provisioning>>(
          self,
          [](auto& of, const auto& m, auto promise) {
            promise.deliver(answer<std::vector<provisioning>>{of.list(m)});
          }),
      once_loaded<act_on_provisioning, provisioning>(
          self, [](auto& of, const auto& m, auto promise) { of.act(m, promise); }),
      [self](const check_sources& m) -> caf::typed_response_promise<answer<done>> {
        auto promise = self->make_response_promise<answer<done>>();
        self->state.host->check(m, promise);
        return promise;
      },
      [host](const report_binding& m) { return answer<source_binding>{host->binding_of(m)}; },
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
