// The flow as a whole, in a deterministic world.

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;

namespace {

void live_for(delivery_world& world, milliseconds duration, milliseconds step = milliseconds{50}) {
  for (milliseconds passed{0}; passed < duration; passed += step) {
    world.run();
    world.advance(step);
  }
  world.run();
}

} // namespace

TEST_CASE("delivery: a mail without a ledger leaves at once and its body goes", "[delivery]") {
  delivery_world world{1};
  const auto id = world.submit({"r@b.example"});
  world.run();
  CHECK(world.state(id) == recipient_state::delivered);
  CHECK(world.delivered["r@b.example"] == 1);
  CHECK(world.queue_entries() == 0);
  CHECK_FALSE(world.store.get(storage::family::spool, storage::body_key(id)).value());
}

TEST_CASE("delivery: the day's quota leaves, the rest is held in order until the next day",
          "[delivery]") {
  delivery_world world{2};
  world.quota_per_day = 5;
  world.day = milliseconds{10'000};
  std::vector<std::string> expected;
  for (int i = 0; i < 12; ++i) {
    expected.push_back("r" + std::to_string(i) + "@b.example");
    world.submit({expected.back()});
    world.advance(milliseconds{2});
  }
  world.run();
  CHECK(world.order.size() == 5);
  CHECK(world.queue_entries() == 7);
  world.advance(milliseconds{10'000});
  world.run();
  CHECK(world.order.size() == 10);
  world.advance(milliseconds{10'000});
  world.run();
  CHECK(world.order == expected);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: triggered mail goes ahead of batch mail that came earlier", "[delivery]") {
  delivery_world world{3};
  world.quota_per_day = 0;
  world.day = milliseconds{10'000};
  world.submit({"batch@b.example"}, mail_class::batch);
  world.run();
  world.submit({"code@b.example"}, mail_class::triggered);
  world.run();
  world.quota_per_day = 10;
  world.flow().permits_changed();
  world.run();
  CHECK(world.order == std::vector<std::string>{"code@b.example", "batch@b.example"});
}

TEST_CASE("delivery: a refused recipient bounces, and the sender is told once", "[delivery]") {
  delivery_world world{4};
  world.fate_of = [](const std::string& to) {
    return to == "r@b.example" ? fate::bounce : fate::deliver;
  };
  const auto id = world.submit({"r@b.example"});
  live_for(world, milliseconds{500});
  CHECK(world.state(id) == recipient_state::bounced);
  CHECK(world.record(id)->last_reply == "550 5.1.1 nobody of that name");
  CHECK(world.delivered["s@a.example"] == 1);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: a bounced notification is not answered with another", "[delivery]") {
  delivery_world world{5};
  world.fate_of = [](const auto&) { return fate::bounce; };
  world.submit({"r@b.example"});
  live_for(world, milliseconds{500});
  CHECK(world.order == std::vector<std::string>{"r@b.example", "s@a.example"});
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: a deferred recipient is tried again, expires, and is reported", "[delivery]") {
  delivery_world world{6};
  world.fate_of = [](const std::string& to) {
    return to == "r@b.example" ? fate::defer : fate::deliver;
  };
  const auto id = world.submit({"r@b.example"});
  live_for(world, milliseconds{1000});
  CHECK(world.state(id) == recipient_state::deferred);
  CHECK(world.record(id)->attempts >= 2);
  live_for(world, milliseconds{25'000}, milliseconds{200});
  CHECK(world.state(id) == recipient_state::expired);
  CHECK(world.delivered["s@a.example"] >= 1);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: no connection, no permit spent", "[delivery]") {
  delivery_world world{7};
  world.quota_per_day = 1;
  world.day = milliseconds{100'000};
  world.unreachable = {"b.example"};
  world.submit({"r@b.example"});
  world.run();
  CHECK(world.order.empty());
  world.submit({"r@c.example"});
  world.run();
  CHECK(world.delivered["r@c.example"] == 1);
}

TEST_CASE("delivery: a destination that never finishes does not stop the others", "[delivery]") {
  delivery_world world{8};
  world.unanswered = {"tar.example"};
  for (int i = 0; i < 300; ++i)
    world.submit({"r" + std::to_string(i) + "@tar.example"});
  for (int i = 0; i < 50; ++i)
    world.submit({"r" + std::to_string(i) + "@good.example"});
  live_for(world, milliseconds{10'000});
  std::size_t good = 0;
  for (const auto& [recipient, times] : world.delivered)
    good += recipient.ends_with("@good.example") ? 1 : 0;
  CHECK(good == 50);
}

TEST_CASE("delivery: several recipients of one host share a transaction, verdicts are their own",
          "[delivery]") {
  delivery_world world{9};
  world.fate_of = [](const std::string& to) {
    return to == "bad@b.example" ? fate::bounce : fate::deliver;
  };
  const auto id = world.submit({"one@b.example", "bad@b.example", "two@b.example"});
  live_for(world, milliseconds{300});
  CHECK(world.state(id, 0) == recipient_state::delivered);
  CHECK(world.state(id, 1) == recipient_state::bounced);
  CHECK(world.state(id, 2) == recipient_state::delivered);
  CHECK_FALSE(world.store.get(storage::family::spool, storage::body_key(id)).value());
}

TEST_CASE("delivery: a full disk delays outcomes and loses none", "[delivery]") {
  delivery_world world{10};
  const auto id = world.submit({"r@b.example"});
  world.store.settle(1);
  world.store.fail_next(2, {errc::storage_full, "no space", ""});
  live_for(world, milliseconds{5000});
  CHECK(world.state(id) == recipient_state::delivered);
  CHECK(world.delivered["r@b.example"] == 1);
  CHECK(world.failures.empty());
}

TEST_CASE("delivery: a cancelled message does not leave", "[delivery]") {
  delivery_world world{11};
  world.quota_per_day = 0;
  world.day = milliseconds{1000};
  const auto id = world.submit({"r@b.example", "q@b.example"});
  world.run();
  bool told = false;
  world.flow().cancel(id, [&](const auto&) { told = true; });
  world.run();
  CHECK(told);
  world.quota_per_day = 10;
  live_for(world, milliseconds{3000});
  CHECK(world.order.empty());
  CHECK(world.state(id, 0) == recipient_state::cancelled);
  CHECK(world.state(id, 1) == recipient_state::cancelled);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: draining ends what is under way and keeps the rest", "[delivery]") {
  delivery_world world{12};
  world.unanswered = {"tar.example"};
  world.submit({"r@tar.example"});
  world.submit({"r@b.example"});
  world.run();
  bool drained = false;
  world.flow().drain(milliseconds{100}, [&] { drained = true; });
  world.run();
  CHECK(drained);
  CHECK(world.delivered["r@b.example"] == 1);
  CHECK(world.queue_entries() == 1);
}

TEST_CASE("delivery: entries that a full disk put off keep their order and are not lost",
          "[delivery]") {
  delivery_world world{13};
  // Bounces enter a lane of delivery's own: the first one's commit has to be repeated, the later
  // ones overtake it.
  for (int i = 0; i < 4; ++i)
    world.submit({"r" + std::to_string(i) + "@b" + std::to_string(i) + ".example"},
                 mail_class::triggered, "shared", "s" + std::to_string(i) + "@a.example");
  world.store.settle();
  world.store.fail_next(1, {errc::storage_full, "no space", ""});
  world.fate_of = [](const std::string& to) {
    return to.starts_with("r") ? fate::bounce : fate::deliver;
  };
  live_for(world, milliseconds{5000});
  for (int i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(world.delivered["s" + std::to_string(i) + "@a.example"] == 1);
  }
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: a retry whose permits are on their way is not asked for all the time",
          "[delivery]") {
  delivery_world world{14};
  world.fate_of = [](const auto&) { return fate::defer; };
  const auto id = world.submit({"r@b.example"});
  world.run();
  REQUIRE(world.state(id) == recipient_state::deferred);
  world.permits_pending = true;
  world.advance(milliseconds{1000});
  world.run_some(1000);
  CHECK(world.assignments_asked < 10);
  world.permits_pending = false;
  world.fate_of = [](const auto&) { return fate::deliver; };
  world.flow().permits_changed();
  world.run();
  CHECK(world.state(id) == recipient_state::delivered);
}

TEST_CASE("delivery: what is on the wire while it is cancelled keeps its own outcome",
          "[delivery]") {
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    CAPTURE(seed);
    delivery_world world{seed};
    const auto steps = seed % 50;
    const auto id = world.submit({"r@b.example"});
    world.run_some(steps);
    bool told = false;
    world.flow().cancel(id, [&](const auto&) { told = true; });
    world.run();
    CHECK(told);
    const auto delivered = world.delivered["r@b.example"];
    CHECK(world.state(id) ==
          (delivered > 0 ? recipient_state::delivered : recipient_state::cancelled));
    CHECK(world.queue_entries() == 0);
  }
}

TEST_CASE("delivery: a cancelled recipient that comes back unsent does not leave later",
          "[delivery]") {
  delivery_world world{16};
  world.unanswered = {"b.example"};
  world.quota_per_day = 10;
  world.day = milliseconds{1000};
  std::vector<message_id> ids;
  // More than the connections take at once: some are in hand and wait.
  for (int i = 0; i < 30; ++i)
    ids.push_back(world.submit({"r" + std::to_string(i) + "@b.example"}));
  world.run();
  for (const auto& id : ids)
    world.flow().cancel(id, [](const auto&) {});
  world.run();
  world.answer_again();
  live_for(world, milliseconds{5000});
  CHECK(world.order.empty());
  for (const auto& id : ids)
    CHECK(world.state(id) == recipient_state::cancelled);
  CHECK(world.queue_entries() == 0);
}
