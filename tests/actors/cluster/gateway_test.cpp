#include "actors/cluster/gateway.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "storage/formats/gateway.pb.h"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace warmfront::gateway_action;

namespace {

constexpr std::uint16_t bulk_kind = 16;

/// One gateway, its clock, and what it did since it was last asked.
struct side {
  side(std::string self, std::string peer, bool dials, gateway_settings settings = {}) {
    settings.self = node_name{std::move(self)};
    settings.peer = node_name{std::move(peer)};
    settings.dials = dials;
    rules = std::make_unique<gateway>(settings, std::make_unique<seeded_random>(7));
  }
  void collect() {
    for (auto& each : rules->take_steps()) {
      if (const auto* const sent = std::get_if<transmit>(&each))
        wire.push_back(sent->frame);
      else if (auto* const got = std::get_if<deliver>(&each))
        delivered.push_back(std::move(*got));
      else
        steps.push_back(std::move(each));
    }
  }
  template <class Step>
  [[nodiscard]] std::size_t count() const {
    std::size_t found = 0;
    for (const auto& each : steps)
      found += std::holds_alternative<Step>(each) ? 1 : 0;
    return found;
  }
  template <class Step>
  [[nodiscard]] std::string why() const {
    for (const auto& each : steps)
      if (const auto* const found = std::get_if<Step>(&each))
        return found->why;
    return {};
  }

  std::unique_ptr<gateway> rules;
  std::vector<peer_frame> wire;
  std::vector<deliver> delivered;
  std::vector<gateway_step> steps;
};

/// Carries frames between two sides until neither has any.
void exchange(side& a, side& b, steady_time now) {
  for (bool busy = true; busy;) {
    busy = false;
    for (auto [from, to] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
      from->collect();
      for (const auto& frame : std::exchange(from->wire, {})) {
        to->rules->heard(frame, now);
        busy = true;
      }
      to->collect();
    }
  }
}

void connect(side& dialling, side& other, steady_time now) {
  dialling.rules->tick(now);
  dialling.collect();
  REQUIRE(dialling.count<dial>() == 1);
  dialling.rules->dialled(now);
  exchange(dialling, other, now);
  REQUIRE(dialling.rules->is_joined());
  REQUIRE(other.rules->is_joined());
  dialling.steps.clear();
  other.steps.clear();
}

peer_frame hello_of(const std::string& name, std::uint32_t first, std::uint32_t last) {
  formats::gateway_hello hello;
  hello.set_node(name);
  hello.set_protocol_first(first);
  hello.set_protocol_last(last);
  return {static_cast<std::uint16_t>(gateway_frame::hello), hello.SerializeAsString()};
}

constexpr std::size_t small_window = 1u << 20;

gateway_settings with_small_window() {
  gateway_settings settings;
  settings.window_octets = small_window;
  return settings;
}

/// Two sides that have met, with a small window.
struct connected_pair {
  side a{"a", "b", true, with_small_window()};
  side b{"b", "a", false, with_small_window()};
  steady_time now = testing::manual_clock{}.steady_now();

  connected_pair() { connect(a, b, now); }
};

peer_frame mail_of(std::size_t octets) {
  return {bulk_kind, std::string(octets, 'm')};
}

} // namespace

TEST_CASE("gateway: both sides join after a hello each way", "[gateway]") {
  testing::manual_clock time;
  side a{"a", "b", true};
  side b{"b", "a", false};
  connect(a, b, time.steady_now());
  REQUIRE(a.rules->send({mail_of(10)}, time.steady_now()));
  a.rules->flush();
  exchange(a, b, time.steady_now());
  REQUIRE(b.delivered.size() == 1);
  CHECK(b.delivered[0].frames == std::vector{mail_of(10)});
}

TEST_CASE("gateway: the side that does not dial never dials", "[gateway]") {
  testing::manual_clock time;
  side b{"b", "a", false};
  for (int i = 0; i < 100; ++i) {
    time.advance(seconds{1});
    b.rules->tick(time.steady_now());
  }
  b.collect();
  CHECK(b.steps.empty());
  CHECK(b.wire.empty());
}

TEST_CASE("gateway: failed calls are repeated between 0.1 and 5 seconds apart", "[gateway]") {
  testing::manual_clock time;
  side a{"a", "b", true};
  std::vector<milliseconds> waits;
  auto failed_at = time.steady_now();
  while (waits.size() < 20) {
    a.rules->tick(time.steady_now());
    a.collect();
    if (a.count<dial>() > 0) {
      a.steps.clear();
      waits.push_back(std::chrono::duration_cast<milliseconds>(time.steady_now() - failed_at));
      failed_at = time.steady_now();
      a.rules->dial_failed(failed_at);
    }
    time.advance(milliseconds{10});
  }
  CHECK(waits[0] == milliseconds{0});
  CHECK(waits[1] >= milliseconds{100});
  CHECK(waits[1] <= milliseconds{210});
  for (std::size_t i = 8; i < waits.size(); ++i) {
    CHECK(waits[i] >= milliseconds{2500});
    CHECK(waits[i] <= milliseconds{5010});
  }
}

