#include "cluster-config/values.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

TEST_CASE("values: durations have one unit and no decoration", "[config]") {
  CHECK(config::parse_duration("500ms") == 500ms);
  CHECK(config::parse_duration("20s") == 20s);
  CHECK(config::parse_duration("5m") == 5min);
  CHECK(config::parse_duration("24h") == 24h);
  CHECK(config::parse_duration("5d") == 120h);
  CHECK(config::parse_duration("0s") == 0s);
  for (const std::string text : {"", "5", "h", "1.5h", " 1h", "1h ", "-1h", "+1h", "1h30m", "1H",
                                 "99999999999999999999d", "10001d", "1\0s"})
    CHECK_FALSE(config::parse_duration(text));
}

TEST_CASE("values: sizes are octets or have a binary unit", "[config]") {
  CHECK(config::parse_size("10MiB") == 10ull << 20);
  CHECK(config::parse_size("512KiB") == 512ull << 10);
  CHECK(config::parse_size("2GiB") == 2ull << 30);
  CHECK(config::parse_size("1TiB") == 1ull << 40);
  CHECK(config::parse_size("100B") == 100);
  CHECK(config::parse_size("1000") == 1000);
  for (const std::string text :
       {"", "MiB", "10MB", "10 MiB", "10mib", "-1", "1.5GiB", "8388608TiB", "9223372036854775808"})
    CHECK_FALSE(config::parse_size(text));
}

TEST_CASE("values: what is printed reads back", "[config][property]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const std::chrono::milliseconds time{random.next() % 864'000'000'000};
    CHECK(config::parse_duration(config::duration_text(time)) == time);
    const auto size = random.next() >> (1 + random.next() % 60);
    CHECK(config::parse_size(config::size_text(size)) == size);
  }
  CHECK(config::duration_text(24h) == "1d");
  CHECK(config::size_text(0) == "0B");
}

TEST_CASE("values: offsets from UTC", "[config]") {
  CHECK(config::parse_utc_offset("+08:00") == 480min);
  CHECK(config::parse_utc_offset("-03:30") == -210min);
  CHECK(config::parse_utc_offset("Z") == 0min);
  CHECK(config::parse_utc_offset("+14:00") == 840min);
  for (const std::string text : {"", "08:00", "+8:00", "+0800", "+14:01", "-12:01", "+08:0x", "z"})
    CHECK_FALSE(config::parse_utc_offset(text));
}

TEST_CASE("values: an endpoint is split at its last colon", "[config]") {
  CHECK(config::parse_endpoint("[2001:db8::1]:25")->host == "2001:db8::1");
  CHECK(config::parse_endpoint("mx.example.net:25")->port == 25);
  for (const std::string text : {"", ":", "a", "a:", ":1", "[]:1", "[::1]", "[::1:1", "::1",
                                 "a:b:1", "a:-1", "a:99999", "[::1]x:1"})
    CHECK_FALSE(config::parse_endpoint(text));
}

TEST_CASE("values: a relay network with stray bits is told what it should be", "[config]") {
  CHECK_THAT(*config::check_relay_network("10.1.2.3/8"), Catch::Contains("10.0.0.0/8"));
  CHECK_THAT(*config::check_relay_network("2001:db8::1/32"), Catch::Contains("2001:db8::/32"));
  CHECK_FALSE(config::check_relay_network("192.0.2.1/32"));
  CHECK_FALSE(config::check_relay_network("::1/128"));
}

TEST_CASE("values: messages never carry control characters", "[config]") {
  CHECK(config::quote("a\x1b[31m\n") == "\"a?[31m?\"");
  CHECK(config::quote(std::string(100, 'x')).size() < 90);
}

TEST_CASE("values: a slip of the pen is recognised, a different word is not", "[config]") {
  const std::vector<std::string> words{"submission", "submissions", "inbound", "day"};
  CHECK(config::nearest("submision", words) == "submission");
  CHECK(config::nearest("in_bound", words) == "inbound");
  CHECK(config::nearest("days", words) == "day");
  CHECK(config::nearest("outbound_address", words).empty());
  CHECK(config::nearest("", words).empty());
  CHECK(config::nearest(std::string(1000, 'a'), words).empty());
}
