#include "actors/cluster/peers_actor.hpp"

#include <utility>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/cluster/gateway_actor.hpp"

namespace warmfront {

void member_list::set(const std::vector<member>& members) {
  const std::lock_guard lock{mutex_};
  fingerprints_.clear();
  for (const auto& each : members)
    if (each.state != node_state::removed)
      fingerprints_.emplace(each.name.str(), each.key_fingerprint);
}

bool member_list::admits(const net::peer_identity& who) const {
  const std::lock_guard lock{mutex_};
  const auto known = fingerprints_.find(who.name);
  return known != fingerprints_.end() && known->second == who.key_fingerprint;
}

void gateway_list::add(const node_name& peer, caf::actor gateway) {
  const std::lock_guard lock{mutex_};
  gateways_.insert_or_assign(peer.str(), std::move(gateway));
}

void gateway_list::remove(const node_name& peer) {
  const std::lock_guard lock{mutex_};
  gateways_.erase(peer.str());
}

std::vector<caf::actor> gateway_list::take_all() {
  const std::lock_guard lock{mutex_};
  std::vector<caf::actor> all;
  for (auto& [peer, gateway] : std::exchange(gateways_, {}))
    all.push_back(std::move(gateway));
  return all;
}

caf::actor gateway_list::find(const node_name& peer) const {
  const std::lock_guard lock{mutex_};
  const auto known = gateways_.find(peer.str());
  return known == gateways_.end() ? caf::actor{} : known->second;
}

void gateway_list::send(send_frames frames) const {
  if (const auto gateway = find(frames.to))
    caf::anon_send(gateway, std::move(frames));
}

namespace {

using self_pointer = peers_actor::stateful_pointer<peers_state>;

void add_gateway(self_pointer self, const node_name& name, const node_name& peer,
                 const peers_ports& ports) {
  gateway_settings settings;
  settings.self = name;
  settings.dials = name < peer;
  gateway_ports its;
  its.link = ports.link;
  its.time = ports.time;
  its.log = ports.log;
  its.replication = ports.replication;
  its.inquiries = ports.inquiries;
  its.chunks = ports.chunks;
  its.feedback = ports.feedback;
  its.suppressions = ports.suppressions;
  its.statistics = ports.statistics;
  its.drop = [tunnels = ports.tunnels, peer] { tunnels->drop_all_of(peer.str()); };
  // The address is looked up for every call: a member may move.
  its.dial = [tunnels = ports.tunnels, peer, all = self->state.addresses,
              mutex = self->state.addresses_mutex](std::function<void(result<int>)> done) {
    std::string address;
    {
      const std::lock_guard lock{*mutex};
      address = (*all)[peer.str()];
    }
    tunnels->dial(address, peer.str(), [done](const result<net::dialled_tunnel>& made) {
      done(made ? result<int>{made.value().descriptor} : result<int>{made.error()});
    });
  };
  const auto gateway = self->spawn(gateway_behavior, peer, settings, its, random_seed());
  ports.gateways->add(peer, gateway);
  if (const auto published = ports.link->publish(peer, gateway); !published)
    ports.log->write(log_level::error, "peer_not_published",
                     {{"peer", std::string_view{peer.str()}},
                      {"text", std::string_view{published.error().what}}});
}

void follow(self_pointer self, const node_name& name, const peers_ports& ports,
            const std::vector<member>& members) {
  ports.admitted->set(members);
  ports.log->write(log_level::debug, "members",
                   {{"count", static_cast<std::int64_t>(members.size())}});
  for (const auto& each : members) {
    if (each.self)
      continue;
    {
      const std::lock_guard lock{*self->state.addresses_mutex};
      (*self->state.addresses)[each.name.str()] = each.address;
    }
    const auto known = ports.gateways->find(each.name);
    if (each.state == node_state::removed) {
      ports.tunnels->drop_all_of(each.name.str());
      if (known) {
        caf::anon_send_exit(known, caf::exit_reason::user_shutdown);
        ports.gateways->remove(each.name);
      }
    } else if (!known) {
      add_gateway(self, name, each.name, ports);
    }
  }
}

void stop_gateways(self_pointer self, const peers_ports& ports) {
  self->state.stopped = true;
  caf::scoped_actor waiting{self->home_system()};
  for (const auto& gateway : ports.gateways->take_all()) {
    waiting->send_exit(gateway, caf::exit_reason::user_shutdown);
    waiting->wait_for(gateway);
  }
}

} // namespace

peers_actor::behavior_type peers_behavior(peers_actor::stateful_pointer<peers_state> self,
                                          node_name name, peers_ports ports) {
  self->state.addresses = std::make_shared<std::map<std::string, std::string>>();
  self->state.addresses_mutex = std::make_shared<std::mutex>();
  return {
      [=](const members_changed& m) {
        if (!self->state.stopped)
          follow(self, name, ports, *m.members);
      },
      [=](const stop_peers&) {
        stop_gateways(self, ports);
        return done{};
      },
  };
}

} // namespace warmfront
