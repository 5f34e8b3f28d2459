// Second copies under crashes, partitions, deaths, returns and a lost disk. A failing seed is
// printed; WARMFRONT_SEED=n replays it alone.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/actors/replication/replication_world.hpp"

using namespace warmfront;
using warmfront::testing::replication_world;

namespace {

constexpr std::uint64_t seeds = 2000;

class simulation {
public:
  explicit simulation(std::uint64_t seed) : world_{2 + seed % 3, seed} {
    world_.pass(milliseconds{1500});
  }

  void disturb() {
    const auto nodes = world_.machines().size();
    const auto one = world_.below(nodes);
    const auto other = (one + 1 + world_.below(nodes - 1)) % nodes;
    switch (world_.below(17)) {
    case 0:
    case 1:
      world_.crash(one);
      break;
    case 2:
      world_.crash(one);
      world_.machines()[one].wanted = false;
      break;
    case 3:
      for (auto& each : world_.machines())
        each.wanted = !each.lost;
      break;
    case 4:
      world_.cut(one, other);
      break;
    case 5:
      world_.cut_control(one);
      break;
    case 6:
      for (std::size_t i = 0; i < nodes; ++i)
        if (i != one)
          world_.cut(one, i);
      world_.cut_control(one);
      break;
    case 7:
      world_.heal();
      break;
    case 8:
      if (!std::exchange(lost_, world_.below(4) == 0) && lost_)
        world_.lose(one);
      break;
    case 9:
      world_.drain(one, world_.below(2) == 0);
      break;
    case 10:
      world_.serve(one, world_.below(2) == 0);
      break;
    case 11:
      move_twice(one, other);
      break;
    case 12:
      recall_when_dead(one);
      break;
    default:
      for (auto count = 1 + world_.below(3); count > 0; --count)
        world_.submit(world_.below(nodes), 1 + world_.below(2), world_.below(2) == 0);
    }
    world_.run(world_.below(40));
    check();
    world_.pass(milliseconds{250 * static_cast<int>(world_.below(8))});
    check();
  }

  void recover() {
    world_.heal();
    for (auto& each : world_.machines())
      each.wanted = !each.lost;
    for (std::size_t i = 0; i < world_.machines().size(); ++i) {
      world_.drain(i, false);
      world_.serve(i, true);
    }
    for (int i = 0; i < 60 && !(i > 20 && world_.unfinished().empty()); ++i) {
      world_.pass(milliseconds{1000});
      check();
    }
    INFO(world_.unfinished());
    REQUIRE(world_.unfinished().empty());
  }

private:
  void serve_only(std::size_t which) {
    for (std::size_t i = 0; i < world_.machines().size(); ++i)
      world_.serve(i, i == which);
  }
  /// Mail moves on while its first owner cannot hear who took it.
  void move_twice(std::size_t first, std::size_t second) {
    serve_only(second);
    world_.submit(first, 1 + world_.below(2), false);
    world_.submit(first, 1 + world_.below(2), false);
    world_.pass(milliseconds{500});
    world_.run(world_.below(40));
    world_.cut(first, second);
    serve_only(world_.below(world_.machines().size()));
  }
  /// A node that was declared dead, and still speaks to its peers, calls copies back.
  void recall_when_dead(std::size_t one) {
    for (int i = 0; i < 3; ++i)
      world_.submit(one, 1 + world_.below(2), world_.below(2) == 0);
    for (std::size_t i = 0; i < world_.machines().size(); ++i)
      world_.serve(i, false);
    world_.pass(milliseconds{500});
    world_.cut_control(one);
    world_.pass(milliseconds{3000 + 250 * static_cast<int>(world_.below(8))});
    serve_only((one + 1 + world_.below(world_.machines().size() - 1)) % world_.machines().size());
  }

  void check() {
    const auto wrong = world_.violation();
    INFO(wrong);
    REQUIRE(wrong.empty());
  }

  replication_world world_;
  bool lost_ = false;
};

void simulate(std::uint64_t seed) {
  CAPTURE(seed);
  simulation run{seed};
  for (int i = 0; i < 14; ++i)
    run.disturb();
  run.recover();
}

} // namespace

TEST_CASE("replication: no mail is lost, owned twice, or sent again without need",
          "[replication][sim]") {
  if (const char* const one = std::getenv("WARMFRONT_SEED"))
    return simulate(std::strtoull(one, nullptr, 10));
  const char* const first = std::getenv("WARMFRONT_FIRST_SEED");
  const auto from = first == nullptr ? 0 : std::strtoull(first, nullptr, 10);
  for (auto seed = from; seed < from + seeds; ++seed)
    simulate(seed);
}

TEST_CASE("replication: a node that drains gives up all it has, and nothing is sent by it",
          "[replication][sim]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    replication_world world{2 + seed % 3, seed};
    const auto nodes = world.machines().size();
    world.pass(milliseconds{1500});
    for (std::size_t i = 0; i < nodes; ++i)
      world.serve(i, false);
    for (int i = 0; i < 12; ++i)
      world.submit(world.below(nodes), 1 + world.below(2), world.below(2) == 0);
    world.pass(milliseconds{6000});
    const auto promised = world.promised().size();
    REQUIRE(promised > 0);
    world.drain(0, true);
    for (int i = 0; i < 60 && !world.machines()[0].drained; ++i) {
      world.pass(milliseconds{1000});
      REQUIRE(world.violation().empty());
    }
    INFO(world.unfinished());
    REQUIRE(world.machines()[0].drained);
    CHECK(world.owned_by(0) == 0);
    std::size_t elsewhere = 0;
    for (std::size_t i = 1; i < nodes; ++i)
      elsewhere += world.owned_by(i);
    CHECK(elsewhere == promised);
    for (std::size_t i = 0; i < nodes; ++i)
      world.serve(i, true);
    for (int i = 0; i < 60 && !world.unfinished().empty(); ++i) {
      world.pass(milliseconds{1000});
      REQUIRE(world.violation().empty());
    }
    INFO(world.unfinished());
    CHECK(world.unfinished().empty());
    CHECK(world.sent_by(0) == 0);
  }
}

TEST_CASE("replication: mail goes to a node that can send it, and stays at one that can",
          "[replication][sim]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    replication_world world{2 + seed % 3, seed};
    const auto nodes = world.machines().size();
    world.pass(milliseconds{1500});
    for (std::size_t i = 0; i + 1 < nodes; ++i)
      world.serve(i, false);
    for (int i = 0; i < 12; ++i)
      world.submit(world.below(nodes), 1 + world.below(2), world.below(2) == 0);
    for (int i = 0; i < 60 && (i < 8 || !world.unfinished().empty()); ++i) {
      world.pass(milliseconds{1000});
      REQUIRE(world.violation().empty());
    }
    INFO(world.unfinished());
    CHECK(world.unfinished().empty());
    for (std::size_t i = 0; i + 1 < nodes; ++i)
      CHECK(world.sent_by(i) == 0);
  }
}
