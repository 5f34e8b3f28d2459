#include "actors/node/cluster_parts.hpp"

#include <charconv>
#include <filesystem>
#include <future>
#include <optional>
#include <utility>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/backup/restored_state.hpp"
#include "actors/cluster/inquiries_actor.hpp"
#include "actors/cluster/node_record.hpp"
#include "actors/node/node_parts.hpp"
#include "actors/replication/adopted_mails.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::chrono::seconds ask_again_after{1};
constexpr std::chrono::milliseconds look_again_after{200};
constexpr std::chrono::seconds leave_within{2};
constexpr std::string_view instance_key = "node/instance";
constexpr std::string_view epoch_key = "node/epoch";

/// What a data directory is called and the epoch that it was written under.
struct directory_facts {
  std::string instance;
  std::uint64_t epoch = 0;
};

result<directory_facts> read_facts(storage::store& store) {
  directory_facts facts;
  WARMFRONT_TRY(instance, store.get(family::control, instance_key));
  WARMFRONT_TRY(epoch, store.get(family::control, epoch_key));
  if (epoch) {
    const auto* const end = epoch->data() + epoch->size();
    if (const auto [read, fault] = std::from_chars(epoch->data(), end, facts.epoch);
        fault != std::errc{} || read != end)
      return error{errc::storage_corrupt, "read this node's epoch: not a number",
                   "restore the data directory from a backup or a peer"};
  }
  if (instance) {
    facts.instance = *instance;
    return facts;
  }
  seeded_random random{random_seed()};
  facts.instance = std::to_string(random.next());
  storage::batch changes;
  changes.put(family::control, std::string{instance_key}, facts.instance);
  WARMFRONT_TRY(storage::commit_and_wait(store, std::move(changes), storage::priority::progress));
  return facts;
}

result<storage::control_snapshot> read_all(storage::control_store& from, std::string prefix) {
  auto answered = std::make_shared<std::promise<result<storage::control_snapshot>>>();
  auto snapshot = answered->get_future();
  from.range(std::move(prefix), [answered](const result<storage::control_snapshot>& found) {
    answered->set_value(found);
  });
  return snapshot.get();
}

/// Others may have adopted what this node held: that goes, and then the new epoch is written.
result<std::uint64_t> settle(storage::store& store, storage::control_store& control,
                             const node_name& self, std::uint64_t epoch) {
  const auto prefix = std::string{bond_prefix} + self.str() + "/";
  WARMFRONT_TRY(bonds, read_all(control, prefix));
  std::uint64_t removed = 0;
  for (const auto& record : bonds.records) {
    const node_name holder{record.key.substr(prefix.size())};
    WARMFRONT_TRY(found, decode_bond(record.value));
    WARMFRONT_TRY(nodes, read_all(control, node_key(holder)));
    if (nodes.records.empty() || nodes.records.front().key != node_key(holder))
      continue;
    WARMFRONT_TRY(known, decode_node(nodes.records.front().value));
    WARMFRONT_TRY(count, remove_adopted(store, known.number, found.adopted));
    removed += count;
  }
  storage::batch changes;
  changes.put(family::control, std::string{epoch_key}, std::to_string(epoch));
  end_return(changes);
  WARMFRONT_TRY(storage::commit_and_wait(store, std::move(changes), storage::priority::progress));
  return removed;
}

error new_epoch() {
  return {errc::conflict,
          "this node was declared dead while it was cut off: others have taken its mail over",
          "it starts anew by itself"};
}

} // namespace

void cluster_parts::stop() {
  // What runs on its own threads is waited for, where it uses what is taken away below.
  if (members) {
    caf::scoped_actor self{members.home_system()};
    if (settler) {
      self->send_exit(settler, caf::exit_reason::kill);
      self->wait_for(settler);
    }
    self->request(members, leave_within, leave_cluster{})
        .receive([](const done&) {}, [](const caf::error&) {});
    if (peers)
      self->request(peers, leave_within, stop_peers{})
          .receive([](const done&) {}, [](const caf::error&) {});
  }
  for (const auto& each :
       {caf::actor_cast<caf::actor>(peers), caf::actor_cast<caf::actor>(inquiries),
        caf::actor_cast<caf::actor>(replication), reader, caf::actor_cast<caf::actor>(members)})
    if (each)
      caf::anon_send_exit(each, caf::exit_reason::kill);
  peers = peers_actor{};
  inquiries = inquiries_actor{};
  replication = replication_actor{};
  reader = caf::actor{};
  members = cluster_actor{};
  settler = caf::actor{};
  tunnels.reset();
  link.reset();
}

