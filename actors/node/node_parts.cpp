#include "actors/node/node_parts.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>
#include <type_traits>
#include <utility>

#include <caf/send.hpp>

#include "actors/access/access_actor.hpp"
#include "actors/backup/restored_state.hpp"
#include "actors/delivery/delivery_actor_state.hpp"
#include "actors/node/cluster_parts.hpp"
#include "net/asio/mail_transport.hpp"
#include "storage/etcd/etcd_control_store.hpp"
#include "storage/rocks/rocks_store.hpp"

namespace warmfront {

namespace {

// CAF lets an actor run until its mailbox is empty; this bounds a turn.
constexpr std::size_t messages_per_turn = 300;

// A signature takes most of a millisecond of a processor, everything else that is done to a mail
// far less.
std::size_t signers_count() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

std::string public_url(const config::config& settings) {
  const auto& http = settings.http;
  if (!http.public_url.empty())
    return http.public_url;
  return (http.public_tls ? "https://" : "http://") + http.public_address;
}

} // namespace

result<void> node::parts::open_log() {
  WARMFRONT_TRY(opened, json_log::open(settings.log.file, settings.log.level, time));
  log = std::move(opened);
  return success();
}

result<void> node::parts::open_storage() {
  std::error_code failure;
  std::filesystem::create_directories(settings.node.data_dir, failure);
  if (failure)
    return error{errc::storage_failed,
                 "the data directory " + settings.node.data_dir +
                     " cannot be made: " + failure.message(),
                 "make it and give it to this user", "node.data_dir"};
  storage::rocks_options options;
  options.directory = settings.node.data_dir;
  options.reserve_octets = settings.storage.reserve;
  options.log_line = [this](std::string_view line) {
    log->write(log_level::warn, "database", {{"text", line}});
  };
  WARMFRONT_TRY(opened, storage::open_rocks_store(std::move(options)));
  store = std::move(opened);
  WARMFRONT_TRY(suppressed.open(*store));
  WARMFRONT_TRY(key, find_secrets_key(settings));
  sealing = key;
  WARMFRONT_TRY(when, restored_at(*store));
  restored = when;
  return open_control();
}

result<void> node::parts::open_control() {
  if (!settings.cluster) {
    WARMFRONT_TRY(embedded, storage::open_embedded_control_store(*store, time));
    control = std::move(embedded);
    return success();
  }
  storage::etcd_options options;
  options.endpoints = settings.cluster->etcd;
  options.ca_file = settings.cluster->ca;
  options.certificate_file = settings.cluster->certificate;
  options.key_file = settings.cluster->key;
  WARMFRONT_TRY(remote, storage::open_etcd_control_store(std::move(options)));
  control = std::move(remote);
  return success();
}

result<void> node::parts::open_network() {
  io = std::make_unique<net::io_threads>(2);
  std::vector<dns::static_route> rows;
  for (const auto& each : settings.delivery.routes)
    rows.push_back({each.domain, each.to});
  WARMFRONT_TRY(routes, dns::static_routes::make(rows));
  net::unbound_options options;
  options.servers = settings.dns.servers;
  options.limits.allow_loopback = settings.delivery.loopback_hosts;
  if (settings.dns.dnssec)
    options.trust_anchor_file = settings.dns.trust_anchor;
  WARMFRONT_TRY(believed, net::tls_client_context::load(settings.delivery.ca_file));
  authorities = std::move(believed);
  WARMFRONT_TRY(make_policy_client());
  WARMFRONT_TRY(made, net::make_unbound_resolver(std::move(options), *io,
                                                 std::make_unique<seeded_random>(random_seed())));
  resolver = std::move(made);
  std::vector<receiving_provider> providers;
  for (const auto& each : settings.delivery.providers)
    providers.push_back({provider_name{each.name}, each.domains, each.hosts});
  router.emplace(std::move(routes), resolver.get(), provider_table{std::move(providers)});
  return success();
}

delivery_config node::parts::make_delivery_config() const {
  delivery_config made;
  made.hostname = settings.node.hostname;
  made.node = number;
  made.self = node_name{settings.node.name};
  // What a template may become at most.
  made.merged_octets_max = 2 * settings.smtp.max_message_size;
  made.copies_wanted = copies_rule(settings) != second_copy::never;
  made.dispatch.helo = settings.node.hostname;
  made.dispatch.links_in_batches = !settings.http.public_url.empty();
  made.dispatch.connections_per_site = settings.delivery.connections_per_site;
  made.retry.first = settings.delivery.retry_first;
  made.retry.last = settings.delivery.retry_last;
  made.retry.expire_after = settings.delivery.expire_after;
  made.history = settings.history.keep;
  return made;
}

void node::parts::make_system() {
  // Stealing polls: idle threads woke 20 000 times a second, half of what accepting a mail cost.
  actor_settings.set("scheduler.policy", caf::atom("sharing"));
  // Actors decide and hand on: one thread serves 20 000 mails a second, the second one is for the
  // answers to long questions. On two processors it would cost more than it gives.
  actor_settings.set("scheduler.max-threads", std::thread::hardware_concurrency() > 2 ? 2 : 1);
  actor_settings.set("scheduler.max-throughput", messages_per_turn);
  if (settings.cluster)
    caf_link::configure(actor_settings);
  system = std::make_unique<caf::actor_system>(actor_settings);
}

result<void> node::parts::spawn_actors() {
  WARMFRONT_TRY(found, stored_lanes(*store));
  stored = std::move(found);
  WARMFRONT_TRY(find_tokens());
  access = system->spawn(access_behavior, control.get(), &time, log.get(), sealing);
  spawn_warmup();
  spawn_provisioning();
  spawn_templates();
  reader = system->spawn<caf::detached>(worker_behavior);
  spawn_transport_policy();
  for (std::size_t i = 0; i < signers_count(); ++i)
    signers.push_back(system->spawn<caf::detached>(worker_behavior));
  delivery_ports ports;
  ports.store = store.get();
  ports.time = &time;
  ports.log = log.get();
  ports.ip_pool = ip_pool;
  ports.warmup = warmup;
  ports.reader = reader;
  ports.signers = signers;
  ports.outgoing.public_url = public_url(settings);
  ports.outgoing.links_unasked = !settings.http.public_url.empty();
  ports.outgoing.tokens = tokens;
  ports.unsubscribes = unsubscribes;
  ports.router = &*router;
  ports.make_transport = [this](net::transport_callback events) {
    return net::make_mail_transport(*io, std::move(events), &sending, authorities);
  };
  ports.sending = &sending;
  ports.suppressions = &suppressed;
  ports.transport_policy = transport_policy;
  WARMFRONT_TRY(log_of_delivery,
                storage::event_writer::open(*store, storage::event_stream::delivery));
  ports.events = storage::event_recorder{log_of_delivery};
  ports.events.set_readers(true, nullptr); // until it is told who reads
  ports.changed = changed_counters();
  if (cluster)
    ports.progressed = [replication = cluster->replication](std::vector<copy_progress> outcomes) {
      caf::anon_send(replication, outcomes_recorded{std::make_shared<std::vector<copy_progress>>(
                                      std::move(outcomes))});
    };
  // Each part that notices a failing disk says so; the node is told once.
  ports.failed = [told = std::make_shared<std::atomic_flag>(), failed = failed](const error& why) {
    if (failed && !told->test_and_set())
      failed(why);
  };
  delivery = system->spawn(delivery_behavior, make_delivery_config(), std::move(ports),
                           random_seed(), stored);
  WARMFRONT_TRY(spawn_intake());
  WARMFRONT_TRY(spawn_own_resources());
  spawn_scheduler();
  spawn_idempotency();
  asker = system->spawn([self = asker_self](caf::event_based_actor* me) -> caf::behavior {
    *self = me;
    return {[](const run_step& message) { message.step(); }};
  });
  connect_roles();
  return success();
}

void node::parts::make_services() {
  services.emplace(node_services{*system,
                                 *io,
                                 time,
                                 *log,
                                 settings,
                                 access,
                                 warmup,
                                 ip_pool,
                                 provisioning,
                                 chunks,
                                 templates,
                                 unsubscribes,
                                 groups,
                                 scheduler,
                                 identities,
                                 suppressions,
                                 statistics,
                                 intake,
                                 delivery,
                                 [disk = store.get()]() -> std::string {
                                   const auto health = disk->health();
                                   if (health.failure)
                                     return "the storage has failed: " + health.failure->what;
                                   return health.accepts_growth
                                              ? ""
                                              : "the disk is full: no new mail is taken";
                                 },
                                 [disk = store.get()] { return disk->health(); },
                                 [server = smtp.get()] { return server->counts(); },
                                 cluster ? cluster->members : cluster_actor{},
                                 cluster ? cluster->inquiries : inquiries_actor{},
                                 [this] { return control_silence(); }});
  services->idempotency = idempotency;
  services->transport_policy = transport_policy;
  services->feedback = feedback;
  services->tokens = tokens;
  if (inbound_smtp)
    services->inbound_counts = [server = inbound_smtp.get()] { return server->counts(); };
  services->webhooks = webhooks;
  services->audit = audit;
  services->sealing = sealing;
  services->history = history;
  start_backups();
  services->backups = backups.get();
}

void node::parts::system_stop() {
  if (!system)
    return;
  if (http)
    http->stop();
  if (policy_client)
    policy_client->stop();
  const auto end = [](auto&... roles) {
    const auto end_one = [](auto& role) {
      if (role)
        caf::anon_send_exit(role, caf::exit_reason::kill);
      role = std::remove_reference_t<decltype(role)>{};
    };
    (end_one(roles), ...);
  };
  end(scheduler, groups, intake, delivery, templates, chunks, unsubscribes, idempotency,
      provisioning, ip_pool, warmup, access, identities, suppressions, statistics, hasher, looks_up,
      transport_policy, inbound, feedback, webhooks, audit, history, reader, asker);
  for (const auto& each : signers)
    caf::anon_send_exit(each, caf::exit_reason::kill);
  signers.clear();
  system.reset();
}

} // namespace warmfront
