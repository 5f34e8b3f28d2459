#include "tests/actors/cluster/membership_world.hpp"

#include <set>

#include "actors/cluster/node_commands.hpp"

namespace warmfront::testing {

using namespace std::chrono_literals;

membership_host::membership_host(membership_settings settings, storage::control_store& store,
                                 moment now)
    : now_{now}, store_{store}, later_{[weak = std::weak_ptr{inbox_}](milliseconds delay,
                                                                      std::function<void()> work) {
        if (const auto box = weak.lock())
          box->work.emplace(box->now + delay, std::move(work));
      }},
      rules_{settings}, nodes_{store, std::string{node_prefix}, observe(record_group::nodes),
                               later_},
      lives_{store, std::string{life_prefix}, observe(record_group::lives), later_},
      numbers_{store, std::string{cluster_prefix}, observe(record_group::numbers), later_},
      settled_epoch_{settings.settled_epoch} {
  inbox_->now = now.steady;
  perform();
  nodes_.start();
  lives_.start();
  numbers_.start();
}

control_mirror::observer membership_host::observe(record_group group) {
  return {[this, group](const auto& all) { (void)rules_.load(group, all, now_); },
          [this, group](const auto& event) { (void)rules_.apply(group, event, now_); }};
}

void membership_host::run(moment now) {
  now_ = now;
  inbox_->now = now.steady;
  while (!inbox_->work.empty() && inbox_->work.begin()->first <= now.steady) {
    const auto work = std::move(inbox_->work.begin()->second);
    inbox_->work.erase(inbox_->work.begin());
    work();
    perform();
  }
  rules_.tick(now);
  perform();
}

void membership_host::perform() {
  for (auto& action : rules_.take_actions())
    std::visit([this](auto& each) { (*this)(each); }, action);
}

/// A callback of the store that comes home through the inbox, unless the process is gone.
template <class Value, class Take>
auto membership_host::home(Take take) {
  return [this, weak = std::weak_ptr{inbox_}, take](const result<Value>& value) {
    if (const auto box = weak.lock())
      box->work.emplace(box->now,
                        [this, take, value] { (rules_.*take.first)(take.second, value, now_); });
  };
}

void membership_host::operator()(membership_action::transact& action) {
  store_.transact(std::move(action.what), home<storage::transaction_outcome>(
                                              std::pair{&membership::transacted, action.number}));
}

void membership_host::operator()(membership_action::grant_lease& action) {
  store_.grant_lease(action.time_to_live,
                     home<storage::lease_id>(std::pair{&membership::granted, action.number}));
}

void membership_host::operator()(membership_action::keep_lease& action) {
  store_.keep_lease(action.lease, home<void>(std::pair{&membership::kept, action.number}));
}

void membership_host::operator()(membership_action::revoke_lease& action) {
  store_.revoke_lease(action.lease, [](const result<void>&) {});
}

void membership_host::operator()(membership_action::read_again&) {
  nodes_.reload();
  lives_.reload();
  numbers_.reload();
}

void membership_host::operator()(membership_action::settle_data& action) {
  settled_.push_back(action);
  if (settle_at_once_)
    later_(0ms, [this, epoch = action.new_epoch] { settle(epoch); });
}

void membership_host::settle(std::uint64_t epoch) {
  settled_epoch_ = epoch;
  rules_.epoch_settled(epoch, now_);
  perform();
}

void membership_host::change(change_node command, std::function<void(const result<void>&)> done) {
  nodes_.change([this, command] { return build_node_change(rules_.book(), command, now_.wall); },
                std::move(done));
}

membership_world::membership_world(std::size_t nodes, std::uint64_t seed,
                                   milliseconds takeover_after)
    : takeover_after_{takeover_after}, random_{seed} {
  machines_.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    auto& machine = machines_[i];
    machine.name = "n" + std::to_string(i + 1);
    machine.instance = "disk of " + machine.name;
    machine.store =
        std::make_unique<storage::faulty_control_store>(store_, [this, i] { return choose(i); });
  }
  const auto follow = [](auto& into, std::string_view prefix, auto decode) {
    return [&into, prefix, decode](const result<std::vector<storage::control_event>>& events) {
      for (const auto& event : events.value()) {
        const auto name = event.record.key.substr(prefix.size());
        if (event.deleted)
          into.erase(name);
        else
          into.insert_or_assign(name, decode(event.record.value).value());
      }
    };
  };
  nodes_watch_ =
      store_.watch(std::string{node_prefix}, 1, follow(truth_, node_prefix, decode_node));
  lives_watch_ =
      store_.watch(std::string{life_prefix}, 1, follow(lives_, life_prefix, decode_life));
}

moment membership_world::now_of(const membership_machine& machine) const {
  const auto passed = static_cast<double>((clock_.steady_now() - began_).count());
  return {steady_time{1h} +
              std::chrono::nanoseconds{static_cast<std::int64_t>(passed * machine.clock_rate)},
          clock_.wall_now()};
}

void membership_world::start(membership_machine& machine) {
  membership_settings settings;
  settings.self = node_name{machine.name};
  settings.address = machine.name + ":7400";
  settings.key_fingerprint = "key of " + machine.name;
  settings.instance = machine.instance;
  settings.settled_epoch = machine.durable_epoch;
  settings.takeover_after = takeover_after_;
  machine.paused = false;
  machine.process = std::make_unique<membership_host>(settings, *machine.store, now_of(machine));
}

void membership_world::partition(membership_machine& machine) {
  machine.partitioned = true;
  machine.store->break_watches();
}

void membership_world::heal(membership_machine& machine) {
  machine.partitioned = false;
}

storage::control_fault membership_world::choose(std::size_t index) {
  using fault = storage::control_fault;
  if (machines_[index].partitioned)
    return fault::lost_call;
  if (random_.next() % 1000 >= faults_)
    return fault::none;
  constexpr fault kinds[]{fault::lost_call, fault::lost_answer, fault::delayed};
  return kinds[random_.next() % 3];
}

void membership_world::settle() {
  store_.run();
  for (auto& machine : machines_) {
    machine.store->deliver();
    if (random_.next() % 4 == 0)
      machine.store->release();
    if (machine.process && !machine.paused) {
      machine.process->run(now_of(machine));
      machine.durable_epoch = machine.process->settled_epoch();
    }
  }
}

void membership_world::pass(milliseconds time, const std::function<void()>& check) {
  constexpr milliseconds step{100};
  for (auto left = time; left.count() > 0; left -= step) {
    clock_.advance(std::min(step, left));
    settle();
    check();
  }
}

const node_record* membership_world::truth(const std::string& name) const {
  const auto found = truth_.find(name);
  return found == truth_.end() ? nullptr : &found->second;
}

bool membership_world::acts_though_dead(const membership_machine& machine) const {
  if (!machine.process || !machine.process->gate().holds(now_of(machine).steady))
    return false;
  const auto* const record = truth(machine.name);
  return record == nullptr || record->ended || record->epoch != machine.process->settled_epoch();
}

bool membership_world::has_twins() const {
  std::set<std::uint16_t> numbers;
  for (const auto& [name, record] : truth_)
    if (!numbers.insert(record.number).second)
      return true;
  return false;
}

} // namespace warmfront::testing
