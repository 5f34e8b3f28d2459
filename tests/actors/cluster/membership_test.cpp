#include <catch2/catch.hpp>

#include "tests/actors/cluster/membership_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::membership_world;

namespace {

constexpr milliseconds lease{3000};

struct cluster : membership_world {
  explicit cluster(std::size_t nodes) : membership_world{nodes, 1, lease} {
    for (auto& machine : machines()) {
      start(machine);
      pass(500ms);
    }
  }
  warmfront::testing::membership_machine& at(std::size_t index) { return machines().at(index); }
  membership& rules(std::size_t index) { return at(index).process->rules(); }
  bool holds(std::size_t index) {
    return at(index).process->gate().holds(now_of(at(index)).steady);
  }
  const member& seen(std::size_t by, std::size_t whom) { return rules(by).members().at(whom); }
  result<void> change(std::size_t by, change_node command) {
    std::optional<result<void>> outcome;
    at(by).process->change(std::move(command), [&](const result<void>& done) { outcome = done; });
    pass(300ms);
    REQUIRE(outcome);
    return *outcome;
  }
};

const node_name n2{"n2"};

} // namespace

TEST_CASE("membership: nodes register with numbers of their own", "[membership]") {
  cluster three{3};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(three.rules(i).is_joined());
    CHECK(three.holds(i));
    REQUIRE(three.rules(i).members().size() == 3);
    for (std::size_t j = 0; j < 3; ++j) {
      CHECK(three.seen(i, j).number == j + 1);
      CHECK(three.seen(i, j).alive);
      CHECK(three.seen(i, j).epoch == 1);
      CHECK(three.seen(i, j).self == (i == j));
    }
  }
  CHECK(three.seen(0, 1).address == "n2:7400");
  CHECK(three.seen(0, 1).key_fingerprint == "key of n2");
  REQUIRE(three.at(0).process->settled().size() == 1);
  CHECK(three.at(0).process->settled()[0].old_epoch == 0);
  three.pass(20s);
  CHECK(three.holds(2));
  CHECK(three.at(0).process->declared() == 0);
}

TEST_CASE("membership: the fence stays closed until the epoch is settled", "[membership]") {
  membership_world one{1, 1, lease};
  auto& machine = one.machines()[0];
  one.start(machine);
  machine.process->settle_at_once(false);
  one.pass(5s);
  CHECK(machine.process->rules().is_joined());
  CHECK_FALSE(machine.process->gate().holds(one.now_of(machine).steady));
  machine.process->settle(1);
  CHECK(machine.process->gate().holds(one.now_of(machine).steady));
}

TEST_CASE("membership: a crashed node is declared dead after its lease, once", "[membership]") {
  cluster three{3};
  three.crash(three.at(1));
  three.pass(1900ms);
  CHECK(three.truth("n2")->state == node_state::active);
  three.pass(lease);
  CHECK(three.truth("n2")->state == node_state::dead);
  CHECK(three.truth("n2")->epoch == 2);
  CHECK(three.seen(0, 1).ended);
  CHECK(three.at(0).process->declared() + three.at(2).process->declared() == 1);
  three.start(three.at(1));
  three.pass(1s);
  CHECK(three.truth("n2")->state == node_state::active);
  CHECK(three.truth("n2")->epoch == 3);
  CHECK(three.truth("n2")->number == 2);
  REQUIRE(three.at(1).process->settled().size() == 1);
  CHECK(three.at(1).process->settled()[0].old_epoch == 1);
  CHECK(three.at(1).process->settled()[0].new_epoch == 3);
  CHECK(three.holds(1));
}

TEST_CASE("membership: a quick restart keeps the epoch and waits for nothing", "[membership]") {
  cluster two{2};
  two.crash(two.at(1));
  two.pass(500ms);
  two.start(two.at(1));
  two.pass(500ms);
  CHECK(two.holds(1));
  CHECK(two.at(1).process->settled().empty());
  two.pass(10s);
  CHECK(two.truth("n2")->epoch == 1);
  CHECK(two.holds(1));
}

TEST_CASE("membership: a clean stop leaves the lease to run out", "[membership]") {
  cluster two{2};
  two.rules(1).leave();
  two.pass(100ms);
  CHECK_FALSE(two.holds(1));
  CHECK(two.has_life("n2"));
  two.crash(two.at(1));
  two.pass(lease + 2s);
  CHECK(two.truth("n2")->state == node_state::dead);
}

TEST_CASE("membership: another data directory waits until the first is gone", "[membership]") {
  cluster two{2};
  two.crash(two.at(1));
  two.at(1).instance = "new disk";
  two.at(1).durable_epoch = 0;
  two.start(two.at(1));
  two.pass(1s);
  CHECK_FALSE(two.rules(1).is_joined());
  two.pass(lease + 2s);
  CHECK(two.rules(1).is_joined());
  CHECK(two.holds(1));
  CHECK_FALSE(two.at(1).process->refused());
}

TEST_CASE("membership: two processes of one name, the later one is refused", "[membership]") {
  cluster two{2};
  auto& copy = two.at(0);
  two.crash(copy);
  copy.name = "n2"; // another machine that calls itself n2, with n2's key
  copy.instance = "other disk";
  copy.durable_epoch = 0;
  two.start(copy);
  two.pass(lease * 2);
  REQUIRE(copy.process->refused());
  CHECK(copy.process->refused()->code == errc::already_exists);
  CHECK(two.holds(1));
}

