#include "actors/suppressions/suppression_exchange.hpp"

#include <optional>

#include "tests/actors/suppressions/exchange_world.hpp"

using namespace warmfront;
using namespace warmfront::testing;

TEST_CASE("suppression exchange: a change is at all nodes, in small frames", "[suppressions]") {
  exchange_world of{3};
  of.settle();
  int acknowledged = 0;
  for (int i = 0; i < 50; ++i)
    change_on(of, 0, std::to_string(i) + "@a.example", false, [&](auto) { ++acknowledged; });
  of.settle();
  CHECK(acknowledged == 50);
  of.pass(seconds{6});
  of.settle();
  CHECK(entries_of(*of.disks[0]).size() == 50);
  for (const auto& disk : of.disks) {
    CHECK(entries_of(*disk) == entries_of(*of.disks[0]));
    check_table(*disk);
  }
  CHECK(of.largest < 1'000);
}

TEST_CASE("suppression exchange: a new node gets a dead one's changes from another",
          "[suppressions]") {
  exchange_world of{3};
  of.settle();
  of.crash(2, 0);
  for (int i = 0; i < 20; ++i)
    change_on(of, 0, std::to_string(i) + "@a.example", false, [](auto) {});
  of.settle();
  of.crash(0, 0);
  of.start(2);
  CHECK_FALSE(of.processes[2]->exchange.is_complete());
  of.settle();
  CHECK(entries_of(*of.disks[2]).size() == 20);
  CHECK(of.processes[2]->exchange.is_complete());
}

TEST_CASE("suppression exchange: the later of two changes wins everywhere", "[suppressions]") {
  exchange_world of{2};
  of.settle();
  of.cut.insert({0, 1});
  of.disconnect(0, 1);
  change_on(of, 0, "ada@a.example", false, [](auto) {});
  of.wall += seconds{1};
  change_on(of, 1, "ada@a.example", true, [](auto) {});
  of.settle();
  of.heal();
  for (const auto& disk : of.disks) {
    const auto found = storage::find_suppression(*disk, exchange_account, "ada@a.example").value();
    REQUIRE(found);
    CHECK(found->is_removed);
    check_table(*disk);
  }
  // Who has seen a change makes a later one, though its clock is behind.
  of.wall -= seconds{90};
  change_on(of, 0, "ada@a.example", false, [](auto) {});
  of.settle();
  of.heal();
  CHECK_FALSE(storage::find_suppression(*of.disks[1], exchange_account, "ada@a.example")
                  .value()
                  ->is_removed);
}

TEST_CASE("suppression exchange: without another node there is no copy, and nobody waits for one",
          "[suppressions]") {
  exchange_world of{2};
  of.settle();
  std::optional<bool> copied;
  of.crash(1, 0);
  of.processes[0]->exchange.when_copied(1, [&](bool is) { copied = is; });
  CHECK(copied == false);
  of.start(1);
  of.settle();
  copied.reset();
  of.processes[0]->exchange.when_copied(1, [&](bool is) { copied = is; });
  CHECK_FALSE(copied);
  of.pass(seconds{6});
  CHECK(copied == false);
}

TEST_CASE("suppression exchange: where one does not answer another one is asked",
          "[suppressions]") {
  exchange_world of{3};
  of.settle();
  of.crash(2, 0);
  change_on(of, 1, "ada@a.example", false, [](auto) {});
  of.settle();
  of.pass(seconds{6});
  of.settle();
  of.start(2);
  // The first node hears nothing of what it is asked.
  while (of.step())
    std::erase_if(of.frames, [](const auto& each) {
      return each.to == 0 && each.what.kind == static_cast<std::uint16_t>(suppression_frame::ask);
    });
  of.disks[1]->settle();
  of.pass(seconds{11});
  of.settle();
  CHECK(entries_of(*of.disks[2]).size() == 1);
}

TEST_CASE("suppression exchange: an older copy of a data directory is noticed", "[suppressions]") {
  exchange_world of{2};
  of.settle();
  change_on(of, 0, "ada@a.example", false, [](auto) {});
  of.settle();
  const auto origin = of.processes[0]->facts().origin;
  of.crash(0, 0);
  // The directory as it was before.
  of.disks[0] = exchange_world::new_disk();
  storage::suppression_facts facts;
  facts.origin = origin;
  storage::batch changes;
  storage::write_suppression_facts(changes, {}, facts);
  of.disks[0]->commit(std::move(changes), storage::priority::progress, [](const result<void>&) {});
  of.disks[0]->settle();
  of.start(0);
  of.settle();
  CHECK(of.processes[0]->asked_for_origin > 0);
}

TEST_CASE("suppression exchange: frames that are none are refused, others' do no harm",
          "[suppressions]") {
  exchange_world of{2};
  of.settle();
  auto& exchange = of.processes[0]->exchange;
  const auto peer = exchange_world::name_of(1);
  for (const auto kind :
       {suppression_frame::vector, suppression_frame::ask, suppression_frame::changes})
    CHECK(exchange.received(peer, {static_cast<std::uint16_t>(kind), "\xff\xff"}).error().code ==
          errc::protocol);
  CHECK(exchange.received(peer, {999, "what"}));
  // An answer that nobody asked for.
  CHECK(exchange.received(peer, encode(numbered_suppressions{77, {5, 0, 9, {}}})));
  of.settle();
  CHECK_FALSE(of.processes[0]->facts().vector.contains(5));
}

TEST_CASE("suppression exchange: whatever fails, nodes agree and nothing acknowledged is lost",
          "[suppressions][property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const std::size_t nodes = 2 + seed % 3;
    exchange_world of{nodes, seed};
    std::map<std::string, storage::suppression_version> acknowledged;
    bool lost_a_disk = false;
    const auto any = [&](std::uint64_t below) { return of.random() % below; };
    of.loses_one_in = seed % 2 == 0 ? 10 : 0;
    for (int i = 0; i < 600; ++i) {
      const auto node = any(nodes);
      const auto dice = any(100);
      if (dice < 25 && of.processes[node]) {
        const auto address = std::to_string(any(12)) + "@a.example";
        of.wall += milliseconds{any(50)};
        change_on(of, node, address, any(3) == 0, [&acknowledged, address](auto version) {
          auto& known = acknowledged[address];
          known = std::max(known, version);
        });
      } else if (dice < 27 && of.processes[node]) {
        of.crash(node, any(3));
      } else if (dice < 31 && !of.processes[node]) {
        of.start(node);
      } else if (dice < 33) {
        const auto with = any(nodes);
        if (with != node && of.cut.insert(std::minmax(node, with)).second)
          of.disconnect(node, with);
      } else if (dice < 36 && !of.cut.empty()) {
        const auto [a, b] = *of.cut.begin();
        of.cut.erase(of.cut.begin());
        if (of.processes[a] && of.processes[b])
          of.connect(a, b);
      } else if (dice == 36 && i > 300 && !std::exchange(lost_a_disk, true)) {
        if (of.processes[node])
          of.crash(node, 0);
        of.disks[node] = exchange_world::new_disk();
      } else if (dice < 40) {
        of.pass(seconds{2});
      } else {
        for (int k = 0; k < 5; ++k)
          of.step();
      }
    }
    of.heal();
    for (const auto& disk : of.disks) {
      check_table(*disk);
      REQUIRE(entries_of(*disk) == entries_of(*of.disks[0]));
    }
    for (const auto& [address, version] : acknowledged) {
      CAPTURE(address);
      const auto found = storage::find_suppression(*of.disks[0], exchange_account, address).value();
      REQUIRE(found);
      REQUIRE(found->version() >= version);
    }
  }
}

TEST_CASE("suppression exchange: says how far behind it is", "[suppressions]") {
  exchange_world of{2};
  of.settle();
  auto& subject = of.processes[0]->exchange;
  CHECK(subject.behind() == 0);
  // What the other has told of and did not send yet.
  const auto told = encode(storage::suppression_vector{{99, 5}, {98, 2}});
  REQUIRE(subject.received(exchange_world::name_of(1), told));
  CHECK(subject.behind() == 7);
  subject.lost(exchange_world::name_of(1));
  CHECK(subject.behind() == 0);
}
