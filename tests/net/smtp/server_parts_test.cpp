#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "net/smtp/base64.hpp"
#include "net/smtp/reply.hpp"
#include "net/smtp/server_clients.hpp"
#include "net/smtp/server_networks.hpp"
#include "net/smtp/xtext.hpp"

using namespace warmfront;
using namespace warmfront::smtp;

namespace {

const steady_time start{std::chrono::hours{1}};

} // namespace

TEST_CASE("smtp reply: one line without control characters", "[smtp_reply]") {
  CHECK(to_string(reply{250, "2.1.5", "ok"}) == "250 2.1.5 ok");
  CHECK(to_string(reply{550, "", "a\nb\rc\x7f"}) == "550 a b?c?");
  CHECK(to_string(reply{0, "", "connection refused"}) == "connection refused");
  CHECK(to_string(reply{421, "4.3.2", ""}) == "421 4.3.2");
}

TEST_CASE("smtp xtext: checked, encoded and decoded", "[smtp_xtext]") {
  CHECK(is_xtext(""));
  CHECK(is_xtext("abc+2B+3D"));
  for (const auto* bad : {"a b", "a=b", "a+", "a+2", "a+2b", "a+GG", "\x7f", "caf\xc3\xa9"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_xtext(bad));
  }
  CHECK(is_xtext("caf\xc3\xa9", true));
  CHECK_FALSE(is_xtext("caf\xc3", true));
  CHECK(encode_xtext("a+b=c d") == "a+2Bb+3Dc+20d");
  CHECK(decode_xtext("a+2Bb+3Dc+20d") == "a+b=c d");
  CHECK_FALSE(decode_xtext("a+"));
  seeded_random random{1};
  for (int i = 0; i < 200; ++i) {
    std::string octets;
    for (auto n = random.next() % 30; n > 0; --n) {
      octets += static_cast<char>(random.next());
    }
    CHECK(decode_xtext(encode_xtext(octets)) == octets);
  }
}

TEST_CASE("smtp base64: strict", "[smtp_base64]") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("dQ==") == "u");
  CHECK(decode_base64("dXU=") == "uu");
  CHECK(decode_base64("dXV1") == "uuu");
  CHECK(decode_base64("AHUAc2VjcmV0") == std::string("\0u\0secret", 9));
  for (const auto* bad :
       {"d", "dQ", "dQ=", "dQ= =", "dR==", "dXV=", "====", "d=Q=", "dQ==dQ==", "dQ==\n", "d-V1"}) {
    CAPTURE(bad);
    CHECK_FALSE(decode_base64(bad));
  }
}

TEST_CASE("smtp clients: connections are limited in all and per client", "[smtp_clients]") {
  server_limits limits;
  limits.connections_max = 3;
  limits.connections_per_client_max = 2;
  client_register clients{limits};
  CHECK(clients.connect("192.0.2.1", start) == nullptr);
  CHECK(clients.connect("192.0.2.1", start) == nullptr);
  CHECK(clients.connect("192.0.2.1", start) != nullptr);
  CHECK(clients.connect("192.0.2.2", start) == nullptr);
  CHECK(clients.connect("192.0.2.3", start) != nullptr);
  clients.disconnect("192.0.2.1", start);
  CHECK(clients.connect("192.0.2.3", start) == nullptr);
  CHECK(clients.connections() == 3);
}

TEST_CASE("smtp clients: an IPv6 client is its /64", "[smtp_clients]") {
  CHECK(client_of("2001:db8:1:2:3::4") == client_of("2001:db8:1:2:ffff::"));
  CHECK(client_of("2001:db8:1:2::") != client_of("2001:db8:1:3::"));
  CHECK(client_of("192.0.2.1") == "192.0.2.1");
}

TEST_CASE("smtp clients: the rate is counted per minute", "[smtp_clients]") {
  server_limits limits;
  limits.connections_per_minute_max = 2;
  client_register clients{limits};
  for (int i = 0; i < 2; ++i) {
    CHECK(clients.connect("192.0.2.1", start) == nullptr);
    clients.disconnect("192.0.2.1", start);
  }
  CHECK(clients.connect("192.0.2.1", start + seconds{59}) != nullptr);
  CHECK(clients.connect("192.0.2.1", start + seconds{60}) == nullptr);
}

TEST_CASE("smtp clients: who guesses passwords is banned for a while", "[smtp_clients]") {
  server_limits limits;
  limits.authentication_failures_per_client_max = 3;
  client_register clients{limits};
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(clients.banned("192.0.2.1", start));
    clients.authentication_failed("192.0.2.1", start);
  }
  CHECK(clients.banned("192.0.2.1", start));
  CHECK_FALSE(clients.banned("192.0.2.2", start));
  // Neither leaving nor coming back helps.
  CHECK(clients.connect("192.0.2.1", start) == nullptr);
  clients.disconnect("192.0.2.1", start);
  CHECK(clients.banned("192.0.2.1", start + seconds{599}));
  CHECK_FALSE(clients.banned("192.0.2.1", start + seconds{600}));
}

TEST_CASE("smtp networks: CIDR notation", "[smtp_networks]") {
  const auto parsed = network_list::parse({"192.0.2.0/24", "2001:db8::/32", "203.0.113.7"});
  REQUIRE(parsed);
  const auto& list = parsed.value();
  CHECK(list.contains("192.0.2.255"));
  CHECK(list.contains("::ffff:192.0.2.1"));
  CHECK_FALSE(list.contains("192.0.3.0"));
  CHECK(list.contains("2001:db8:ffff::1"));
  CHECK_FALSE(list.contains("2001:db9::1"));
  CHECK(list.contains("203.0.113.7"));
  CHECK_FALSE(list.contains("203.0.113.8"));
  CHECK_FALSE(list.contains("nonsense"));
  CHECK_FALSE(network_list{}.contains("127.0.0.1"));
  CHECK(network_list::parse({"0.0.0.0/0"}).value().contains("198.51.100.1"));
  CHECK_FALSE(network_list::parse({"0.0.0.0/0"}).value().contains("2001:db8::1"));
  for (const auto* bad : {"", "192.0.2.0/33", "192.0.2.1/24", "192.0.2.0/", "192.0.2.0/x",
                          "192.0.2/24", "2001:db8::/129", "example.org/24", "192.0.2.0/-1"}) {
    CAPTURE(bad);
    CHECK_FALSE(network_list::parse({bad}));
  }
}
