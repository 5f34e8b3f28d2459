#include "actors/delivery/lanes.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/lanes_world.hpp"
using namespace warmfront;
using namespace warmfront::testing;

TEST_CASE("lanes: recipients leave in the order of their arrival", "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 5; ++i)
    CHECK(queue.arrived(make_item(triggered, i)));
  CHECK(sequences(queue.take(2)) == numbers{0, 1});
  CHECK(sequences(queue.take(9)) == numbers{2, 3, 4});
  CHECK(queue.take(9).empty());
  CHECK(queue.in_hand_count() == 5);
}

TEST_CASE("lanes: triggered mail goes before batch mail that waits longer", "[lanes]") {
  lanes queue{lane_limits{}};
  queue.arrived(make_item(batch, 0));
  queue.arrived(make_item(triggered, 7));
  const auto first = queue.take(1);
  CHECK(first.front().position->where == triggered);
  CHECK(queue.take(1).front().position->where == batch);
}

TEST_CASE("lanes: among lanes of one class the oldest mail goes first", "[lanes]") {
  lanes queue{lane_limits{}};
  const auto other = make_lane(mail_class::triggered, "other");
  queue.arrived(make_item(triggered, 20));
  queue.arrived(make_item(other, 10));
  queue.arrived(make_item(other, 30, "r@c.example"));
  CHECK(sequences(queue.take(3)) == numbers{10, 20, 30});
}

TEST_CASE("lanes: what does not fit the window is read from disk when there is room", "[lanes]") {
  lanes queue{small()};
  for (std::uint64_t i = 0; i < 4; ++i)
    CHECK(queue.arrived(make_item(triggered, i, "r" + std::to_string(i) + "@x.example")));
  CHECK_FALSE(queue.arrived(make_item(triggered, 4)));
  CHECK_FALSE(queue.arrived(make_item(triggered, 5)));
  CHECK_FALSE(queue.next_load());
  const auto taken = queue.take(3);
  CHECK(sequences(taken) == numbers{0, 1, 2});
  for (const auto& item : taken)
    queue.released(item);
  const auto piece = queue.next_load();
  REQUIRE(piece);
  CHECK(piece->from == 4);
  CHECK(piece->before == 6);
  CHECK_FALSE(queue.next_load()); // one load at a time
  CHECK_FALSE(queue.arrived(make_item(triggered, 6)));
  load(queue, *piece);
  CHECK(sequences(queue.take(9)) == numbers{3, 4, 5});
  CHECK(queue.next_load()->from == 6);
}

TEST_CASE("lanes: the window is bounded in octets, too", "[lanes]") {
  lanes queue{small()};
  CHECK(queue.arrived(make_item(triggered, 0, "r@b.example", 600)));
  CHECK(queue.arrived(make_item(triggered, 1, "r@b.example", 600)));
  CHECK_FALSE(queue.arrived(make_item(triggered, 2, "r@b.example", 600)));
}

TEST_CASE("lanes: a restored lane is read from its first entry", "[lanes]") {
  lanes queue{lane_limits{}};
  queue.restore(triggered, 40, 43);
  CHECK(queue.take(9).empty());
  const auto piece = queue.next_load();
  REQUIRE(piece);
  CHECK(piece->from == 40);
  CHECK(piece->before == 43);
  load(queue, *piece);
  CHECK_FALSE(queue.next_load());
  CHECK(queue.arrived(make_item(triggered, 43)));
  CHECK(sequences(queue.take(9)) == numbers{40, 41, 42, 43});
}

TEST_CASE("lanes: batch mail in memory waits for triggered mail that is still on disk", "[lanes]") {
  lanes queue{lane_limits{}};
  queue.restore(triggered, 0, 1);
  queue.arrived(make_item(batch, 0));
  CHECK(queue.take(9).empty());
  load(queue, *queue.next_load());
  const auto taken = queue.take(9);
  REQUIRE(taken.size() == 2);
  CHECK(taken.front().position->where == triggered);
}

TEST_CASE("lanes: triggered mail on disk gets room while batch mail fills the window", "[lanes]") {
  auto limits = small();
  limits.destination_in_hand_max = 100;
  lanes queue{limits};
  for (std::uint64_t i = 0; i < 2; ++i)
    queue.arrived(make_item(batch, i, "r@b.example", 600));
  REQUIRE_FALSE(queue.arrived(make_item(triggered, 0, "r@b.example", 600)));
  std::vector<std::string> order;
  for (int turn = 0; turn < 10; ++turn) {
    while (auto piece = queue.next_load())
      load(queue, *piece, "r@b.example", 600);
    for (auto& item : queue.take(1)) {
      order.emplace_back(to_string(item.position->where.importance));
      queue.released(item);
    }
  }
  REQUIRE(order.size() == 3);
  CHECK(order.front() == "batch"); // it makes the room
  CHECK(std::count(order.begin(), order.end(), "triggered") == 1);
}

TEST_CASE("lanes: when there is room, triggered mail is read first", "[lanes]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    lanes queue{lane_limits{}};
    for (std::uint64_t i = 0; i < seed % 5; ++i)
      queue.restore(make_lane(mail_class::batch, "a" + std::to_string(i)), 0, 9);
    queue.restore(make_lane(mail_class::triggered, "z"), 0, 9);
    for (std::uint64_t i = 0; i < seed % 3; ++i)
      queue.restore(make_lane(mail_class::batch, "z" + std::to_string(i)), 0, 9);
    CHECK(queue.next_load()->where.importance == mail_class::triggered);
  }
}

