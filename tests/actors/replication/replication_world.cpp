#include "tests/actors/replication/replication_world.hpp"

#include <algorithm>

#include "actors/messages/reports.hpp"
#include "actors/replication/adopted_mails.hpp"

namespace warmfront::testing {

using storage::family;

namespace {

constexpr milliseconds time_to_live{4000};
constexpr milliseconds fence_within{3600};

/// Commits at once: for who waits for them.
class settling_store final : public storage::store {
public:
  explicit settling_store(storage::memory_store& of) : of_{of} {}
  void commit(storage::batch changes, storage::priority urgency,
              storage::commit_callback done) override {
    of_.commit(std::move(changes), urgency, std::move(done));
    of_.settle();
  }
  [[nodiscard]] result<std::optional<std::string>> get(family where,
                                                       std::string_view key) const override {
    return of_.get(where, key);
  }
  [[nodiscard]] result<std::vector<storage::key_value>> scan(family where, std::string_view from,
                                                             std::string_view before,
                                                             std::size_t limit) const override {
    return of_.scan(where, from, before, limit);
  }
  [[nodiscard]] result<std::optional<storage::key_value>>
  last(family where, std::string_view from, std::string_view before) const override {
    return of_.last(where, from, before);
  }
  [[nodiscard]] storage::storage_health health() const override { return of_.health(); }

private:
  storage::memory_store& of_;
};

std::string node_key_of(const node_name& name) {
  return "nodes/" + name.str();
}

} // namespace

replication_world::replication_world(std::size_t nodes, std::uint64_t seed) : random_{seed} {
  machines_.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    auto& machine = machines_[i];
    machine.number = static_cast<std::uint16_t>(i + 1);
    machine.name = node_name{"n" + std::to_string(i + 1)};
    machine.disk = std::make_unique<storage::memory_store>(
        storage::memory_store::acknowledgement::when_settled);
    put(node_key_of(machine.name), "active");
  }
}

// ---- the control store --------------------------------------------------------------------

void replication_world::put(const std::string& key, std::string value) {
  auto& record = control_[key];
  record.key = key;
  record.value = std::move(value);
  record.modified = ++revision_;
  for (auto& machine : machines_)
    if (machine.process)
      (key.starts_with(bond_prefix) ? machine.bond_events : machine.member_events)
          .push_back({record, false});
}

std::optional<bool> replication_world::transact(std::uint16_t by,
                                                const storage::control_transaction& what) {
  auto& machine = of(by);
  const auto luck = below(20);
  if (machine.control_cut || luck == 0)
    return std::nullopt;
  // Its mirror has seen all that the answer depends on, whatever the answer is.
  const auto see_all = [&] {
    for (auto& event : std::exchange(machine.bond_events, {})) {
      (void)machine.process->rules().bonds().apply(event);
      machine.process->rules().bonds_changed();
    }
  };
  for (const auto& [key, modified] : what.when) {
    const auto found = control_.find(key);
    if ((found == control_.end() ? 0 : found->second.modified) == modified)
      continue;
    see_all();
    // Another prefix comes in its own time: no use in trying at once.
    return key.starts_with(bond_prefix) ? std::optional{false} : std::nullopt;
  }
  for (const auto& change : what.then)
    put(change.key, *change.value);
  if (luck == 1)
    return std::nullopt; // it happened, and nobody says so
  see_all();
  return true;
}

std::vector<replication_member> replication_world::members() const {
  std::vector<replication_member> all;
  for (const auto& machine : machines_) {
    const auto& record = control_.at(node_key_of(machine.name));
    const bool dead = record.value == "dead";
    all.push_back({machine.name, machine.number, dead, dead && machine.lost,
                   record.value == "active", record.value == "draining", record.modified});
  }
  return all;
}

void replication_world::keep_leases() {
  for (auto& machine : machines_) {
    if (!machine.process || machine.control_cut ||
        control_.at(node_key_of(machine.name)).value == "dead")
      continue;
    machine.lease_until = now() + time_to_live;
    machine.process->gate.extend(now() + fence_within);
    machine.process->contact();
  }
}

