#include "storage/rocks/commit_queue.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace warmfront;
using namespace warmfront::storage;

namespace {

constexpr std::size_t group_max = 1 << 20;
constexpr milliseconds patience{20};
constexpr milliseconds long_time{60'000};

batch mark() {
  batch changes;
  changes.erase(family::queue, "mark");
  return changes;
}

struct queue_fixture {
  commit_queue queue{group_max};
  std::vector<waiting_commit> group;

  void push(priority urgency) { queue.push(mark(), urgency, {}); }
  std::size_t take(milliseconds at_most) {
    REQUIRE(queue.take(group, group_max, at_most));
    return group.size();
  }
};

} // namespace

TEST_CASE("commit queue: what nobody waits for goes with the next commit", "[storage]") {
  queue_fixture of;
  of.push(priority::upkeep);
  of.push(priority::upkeep);
  std::thread later{[&] { of.push(priority::growth); }};
  CHECK(of.take(long_time) == 3);
  later.join();
  CHECK(of.take(patience) == 0);
}

TEST_CASE("commit queue: what nobody waits for is committed all the same", "[storage]") {
  queue_fixture of;
  of.push(priority::upkeep);
  CHECK(of.take(patience) == 1);
}

TEST_CASE("commit queue: upkeep that comes behind an awaited commit does not hide it",
          "[storage]") {
  queue_fixture of;
  of.push(priority::progress);
  of.push(priority::upkeep);
  CHECK(of.take(long_time) == 2);
}

TEST_CASE("commit queue: a closed one gives out what it holds", "[storage]") {
  queue_fixture of;
  of.push(priority::upkeep);
  of.queue.close();
  CHECK(of.take(long_time) == 1);
  CHECK_FALSE(of.queue.take(of.group, group_max, long_time));
}
