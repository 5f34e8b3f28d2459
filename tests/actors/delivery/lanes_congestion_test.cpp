// Lanes under pressure: slow destinations, large mails, and whatever may happen.
#include <set>
#include <utility>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "tests/actors/delivery/lanes_world.hpp"
using namespace warmfront;
using namespace warmfront::testing;

TEST_CASE("lanes: a destination with much in hand does not hold up the others", "[lanes]") {
  lanes queue{small()};
  const auto slow = [&queue](std::uint64_t i) {
    return queue.arrived(make_item(triggered, i, "r@slow.example"));
  };
  for (std::uint64_t i = 0; i < 4; ++i)
    slow(i);
  const auto taken = queue.take(9);
  CHECK(sequences(taken) == numbers{0, 1, 2});
  CHECK(queue.congested("slow.example"));
  queue.arrived(make_item(triggered, 4, "r@good.example"));
  CHECK(sequences(queue.take(9)) == numbers{4});
  queue.released(taken[0]);
  CHECK_FALSE(queue.congested("slow.example"));
  CHECK(sequences(queue.take(9)) == numbers{3});
}

TEST_CASE("lanes: recipients from the deferred index count for their destination", "[lanes]") {
  lanes queue{small()};
  std::vector<delivery_item> due;
  for (std::uint64_t i = 0; i < 3; ++i) {
    due.push_back(make_due_item(i));
    queue.take_in_hand(due.back());
  }
  CHECK(queue.congested("b.example"));
  CHECK(queue.in_hand_count() == 3);
  queue.released(due.front());
  CHECK_FALSE(queue.congested("b.example"));
}

TEST_CASE("lanes: a lane full of congested mail moves it away after a while", "[lanes]") {
  lanes queue{small()};
  const steady_time start{};
  for (std::uint64_t i = 0; i < 4; ++i)
    queue.arrived(make_item(triggered, i, "r@slow.example"));
  const auto taken = queue.take(9);
  for (std::uint64_t i = 4; i < 8; ++i)
    queue.arrived(make_item(triggered, i, "r@slow.example"));
  for (std::uint64_t i = 8; i < 10; ++i)
    queue.arrived(make_item(triggered, i, "r@good.example"));
  CHECK(queue.take(9).empty());
  CHECK(queue.take_congested(start, 9).empty());
  CHECK(queue.take_congested(start + milliseconds{99}, 9).empty());
  const auto moved = queue.take_congested(start + milliseconds{100}, 9);
  CHECK(sequences(moved) == numbers{3, 4, 5, 6});
  CHECK(queue.in_hand({triggered, 3}));
  for (const auto& item : moved)
    queue.released(item);
  CHECK(queue.next_load()->from == 7);
}

TEST_CASE("lanes: a few large mails of a congested destination are moved away as well", "[lanes]") {
  lanes queue{small()};
  std::uint64_t next = 0;
  std::vector<delivery_item> held;
  for (; next < 3; ++next)
    queue.arrived(make_item(triggered, next, "r@slow.example", 10));
  held = queue.take(9);
  REQUIRE(held.size() == 3);
  queue.arrived(make_item(triggered, next++, "r@slow.example", 1000)); // fills the window
  REQUIRE_FALSE(queue.arrived(make_item(triggered, next++, "r@good.example")));
  CHECK(queue.take_congested(steady_time{}, 9).empty());
  const auto moved = queue.take_congested(steady_time{} + milliseconds{100}, 9);
  REQUIRE(sequences(moved) == numbers{3});
  load(queue, *queue.next_load(), "r@good.example");
  CHECK(sequences(queue.take(9)) == numbers{4});
}

TEST_CASE("lanes: large mail of one destination in hand leaves room for others", "[lanes]") {
  auto limits = small();
  limits.window_octets = 1u << 20;
  limits.destination_in_hand_max = 100;
  limits.in_hand_octets = 8000;
  lanes queue{limits};
  for (std::uint64_t i = 0; i < 3; ++i)
    queue.arrived(make_item(triggered, i, "r@slow.example", 5000));
  queue.arrived(make_item(triggered, 3, "r@good.example", 10));
  const auto taken = queue.take(9);
  REQUIRE(sequences(taken) == numbers{0, 3});
  CHECK(queue.congested("slow.example"));
  queue.released(taken[0]);
  CHECK(sequences(queue.take(9)) == numbers{1});
}

