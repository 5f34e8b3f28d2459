#include "net/dns/rdata.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::dns;
using namespace std::string_view_literals;

TEST_CASE("rdata: MX", "[dns]") {
  const auto record = parse_mx("\x00\x0a\x02MX\x07"
                               "example\x00"sv);
  REQUIRE(record);
  CHECK(record->preference == 10);
  CHECK(record->host == "mx.example");
  CHECK(parse_mx("\x00\x00\x00"sv)->host.empty());
  CHECK(parse_mx("\xff\xff\x01z\x00"sv)->preference == 65535);
}

TEST_CASE("rdata: a damaged MX or one that names no host is none", "[dns]") {
  for (const auto bad : {""sv, "\x00"sv, "\x00\x0a"sv, "\x00\x0a\x02mx"sv, "\x00\x0a\x05mx\x00"sv,
                         "\x00\x0a\x02mx\x00x"sv, "\x00\x0a\xc0\x0c"sv, "\x00\x0a\x02m.\x00"sv,
                         "\x00\x0a\x02m\n\x00"sv, "\x00\x0a\x01\x00\x00"sv}) {
    CHECK_FALSE(parse_mx(bad));
  }
}

TEST_CASE("rdata: addresses", "[dns]") {
  CHECK(parse_address_record("\xc0\x00\x02\x01"sv) == "192.0.2.1");
  CHECK(parse_address_record("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"sv) == "2001:db8::1");
  CHECK_FALSE(parse_address_record("\xc0\x00\x02"sv));
  CHECK_FALSE(parse_address_record(""sv));
}

TEST_CASE("rdata: names and texts", "[dns]") {
  CHECK(parse_ptr("\x02MX\x07"
                  "example\x00"sv) == "mx.example");
  CHECK(parse_txt("\x05"
                  "v=x1 \x03"
                  "a\nb"sv) == "v=x1 a?b");
  CHECK(parse_txt(""sv) == "");
  CHECK_FALSE(parse_txt("\x05"
                        "abc"sv));
  for (const auto bad : {""sv, "\x00"sv, "\x02mx"sv, "\x02mx\x00x"sv, "\xc0\x0c"sv})
    CHECK_FALSE(parse_ptr(bad));
}

TEST_CASE("rdata: one record as text, by its type", "[dns]") {
  CHECK(parse_record(record_type::mx, "\x00\x0a\x02mx\x07"
                                      "example\x00"sv) == "10 mx.example");
  CHECK(parse_record(record_type::mx, "\x00\x00\x00"sv) == "0 .");
  CHECK_FALSE(parse_record(record_type::mx, "\x00\x00"sv));
  CHECK(parse_record(record_type::cname, "\x01"
                                         "a\x07"
                                         "example\x00"sv) == "a.example");
  CHECK(parse_record(record_type::a, "\xc0\x00\x02\x01"sv) == "192.0.2.1");
}

TEST_CASE("rdata: random octets never crash it", "[dns][property]") {
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string data;
    for (std::uint64_t length = random.next() % 40; length > 0; --length) {
      data += random.next() % 2 == 0 ? static_cast<char>(random.next() % 6) : 'a';
    }
    if (const auto record = parse_mx(data)) {
      CHECK(record->host.size() < 255);
    }
    static_cast<void>(parse_address_record(data));
    CHECK(parse_ptr(data).value_or("").size() < 255);
    CHECK(parse_txt(data).value_or("").size() <= data.size());
  }
}