TEST_CASE("lanes: few lanes are read at once, and each gets its turn", "[lanes]") {
  auto limits = lane_limits{};
  limits.loads_max = 2;
  lanes queue{limits};
  for (int i = 0; i < 6; ++i)
    queue.restore(make_lane(mail_class::batch, "p" + std::to_string(i)), 0, 10'000);
  std::set<storage::lane> read;
  std::deque<lane_load> under_way;
  for (int i = 0; i < 6; ++i) {
    while (auto piece = queue.next_load()) {
      read.insert(piece->where);
      under_way.push_back(*piece);
    }
    CHECK(under_way.size() == 2);
    load(queue, under_way.front());
    under_way.pop_front();
  }
  CHECK(read.size() == 6);
}

TEST_CASE("lanes: a closed lane holds nothing in memory and is read again when it opens",
          "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 3; ++i)
    queue.arrived(make_item(triggered, i));
  auto taken = queue.take(1);
  queue.put_back(std::move(taken.front()));
  queue.close(triggered, exhausted);
  CHECK(queue.take(9).empty());
  CHECK_FALSE(queue.next_load());
  CHECK_FALSE(queue.arrived(make_item(triggered, 3)));
  CHECK(queue.status(triggered)->waiting == 4);
  CHECK(queue.status(triggered)->front == 0);
  CHECK(queue.next_opening() == noon + seconds{60});

  CHECK_FALSE(queue.reopen(noon + seconds{59}, false));
  CHECK(queue.reopen(noon + seconds{60}, false));
  CHECK_FALSE(queue.status(triggered)->closed);
  load(queue, *queue.next_load());
  CHECK(sequences(queue.take(9)) == numbers{0, 1, 2, 3});
}

TEST_CASE("lanes: causes without an end wait for changed permits", "[lanes]") {
  using cause = lane_closure::cause;
  for (const auto why : {cause::paused, cause::pending, cause::no_source}) {
    lanes queue{lane_limits{}};
    queue.restore(triggered, 0, 1);
    queue.close(triggered, {why, {}, {}});
    CHECK_FALSE(queue.next_opening());
    CHECK_FALSE(queue.reopen(noon + std::chrono::hours{1000}, false));
    CHECK(queue.reopen(noon, true));
    CHECK(queue.next_load());
  }
}

TEST_CASE("lanes: a load never brings what is in hand", "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 4; ++i)
    queue.arrived(make_item(triggered, i));
  auto taken = queue.take(3);
  queue.put_back(std::move(taken[1]));
  queue.close(triggered, exhausted);
  queue.reopen(noon, true);
  const auto piece = queue.next_load();
  REQUIRE(piece);
  CHECK(piece->from == 1);
  load(queue, *piece);
  CHECK(sequences(queue.take(9)) == numbers{1, 3});
}

TEST_CASE("lanes: what is put back waits at its old place", "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 5; ++i)
    queue.arrived(make_item(triggered, i));
  auto taken = queue.take(3);
  queue.put_back(std::move(taken[2]));
  queue.put_back(std::move(taken[0]));
  CHECK(queue.in_hand_count() == 1);
  CHECK(sequences(queue.take(9)) == numbers{0, 2, 3, 4});
}

TEST_CASE("lanes: while permits are on their way a lane keeps its window", "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 3; ++i)
    queue.arrived(make_item(triggered, i));
  queue.close(triggered, {lane_closure::cause::pending, {}, {}});
  CHECK(queue.arrived(make_item(triggered, 3)));
  CHECK(queue.take(9).empty());
  queue.reopen(noon, true);
  CHECK_FALSE(queue.next_load());
  CHECK(sequences(queue.take(9)) == numbers{0, 1, 2, 3});
}

TEST_CASE("lanes: nor what has gone while it was read", "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 4; ++i)
    queue.arrived(make_item(triggered, i));
  auto taken = queue.take(3);
  queue.put_back(std::move(taken[0]));
  queue.close(triggered, exhausted);
  queue.reopen(noon, true);
  const auto piece = queue.next_load();
  REQUIRE(piece);
  CHECK(piece->from == 0);
  queue.released(taken[2]); // its outcome became durable after the disk was read
  load(queue, *piece);
  CHECK(sequences(queue.take(9)) == numbers{0, 3});
}

TEST_CASE("lanes: a load that was overtaken by a change is thrown away", "[lanes]") {
  lanes queue{lane_limits{}};
  queue.restore(triggered, 0, 3);
  const auto piece = queue.next_load();
  SECTION("given up") {
    queue.rewind(triggered);
  }
  SECTION("closed and opened again") {
    queue.close(triggered, exhausted);
    queue.reopen(noon, true);
  }
  CHECK_FALSE(queue.wants(*piece, 0));
  queue.loaded(*piece, {}, 3);
  load(queue, *queue.next_load());
  CHECK(sequences(queue.take(9)) == numbers{0, 1, 2});
}

TEST_CASE("lanes: a rewound lane is read again without what is in hand", "[lanes]") {
  lanes queue{lane_limits{}};
  for (std::uint64_t i = 0; i < 3; ++i)
    queue.arrived(make_item(triggered, i));
  const auto taken = queue.take(1);
  queue.rewind(triggered);
  CHECK(queue.take(9).empty());
  load(queue, *queue.next_load());
  CHECK(sequences(queue.take(9)) == numbers{1, 2});
}

TEST_CASE("lanes: reserved numbers go up and count once they are on disk", "[lanes]") {
  lanes queue{lane_limits{}};
  auto held = make_lane();
  held.appended_by = storage::lane::writer::delivery;
  queue.restore(held, 3, 5);
  CHECK(queue.reserve(held) == 5);
  CHECK(queue.reserve(held) == 6);
  CHECK(queue.status(held)->waiting == 2);
  queue.appended({held, 5});
  CHECK(queue.status(held)->waiting == 3);
  const auto piece = queue.next_load();
  CHECK(piece->from == 3);
  CHECK(piece->before == 6);
}
