// Who hears of events: the client that calls strangers, and the role behind webhooks.
#include "actors/node/node_parts.hpp"
#include "actors/webhooks/webhooks_actor.hpp"

namespace warmfront {

result<void> node::parts::open_http() {
  http::curl_client_config its;
  WARMFRONT_TRY(addresses, http::address_rules::parse(settings.webhooks.allowed_networks));
  its.addresses = std::move(addresses);
  its.allow_plain = settings.webhooks.allow_plain;
  its.ca_file = settings.webhooks.ca_file;
  WARMFRONT_TRY(made, http::curl_client::start(std::move(its), &time));
  http = std::move(made);
  if (!settings.events.file.empty()) {
    WARMFRONT_TRY(lines, rotating_file::open(settings.events.file, settings.events.file_size));
    event_lines = std::move(lines);
  }
  return success();
}

result<void> node::parts::spawn_webhooks() {
  WARMFRONT_TRY(open_http());
  webhooks_ports its;
  its.store = store.get();
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.http = http.get();
  its.random = std::make_shared<seeded_random>(random_seed());
  its.sealing = sealing;
  WARMFRONT_TRY(addresses, http::address_rules::parse(settings.webhooks.allowed_networks));
  its.addresses = std::move(addresses);
  its.allow_plain = settings.webhooks.allow_plain;
  its.keep = settings.events.keep;
  its.node = settings.node.name;
  if (event_lines)
    its.write_file = [to = event_lines.get()](const std::string& lines) {
      return to->append(lines);
    };
  webhooks = system->spawn<caf::detached>(webhooks_behavior, std::move(its));
  return success();
}

} // namespace warmfront