TEST_CASE("membership: a copied data directory stops the first process", "[membership]") {
  cluster two{2};
  auto& copy = two.at(0);
  two.crash(copy);
  copy.name = two.at(1).name;
  copy.instance = two.at(1).instance;
  copy.durable_epoch = 1;
  two.start(copy);
  two.pass(1s);
  REQUIRE(two.at(1).process->refused());
  CHECK_FALSE(two.holds(1));
  CHECK(two.holds(0));
}

TEST_CASE("membership: a name registered with another key is refused", "[membership]") {
  cluster two{2};
  membership_settings settings;
  settings.self = node_name{"n2"};
  settings.key_fingerprint = "another";
  settings.instance = "x";
  auto& machine = two.at(1);
  two.crash(machine);
  machine.process = std::make_unique<warmfront::testing::membership_host>(settings, *machine.store,
                                                                          two.now_of(machine));
  two.pass(500ms);
  REQUIRE(machine.process->refused());
  CHECK(machine.process->refused()->code == errc::already_exists);
  CHECK(machine.process->refused()->what.find("another key") != std::string::npos);
}

TEST_CASE("membership: a cut-off node fences itself before it is declared dead", "[membership]") {
  cluster two{2};
  two.partition(two.at(1));
  bool held_when_declared = false;
  two.pass(lease + 2s, [&] {
    held_when_declared =
        held_when_declared || (two.truth("n2")->state == node_state::dead && two.holds(1));
  });
  CHECK(two.truth("n2")->state == node_state::dead);
  CHECK_FALSE(held_when_declared);
  CHECK_FALSE(two.holds(1));
  two.heal(two.at(1));
  two.pass(3s);
  CHECK(two.truth("n2")->epoch == 3);
  CHECK(two.holds(1));
}

TEST_CASE("membership: draining survives a death", "[membership]") {
  cluster two{2};
  REQUIRE(two.change(0, {n2, node_change::drain, false}));
  CHECK(two.seen(1, 1).state == node_state::draining);
  CHECK(two.holds(1));
  two.crash(two.at(1));
  two.pass(lease + 2s);
  two.start(two.at(1));
  two.pass(1s);
  CHECK(two.truth("n2")->state == node_state::draining);
  REQUIRE(two.change(0, {n2, node_change::undrain, false}));
  CHECK(two.truth("n2")->state == node_state::active);
}

TEST_CASE("membership: a node is removed when it is drained, or by force", "[membership]") {
  cluster two{2};
  CHECK(two.change(0, {n2, node_change::remove, false}).error().code == errc::conflict);
  REQUIRE(two.change(0, {n2, node_change::drain, false}));
  CHECK(two.change(0, {n2, node_change::remove, false}).error().code == errc::conflict);
  two.rules(1).set_drained(true, two.now_of(two.at(1)));
  two.pass(300ms);
  CHECK(two.seen(0, 1).drained);
  REQUIRE(two.change(0, {n2, node_change::remove, false}));
  REQUIRE(two.at(1).process->refused());
  CHECK_FALSE(two.holds(1));
  // What it held may be taken only when its lease is over.
  CHECK_FALSE(two.truth("n2")->ended);
  CHECK(two.change(0, {n2, node_change::forget, false}).error().code == errc::refused);
  two.pass(lease + 1s);
  CHECK(two.truth("n2")->ended);
  CHECK(two.truth("n2")->state == node_state::removed);
  CHECK(two.truth("n2")->epoch == 2);
}

TEST_CASE("membership: a removed node stays out until it is forgotten", "[membership]") {
  cluster two{2};
  REQUIRE(two.change(0, {n2, node_change::remove, true}));
  two.pass(lease + 1s);
  two.start(two.at(1));
  two.pass(1s);
  REQUIRE(two.at(1).process->refused());
  CHECK(two.at(1).process->refused()->code == errc::refused);
  CHECK(two.change(0, {n2, node_change::drain, false}).error().code == errc::refused);
  REQUIRE(two.change(0, {n2, node_change::forget, false}));
  two.start(two.at(1));
  two.pass(1s);
  CHECK(two.holds(1));
  CHECK(two.truth("n2")->number == 3);
  CHECK(two.change(0, {node_name{"n9"}, node_change::drain, false}).error().code ==
        errc::not_found);
}

TEST_CASE("membership: after a power cut nobody is declared dead while all start", "[membership]") {
  cluster three{3};
  for (auto& machine : three.machines())
    three.crash(machine);
  three.pass(1min);
  three.start(three.at(0));
  three.pass(2s);
  CHECK(three.holds(0));
  three.start(three.at(1));
  three.pass(lease + 3s);
  CHECK(three.truth("n2")->epoch == 1);
  CHECK(three.truth("n3")->state == node_state::dead); // it did not start
}

TEST_CASE("membership: a cluster of one needs no lease", "[membership]") {
  warmfront::testing::manual_clock clock;
  storage::memory_control_store store{clock};
  membership_settings settings;
  settings.self = node_name{"n1"};
  settings.instance = "disk";
  settings.alone = true;
  warmfront::testing::membership_host host{settings, store, {clock.steady_now(), clock.wall_now()}};
  for (int i = 0; i < 10; ++i) {
    store.run();
    host.run({clock.steady_now(), clock.wall_now()});
  }
  CHECK(host.rules().is_joined());
  REQUIRE(host.rules().self());
  CHECK(host.rules().self()->number == 1);
  CHECK(host.rules().self()->alive);
  CHECK(host.gate().holds(clock.steady_now() + 24h * 365));
}
