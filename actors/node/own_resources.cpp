// Who sends, who is not sent to, and what became of mail: the roles behind these.

#include <utility>

#include <caf/send.hpp>

#include "actors/audit/audit_actor.hpp"
#include "actors/delivery/delivery_actor.hpp"
#include "actors/history/history_actor.hpp"
#include "actors/identities/identities_actor.hpp"
#include "actors/node/cluster_parts.hpp"
#include "actors/node/feedback_key.hpp"
#include "actors/node/node_parts.hpp"
#include "actors/statistics/statistics_actor.hpp"
#include "net/http/address_rules.hpp"

namespace warmfront {

result<void> node::parts::find_tokens() {
  const auto found =
      find_feedback_key(*control, sealing, [this] { return must_stop && must_stop(); });
  if (found) {
    tokens = found.value();
    return success();
  }
  if (found.error().code != errc::refused)
    return found.error();
  log->write(log_level::warn, "token_key_closed",
             {{"text", std::string_view{"this node makes no return paths and no links: " +
                                        to_string(found.error())}}});
  return success();
}

result<void> node::parts::spawn_own_resources() {
  WARMFRONT_TRY(verdict_key, make_secret());
  hasher = system->spawn<caf::detached>(worker_behavior);
  identities_ports its;
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.run_aside = [to = hasher](std::function<void()> work) {
    caf::anon_send(to, run_step{std::move(work)});
  };
  its.verdict_key = verdict_key;
  its.look_up = [dns = resolver.get()](const dns_answers::question& asked,
                                       dns::record_callback done) {
    dns->look_up(asked.name, asked.type, std::move(done));
  };
  its.sealing = sealing;
  identities = system->spawn(identities_behavior, make_identities_config(), std::move(its));
  if (!cluster) {
    spawn_statistics();
    spawn_feedback();
  }
  spawn_audit();
  spawn_history();
  return spawn_webhooks();
}

void node::parts::spawn_audit() {
  audit_ports its{store.get(), &time, log.get(), settings.node.name, {}};
  its.limits.keep = settings.audit.keep;
  its.limits.records_max = settings.audit.records;
  audit = system->spawn<caf::detached>(audit_behavior, std::move(its));
}

identities_config node::parts::make_identities_config() const {
  // While a mail may wait, the record of the key that it is signed with is needed; and its reader
  // may be a forwarder that waits, too.
  constexpr std::chrono::hours reading_time{24 * 7};
  identities_config made;
  made.site.hostname = settings.node.hostname;
  made.site.mx_hosts = settings.identity.mx_hosts;
  // What is configured was checked: it is a URL.
  if (const auto links = http::parse_callable_url(settings.http.public_url))
    made.site.public_host = links.value().host;
  made.site.takes_bounces = !settings.smtp.inbound.empty();
  made.rotation.kept_for = settings.delivery.expire_after + reading_time;
  made.rotation.rotate_every = settings.identity.rotate_every;
  made.rotation.seen_for = settings.identity.check_every;
  made.check_every = settings.identity.check_every;
  made.seed = random_seed();
  return made;
}

void node::parts::spawn_statistics() {
  statistics_ports its{store.get(), &time, log.get()};
  if (cluster) {
    its.self = {number, cluster->instance};
    its.send = [to = &cluster->gateways](send_frames frames) { to->send(std::move(frames)); };
    its.changed = changed_counters();
  }
  statistics = system->spawn<caf::detached>(statistics_behavior, std::move(its));
}

void node::parts::spawn_history() {
  history = system->spawn<caf::detached>(
      history_behavior, history_ports{store.get(), &time, log.get(), delivery, warmup, statistics});
}

storage::changed_counters* node::parts::changed_counters() const {
  return cluster ? &cluster->changed_counters : nullptr;
}

void node::parts::connect_roles() {
  const connect_listeners listeners{
      caf::actor_cast<caf::strong_actor_ptr>(intake),
      caf::actor_cast<caf::strong_actor_ptr>(delivery),
      cluster ? caf::actor_cast<caf::strong_actor_ptr>(cluster->replication) : nullptr,
      caf::actor_cast<caf::strong_actor_ptr>(scheduler),
      caf::actor_cast<caf::strong_actor_ptr>(suppressions),
      caf::actor_cast<caf::strong_actor_ptr>(feedback),
      caf::actor_cast<caf::strong_actor_ptr>(webhooks),
      caf::actor_cast<caf::strong_actor_ptr>(warmup),
      caf::actor_cast<caf::strong_actor_ptr>(identities)};
  caf::anon_send(warmup, listeners);
  caf::anon_send(ip_pool, listeners);
  caf::anon_send(delivery, listeners);
  caf::anon_send(intake, listeners);
  caf::anon_send(suppressions, listeners);
  caf::anon_send(identities, listeners);
  caf::anon_send(feedback, listeners);
  caf::anon_send(webhooks, listeners);
  if (cluster) {
    caf::anon_send(cluster->replication, listeners);
    connect_cluster();
  }
}

} // namespace warmfront
