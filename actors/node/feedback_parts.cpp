// What comes back about mail: the role that writes it down, and the listener of port 25.

#include <utility>

#include <caf/send.hpp>

#include "actors/feedback/feedback_actor.hpp"
#include "actors/feedback/inbound_actor.hpp"
#include "actors/feedback/inbound_mail.hpp"
#include "actors/node/cluster_parts.hpp"
#include "actors/node/node_parts.hpp"

namespace warmfront {

namespace {

/// A report is about one mail, of one message.
constexpr std::size_t inbound_recipients_max = 20;
/// Receivers that have much to say use few connections for it.
constexpr std::size_t inbound_connections_max = 500;
constexpr std::size_t inbound_connections_per_client_max = 50;

} // namespace

void node::parts::spawn_feedback() {
  feedback_ports its;
  its.store = store.get();
  its.time = &time;
  its.log = log.get();
  its.config.self = node_name{settings.node.name};
  its.changed = changed_counters();
  if (cluster)
    its.send = [to = &cluster->gateways](send_frames frames) { to->send(std::move(frames)); };
  feedback = system->spawn<caf::detached>(feedback_behavior, std::move(its));
}

// Without the key nothing that comes in could be told from what strangers make up.
result<void> node::parts::listen_inbound(std::shared_ptr<const net::tls_server_context> tls) {
  if (settings.smtp.inbound.empty() || !tokens)
    return success();
  inbound_ports its;
  its.tokens = tokens;
  its.feedback = feedback;
  its.time = &time;
  its.log = log.get();
  its.random = std::make_shared<seeded_random>(random_seed());
  its.node = number;
  inbound = system->spawn<caf::detached>(inbound_behavior, std::move(its));
  net::smtp_server_options options;
  options.hostname = settings.node.hostname;
  for (const auto& address : settings.smtp.inbound)
    options.listeners.push_back({address, false});
  options.limits.message_octets_max = settings.smtp.inbound_max_size;
  options.limits.recipients_max = inbound_recipients_max;
  options.limits.connections_max = inbound_connections_max;
  options.limits.connections_per_client_max = inbound_connections_per_client_max;
  net::smtp_server_handlers handlers;
  handlers.accepts_mail = [disk = store.get()] { return disk->health().accepts_growth; };
  handlers.accepts_recipient = [key = tokens](std::string_view address) {
    return is_inbound_address(*key, address);
  };
  handlers.submit = [to = inbound](std::vector<net::pending_submission> mails) {
    auto all = std::make_shared<std::vector<submitted_mail>>();
    all->reserve(mails.size());
    for (auto& each : mails)
      all->push_back({std::move(each.mail), std::move(each.done)});
    caf::anon_send(to, submit_mails{std::move(all)});
  };
  WARMFRONT_TRY(server, net::start_smtp_server(*io, std::move(options), std::move(tls),
                                               std::move(handlers), time));
  inbound_smtp = std::move(server);
  return success();
}

} // namespace warmfront
