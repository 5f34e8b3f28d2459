#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <thread>

#include "actors/core/random.hpp"
#include "tests/net/asio/peer_tunnel_site.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t large = 100u << 20;

/// The same octets on both sides, without keeping them.
class octet_stream {
public:
  explicit octet_stream(std::uint64_t seed) : random_{seed} {}
  void fill(std::string& piece) {
    for (std::size_t at = 0; at + 8 <= piece.size(); at += 8) {
      const auto value = random_.next();
      std::memcpy(piece.data() + at, &value, 8);
    }
  }

private:
  seeded_random random_;
};

void send_stream(const owned_descriptor& to, std::uint64_t seed) {
  octet_stream stream{seed};
  std::string piece(65536, '\0');
  for (std::size_t done = 0; done < large; done += piece.size()) {
    stream.fill(piece);
    to.write(piece);
  }
  to.end_writing();
}

/// @returns how many octets came as they were sent.
std::size_t check_stream(const owned_descriptor& from, std::uint64_t seed) {
  octet_stream stream{seed};
  std::string expected(65536, '\0');
  for (std::size_t done = 0;; done += expected.size()) {
    stream.fill(expected);
    const auto got = from.read(expected.size());
    if (got != expected)
      return got.empty() ? done : 0;
  }
}

} // namespace

TEST_CASE("peer tunnel: 100 MB pass both ways at once, unharmed, and both sides end",
          "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  std::thread first{[&] { send_stream(sites.here, 1); }};
  std::thread second{[&] { send_stream(sites.there, 2); }};
  std::size_t backwards = 0;
  std::thread third{[&] { backwards = check_stream(sites.here, 2); }};
  CHECK(check_stream(sites.there, 1) == large);
  first.join();
  second.join();
  third.join();
  CHECK(backwards == large);
  CHECK(eventually([&] { return sites.one.ended() == 1 && sites.two.ended() == 1; }));
  CHECK(sites.one.tunnels().counts().open == 0);
  CHECK(sites.two.tunnels().counts().open == 0);
}

TEST_CASE("peer tunnel: a side that has said all still hears the other one", "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  sites.here.write("question");
  sites.here.end_writing();
  CHECK(sites.there.read(8) == "question");
  CHECK(sites.there.is_at_end());
  sites.there.write("answer");
  CHECK(sites.here.read(6) == "answer");
  CHECK(sites.one.ended() == 0);
  sites.there.close();
  CHECK(sites.here.is_at_end());
  CHECK(eventually([&] { return sites.one.ended() == 1 && sites.two.ended() == 1; }));
}

TEST_CASE("peer tunnel: what was said before a descriptor was closed arrives", "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  const std::string words(150'000, 'w');
  // Not read by the closing side: this must not cost the other one what is on its way.
  sites.there.write("unheard");
  sites.here.write(words);
  sites.here.close();
  CHECK(sites.there.read(words.size()) == words);
  CHECK(sites.there.is_at_end());
  sites.there.close();
  CHECK(eventually([&] { return sites.one.ended() == 1 && sites.two.ended() == 1; }));
}

TEST_CASE("peer tunnel: a reader that stalls stops the writer", "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  const std::string piece(65536, 'x');
  std::size_t taken = 0;
  while (true) {
    pollfd ready{sites.here.get(), POLLOUT, 0};
    if (::poll(&ready, 1, 500) <= 0)
      break;
    const auto sent = ::send(sites.here.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    taken += sent > 0 ? static_cast<std::size_t>(sent) : 0;
    REQUIRE(taken < (64u << 20)); // the buffers of the system, and two of ours
  }
  CHECK(sites.there.read(taken).size() == taken);
  sites.here.write("more");
  CHECK(sites.there.read(4) == "more");
}

TEST_CASE("peer tunnel: who is dropped is out at once", "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  SECTION("by name, by the side that was called") {
    sites.two.tunnels().drop_all_of("n3");
    CHECK(sites.two.tunnels().counts().open == 1);
    sites.two.tunnels().drop_all_of("n1");
  }
  SECTION("by name, by the caller") {
    sites.one.tunnels().drop_all_of("n2");
  }
  SECTION("by its number") {
    sites.one.tunnels().drop(sites.id);
  }
  CHECK(sites.here.is_at_end());
  CHECK(sites.there.is_at_end());
  CHECK(eventually([&] { return sites.one.ended() == 1 && sites.two.ended() == 1; }));
}

