#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <memory>

#include "actors/core/random.hpp"
#include "net/tls/key_fingerprint.hpp"
#include "net/tls/peer_channel.hpp"
#include "tests/net/tls/test_authority.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

using state = peer_channel::state;

void pass(peer_channel& from, peer_channel& to) {
  to.receive(from.wire());
  from.sent(from.wire().size());
}

void shake_hands(peer_channel& caller, peer_channel& called) {
  for (int i = 0; i < 4; ++i) {
    caller.shake_hands();
    pass(caller, called);
    called.shake_hands();
    pass(called, caller);
  }
}

std::string read_all(peer_channel& from) {
  std::string text;
  std::array<char, 5000> piece{};
  while (const auto size = from.read(piece))
    text.append(piece.data(), size);
  return text;
}

struct channels {
  explicit channels(const test_authority& authority)
      : caller{authority.context("n1"), peer_channel::side::caller},
        called{authority.context("n2"), peer_channel::side::called} {}
  peer_channel caller;
  peer_channel called;
};

} // namespace

TEST_CASE("peer channel: both sides learn who the other one is", "[peer][tls]") {
  const test_authority authority;
  channels both{authority};
  shake_hands(both.caller, both.called);
  REQUIRE(both.caller.current() == state::open);
  REQUIRE(both.called.current() == state::open);
  CHECK(both.caller.peer()->name == "n2");
  CHECK(both.called.peer()->name == "n1");
  std::ifstream file{authority.file("n1.pem")};
  const std::string certificate{std::istreambuf_iterator<char>{file}, {}};
  CHECK(both.called.peer()->key_fingerprint == key_fingerprint(certificate).value());
}

TEST_CASE("peer channel: octets pass both ways, in pieces of any size", "[peer][tls]") {
  const test_authority authority;
  channels both{authority};
  shake_hands(both.caller, both.called);
  const std::string large(100'000, 'x');
  both.caller.write(large);
  std::string got;
  seeded_random random{1};
  while (!both.caller.wire().empty()) {
    const auto piece = both.caller.wire().substr(0, 1 + random.next() % 5000);
    both.called.receive(piece);
    both.caller.sent(piece.size());
    got += read_all(both.called);
  }
  CHECK(got == large);
  both.called.write("answer");
  pass(both.called, both.caller);
  CHECK(read_all(both.caller) == "answer");
}

TEST_CASE("peer channel: after the goodbye of one side the other may go on", "[peer][tls]") {
  const test_authority authority;
  channels both{authority};
  shake_hands(both.caller, both.called);
  both.caller.write("last words");
  both.caller.close();
  pass(both.caller, both.called);
  CHECK(read_all(both.called) == "last words");
  CHECK(both.called.current() == state::half_closed);
  both.called.write("so long");
  both.called.close();
  pass(both.called, both.caller);
  CHECK(read_all(both.caller) == "so long");
  CHECK(both.caller.current() == state::half_closed);
}

TEST_CASE("peer channel: a node of another authority is refused by both sides", "[peer][tls]") {
  const test_authority ours;
  const test_authority theirs;
  peer_channel caller{theirs.context("n1"), peer_channel::side::caller};
  peer_channel called{ours.context("n2"), peer_channel::side::called};
  shake_hands(caller, called);
  CHECK(caller.current() == state::failed);
  CHECK(called.current() == state::failed);
  CHECK_FALSE(caller.reason().empty());
}

TEST_CASE("peer channel: junk fails it, at any point", "[peer][tls][property]") {
  const test_authority authority;
  const auto context = authority.context("n1");
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    peer_channel caller{context, peer_channel::side::caller};
    peer_channel called{context, peer_channel::side::called};
    if (seed % 2 == 0) {
      shake_hands(caller, called);
      REQUIRE(called.current() == state::open);
      caller.write("hello");
    } else {
      caller.shake_hands();
    }
    std::string octets{caller.wire()};
    for (int i = 0; i < 20; ++i)
      octets.insert(octets.begin() +
                        static_cast<std::ptrdiff_t>(random.next() % (octets.size() + 1)),
                    static_cast<char>(random.next()));
    called.receive(octets);
    called.shake_hands();
    std::string text;
    if (called.current() == state::open)
      text = read_all(called);
    CHECK((called.current() == state::failed || text.empty()));
  }
}
