#include "net/dns/reverse.hpp"

#include <catch2/catch.hpp>

using namespace warmfront::dns;

TEST_CASE("reverse: an address has its name backwards", "[dns]") {
  CHECK(reverse_name("192.0.2.1") == "1.2.0.192.in-addr.arpa");
  CHECK(reverse_name("0.0.0.255") == "255.0.0.0.in-addr.arpa");
  CHECK(reverse_name("2001:db8::567:89ab") ==
        "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(reverse_name("mail.example").empty());
}

TEST_CASE("reverse: a list has entries and two addresses that tell whether it works", "[dns]") {
  CHECK(listing_name("192.0.2.99", "bad.example") == "99.2.0.192.bad.example");
  CHECK(listing_name("2001:db8:1:2:3:4:567:89ab", "ugly.example") ==
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example");
  CHECK(listing_name("", "bad.example").empty());
  CHECK(listed_test_address("192.0.2.1") == "127.0.0.2");
  CHECK(unlisted_test_address("192.0.2.1") == "127.0.0.1");
  CHECK(listing_name(listed_test_address("2001:db8::1"), "x") ==
        "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.x");
}