TEST_CASE("peer tunnel: without the far side the descriptor ends", "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  sites.two.stop();
  CHECK(sites.here.is_at_end());
  CHECK(eventually([&] { return sites.one.ended() == 1; }));
  CHECK(sites.one.tunnels().counts().open == 0);
}

TEST_CASE("peer tunnel: dialling says why there is no tunnel", "[peer_tunnel]") {
  peer_tunnel_options options;
  options.handshake_within = std::chrono::milliseconds{300};
  two_sites sites{options};
  const auto why = [&](const std::string& address, const std::string& expected) {
    const auto made = sites.one.dial(address, expected);
    return made ? std::string{"none"} : made.error().what;
  };
  const auto address = sites.two.tunnels().address();
  CHECK_THAT(why(address, "n3"), Contains("it is n2 and not n3"));
  CHECK_THAT(why("nowhere.invalid:7400", "n2"), Contains("cannot be resolved"));
  CHECK_THAT(why("127.0.0.1", "n2"), Contains("is no address of a node"));
  CHECK_THAT(why("127.0.0.1:smtp", "n2"), Contains("cannot be resolved"));
  CHECK_THAT(why("127.0.0.1:1", "n2"), Contains("refused"));
  // One that listens and says nothing.
  const owned_descriptor silent{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const plain = reinterpret_cast<sockaddr*>(&at);
  REQUIRE(::bind(silent.get(), plain, size) == 0);
  REQUIRE(::listen(silent.get(), 1) == 0);
  REQUIRE(::getsockname(silent.get(), plain, &size) == 0);
  CHECK_THAT(why("127.0.0.1:" + std::to_string(ntohs(at.sin_port)), "n2"),
             Contains("took too long"));
  // The caller is told, although its own part of the handshake was over.
  sites.two.admit_none();
  CHECK_THAT(why(address, "n2"), Contains("does not let this node in"));
  CHECK(sites.one.tunnels().counts().open == 0);
  CHECK(sites.one.ended() == 0);
}

TEST_CASE("peer tunnel: a node dials only whom it admits", "[peer_tunnel]") {
  two_sites sites;
  sites.one.admit_none();
  CHECK_THAT(sites.one.dial(sites.two, "n2").error().what, Contains("no member"));
}

TEST_CASE("peer tunnel: no more than the greatest number are open", "[peer_tunnel]") {
  peer_tunnel_options options;
  options.tunnels_max = 2;
  two_sites sites{options};
  tunnel_site third{sites.authority, "n3"};
  sites.connect();
  const owned_descriptor second{sites.one.dial(sites.two, "n2").value().descriptor};
  CHECK_THAT(third.dial(sites.two, "n2").error().what, Contains("does not let this node in"));
  CHECK_THAT(sites.one.dial(third, "n3").error().what, Contains("too many"));
  sites.here.close();
  sites.there.close();
  REQUIRE(eventually([&] { return sites.two.tunnels().counts().open == 1; }));
  const auto made = third.dial(sites.two, "n2");
  REQUIRE(made);
  ::close(made.value().descriptor);
}

TEST_CASE("peer tunnel: new certificates count for new connections", "[peer_tunnel]") {
  two_sites sites;
  sites.connect();
  const test_authority next;
  sites.two.tunnels().reload(next.context("n2"));
  CHECK_FALSE(sites.one.dial(sites.two, "n2"));
  sites.one.tunnels().reload(next.context("n1"));
  const auto made = sites.one.dial(sites.two, "n2");
  REQUIRE(made);
  ::close(made.value().descriptor);
  sites.here.write("still here");
  CHECK(sites.there.read(10) == "still here");
}

TEST_CASE("peer tunnel: it listens only where it can", "[peer_tunnel]") {
  const test_authority authority;
  tunnel_site site{authority, "n1"};
  io_threads threads{1};
  const auto failure = [&](const std::string& listen) {
    peer_tunnel_options options;
    options.listen = listen;
    const auto started = start_peer_tunnels(threads, options, authority.context("n2"), {});
    REQUIRE_FALSE(started);
    return started.error().code;
  };
  CHECK(failure(site.tunnels().address()) == errc::unavailable);
  CHECK(failure("192.0.2.1:0") == errc::unavailable);
  for (const auto* junk :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "::1:7"})
    CHECK(failure(junk) == errc::invalid_argument);
}