TEST_CASE("gateway: a peer of no common protocol is refused, and it says why", "[gateway]") {
  testing::manual_clock time;
  side b{"b", "a", false};
  b.rules->heard(hello_of("a", peer_protocol + 1, peer_protocol + 3), time.steady_now());
  b.collect();
  CHECK_FALSE(b.rules->is_joined());
  CHECK(b.count<drop>() == 1);
  CHECK(b.count<lost>() == 0);
  CHECK(b.why<refused>().find("speaks protocols 2 to 4") != std::string::npos);
  CHECK(b.wire.empty());
}

TEST_CASE("gateway: a neighbouring release is taken", "[gateway]") {
  testing::manual_clock time;
  side b{"b", "a", false};
  b.rules->heard(hello_of("a", peer_protocol, peer_protocol + 1), time.steady_now());
  b.collect();
  CHECK(b.rules->is_joined());
}

TEST_CASE("gateway: a peer under another name is refused on both sides", "[gateway]") {
  testing::manual_clock time;
  side b{"b", "a", false};
  b.rules->heard(hello_of("c", 1, 1), time.steady_now());
  b.collect();
  CHECK(b.why<refused>() == "it calls itself by another name");
  side a{"a", "b", true};
  a.rules->tick(time.steady_now());
  a.rules->dialled(time.steady_now());
  a.rules->heard(hello_of("c", 1, 1), time.steady_now());
  a.collect();
  CHECK_FALSE(a.rules->is_joined());
  CHECK(a.count<refused>() == 1);
}

TEST_CASE("gateway: a silent peer is lost after four seconds, a living one never", "[gateway]") {
  testing::manual_clock time;
  side a{"a", "b", true};
  side b{"b", "a", false};
  connect(a, b, time.steady_now());
  for (int i = 0; i < 300; ++i) { // a minute
    time.advance(milliseconds{200});
    a.rules->tick(time.steady_now());
    b.rules->tick(time.steady_now());
    exchange(a, b, time.steady_now());
  }
  REQUIRE(a.rules->is_joined());
  REQUIRE(b.rules->is_joined());
  const auto silent_since = time.steady_now();
  while (a.rules->is_joined()) { // b is stopped
    time.advance(milliseconds{200});
    a.rules->tick(time.steady_now());
  }
  a.collect();
  CHECK(time.steady_now() - silent_since <= seconds{5});
  CHECK(time.steady_now() - silent_since >= seconds{3});
  CHECK(a.count<lost>() == 1);
  CHECK(a.count<drop>() == 1);
}

TEST_CASE("gateway: no more than the window is out before the peer has processed it", "[gateway]") {
  connected_pair sides;
  auto& [a, b, now] = sides;
  constexpr std::size_t mails = 100;
  constexpr std::size_t mail_octets = 100'000;
  for (std::size_t i = 0; i < mails; ++i)
    REQUIRE(a.rules->send({mail_of(mail_octets)}, now));
  a.rules->flush();
  std::size_t frames = 0;
  for (int round = 0; frames < mails && round < 1000; ++round) {
    exchange(a, b, now);
    std::size_t out = 0;
    for (const auto& each : b.delivered)
      out += each.octets;
    CHECK(out <= small_window + (512u << 10)); // the last batch may exceed it
    REQUIRE_FALSE(b.delivered.empty());
    frames += b.delivered.front().frames.size();
    b.rules->processed(b.delivered.front().octets);
    b.delivered.erase(b.delivered.begin());
  }
  CHECK(frames == mails);
}

TEST_CASE("gateway: credit is given for a good part of the window, not for each message",
          "[gateway]") {
  connected_pair sides;
  auto& [a, b, now] = sides;
  std::size_t credits = 0;
  constexpr std::size_t mails = 64;
  constexpr std::size_t mail_octets = 32'768; // four of them are an eighth of the window
  for (std::size_t i = 0; i < mails; ++i) {
    REQUIRE(a.rules->send({mail_of(mail_octets)}, now));
    a.rules->flush();
    exchange(a, b, now);
    REQUIRE(b.delivered.size() == 1);
    b.rules->processed(b.delivered.front().octets);
    b.delivered.clear();
    b.collect();
    credits += b.wire.size();
    exchange(a, b, now);
  }
  CHECK(credits == mails / 4);
}

TEST_CASE("gateway: small frames leave in one message", "[gateway]") {
  testing::manual_clock time;
  side a{"a", "b", true};
  side b{"b", "a", false};
  connect(a, b, time.steady_now());
  for (int i = 0; i < 50; ++i)
    REQUIRE(a.rules->send({mail_of(1000)}, time.steady_now()));
  a.rules->flush();
  a.collect();
  CHECK(a.wire.size() == 1);
}

