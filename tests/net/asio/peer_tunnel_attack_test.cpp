// What strangers may do to the port between nodes.
#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "actors/core/random.hpp"
#include "tests/net/asio/peer_tunnel_site.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;

namespace {

owned_descriptor connect_to(tunnel_site& site) {
  const auto address = site.tunnels().address();
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  owned_descriptor made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(::connect(made.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
  return made;
}

bool was_refused(tunnel_site& site, std::uint64_t count = 1) {
  return eventually([&] { return site.tunnels().counts().refused == count; }) &&
         site.tunnels().counts().open == 0;
}

/// Whether a TLS client with this certificate hears anything; none: it shows no certificate.
bool is_welcome(tunnel_site& site, const test_certificate* shown, int version = TLS1_3_VERSION) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free};
  SSL_CTX_set_max_proto_version(context.get(), version);
  if (shown != nullptr) {
    SSL_CTX_use_certificate_file(context.get(), shown->certificate_file.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), shown->key_file.c_str(), SSL_FILETYPE_PEM);
  }
  const auto socket = connect_to(site);
  const std::unique_ptr<SSL, decltype(&SSL_free)> session{SSL_new(context.get()), SSL_free};
  SSL_set_fd(session.get(), socket.get());
  char first = 0;
  return SSL_connect(session.get()) == 1 && SSL_read(session.get(), &first, 1) == 1;
}

std::size_t resident_octets() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(std::max(limit.rlim_cur, wanted), limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  REQUIRE(limit.rlim_cur >= wanted);
}

} // namespace

TEST_CASE("peer tunnel: only a node's certificate of our authority opens it",
          "[peer_tunnel][attack]") {
  const test_authority ours;
  const test_authority theirs;
  tunnel_site site{ours, "n2"};
  const auto good = ours.node("n1");
  REQUIRE(is_welcome(site, &good));
  REQUIRE(eventually([&] { return site.tunnels().counts().open == 0; }));
  const auto foreign = theirs.node("n1");
  const auto expired = ours.node("n1", std::chrono::days{-1});
  CHECK_FALSE(is_welcome(site, nullptr));
  CHECK_FALSE(is_welcome(site, &foreign));
  CHECK_FALSE(is_welcome(site, &expired));
  CHECK_FALSE(is_welcome(site, &good, TLS1_2_VERSION));
  site.admit_none();
  const auto stranger = ours.node("n1");
  CHECK_FALSE(is_welcome(site, &stranger));
  CHECK(was_refused(site, 5));
}

TEST_CASE("peer tunnel: plain text and random octets are refused", "[peer_tunnel][attack]") {
  const test_authority authority;
  tunnel_site site{authority, "n2"};
  std::uint64_t refused = 0;
  {
    const auto plain = connect_to(site);
    plain.write("EHLO stranger\r\n");
    static_cast<void>(plain.read(1000));
    CHECK(was_refused(site, ++refused));
  }
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    // Half of them begin like a handshake.
    std::string octets =
        seed % 2 == 0 ? std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9} : "";
    for (std::uint64_t i = random.next() % 3000; i > 0; --i)
      octets += static_cast<char>(random.next());
    const auto socket = connect_to(site);
    socket.write(octets);
    socket.end_writing();
    static_cast<void>(socket.read(1000));
    REQUIRE(was_refused(site, ++refused));
  }
  tunnel_site peer{authority, "n1"};
  const auto made = peer.dial(site, "n2");
  REQUIRE(made);
  ::close(made.value().descriptor);
}

TEST_CASE("peer tunnel: a handshake in drips ends in time", "[peer_tunnel][attack]") {
  const test_authority authority;
  peer_tunnel_options options;
  options.handshake_within = std::chrono::milliseconds{400};
  tunnel_site site{authority, "n2", options};
  const auto socket = connect_to(site);
  const std::string hello{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11};
  const auto begin = std::chrono::steady_clock::now();
  std::size_t at = 0;
  bool over = false;
  while (!over && std::chrono::steady_clock::now() < begin + std::chrono::seconds{5}) {
    socket.write(at < hello.size() ? hello.substr(at++, 1) : "x");
    pollfd ready{socket.get(), POLLIN, 0};
    over = ::poll(&ready, 1, 20) > 0;
  }
  CHECK(over);
  CHECK(was_refused(site));
}

TEST_CASE("peer tunnel: 2 000 idle connections keep no peer out", "[peer_tunnel][attack]") {
  const test_authority authority;
  allow_descriptors(2600);
  tunnel_site site{authority, "n2"};
  tunnel_site peer{authority, "n1"};
  const auto before = resident_octets();
  std::vector<owned_descriptor> idle;
  for (int i = 0; i < 2000; ++i)
    idle.push_back(connect_to(site));
  const auto begin = std::chrono::steady_clock::now();
  const auto made = peer.dial(site, "n2");
  REQUIRE(made);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{6});
  const owned_descriptor here{made.value().descriptor};
  const auto there = site.joined();
  here.write("hello");
  CHECK(there.read(5) == "hello");
  CHECK(resident_octets() - before < (32u << 20));
  CHECK(site.tunnels().counts().open == 1);
}

TEST_CASE("peer tunnel: it may be stopped in the middle of anything", "[peer_tunnel][attack]") {
  const test_authority authority;
  tunnel_site peer{authority, "n1"};
  for (int round = 0; round < 20; ++round) {
    auto site = std::make_unique<tunnel_site>(authority, "n2");
    const auto address = site->tunnels().address();
    const auto idle = connect_to(*site);
    std::vector<std::future<result<dialled_tunnel>>> dials;
    for (int i = 0; i < 5; ++i)
      dials.push_back(std::async(std::launch::async, [&] { return peer.dial(address, "n2"); }));
    site.reset();
    for (auto& each : dials)
      if (const auto made = each.get())
        ::close(made.value().descriptor);
  }
  CHECK(eventually([&] { return peer.tunnels().counts().open == 0; }));
}
