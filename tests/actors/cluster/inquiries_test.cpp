#include "actors/cluster/inquiries.hpp"

#include <optional>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;

namespace {

member other(std::string name, bool ended = false) {
  member made;
  made.name = node_name{std::move(name)};
  made.ended = ended;
  return made;
}

const inquiry question{"GET", "/v1/queues?limit=2", {account_name{"acme"}, "k1", key_role::viewer}};

/// Three members beside this node, two of them connected.
struct world {
  world() {
    auto self = other("n1");
    self.self = true;
    rules.set_members({self, other("n2"), other("n3"), other("n4", true)});
    rules.joined(node_name{"n2"});
    rules.joined(node_name{"n3"});
  }
  std::vector<send_frames> ask(seconds within = seconds{5}) {
    return rules.ask(question, now + within,
                     [this](std::vector<peer_answer> all) { got = std::move(all); });
  }
  std::uint64_t number_of(const send_frames& sent) {
    return decode_inquiry(sent.frames.front().octets).value().number;
  }
  [[nodiscard]] unsigned status_of(const std::string& name) const {
    for (const auto& each : got.value())
      if (each.peer.str() == name)
        return each.value.status;
    return 999;
  }
  inquiries rules;
  steady_time now{seconds{100}};
  std::optional<std::vector<peer_answer>> got;
};

} // namespace

TEST_CASE("inquiries: all connected members are asked, all others are named", "[inquiries]") {
  world w;
  const auto sent = w.ask();
  REQUIRE(sent.size() == 2);
  const auto asked = decode_inquiry(sent[0].frames.front().octets);
  REQUIRE(asked);
  CHECK(asked.value().what.method == question.method);
  CHECK(asked.value().what.target == question.target);
  CHECK(asked.value().what.who.account == question.who.account);
  CHECK(asked.value().what.who.role == question.who.role);
  w.rules.answered(node_name{"n3"}, asked.value().number, {200, "three"});
  CHECK_FALSE(w.got);
  w.rules.answered(node_name{"n2"}, asked.value().number, {404, ""});
  REQUIRE(w.got);
  REQUIRE(w.got->size() == 3);
  CHECK(w.status_of("n2") == 404);
  CHECK(w.status_of("n3") == 200);
  CHECK(w.status_of("n4") == 0);
  CHECK(w.got->back().ended);
}

TEST_CASE("inquiries: a peer that is lost is not waited for", "[inquiries]") {
  world w;
  const auto number = w.number_of(w.ask().front());
  w.rules.answered(node_name{"n2"}, number, {200, ""});
  w.rules.lost(node_name{"n3"});
  REQUIRE(w.got);
  CHECK(w.status_of("n3") == 0);
  SECTION("nor one that is back: the question went to the session before") {
    w.got.reset();
    w.rules.joined(node_name{"n3"});
    const auto again = w.number_of(w.ask().front());
    w.rules.answered(node_name{"n2"}, again, {200, ""});
    w.rules.joined(node_name{"n3"});
    REQUIRE(w.got);
    CHECK(w.status_of("n3") == 0);
  }
}

TEST_CASE("inquiries: after the time what has come is all", "[inquiries]") {
  world w;
  const auto number = w.number_of(w.ask(seconds{5}).front());
  w.rules.tick(w.now + seconds{4});
  CHECK_FALSE(w.got);
  w.rules.answered(node_name{"n3"}, number, {200, ""});
  w.rules.tick(w.now + seconds{5});
  REQUIRE(w.got);
  CHECK(w.status_of("n2") == 0);
  CHECK(w.status_of("n3") == 200);
  w.got.reset();
  w.rules.answered(node_name{"n2"}, number, {200, ""});
  CHECK_FALSE(w.got);
}

TEST_CASE("inquiries: with nobody to ask the answer is there at once", "[inquiries]") {
  world w;
  w.rules.lost(node_name{"n2"});
  w.rules.lost(node_name{"n3"});
  CHECK(w.ask().empty());
  REQUIRE(w.got);
  CHECK(w.got->size() == 3);
}

TEST_CASE("inquiries: an answer counts once, and only from who was asked", "[inquiries]") {
  world w;
  const auto number = w.number_of(w.ask().front());
  w.rules.answered(node_name{"n4"}, number, {200, "not asked"});
  w.rules.answered(node_name{"n2"}, number, {200, "first"});
  w.rules.answered(node_name{"n2"}, number, {500, "second"});
  CHECK_FALSE(w.got);
  w.rules.answered(node_name{"n3"}, number, {200, ""});
  REQUIRE(w.got);
  CHECK(w.status_of("n2") == 200);
  CHECK(w.status_of("n4") == 0);
}

TEST_CASE("inquiries: octets that are no frame are refused", "[inquiries][attack]") {
  seeded_random random{7};
  for (int i = 0; i < 2000; ++i) {
    std::string octets(random.next() % 40, '\0');
    for (auto& each : octets)
      each = static_cast<char>(random.next());
    const auto asked = decode_inquiry(octets);
    if (asked)
      CHECK(asked.value().what.who.role <= key_role::viewer);
    const auto answered = decode_inquiry_answer(octets);
    if (answered)
      CHECK(answered.value().second.status >= 100);
  }
  CHECK_FALSE(decode_inquiry(""));
  CHECK_FALSE(decode_inquiry_answer(""));
  const auto value = decode_inquiry_answer(encode_inquiry_answer(9, {503, "x"}).octets);
  REQUIRE(value);
  CHECK(value.value().first == 9);
  CHECK(value.value().second.status == 503);
}
