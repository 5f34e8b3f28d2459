#include "actors/cluster/gateway_actor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/actors/cluster/two_nodes.hpp"

using namespace warmfront;
using warmfront::testing::two_nodes;
using warmfront::testing::witness;

namespace {

constexpr std::uint16_t role_kind = 16;

std::string head_of(std::size_t number) {
  auto text = std::to_string(number);
  return std::string(8 - text.size(), '0') + text;
}

peer_frame frame_of(std::size_t number, std::size_t octets) {
  auto text = head_of(number);
  text.resize(octets, 'x');
  return {role_kind, std::move(text)};
}

bool in_order(const witness& seen, std::size_t count) {
  if (seen.heads_.size() != count)
    return false;
  for (std::size_t i = 0; i < count; ++i)
    if (seen.heads_[i] != head_of(i))
      return false;
  return true;
}

auto has_frames(std::size_t count) {
  return [count](const witness& seen) { return seen.heads_.size() >= count; };
}

/// Quick enough for a test: as the real ones, five times faster.
gateway_settings quick() {
  gateway_settings settings;
  settings.heartbeat_every = milliseconds{200};
  settings.lost_after = milliseconds{800};
  return settings;
}

} // namespace

TEST_CASE("gateway_actor: frames arrive in order, both ways", "[gateway]") {
  two_nodes nodes;
  REQUIRE(nodes.join());
  constexpr std::size_t count = 5000;
  for (std::size_t i = 0; i < count; ++i) {
    nodes.a->send("b", {frame_of(i, 200)});
    nodes.b->send("a", {frame_of(i, 200)});
  }
  REQUIRE(nodes.b->seen->until(has_frames(count)));
  REQUIRE(nodes.a->seen->until(has_frames(count)));
  CHECK(in_order(*nodes.a->seen, count));
  CHECK(in_order(*nodes.b->seen, count));
}

TEST_CASE("gateway_actor: 50 MB pass a consumer that is always behind", "[gateway]") {
  two_nodes nodes{{}, 4};
  REQUIRE(nodes.join());
  constexpr std::size_t count = 500;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i)
    nodes.a->send("b", {frame_of(i, 100'000)});
  REQUIRE(nodes.b->seen->until(has_frames(count)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(in_order(*nodes.b->seen, count));
  CHECK(nodes.b->seen->lost_ == 0);
  WARN("50 MB in " << took.count() << " s");
}

TEST_CASE("gateway_actor: a peer that has stopped is lost by its heartbeats", "[gateway]") {
  two_nodes nodes{quick()};
  REQUIRE(nodes.join());
  const auto begin = std::chrono::steady_clock::now();
  nodes.stop_wire();
  const auto lost = [](const witness& seen) { return seen.lost_ >= 1; };
  CHECK(nodes.a->seen->until(lost, milliseconds{2000}));
  CHECK(nodes.b->seen->until(lost, milliseconds{2000}));
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds{500});
}

TEST_CASE("gateway_actor: a cut connection is made anew and works", "[gateway]") {
  two_nodes nodes{quick()};
  REQUIRE(nodes.join());
  for (std::size_t round = 1; round <= 3; ++round) {
    nodes.cut();
    const auto again = [round](const witness& seen) {
      return seen.joined_ >= round + 1 && seen.joined_ > seen.lost_;
    };
    REQUIRE(nodes.a->seen->until(again));
    REQUIRE(nodes.b->seen->until(again));
    nodes.a->send("b", {frame_of(round, 100)});
    REQUIRE(nodes.b->seen->until(has_frames(round)));
  }
}

TEST_CASE("gateway_actor: a stopped connection is replaced", "[gateway]") {
  two_nodes nodes{quick()};
  REQUIRE(nodes.join());
  nodes.stop_wire();
  const auto again = [](const witness& seen) { return seen.joined_ >= 2; };
  CHECK(nodes.a->seen->until(again));
  CHECK(nodes.b->seen->until(again));
}

TEST_CASE("gateway_actor: nodes with live links stop in two seconds", "[gateway]") {
  auto nodes = std::make_optional<two_nodes>();
  REQUIRE(nodes->join());
  const auto begin = std::chrono::steady_clock::now();
  nodes.reset();
  CHECK(std::chrono::steady_clock::now() - begin < seconds{2});
}

TEST_CASE("gateway_actor: a gateway that is stopped says that the peer is lost", "[gateway]") {
  two_nodes nodes;
  REQUIRE(nodes.join());
  caf::anon_send_exit(nodes.a->gateway, caf::exit_reason::user_shutdown);
  const auto lost = [](const witness& seen) { return seen.lost_ == 1; };
  CHECK(nodes.a->seen->until(lost));
}

TEST_CASE("gateway_actor: how much passes", "[.][bench]") {
  two_nodes nodes;
  REQUIRE(nodes.join());
  constexpr std::size_t count = 10'000; // within the queue's bound
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i)
    nodes.a->send("b", {frame_of(i, 4096)});
  REQUIRE(nodes.b->seen->until(has_frames(count)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  WARN(static_cast<double>(count) / took.count() << " frames of 4 KiB a second");
}
