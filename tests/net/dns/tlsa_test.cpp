#include "net/dns/tlsa.hpp"

#include <catch2/catch.hpp>

using namespace warmfront::dns;

TEST_CASE("tlsa: wire form becomes a record", "[dns]") {
  const std::string digest(32, '\xa1');
  const auto record = parse_tlsa(std::string{"\x03\x01\x01"} + digest);
  REQUIRE(record);
  CHECK(*record == tlsa_record{3, 1, 1, digest});
  CHECK(to_string(tlsa_record{2, 0, 1, std::string{"\x0a\xff", 2}}) == "2 0 1 0aff");
  CHECK_FALSE(parse_tlsa(std::string_view{"\x03\x01\x01", 3}));
  CHECK_FALSE(parse_tlsa(""));
  CHECK_FALSE(parse_tlsa(std::string(20'000, 'x')));
}

TEST_CASE("tlsa: only usages of mail hosts and whole digests are usable", "[dns]") {
  const std::string sha256(32, 'x');
  const std::string sha512(64, 'x');
  CHECK(is_usable({3, 1, 1, sha256}));
  CHECK(is_usable({2, 0, 2, sha512}));
  CHECK(is_usable({3, 0, 0, "certificate"}));
  CHECK_FALSE(is_usable({0, 1, 1, sha256}));
  CHECK_FALSE(is_usable({1, 1, 1, sha256}));
  CHECK_FALSE(is_usable({255, 1, 1, sha256}));
  CHECK_FALSE(is_usable({3, 2, 1, sha256}));
  CHECK_FALSE(is_usable({3, 1, 3, sha256}));
  CHECK_FALSE(is_usable({3, 1, 1, sha512}));
  CHECK_FALSE(is_usable({3, 1, 2, sha256}));
}

TEST_CASE("tlsa: records are asked for below validated names only", "[dns]") {
  using names = std::vector<std::string>;
  CHECK(tlsa_bases("mx.example", {true, true, "mx.example"}) == names{"mx.example"});
  CHECK(tlsa_bases("mx.example", {true, true, ""}) == names{"mx.example"});
  CHECK(tlsa_bases("mx.example", {true, true, "real.example"}) ==
        names{"real.example", "mx.example"});
  CHECK(tlsa_bases("mx.example", {true, false, "mx.example"}).empty());
  CHECK(tlsa_bases("mx.example", {false, true, ""}).empty());
  CHECK(tlsa_name("mx.example") == "_25._tcp.mx.example");
}
