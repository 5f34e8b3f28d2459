#include "actors/feedback/feedback_exchange.hpp"

#include <catch2/catch.hpp>

#include <deque>

#include "actors/core/random.hpp"
#include "net/feedback/token.hpp"
#include "storage/feedback_marks.hpp"
#include "tests/actors/feedback/sent_mail.hpp"

using namespace warmfront;
using warmfront::testing::add_sent;
using warmfront::testing::item_about;

namespace {

/// Nodes n1, n2, … with spools of their own and a network that delivers when told to.
class feedback_cluster {
public:
  struct site final : feedback_effects {
    site(feedback_cluster& all, std::uint16_t id)
        : in{all}, number{id}, name{"n" + std::to_string(id)}, exchange{name, *this} {}
    steady_time steady_now() const override { return in.now; }
    void send(const node_name& to, peer_frame frame) override {
      in.network.push_back({name, to, std::move(frame)});
    }
    void keep(std::vector<feedback_item> items, absent_message rule, kept_callback then) override {
      if (fails)
        return then(error{errc::storage_failed, "the disk", {}});
      const auto plan = book.plan(items, rule).value();
      storage::batch changes;
      write_facts(changes, plan.facts);
      store.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
      facts += plan.facts.size();
      then(plan.unknown);
    }

    feedback_cluster& in;
    const std::uint16_t number;
    const node_name name;
    storage::memory_store store;
    feedback_book book{store};
    feedback_exchange exchange;
    std::size_t facts = 0;
    bool fails = false;
  };
  struct letter {
    node_name from;
    node_name to;
    peer_frame frame;
  };

  explicit feedback_cluster(std::size_t count) {
    std::vector<member> members;
    for (std::uint16_t i = 1; i <= count; ++i) {
      sites.push_back(std::make_unique<site>(*this, i));
      member each;
      each.name = sites.back()->name;
      each.number = i;
      members.push_back(each);
    }
    for (auto& one : sites) {
      one->exchange.set_members(members);
      for (auto& other : sites)
        if (one != other)
          one->exchange.joined(other->name);
    }
  }
  site& at(std::size_t number) { return *sites[number - 1]; }
  void deliver() {
    while (!network.empty()) {
      const auto next = std::move(network.front());
      network.pop_front();
      for (auto& each : sites)
        if (each->name == next.to)
          CHECK(each->exchange.received(next.from, next.frame));
    }
  }
  void pass(milliseconds by) {
    now += by;
    for (auto& each : sites)
      each->exchange.tick();
  }

