// Memberships under crashes, partitions, pauses, lost answers and clocks that run apart. A failing
// seed is printed and replays.
#include <catch2/catch.hpp>

#include "tests/actors/cluster/membership_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::membership_machine;
using warmfront::testing::membership_world;

namespace {

constexpr milliseconds lease{6000};
constexpr milliseconds declared_within = lease + 2s;

class simulation {
public:
  explicit simulation(std::uint64_t seed) : world_{2 + seed % 4, seed, lease} {
    world_.set_faults(below(4) * 60);
    for (auto& machine : world_.machines()) {
      machine.clock_rate = 0.95 + static_cast<double>(below(101)) / 1000;
      if (below(3) != 0)
        world_.start(machine);
    }
  }

  void disturb() {
    auto& machine = world_.machines()[below(world_.machines().size())];
    switch (below(12)) {
    case 0:
    case 1:
      world_.crash(machine);
      break;
    case 2:
    case 3:
    case 4:
      if (!machine.process || machine.process->refused())
        restart(machine);
      break;
    case 5:
      world_.partition(machine);
      break;
    case 6:
    case 7:
      world_.heal(machine);
      break;
    case 8:
      machine.paused = true;
      break;
    case 9:
      machine.paused = false;
      break;
    case 10:
      machine.store->break_watches();
      break;
    default:
      command(machine);
    }
    pass(milliseconds{100 + static_cast<int>(below(10)) * 100});
  }

  /// All faults end: who runs and is not removed is a member again, and a crash is found.
  void recover() {
    world_.set_faults(0);
    for (auto& machine : world_.machines()) {
      world_.heal(machine);
      machine.paused = false;
      if (!machine.process)
        restart(machine);
    }
    pass(lease * 4);
    std::vector<membership_machine*> members;
    for (auto& machine : world_.machines())
      if (!machine.process->refused()) {
        members.push_back(&machine);
        CAPTURE(machine.name);
        REQUIRE(machine.process->gate().holds(world_.now_of(machine).steady));
      }
    if (members.size() < 2)
      return;
    auto& victim = *members[below(members.size())];
    const auto epoch = world_.truth(victim.name)->epoch;
    world_.crash(victim);
    pass(declared_within);
    CHECK(world_.truth(victim.name)->state == node_state::dead);
    CHECK(world_.truth(victim.name)->epoch == epoch + 1);
  }
  [[nodiscard]] std::size_t deaths() const { return deaths_; }

private:
  std::uint64_t below(std::uint64_t bound) { return world_.random().next() % bound; }

  void restart(membership_machine& machine) {
    if (below(8) == 0) { // a new disk, and the same key
      machine.instance += '+';
      machine.durable_epoch = 0;
    }
    world_.start(machine);
  }
  void command(membership_machine& by) {
    if (!by.process || by.paused)
      return;
    const auto& name = world_.machines()[below(world_.machines().size())].name;
    const auto what = below(10);
    by.process->change({node_name{name},
                        what == 0  ? node_change::remove
                        : what < 6 ? node_change::drain
                                   : node_change::undrain,
                        true},
                       [](const result<void>&) {});
  }
  void pass(milliseconds time) {
    world_.pass(time, [this] {
      for (const auto& machine : world_.machines())
        if (world_.acts_though_dead(machine))
          FAIL(machine.name << " may act though its epoch is over");
      if (world_.has_twins())
        FAIL("two nodes have one number");
      for (const auto& machine : world_.machines())
        count_deaths(machine);
    });
  }
  void count_deaths(const membership_machine& machine) {
    const auto* const record = world_.truth(machine.name);
    auto& last = epochs_[machine.name];
    if (record == nullptr)
      return;
    if (record->epoch < last)
      FAIL("the epoch of " << machine.name << " went back");
    deaths_ += record->epoch > last && record->ended ? 1 : 0;
    last = record->epoch;
  }

  membership_world world_;
  std::map<std::string, std::uint64_t> epochs_;
  std::size_t deaths_ = 0;
};

} // namespace

TEST_CASE("membership: no node acts after its death was declared", "[membership][sim]") {
  std::size_t deaths = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    simulation run{seed};
    for (int step = 0; step < 60; ++step)
      run.disturb();
    run.recover();
    deaths += run.deaths();
  }
  CHECK(deaths > 1000); // the faults are no harmless ones
}