void replication_world::declare_dead() {
  const auto able = [](const auto& each) { return each.process && !each.control_cut; };
  if (std::ranges::none_of(machines_, able))
    return;
  for (const auto& machine : machines_)
    if (machine.lease_until <= now() && control_.at(node_key_of(machine.name)).value != "dead" &&
        !(machine.process && !machine.control_cut) && below(2) == 0)
      put(node_key_of(machine.name), "dead");
}

// ---- the network --------------------------------------------------------------------------

void replication_world::connect() {
  for (std::uint16_t a = 1; a <= machines_.size(); ++a)
    for (auto b = static_cast<std::uint16_t>(a + 1); b <= machines_.size(); ++b) {
      if (!of(a).process || !of(b).process || cut_.contains({a, b}) || sessions_.contains({a, b}) ||
          below(2) != 0)
        continue;
      sessions_.insert({a, b});
      for (const auto& [here, there] : {pair{a, b}, pair{b, a}})
        of(here).process->hear(of(there).name, false, [peer = of(there).name](replication& rules) {
          rules.peer_joined(peer);
        });
    }
}

// What is on the way and heard already still comes; nothing does after that.
void replication_world::disconnect(pair which) {
  if (sessions_.erase(which) == 0)
    return;
  for (const auto& [here, there] : {which, pair{which.second, which.first}})
    if (auto& process = of(here).process)
      process->lose(of(there).name, random_.next());
}

void replication_world::send(std::uint16_t from, const node_name& to, std::uint16_t kind,
                             std::string octets) {
  for (auto& machine : machines_)
    if (machine.name == to && machine.process &&
        sessions_.contains(std::minmax(from, machine.number)))
      machine.process->hear(
          of(from).name, true,
          [this, peer = of(from).name, kind, octets = std::move(octets)](replication& rules) {
            if (!rules.received(peer, kind, octets))
              broken_ = "a frame of " + peer.str() + " cannot be read";
          });
}

void replication_world::cut(std::size_t one, std::size_t other) {
  const pair which = std::minmax(machines_[one].number, machines_[other].number);
  doubt_outcomes(machines_[one]);
  doubt_outcomes(machines_[other]);
  cut_.insert(which);
  disconnect(which);
}

void replication_world::cut_control(std::size_t which) {
  doubt_outcomes(machines_[which]);
  machines_[which].control_cut = true;
}

std::vector<pool> replication_world::pools() const {
  pool shared;
  shared.name = pool_name{"shared"};
  for (const auto& machine : machines_)
    if (machine.serves)
      shared.addresses.push_back({ip_address{"192.0.2.1"}, machine.name, 1, {}});
  return {shared};
}

void replication_world::serve(std::size_t which, bool serves) {
  machines_[which].serves = serves;
  for (auto& machine : machines_)
    if (machine.process)
      machine.process->set_pools(pools());
}

void replication_world::drain(std::size_t which, bool drains) {
  auto& machine = machines_[which];
  const auto key = node_key_of(machine.name);
  if (machine.drains == drains)
    return;
  machine.drains = drains;
  if (control_.at(key).value != "dead")
    put(key, drains ? "draining" : "active");
}

void replication_world::drained(std::uint16_t number, bool drained) {
  of(number).drained = drained;
}

std::size_t replication_world::sent_by(std::size_t which) const {
  return static_cast<std::size_t>(std::ranges::count_if(sent_, [&](const auto& each) {
    return !each.second.empty() && each.second.back().by == machines_[which].number;
  }));
}

std::size_t replication_world::owned_by(std::size_t which) const {
  return static_cast<std::size_t>(std::ranges::count_if(promised_, [&](const promised_mail& mail) {
    return owns(machines_[which], mail.id) && !has_ended(machines_[which], mail.id);
  }));
}

void replication_world::heal() {
  cut_.clear();
  for (auto& machine : machines_)
    machine.control_cut = false;
}

bool replication_world::is_fully_connected(const replication_machine& machine) const {
  if (machine.control_cut)
    return false;
  for (const auto& each : machines_)
    if (each.number != machine.number &&
        !sessions_.contains(std::minmax(each.number, machine.number)))
      return false;
  return true;
}

// ---- processes ----------------------------------------------------------------------------