  steady_time now{};
  std::deque<letter> network;
  std::vector<std::unique_ptr<site>> sites;
};

message_id message_of(std::uint16_t node, std::uint64_t unique) {
  return {wall_time{std::chrono::hours{499'999}}, node, unique};
}

feedback_item complete_item(const recipient_id& of) {
  auto item = item_about(event_kind::unsubscribed, of);
  item.event.about.account = account_name{"shop"};
  item.event.about.address = "ada@b.example";
  item.event.about.source = ip_address{"192.0.2.10"};
  return item;
}

} // namespace

TEST_CASE("feedback exchange: the node that has the message writes", "[feedback]") {
  feedback_cluster all{3};
  const auto id = message_of(2, 1);
  add_sent(all.at(2).store, {id, {"ada@b.example"}});
  std::optional<result<void>> outcome;
  all.at(1).exchange.record({complete_item({id, 0})},
                            [&](const result<void>& got) { outcome = got; });
  CHECK_FALSE(outcome);
  CHECK(all.network.size() == 1);
  all.deliver();
  REQUIRE(outcome);
  CHECK(outcome->has_value());
  CHECK(all.at(2).facts == 1);
  CHECK(all.at(1).facts + all.at(3).facts == 0);
}

TEST_CASE("feedback exchange: a message that moved is found where it is", "[feedback]") {
  feedback_cluster all{4};
  const auto id = message_of(2, 1);
  add_sent(all.at(4).store, {id, {"ada@b.example"}});
  std::optional<result<void>> outcome;
  all.at(1).exchange.record({complete_item({id, 0})},
                            [&](const result<void>& got) { outcome = got; });
  all.deliver();
  CHECK(outcome->has_value());
  CHECK(all.at(4).facts == 1);
  CHECK(all.at(1).facts + all.at(2).facts + all.at(3).facts == 0);
}

TEST_CASE("feedback exchange: what nobody has is written where it came in", "[feedback]") {
  feedback_cluster all{3};
  std::optional<result<void>> outcome;
  all.at(1).exchange.record({complete_item({message_of(2, 1), 0})},
                            [&](const result<void>& got) { outcome = got; });
  all.deliver();
  CHECK(outcome->has_value());
  CHECK(all.at(1).facts == 1);
  CHECK(all.at(2).facts + all.at(3).facts == 0);
}

TEST_CASE("feedback exchange: without an answer nothing is taken for durable", "[feedback]") {
  feedback_cluster all{3};
  const auto id = message_of(2, 1);
  add_sent(all.at(2).store, {id, {"ada@b.example"}});
  std::optional<result<void>> outcome;
  const auto note = [&](const result<void>& got) { outcome = got; };
  all.at(1).exchange.record({complete_item({id, 0})}, note);
  SECTION("the peer is silent") {
    all.network.clear();
    all.pass(milliseconds{4'999});
    CHECK_FALSE(outcome);
    all.pass(milliseconds{1});
  }
  SECTION("the peer goes, and what it wrote is not known") {
    all.at(1).exchange.lost(node_name{"n2"});
  }
  SECTION("its disk fails") {
    all.at(2).fails = true;
    all.deliver();
    all.at(2).fails = false;
  }
  REQUIRE(outcome);
  CHECK(outcome->error().code == errc::unavailable);
  CHECK(all.at(1).facts + all.at(3).facts == 0);
  // Said again, it counts once, whatever became of the first time.
  all.at(1).exchange.joined(node_name{"n2"});
  all.deliver();
  outcome.reset();
  all.at(1).exchange.record({complete_item({id, 0})}, note);
  all.deliver();
  CHECK(outcome->has_value());
  CHECK(all.at(2).facts == 1);
}

TEST_CASE("feedback exchange: what a node has that is away for a moment waits for it",
          "[feedback]") {
  feedback_cluster all{2};
  const auto id = message_of(2, 1);
  add_sent(all.at(2).store, {id, {"ada@b.example"}});
  all.at(1).exchange.lost(node_name{"n2"});
  std::optional<result<void>> outcome;
  const auto note = [&](const result<void>& got) { outcome = got; };
  all.at(1).exchange.record({complete_item({id, 0})}, note);
  CHECK(outcome->error().code == errc::unavailable);
  member ended;
  ended.name = node_name{"n2"};
  ended.number = 2;
  ended.ended = true;
  all.at(1).exchange.set_members({ended});
  all.at(1).exchange.record({complete_item({id, 0})}, note);
  CHECK(outcome->has_value());
  CHECK(all.at(1).facts == 1);
}

TEST_CASE("feedback exchange: a node that is alone asks nobody", "[feedback]") {
  feedback_cluster all{1};
  std::optional<result<void>> outcome;
  all.at(1).exchange.record({complete_item({message_of(9, 1), 0})},
                            [&](const result<void>& got) { outcome = got; });
  CHECK(outcome->has_value());
  CHECK(all.at(1).facts == 1);
}

TEST_CASE("feedback exchange: items of many nodes at once each find theirs, once",
          "[feedback][property]") {
  const auto seed = GENERATE(range(0, 20));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  feedback_cluster all{4};
  std::vector<feedback_item> items;
  std::array<std::size_t, 5> expected{};
  for (std::uint64_t i = 0; i < 900; ++i) {
    const auto id = message_of(static_cast<std::uint16_t>(1 + random.next() % 4), i);
    const auto where = random.next() % 5; // 0: nowhere
    if (where > 0)
      add_sent(all.at(where).store, {id, {"ada@b.example"}});
    ++expected[where == 0 ? 1 : where];
    items.push_back(complete_item({id, 0}));
  }
  for (int again = 0; again < 2; ++again) {
    std::optional<result<void>> outcome;
    all.at(1).exchange.record(items, [&](const result<void>& got) { outcome = got; });
    all.deliver();
    REQUIRE(outcome);
    CHECK(outcome->has_value());
    for (std::size_t i = 1; i <= 4; ++i)
      CHECK(all.at(i).facts == expected[i]);
  }
}

TEST_CASE("feedback frames: what is sent is read back, anything else refused", "[feedback]") {
  numbered_feedback sent{7, {complete_item({message_of(2, 1), 3})}};
  sent.items[0].named_recipient = "ada@b.example";
  const auto frame = encode(sent);
  const auto read = decode_feedback(frame.octets).value();
  CHECK(read.number == 7);
  CHECK(read.items.at(0).event == sent.items[0].event);
  CHECK(read.items.at(0).named_recipient == "ada@b.example");
  const feedback_receipt receipt{8, true, {0, 199}};
  CHECK(decode_feedback_receipt(encode(receipt).octets).value() == receipt);
  CHECK(decode_feedback("\xff\xff").error().code == errc::protocol);
  CHECK(decode_feedback_receipt("\xff\xff").error().code == errc::protocol);
  CHECK(decode_feedback_receipt(encode(feedback_receipt{8, false, {200}}).octets).error().code ==
        errc::protocol);
  sent.items.resize(feedback_per_frame + 1, sent.items[0]);
  CHECK(decode_feedback(encode(sent).octets).error().code == errc::protocol);
}