result<void> node::parts::join() {
  if (!settings.cluster) {
    sending.extend(steady_time::max());
    std::uint32_t hash = 2166136261u; // FNV-1a: numbers are registered in clusters only
    for (const char c : settings.node.name)
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
    number = static_cast<std::uint16_t>(hash ^ (hash >> 16));
    return success();
  }
  const auto& options = *settings.cluster;
  cluster = std::make_shared<cluster_parts>();
  auto& mine = *cluster;
  WARMFRONT_TRY(tls, net::peer_context::load(options.certificate, options.key, options.ca));
  mine.tls = std::move(tls);
  if (mine.tls->self().name != settings.node.name)
    return error{errc::invalid_argument,
                 "the certificate " + options.certificate + " is of node " + mine.tls->self().name +
                     ", and this is " + settings.node.name,
                 "make one with `warmfront pki node " + settings.node.name + "`",
                 "cluster.certificate"};
  const auto folder = std::filesystem::path{settings.node.data_dir} / "cluster";
  WARMFRONT_TRY(link, caf_link::open(*system, folder.string()));
  mine.link = std::move(link);
  net::peer_tunnel_options tunnels;
  tunnels.listen = options.listen;
  WARMFRONT_TRY(started,
                net::start_peer_tunnels(
                    *io, std::move(tunnels), mine.tls,
                    {[&mine](const net::peer_identity& who) { return mine.admitted.admits(who); },
                     [&mine](const net::peer_identity& who) {
                       return mine.link->connect_to(node_name{who.name});
                     },
                     [](net::tunnel_id) {}}));
  mine.tunnels = std::move(started);
  return become_member();
}

/// Settles the epoch that a start finds; a later one means that what is in memory is out of date.
void node::parts::spawn_settler() {
  cluster->settler =
      system->spawn<caf::detached>([this](caf::event_based_actor* self) -> caf::behavior {
        return {[this, self](const epoch_began& m) {
          if (cluster->running)
            return failed(new_epoch());
          const auto removed = settle(*store, *control, node_name{settings.node.name}, m.new_epoch);
          if (!removed) {
            log->write(log_level::warn, "epoch_not_settled",
                       {{"text", std::string_view{removed.error().what}}});
            self->delayed_send(self, ask_again_after, m);
            return;
          }
          if (removed.value() > 0)
            log->write(log_level::warn, "mails_lost_to_adoption",
                       {{"count", static_cast<std::int64_t>(removed.value())}});
          caf::anon_send(cluster->members, settle_epoch{m.new_epoch});
          if (!cluster->was_settled.exchange(true))
            cluster->settled.set_value();
        }};
      });
}

void node::parts::spawn_members(const std::string& instance, std::uint64_t epoch) {
  membership_settings membership;
  membership.self = node_name{settings.node.name};
  membership.address = cluster->tunnels->address();
  membership.key_fingerprint = cluster->tls->self().key_fingerprint;
  membership.instance = instance;
  membership.settled_epoch = epoch;
  membership.takeover_after = settings.cluster->takeover_after;
  cluster_ports ports;
  ports.control = control.get();
  ports.time = &time;
  ports.log = log.get();
  ports.sending = &sending;
  ports.settles = cluster->settler;
  ports.drains = [this](bool drains) { draining = drains; };
  ports.refused = failed;
  cluster->members = system->spawn(cluster_behavior, std::move(membership), std::move(ports));
}

void node::parts::ask_to_join() {
  system->spawn([in = cluster](caf::event_based_actor* self) {
    self->request(in->members, caf::infinite, join_cluster{})
        .then([in](answer<node_report>& found) { in->joined.set_value(std::move(found)); },
              [in](const caf::error&) {
                in->joined.set_value(
                    {error{errc::unavailable, "the cluster role has ended", "see the log"}});
              });
  });
}

