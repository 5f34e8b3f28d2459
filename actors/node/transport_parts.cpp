// What the way to receivers needs: their policies, and who fetches them.
#include <utility>

#include <caf/send.hpp>

#include "actors/node/node_parts.hpp"
#include "actors/transport_policy/transport_policy_actor.hpp"
#include "actors/transport_policy/transport_policy_state.hpp"
#include "net/curl/curl_client.hpp"

namespace warmfront {

result<void> node::parts::make_policy_client() {
  if (!settings.delivery.mta_sts)
    return success();
  http::curl_client_config rules;
  rules.ca_file = settings.delivery.ca_file;
  if (settings.delivery.loopback_hosts) {
    WARMFRONT_TRY(allowed, http::address_rules::parse({"127.0.0.0/8", "::1/128"}));
    rules.addresses = std::move(allowed);
  }
  WARMFRONT_TRY(client, http::curl_client::start(std::move(rules), &time));
  policy_client = std::move(client);
  return success();
}

void node::parts::spawn_transport_policy() {
  transport_policy_ports its;
  its.store = store.get();
  its.time = &time;
  its.log = log.get();
  its.look_up = [dns = resolver.get()](const std::string& asked, dns::record_type type,
                                       dns::record_callback done) {
    dns->look_up(asked, type, std::move(done));
  };
  its.client = policy_client.get();
  transport_policy = system->spawn<caf::detached>(transport_policy_behavior, std::move(its));
  if (policy_client)
    // The router outlives the actors: a strong handle in it would keep their system from ending.
    router->set_policies([to = caf::actor_addr{transport_policy.address()}](
                             const std::string& domain, policy_callback then) {
      if (const auto role = caf::actor_cast<transport_policy_actor>(to))
        caf::anon_send(role, find_sts_policy{domain_name{domain}, std::move(then)});
    });
}

} // namespace warmfront
