#include "net/asio/source_address.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using warmfront::net::check_source_address;

TEST_CASE("source address: one of this machine can be sent from, and no other", "[net]") {
  CHECK(check_source_address("127.0.0.9"));
  const auto foreign = check_source_address("192.0.2.1");
  REQUIRE(foreign.has_error());
  CHECK(foreign.error().code == errc::refused);
  CHECK(foreign.error().what.find("192.0.2.1") != std::string::npos);
  CHECK(check_source_address("2001:db8::1").error().code == errc::refused);
  CHECK(check_source_address("mail.example").error().code == errc::invalid_argument);
}