TEST_CASE("gateway: a peer that does not take what it is sent is lost, with no gap", "[gateway]") {
  testing::manual_clock time;
  gateway_settings settings;
  settings.window_octets = 1000;
  settings.queue_octets_max = 10'000;
  side a{"a", "b", true, settings};
  side b{"b", "a", false};
  connect(a, b, time.steady_now());
  for (int i = 0; i < 10; ++i)
    REQUIRE(a.rules->send({mail_of(1000)}, time.steady_now()));
  const auto refusal = a.rules->send({mail_of(1000)}, time.steady_now());
  REQUIRE_FALSE(refusal);
  CHECK(refusal.error().code == errc::limit_exceeded);
  CHECK_FALSE(a.rules->is_joined());
  a.collect();
  CHECK(a.count<lost>() == 1);
  const auto later = a.rules->send({mail_of(1)}, time.steady_now());
  REQUIRE_FALSE(later);
  CHECK(later.error().code == errc::unavailable);
}

TEST_CASE("gateway: what was queued is dropped with the session", "[gateway]") {
  testing::manual_clock time;
  gateway_settings settings;
  settings.window_octets = 1;
  side a{"a", "b", true, settings};
  side b{"b", "a", false};
  connect(a, b, time.steady_now());
  REQUIRE(a.rules->send({mail_of(300'000)}, time.steady_now()));
  REQUIRE(a.rules->send({mail_of(5)}, time.steady_now()));
  a.rules->flush();
  a.collect();
  a.wire.clear(); // never arrives
  a.rules->broken("cut", time.steady_now());
  b.rules->broken("cut", time.steady_now());
  a.collect();
  b.collect();
  CHECK(a.why<lost>() == "cut");
  a.steps.clear();
  b.delivered.clear();
  time.advance(seconds{1});
  connect(a, b, time.steady_now());
  a.rules->flush();
  exchange(a, b, time.steady_now());
  CHECK(b.delivered.empty());
}

TEST_CASE("gateway: a peer that ignores the window is lost", "[gateway]") {
  testing::manual_clock time;
  gateway_settings settings;
  settings.queue_octets_max = 10'000;
  side b{"b", "a", false, settings};
  b.rules->heard(hello_of("a", 1, 1), time.steady_now());
  const peer_frame batch{static_cast<std::uint16_t>(gateway_frame::batch),
                         pack_frames({mail_of(4000)})};
  b.rules->heard(batch, time.steady_now());
  b.rules->heard(batch, time.steady_now());
  CHECK(b.rules->is_joined());
  b.rules->heard(batch, time.steady_now());
  b.collect();
  CHECK(b.delivered.size() == 2);
  CHECK(b.why<lost>() == "it sends without waiting for credit");
}

TEST_CASE("gateway: a peer that connects anew has lost its session first", "[gateway]") {
  testing::manual_clock time;
  side b{"b", "a", false};
  b.rules->heard(hello_of("a", 1, 1), time.steady_now());
  b.rules->heard(hello_of("a", 1, 1), time.steady_now());
  b.collect();
  REQUIRE(b.steps.size() == 3);
  CHECK(std::get<joined>(b.steps[0]).session == 1);
  CHECK(std::holds_alternative<lost>(b.steps[1]));
  CHECK(std::get<joined>(b.steps[2]).session == 2);
}

TEST_CASE("gateway: frames before a hello are not listened to", "[gateway]") {
  testing::manual_clock time;
  side b{"b", "a", false};
  b.rules->heard({static_cast<std::uint16_t>(gateway_frame::batch), pack_frames({mail_of(1)})},
                 time.steady_now());
  b.rules->heard({static_cast<std::uint16_t>(gateway_frame::credit), std::string(8, '\xff')},
                 time.steady_now());
  b.collect();
  CHECK(b.delivered.empty());
  CHECK(b.steps.empty());
}

TEST_CASE("gateway: any octets as a batch are frames or an error", "[gateway][property]") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::vector<peer_frame> frames(random.next() % 5);
    for (auto& each : frames) {
      each.kind = static_cast<std::uint16_t>(random.next());
      each.octets.assign(random.next() % 40, static_cast<char>(random.next()));
    }
    auto octets = pack_frames(frames);
    const auto back = unpack_frames(octets);
    REQUIRE(back);
    CHECK(back.value() == frames);
    for (int i = 0; i < 3 && !octets.empty(); ++i)
      octets[random.next() % octets.size()] = static_cast<char>(random.next());
    octets.resize(octets.size() - random.next() % (octets.size() + 1));
    if (const auto damaged = unpack_frames(octets); damaged)
      CHECK(pack_frames(damaged.value()) == octets);
  }
}
