// The roles between mail that comes in and delivery, in the order in which they start.

#include <utility>

#include <caf/send.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/idempotency/idempotency_actor.hpp"
#include "actors/ip_pool/ip_pool_actor.hpp"
#include "actors/node/cluster_parts.hpp"
#include "actors/node/node_parts.hpp"
#include "actors/provisioning/provisioning_actor.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/suppressions/suppressions_actor.hpp"
#include "actors/templates/templates_actor.hpp"
#include "actors/unsubscribes/unsubscribes_actor.hpp"
#include "actors/warmup/warmup_actor.hpp"
#include "net/asio/source_address.hpp"

namespace warmfront {

namespace {

// Readers are tracked unasked only by links that somebody said are right.
tracking default_tracking(const config::config& settings) {
  return settings.http.public_url.empty()
             ? tracking{}
             : tracking{settings.tracking.opens, settings.tracking.clicks};
}

} // namespace

second_copy copies_rule(const config::config& settings) {
  using config::replication_mode;
  if (!settings.cluster || settings.cluster->replication == replication_mode::none)
    return second_copy::never;
  return settings.cluster->replication == replication_mode::required ? second_copy::required
                                                                     : second_copy::preferred;
}

void node::parts::spawn_warmup() {
  warmup_rules rules;
  rules.node = node_name{settings.node.name};
  rules.day = settings.warmup.day;
  rules.alone = !cluster;
  rules.restored_at = restored;
  warmup = system->spawn(warmup_behavior, rules, store.get(), control.get(), &time, log.get());
  ip_pool = system->spawn(ip_pool_behavior, warmup, control.get(), &time, log.get(),
                          settings.cluster ? rules.node : node_name{});
}

result<void> node::parts::spawn_intake() {
  WARMFRONT_TRY(log_of_intake, storage::event_writer::open(*store, storage::event_stream::intake));
  intake_config rules{
      settings.node.hostname, number, settings.smtp.max_message_size, 1000, pool_name{"shared"},
      copies_rule(settings),  true};
  looks_up = system->spawn<caf::detached>(worker_behavior);
  rules.suppressions = {&suppressed, [to = looks_up](std::function<void()> work) {
                          caf::anon_send(to, run_step{std::move(work)});
                        }};
  rules.awaits_identities = true;
  rules.require_verified = settings.identity.require_verified;
  rules.track = default_tracking(settings);
  auto policy = std::make_shared<warmfront::intake>(std::move(rules),
                                                    std::make_unique<seeded_random>(random_seed()));
  for (const auto& each : stored)
    if (each.where.appended_by == storage::lane::writer::intake)
      policy->restore(each.where, each.tail);
  intake_books books{storage::event_recorder{log_of_intake}, changed_counters()};
  books.events.set_readers(true, nullptr); // until it is told who reads
  intake = system->spawn(intake_behavior, std::move(policy), store.get(), &time, delivery,
                         cluster ? cluster->replication : replication_actor{}, std::move(books));
  return success();
}

void node::parts::spawn_provisioning() {
  provisioning_config rules;
  rules.self = node_name{settings.node.name};
  rules.alone = !cluster;
  rules.helo = settings.node.hostname;
  rules.dns_lists = settings.provisioning.dns_lists;
  rules.check_every = settings.provisioning.check_every;
  rules.day = settings.warmup.day;
  provisioning_ports its;
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.ip_pool = ip_pool;
  its.warmup = warmup;
  if (cluster)
    its.inquiries = cluster->inquiries;
  its.look_up = [dns = resolver.get()](const dns_question& asked, dns::record_callback done) {
    dns->look_up(asked.name, asked.type, std::move(done));
  };
  its.can_bind = net::check_source_address;
  provisioning = system->spawn(provisioning_behavior, std::move(rules), std::move(its));
}

void node::parts::spawn_chunks() {
  chunks_ports its{store.get()};
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.config.self = node_name{settings.node.name};
  if (cluster) {
    its.send = [to = &cluster->gateways](send_frames frames) { to->send(std::move(frames)); };
    its.config.copies_wanted = copies_rule(settings) != second_copy::never;
    its.config.copy_required = copies_rule(settings) == second_copy::required;
  }
  chunks = system->spawn<caf::detached>(chunks_behavior, std::move(its));
}

void node::parts::spawn_suppressions() {
  suppressions_ports its;
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.disk = store.get();
  its.reader = &suppressed;
  its.config.node = number;
  its.config.seed = random_seed();
  if (cluster) {
    its.send = [to = &cluster->gateways](send_frames frames) { to->send(std::move(frames)); };
    its.config.copies_wanted = copies_rule(settings) != second_copy::never;
    its.config.copy_required = copies_rule(settings) == second_copy::required;
  }
  suppressions = system->spawn<caf::detached>(suppressions_behavior, std::move(its));
}

void node::parts::spawn_templates() {
  if (!cluster) {
    spawn_chunks();
    spawn_suppressions();
  }
  templates =
      system->spawn(templates_behavior, templates_ports{control.get(), &time, log.get(), chunks,
                                                        settings.cloud_api.review_templates});
  unsubscribes = system->spawn(unsubscribes_behavior, control.get(), log.get());
}

void node::parts::spawn_idempotency() {
  idempotency_ports its;
  its.control = control.get();
  its.time = &time;
  its.random = std::make_shared<seeded_random>(random_seed());
  its.self = node_name{settings.node.name};
  its.node = number;
  its.delivery = delivery;
  if (cluster)
    its.inquiries = cluster->inquiries;
  idempotency = system->spawn(idempotency_behavior, std::move(its));
}

void node::parts::spawn_scheduler() {
  groups = system->spawn<caf::detached>(groups_behavior,
                                        groups_ports{control.get(), &time, log.get(), chunks});
  scheduler_config rules;
  rules.self = node_name{settings.node.name};
  rules.alone = !cluster;
  scheduler_ports its;
  its.store = store.get();
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.templates = templates;
  its.groups = groups;
  its.chunks = chunks;
  its.intake = intake;
  its.delivery = delivery;
  its.identities = identities;
  const auto& asked = settings.identity.bulk_rules;
  rules.rules = asked == "off" ? bulk_rules::off
                : asked == "refuse" || (asked.empty() && settings.identity.require_verified)
                    ? bulk_rules::refuse
                    : bulk_rules::warn;
  scheduler = system->spawn(scheduler_behavior, std::move(rules), std::move(its));
}

} // namespace warmfront