bool replication_world::start(replication_machine& machine) {
  if (machine.control_cut || machine.lost)
    return false;
  const auto key = node_key_of(machine.name);
  if (control_.at(key).value == "dead")
    put(key, machine.drains ? "draining" : "active");
  machine.lease_until = now() + time_to_live;
  for (const auto& holder : machines_) {
    const auto bonds = control_.find(bond_key(machine.name, holder.name));
    if (bonds == control_.end())
      continue;
    settling_store disk{*machine.disk};
    if (!remove_adopted(disk, holder.number, decode_bond(bonds->second.value).value().adopted))
      broken_ = "what was adopted cannot be removed";
  }
  machine.member_events.clear();
  machine.bond_events.clear();
  machine.process =
      std::make_unique<replication_host>(*this, machine.name, machine.number, *machine.disk);
  machine.process->set_pools(pools());
  auto& rules = machine.process->rules();
  rules.set_members(members());
  storage::control_snapshot bonds;
  for (const auto& [each, record] : control_)
    if (each.starts_with(bond_prefix))
      bonds.records.push_back(record);
  (void)rules.bonds().load(bonds);
  rules.contact();
  rules.bonds_changed();
  return true;
}

void replication_world::crash(std::size_t which) {
  auto& machine = machines_[which];
  if (!machine.process)
    return;
  doubt_outcomes(machine);
  const auto unsettled = machine.disk->unsettled();
  machine.process.reset();
  machine.disk->crash(unsettled == 0 ? 0 : below(unsettled + 1));
  for (const auto& each : std::set{sessions_})
    if (each.first == machine.number || each.second == machine.number)
      disconnect(each);
}

void replication_world::lose(std::size_t which) {
  crash(which);
  auto& machine = machines_[which];
  for (auto& mail : promised_)
    mail.lost_with_its_disk = is_only_copy(machine, mail.id);
  machine.lost = true;
  machine.wanted = false;
  // Its removal is news to all, whether it was dead already or not.
  put(node_key_of(machine.name), std::string{control_.at(node_key_of(machine.name)).value});
  // Only it could say whether it has adopted these; their former owners will send them.
  for (const auto& mail : promised_)
    if (std::ranges::any_of(machines_, [&](const auto& each) {
          return each.number != machine.number && waits_for(each, machine.number, mail.id);
        }))
      unanswerable_.insert(mail.id);
  for (auto& mail : promised_)
    mail.lost_with_its_disk =
        mail.lost_with_its_disk || has_ended(machine, mail.id) || is_recalled(machine, mail.id) ||
        std::ranges::none_of(machines_, [&](const auto& each) {
          return each.number != machine.number && (owns(each, mail.id) || has_copy(each, mail.id));
        });
}

void replication_world::submit(std::size_t at, std::size_t recipients, bool copy_required) {
  if (auto& process = machines_[at].process)
    process->submit(recipients, copy_required);
}

// ---- time ---------------------------------------------------------------------------------

bool replication_world::run_one() {
  const auto first = below(machines_.size());
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    auto& machine = machines_[(first + i) % machines_.size()];
    if (!machine.process)
      continue;
    if (!machine.control_cut && below(4) == 0) {
      if (!machine.member_events.empty()) {
        machine.member_events.pop_front();
        machine.process->rules().set_members(members());
        return true;
      }
      if (!machine.bond_events.empty()) {
        auto& bonds = machine.process->rules().bonds();
        (void)bonds.apply(machine.bond_events.front());
        machine.bond_events.pop_front();
        machine.process->rules().contact();
        machine.process->rules().bonds_changed();
        return true;
      }
    }
    if (machine.process->run_one())
      return true;
  }
  return false;
}

void replication_world::run(std::size_t steps) {
  while (steps-- > 0 && run_one()) {
  }
}

void replication_world::pass(milliseconds passing) {
  constexpr milliseconds step{250};
  for (auto left = passing; left.count() > 0; left -= step) {
    time.advance(step);
    for (std::size_t i = 0; i < machines_.size(); ++i) {
      auto& machine = machines_[i];
      if (machine.process && !machine.control_cut &&
          control_.at(node_key_of(machine.name)).value == "dead")
        crash(i); // it finds itself declared dead
      if (!machine.process && machine.wanted && below(3) == 0)
        start(machine);
    }
    keep_leases();
    declare_dead();
    connect();
    for (auto& machine : machines_)
      if (machine.process)
        machine.process->tick();
    run(30 + below(100));
  }
}

} // namespace warmfront::testing