// Waits for the control store as long as it takes: without it a node knows neither its number nor
// what it owns. A node that is refused meanwhile is told to stop by `failed`.
result<void> node::parts::become_member() {
  const auto wait_for = [this](auto future) -> result<void> {
    while (future.wait_for(look_again_after) != std::future_status::ready)
      if (must_stop())
        return error{errc::stopping, "the node was stopped while it waited for the cluster", {}};
    return success();
  };
  WARMFRONT_TRY(wait_for_takeover());
  WARMFRONT_TRY(facts, read_facts(*store));
  std::from_chars(facts.instance.data(), facts.instance.data() + facts.instance.size(),
                  cluster->instance);
  spawn_settler();
  spawn_members(facts.instance, facts.epoch);
  ask_to_join();
  const auto joined = cluster->joined.get_future().share();
  WARMFRONT_TRY(wait_for(joined));
  if (!joined.get().value)
    return joined.get().value.error();
  number = joined.get().value.value().number;
  if (joined.get().value.value().epoch != facts.epoch) {
    WARMFRONT_TRY(wait_for(cluster->settled.get_future().share()));
  }
  cluster->running = true;
  spawn_replication();
  return success();
}

void node::parts::spawn_replication() {
  replication_config rules;
  rules.self = node_name{settings.node.name};
  rules.number = number;
  rules.wanted = settings.cluster->replication != config::replication_mode::none;
  rules.bond_ends_after = settings.cluster->takeover_after;
  cluster->reader = system->spawn<caf::detached>(
      []() -> caf::behavior { return {[](const run_step& m) { m.step(); }}; });
  replication_ports its;
  its.store = store.get();
  its.control = control.get();
  its.time = &time;
  its.log = log.get();
  its.sending = &sending;
  its.reader = cluster->reader;
  its.drained = [members = cluster->members](bool drained) {
    caf::anon_send(members, report_drained{drained});
  };
  its.send = [to = &cluster->gateways](send_frames frames) { to->send(std::move(frames)); };
  cluster->replication = system->spawn(replication_behavior, std::move(rules), std::move(its));
  inquiries_ports asking;
  asking.time = &time;
  asking.log = log.get();
  asking.send = [to = &cluster->gateways](send_frames frames) { to->send(std::move(frames)); };
  cluster->inquiries = system->spawn(inquiries_behavior, std::move(asking));
  spawn_chunks(); // whoever hears of peers
  spawn_feedback();
  spawn_suppressions();
  spawn_statistics();
  peers_ports all;
  all.link = cluster->link.get();
  all.tunnels = cluster->tunnels.get();
  all.admitted = &cluster->admitted;
  all.gateways = &cluster->gateways;
  all.time = &time;
  all.log = log.get();
  all.replication = cluster->replication;
  all.inquiries = cluster->inquiries;
  all.chunks = chunks;
  all.feedback = feedback;
  all.suppressions = suppressions;
  all.statistics = statistics;
  cluster->peers =
      system->spawn<caf::detached>(peers_behavior, node_name{settings.node.name}, std::move(all));
}

// A lease is renewed three times in its life: after half of it one renewal at least has failed.
seconds node::parts::control_silence() const {
  if (!cluster)
    return seconds{0};
  const auto age = time.steady_now() - sending.confirmed();
  return age * 2 < settings.cluster->takeover_after ? seconds{0} : std::chrono::ceil<seconds>(age);
}

void node::parts::connect_cluster() {
  connect_members listeners;
  for (const auto& each : {caf::actor_cast<caf::strong_actor_ptr>(cluster->replication),
                           caf::actor_cast<caf::strong_actor_ptr>(cluster->inquiries),
                           caf::actor_cast<caf::strong_actor_ptr>(chunks),
                           caf::actor_cast<caf::strong_actor_ptr>(suppressions),
                           caf::actor_cast<caf::strong_actor_ptr>(statistics),
                           caf::actor_cast<caf::strong_actor_ptr>(intake),
                           caf::actor_cast<caf::strong_actor_ptr>(cluster->peers),
                           caf::actor_cast<caf::strong_actor_ptr>(warmup),
                           caf::actor_cast<caf::strong_actor_ptr>(scheduler),
                           caf::actor_cast<caf::strong_actor_ptr>(feedback)})
    listeners.listeners.push_back(each);
  caf::anon_send(cluster->members, listeners);
}

} // namespace warmfront
