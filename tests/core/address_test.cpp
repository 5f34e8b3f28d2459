#include <catch2/catch.hpp>

#include <string>

#include "actors/core/address.hpp"
#include "actors/core/random.hpp"

using namespace warmfront;

TEST_CASE("address: what RFC 5321 allows is taken apart", "[address]") {
  struct row {
    const char* text;
    const char* local;
    const char* domain;
  };
  const auto given = GENERATE(values<row>({
      {"bob@example.net", "bob", "example.net"},
      {"Bob.Smith+tag@EXAMPLE.Net", "Bob.Smith+tag", "example.net"},
      {"a!#$%&'*+-/=?^_`{|}~@x.y", "a!#$%&'*+-/=?^_`{|}~", "x.y"},
      {"\"a b\"@example.net", "\"a b\"", "example.net"},
      {"\"a\\\"b\"@example.net", "\"a\\\"b\"", "example.net"},
      {"\"\"@example.net", "\"\"", "example.net"},
      {"b@[192.0.2.1]", "b", "[192.0.2.1]"},
      {"b@[IPv6:2001:DB8::1]", "b", "[ipv6:2001:db8::1]"},
      {"b@localhost", "b", "localhost"},
      {"b@1.2.3", "b", "1.2.3"},
      {"b@xn--exmple-cua.net", "b", "xn--exmple-cua.net"},
  }));
  CAPTURE(given.text);
  const auto parsed = parse_address(given.text, false);
  REQUIRE(parsed);
  CHECK(parsed.value().local == given.local);
  CHECK(parsed.value().domain == given.domain);
}

TEST_CASE("address: everything else is refused", "[address]") {
  const auto* text = GENERATE(
      "", "@", "bob", "bob@", "@example.net", "a@b@example.net", "a..b@example.net",
      ".a@example.net", "a.@example.net", "a b@example.net", "a@exa mple.net", "a@example.net ",
      " a@example.net", "<a@example.net>", "a@example..net", "a@.example.net", "a@example.net.",
      "a@-example.net", "a@example-.net", "a@exam_ple.net", "@relay.test:a@example.net",
      "@a.test,@b.test:c@example.net", "\"a@b\"@example.net", "\"a%b\"@example.net",
      "\"a\\@b\"@example.net", "\"a@example.net", "\"a\"b@example.net", "a\"b\"@example.net",
      "a@[192.0.2.256]", "a@[192.0.2.1", "a@192.0.2.1]", "a@[]", "a@[IPv6:x]", "a@[2001:db8::1]",
      "a@[tag:x]", "a\r\n@example.net", "a@example.net\r\n", "a\x7f@example.net",
      "\"a\x01\"@example.net", "caf\xc3\xa9@example.net", "a@caf\xc3\xa9.net", "a,b@example.net",
      "a:b@example.net", "a;b@example.net", "(c)a@example.net", "a@example.net(c)");
  CAPTURE(text);
  const auto parsed = parse_address(text, false);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == errc::invalid_argument);
  CHECK_FALSE(parsed.error().what.empty());
}

TEST_CASE("address: NUL is refused", "[address]") {
  using namespace std::string_literals;
  CHECK_FALSE(parse_address("a\0b@example.net"s, false));
  CHECK_FALSE(parse_address("a@example.net\0"s, false));
  CHECK_FALSE(parse_address("a@[192.0.2.1\0]"s, false));
}

TEST_CASE("address: the lengths of RFC 5321", "[address]") {
  const std::string label63(63, 'x');
  const std::string domain255 = label63 + '.' + label63 + '.' + label63 + '.' + label63;
  CHECK(domain255.size() == 255);
  CHECK(parse_address(std::string(64, 'a') + "@" + domain255, false));
  CHECK_FALSE(parse_address(std::string(65, 'a') + "@x.y", false));
  CHECK_FALSE(parse_address("a@" + domain255 + "x", false));
  CHECK_FALSE(parse_address("a@" + std::string(64, 'x') + ".y", false));
}

TEST_CASE("address: UTF-8 where it is allowed", "[address]") {
  CHECK(parse_address("caf\xc3\xa9@\xc3\xa4.net", true).value().local == "caf\xc3\xa9");
  CHECK(parse_address("\"caf\xc3\xa9 x\"@b.net", true));
  CHECK_FALSE(parse_address("caf\xc3@b.net", true));
  CHECK_FALSE(parse_address("\xed\xa0\x80@b.net", true));
}

TEST_CASE("address: UTF-8 is strict", "[address]") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("a\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
  for (const auto* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x80\x80", "\xe0\x9f\xbf",
                          "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xe2\x82x"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("address: domains", "[address]") {
  CHECK(is_domain("example.net", false));
  CHECK(is_domain("a", false));
  CHECK(is_domain("\xc3\xa4.net", true));
  CHECK_FALSE(is_domain("\xc3\xa4.net", false));
  for (const auto* bad : {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a_b", "a b", "a/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_domain(bad, true));
  }
  CHECK(domain_of("A@Example.NET") == "example.net");
  CHECK(domain_of("\"a@b\"@Example.NET") == "example.net");
  CHECK(domain_of("nobody").empty());
}

TEST_CASE("address: junk is never accepted with a control character in it", "[address][property]") {
  constexpr std::string_view alphabet{"ab.@\"\\<>[]:%\r\n\0\xc3\xa9- IPv6:1", 25};
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    seeded_random random{seed};
    std::string text;
    for (auto n = random.next() % 20; n > 0; --n) {
      text += alphabet[random.next() % alphabet.size()];
    }
    const auto parsed = parse_address(text, seed % 2 == 0);
    if (parsed) {
      CAPTURE(seed, text);
      REQUIRE(text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
      REQUIRE(parse_address(parsed.value().str(), true).value() == parsed.value());
    }
  }
}
