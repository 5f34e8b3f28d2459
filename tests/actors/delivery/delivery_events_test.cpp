// What delivery tells those who read events.
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;

namespace {

/// A world whose events are all read.
struct event_world {
  explicit event_world(std::uint64_t seed) : world{seed} { open(); }
  void open() {
    world.event_log = storage::event_recorder{
        storage::event_writer::open(world.store, storage::event_stream::delivery).value()};
    world.event_log.set_readers(true, nullptr);
  }
  void crash(std::size_t surviving) {
    world.crash(surviving);
    open();
  }
  void live(milliseconds duration) {
    for (milliseconds passed{0}; passed < duration; passed += milliseconds{50}) {
      world.run();
      world.advance(milliseconds{50});
    }
    world.run();
  }
  std::vector<mail_event> logged() {
    const auto prefix = storage::event_prefix(storage::event_stream::delivery);
    const auto found =
        world.store.scan(storage::family::events, prefix, storage::prefix_end(prefix), 10'000)
            .value();
    std::vector<mail_event> events;
    for (const auto& each : found)
      events.push_back(storage::decode_mail_event(each.value).value());
    return events;
  }
  delivery_world world;
};

} // namespace

TEST_CASE("delivery events: what happened to a recipient, with who and why", "[delivery][events]") {
  event_world of{1};
  int attempts = 0;
  of.world.fate_of = [&](const std::string& to) {
    if (to == "gone@b.example")
      return fate::bounce;
    return to == "late@b.example" && ++attempts == 1 ? fate::defer : fate::deliver;
  };
  const auto gone = of.world.submit({"gone@b.example"});
  const auto late = of.world.submit({"late@b.example"});
  of.live(milliseconds{3'000});
  const auto events = of.logged();
  std::map<std::string, std::string> kinds;
  for (const auto& each : events)
    kinds[each.about.address] += std::string{to_string(each.kind)} + ' ';
  CHECK(kinds.size() == 2); // none of the report about the refusal
  CHECK(kinds["gone@b.example"] == "bounced ");
  CHECK(kinds["late@b.example"] == "deferred delivered ");
  for (const auto& each : events) {
    CHECK(each.about.sender_domain.str() == "a.example");
    CHECK(each.about.recipient.message == (each.about.address[0] == 'g' ? gone : late));
    CHECK(each.about.source.str() == "192.0.2.1");
    if (each.kind == event_kind::bounced) {
      CHECK(each.bounce_class == "invalid");
      CHECK(each.status == "5.1.1");
      CHECK(each.reply == "550 5.1.1 nobody of that name");
    }
    if (each.kind == event_kind::deferred)
      CHECK(each.attempt == 1);
  }
}

TEST_CASE("delivery events: nobody reads, nothing is written", "[delivery][events]") {
  event_world of{2};
  of.world.event_log.set_readers(false, nullptr);
  of.world.submit({"r@b.example"});
  of.live(milliseconds{500});
  CHECK(of.logged().empty());
  CHECK_FALSE(of.world.changed.take().keys.empty());
}

TEST_CASE("delivery events: whatever crashes, each end is told once",
          "[delivery][events][property]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    event_world of{seed};
    seeded_random dice{seed};
    of.world.fate_of = [&](const std::string& to) {
      // Reports to the sender arrive.
      return to == "s@a.example" || dice.next() % 3 != 0 ? fate::deliver
             : dice.next() % 2 == 0                      ? fate::bounce
                                                         : fate::defer;
    };
    for (int i = 0; i < 12; ++i) {
      of.world.submit({"r" + std::to_string(i) + "@b.example"});
      of.world.run_some(dice.next() % 30);
      if (dice.next() % 3 == 0)
        of.crash(dice.next() % (of.world.store.unsettled() + 1));
    }
    of.live(milliseconds{20'000});
    std::map<std::string, int> ends;
    for (const auto& each : of.logged())
      if (each.kind != event_kind::deferred)
        ++ends[each.about.address];
    for (const auto& [address, times] : ends) {
      CAPTURE(address);
      REQUIRE(times == 1);
    }
    REQUIRE_FALSE(ends.empty());
  }
}