TEST_CASE("lanes: a lane of one congested destination waits on disk", "[lanes]") {
  lanes queue{small()};
  auto own = make_lane();
  own.destination = domain_name{"b.example"};
  own.appended_by = storage::lane::writer::delivery;
  std::vector<delivery_item> due;
  for (std::uint64_t i = 0; i < 3; ++i) {
    due.push_back(make_due_item(i));
    queue.take_in_hand(due.back());
  }
  const auto sequence = queue.reserve(own);
  queue.appended({own, sequence});
  CHECK_FALSE(queue.next_load());
  queue.released(due.front());
  REQUIRE(queue.next_load());
}

namespace {

/// A lane that lives through random moves, beside what its disk holds.
class lane_life {
public:
  explicit lane_life(std::uint64_t seed) : dice_{seed} {}

  void move() {
    switch (dice_.next() % 8) {
    case 0:
    case 1:
      return arrive();
    case 2:
      return take(dice_.next() % 4);
    case 3:
    case 4:
      return hand_.empty() ? void() : let_go(dice_.next() % hand_.size(), dice_.next() % 3 == 0);
    case 5:
      return begin_load();
    case 6:
      return loads_.empty() ? void() : finish_load();
    default:
      if (dice_.next() % 3 == 0)
        return queue_.close(triggered, exhausted);
      queue_.reopen(noon, true);
    }
  }

  /// Everybody leaves.
  void come_to_rest() {
    queue_.reopen(noon, true);
    for (int i = 0; i < 2000 && !disk_.empty(); ++i) {
      while (!loads_.empty())
        finish_load();
      take(9);
      while (!hand_.empty())
        let_go(0, false);
      begin_load();
    }
    REQUIRE(disk_.empty());
    REQUIRE(ended_ == next_);
    REQUIRE(queue_.in_hand_count() == 0);
  }

private:
  static std::string name(std::uint64_t n) { return "r@d" + std::to_string(n % 3) + ".example"; }

  void arrive() {
    disk_.insert(next_);
    queue_.arrived(make_item(triggered, next_, name(next_)));
    ++next_;
  }
  void take(std::size_t most) {
    for (auto& item : queue_.take(most)) {
      REQUIRE(disk_.contains(item.position->sequence));
      REQUIRE(in_hand_.insert(item.position->sequence).second);
      hand_.push_back(std::move(item));
    }
  }
  void let_go(std::size_t which, bool back) {
    std::swap(hand_[which], hand_.back());
    const auto sequence = hand_.back().position->sequence;
    in_hand_.erase(sequence);
    if (back) {
      queue_.put_back(std::move(hand_.back()));
    } else {
      REQUIRE(disk_.erase(sequence) == 1);
      ++ended_;
      queue_.released(hand_.back());
    }
    hand_.pop_back();
  }
  void begin_load() {
    if (const auto piece = queue_.next_load())
      loads_.emplace_back(*piece, disk_);
  }
  void finish_load() {
    const auto [piece, held] = std::move(loads_.back());
    loads_.pop_back();
    std::vector<delivery_item> items;
    auto until = piece.before;
    std::size_t read = 0;
    for (auto at = held.lower_bound(piece.from); at != held.end() && *at < piece.before; ++at) {
      if (read++ == piece.limit) {
        until = *at;
        break;
      }
      if (queue_.wants(piece, *at))
        items.push_back(make_item(triggered, *at, name(*at)));
    }
    queue_.loaded(piece, std::move(items), until);
  }

  seeded_random dice_;
  lanes queue_{small()};
  std::set<std::uint64_t> disk_;
  std::uint64_t next_ = 0;
  std::uint64_t ended_ = 0;
  std::vector<delivery_item> hand_;
  std::set<std::uint64_t> in_hand_;
  std::vector<std::pair<lane_load, std::set<std::uint64_t>>> loads_; // with what the disk held
};

} // namespace

TEST_CASE("lanes: whatever happens, nobody is lost or doubled", "[lanes][property]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    lane_life one{seed};
    for (int i = 0; i < 500; ++i)
      one.move();
    one.come_to_rest();
  }
}
