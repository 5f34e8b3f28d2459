// Segments of a task under crashes, deaths, returns, drains and a control store that is cut off:
// every recipient gets one mail and one outcome. A failing seed is printed; WARMFRONT_SEED=n
// replays it alone.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/actors/scheduler/segments_world.hpp"

using namespace warmfront;
using warmfront::testing::segments_world;

namespace {

constexpr std::uint64_t segment_seeds = 150;

class segments_simulation {
public:
  explicit segments_simulation(std::uint64_t seed) : world_{2 + seed % 3, 9, seed} {}

  void disturb() {
    const auto one = world_.below(world_.machines().size());
    switch (world_.below(8)) {
    case 0:
    case 1:
      world_.crash(one);
      break;
    case 2:
      world_.crash(one);
      world_.want(one, false);
      break;
    case 3:
      for (std::size_t i = 0; i < world_.machines().size(); ++i)
        world_.want(i, !(gone_ && i == *gone_));
      break;
    case 4:
      world_.cut(one);
      break;
    case 5:
      world_.heal();
      break;
    case 6:
      world_.drain(one, world_.below(2) == 0);
      break;
    default:
      lose(one);
    }
    world_.run(world_.below(30));
    world_.pass(milliseconds{200 * static_cast<int>(world_.below(12))});
    REQUIRE(world_.violation() == "");
  }
  void recover() {
    world_.heal();
    for (std::size_t i = 0; i < world_.machines().size(); ++i) {
      world_.want(i, !(gone_ && i == *gone_));
      world_.drain(i, false);
    }
    for (int round = 0; round < 60 && world_.occurrence().state == occurrence_state::sending;
         ++round)
      world_.pass(seconds{2});
    world_.pass(seconds{3}); // what is marked on the disk goes after its transaction
    REQUIRE(world_.violation() == "");
    REQUIRE(world_.unfinished() == "");
  }
  segments_world& world() { return world_; }

private:
  /// Killed, and never back; two of three at least stay.
  void lose(std::size_t which) {
    if (gone_ || world_.machines().size() < 3)
      return;
    world_.crash(which);
    if (!world_.is_dispensable(which))
      return;
    world_.want(which, false);
    gone_ = which;
  }

  segments_world world_;
  std::optional<std::size_t> gone_;
};

std::pair<std::uint64_t, std::uint64_t> segment_seed_range() {
  const char* const one = std::getenv("WARMFRONT_SEED");
  if (one == nullptr)
    return {1, segment_seeds};
  const auto seed = std::strtoull(one, nullptr, 10);
  return {seed, seed};
}

} // namespace

TEST_CASE("segments simulation: whatever fails, everybody gets one mail and one outcome",
          "[tasks][sim]") {
  std::size_t moved = 0;
  std::size_t dropped = 0;
  const auto [first, last] = segment_seed_range();
  for (auto seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    segments_simulation of{seed};
    for (int i = 0; i < 12; ++i)
      of.disturb();
    of.recover();
    CHECK(of.world().occurrence().ended.delivered == of.world().recipients());
    moved += of.world().moved();
    dropped += of.world().dropped();
  }
  // Else the simulation has shown nothing.
  if (first != last) {
    CHECK(moved > segment_seeds / 3);
    CHECK(dropped > 0);
  }
}

TEST_CASE("segments simulation: a cancelled task counts everybody once, too", "[tasks][sim]") {
  std::uint64_t cancelled = 0;
  const auto [first, last] = segment_seed_range();
  for (auto seed = first; seed <= std::min(last, first + 60); ++seed) {
    CAPTURE(seed);
    segments_simulation of{seed};
    for (int i = 0; i < 6; ++i) {
      of.disturb();
      if (i == 1)
        of.world().act(task_change::cancel);
    }
    of.recover();
    cancelled += of.world().occurrence().ended.cancelled;
  }
  CHECK((first == last || cancelled > 0));
}
