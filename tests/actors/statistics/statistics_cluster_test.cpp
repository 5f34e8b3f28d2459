// Statistics of several nodes: whoever dies, what it had counted is in the answers of the others.
#include "tests/actors/statistics/counting_world.hpp"

using namespace warmfront;
using warmfront::testing::counting_world;

namespace {

mail_event counted_delivery(counting_world& world, std::uint64_t which) {
  mail_event event;
  event.kind = which % 5 == 0 ? event_kind::bounced : event_kind::delivered;
  event.at = world.time.wall_now();
  event.about.account = account_name{"acme"};
  event.about.address = "x@" + std::to_string(which % 40) + ".example";
  event.about.sender_domain = domain_name{"news.example"};
  event.about.provider = provider_name{which % 2 == 0 ? "gmail" : "yahoo"};
  return event;
}

} // namespace

TEST_CASE("statistics cluster: any node answers for all, also of one that is dead",
          "[statistics]") {
  counting_world world{3};
  for (std::uint16_t number = 1; number <= 3; ++number)
    for (std::uint64_t i = 0; i < number * 10u; ++i)
      world.at(number).count(counted_delivery(world, i));
  world.run();
  for (std::uint16_t number = 1; number <= 3; ++number)
    CHECK(world.total(number).delivered + world.total(number).bounced == 60);
  world.kill(3);
  world.dead.insert(world.name_of(3));
  world.tell_members();
  for (const auto number : {std::uint16_t{1}, std::uint16_t{2}}) {
    const auto report = world.ask(number, world.of_today());
    CHECK(report.rows.at(0).counts.delivered == 48);
    CHECK(report.unanswered.empty());
  }
  const auto by_provider = world.ask(1, world.of_today(counted_by::provider));
  CHECK(by_provider.rows.size() == 2);
  world.revive(3);
  world.run();
  CHECK(world.total(1).delivered == 48); // it tells of itself again
}

TEST_CASE("statistics cluster: a node that does not answer is named, and its kept counts are used",
          "[statistics]") {
  counting_world world{3};
  world.at(3).count(counted_delivery(world, 1));
  world.run();
  world.disconnect(world.name_of(3));
  world.at(3).count(counted_delivery(world, 1)); // nobody hears of this one
  const auto report = world.ask(1, world.of_today());
  CHECK(report.rows.at(0).counts.delivered == 1);
  CHECK(report.unanswered == std::vector<node_name>{world.name_of(3)});
  world.connect(world.name_of(3));
  world.run();
  CHECK(world.total(1).delivered == 2);
}

TEST_CASE("statistics cluster: who asks waits three seconds for the others", "[statistics]") {
  counting_world world{2};
  std::optional<result<statistics_report>> answer;
  world.at(1).sums->ask(world.of_today(), [&](const auto& told) { answer = told; });
  world.frames.clear();
  world.time.advance(milliseconds{2'999});
  world.at(1).sums->tick();
  CHECK_FALSE(answer);
  world.time.advance(milliseconds{1});
  world.at(1).sums->tick();
  REQUIRE(answer);
  CHECK(answer->value().unanswered == std::vector<node_name>{world.name_of(2)});
}

TEST_CASE("statistics cluster: many rows come whole", "[statistics]") {
  counting_world world{2};
  storage::batch changes;
  storage::statistics_tally tally;
  for (int i = 0; i < 5'000; ++i) {
    auto event = counted_delivery(world, 1);
    event.about.address = "x@" + std::to_string(i) + ".example";
    tally.add(event);
  }
  tally.write(changes);
  world.at(2).store.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
  world.run();
  CHECK(world.ask(1, world.of_today(counted_by::receiver)).rows.size() == 5'000);
}

TEST_CASE("statistics cluster: a node whose copies were lost with a disk gives them again",
          "[statistics]") {
  counting_world world{2};
  for (std::uint64_t i = 0; i < 3'000; ++i)
    world.at(1).count(counted_delivery(world, i));
  world.run();
  storage::batch wipe;
  wipe.erase_range(storage::family::counters, "", "\xff");
  world.at(2).store.commit(std::move(wipe), storage::priority::progress, [](const auto&) {});
  world.at(1).count(counted_delivery(world, 1));
  world.run();
  world.kill(1);
  CHECK(world.total(2).delivered + world.total(2).bounced == 3'001);
}

TEST_CASE("statistics cluster: nobody keeps what another node says of a third", "[statistics]") {
  counting_world world{3};
  const kept_counters lie{1, {3, 103}, {}, true, world.time.wall_now()};
  CHECK(world.at(1).mirror->keep(world.name_of(2), encode(lie).octets).error().code ==
        errc::protocol);
}

TEST_CASE("statistics cluster: whenever a node dies, no count is repeated and only its last "
          "moment is missing",
          "[statistics][property]") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    counting_world world{3, seed};
    auto& dice = world.dice;
    const auto life = 50 + dice.next() % 400;
    daily_counts passed_on; // when everything had been
    for (std::uint64_t i = 0; i < life; ++i) {
      auto& node = world.pick();
      if (node.is_alive)
        node.count(counted_delivery(world, dice.next()));
      for (int steps = 0; steps < 4; ++steps)
        world.step();
      if (dice.next() % 50 == 0)
        world.disconnect(world.name_of(static_cast<std::uint16_t>(1 + dice.next() % 3)));
      if (dice.next() % 20 == 0)
        for (auto& [name, each] : world.nodes)
          world.connect(name);
      if (dice.next() % 60 == 0) {
        world.run();
        if (world.connected.size() == 3)
          passed_on = world.durable(1);
      }
      if (dice.next() % 100 == 0) { // killed, and back at once
        world.kill(1);
        world.revive(1);
      }
      world.time.advance(milliseconds{10});
    }
    world.kill(1);
    for (auto& [name, each] : world.nodes)
      world.connect(name);
    world.run();
    const auto others = [&] {
      auto sum = world.durable(2);
      sum += world.durable(3);
      return sum;
    }();
    for (const auto asked : {std::uint16_t{2}, std::uint16_t{3}}) {
      const auto told = world.total(asked);
      for (const auto& field : count_fields) {
        const auto of_dead = told.*field.value - others.*field.value;
        REQUIRE(of_dead <= world.durable(1).*field.value);
        REQUIRE(of_dead >= passed_on.*field.value);
      }
    }
    world.revive(1);
    world.run();
    auto all = others;
    all += world.durable(1);
    for (const auto asked : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}})
      REQUIRE(world.total(asked) == all);
    world.kill(1);
    for (const auto asked : {std::uint16_t{2}, std::uint16_t{3}})
      REQUIRE(world.total(asked) == all); // everything had been passed on
  }
}
