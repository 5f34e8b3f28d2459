#include "net/tls/certificate_expiry.hpp"

#include <catch2/catch.hpp>

#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using warmfront::testing::make_certificate;
using warmfront::testing::temporary_directory;

TEST_CASE("certificate expiry: is what the certificate says", "[tls]") {
  const temporary_directory directory;
  const auto made = make_certificate(directory, "mta.example.net", 86'400);
  const auto end = net::certificate_expiry(made.certificate_file);
  REQUIRE(end);
  const auto left = end.value() - system_clock{}.wall_now();
  CHECK(left > std::chrono::hours{23});
  CHECK(left <= std::chrono::hours{24});
}

TEST_CASE("certificate expiry: a file that is none is refused", "[tls]") {
  const temporary_directory directory;
  CHECK(net::certificate_expiry(directory.file("absent.pem")).error().code ==
        errc::invalid_argument);
  const auto made = make_certificate(directory, "mta.example.net");
  CHECK(net::certificate_expiry(made.key_file).error().code == errc::invalid_argument);
}
