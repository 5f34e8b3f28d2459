#include "actors/core/displayable.hpp"
#include "actors/groups/list_rules.hpp"
#include "net/dns/address_form.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using Catch::Contains;

TEST_CASE("list rules: an address has one form", "[groups]") {
  CHECK(dns::normalised_address(" Ada.L+x@Example.COM\t").value() == "Ada.L+x@example.com");
  CHECK(dns::normalised_address("Ada@BÜCHER.example").value() == "Ada@xn--bcher-kva.example");
  CHECK(dns::normalised_address("Ada@xn--BCHER-kva.example").value() ==
        "Ada@xn--bcher-kva.example");
  CHECK(dns::normalised_address("Ådа@a.com").value() == "Ådа@a.com");
  CHECK(dns::normalised_address("\"a b\"@a.com").value() == "\"a b\"@a.com");
}

TEST_CASE("list rules: what is no address alone is refused with a reason", "[groups]") {
  CHECK_THAT(dns::normalised_address(" \t").error().what, Contains("no address"));
  CHECK_THAT(dns::normalised_address("Ada <ada@a.com> ").error().what,
             Contains("column or variable"));
  CHECK_THAT(dns::normalised_address("<ada@a.com>").error().what, Contains("address alone"));
  for (const auto* text :
       {"ada", "@a.com", "ada@", "a@b@c", "a b@a.com", "ada@a..com", "ada@a.com, b@a.com",
        "ada@a.com.", "ada@\xff.com", "ada@a＿b.com", "ada@a＠b.com", "ada@\xe2\x80\xae.com"})
    CHECK(dns::normalised_address(text).has_error());
}

TEST_CASE("list rules: values are those a template takes", "[groups]") {
  for (const std::string& value :
       {std::string("a\nb"), std::string("a\rb"), std::string("\0", 1), std::string("\xe2\x80\xa8"),
        std::string("\xff"), std::string("\x7f"), std::string(16 * 1024 + 1, 'x')}) {
    const auto checked = check_list_value("城市", value);
    REQUIRE(checked.has_error());
    CHECK_THAT(checked.error().what, Contains("\"城市\""));
  }
  for (const std::string& value :
       {std::string{}, std::string("\t ~ 博士"), std::string(16 * 1024, 'x')})
    CHECK(check_list_value("a", value));
}

TEST_CASE("list rules: what is displayed obeys nobody", "[groups]") {
  CHECK(displayable("a\tb 博士 ä~") == "a b 博士 ä~");
  CHECK(displayable("\x1b[2J\r\n\x7f") == "?[2J???");
  CHECK(displayable("\xc2\x9b"
                    "1m") == "?1m");
  CHECK(displayable("\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8f\xe2\x81\xa7\xef\xbb\xbf") == "?????");
  CHECK(displayable("\xff\xc3x\xe5\x8d") == "??x??");
}

TEST_CASE("list rules: an excerpt has at most 60 octets and whole characters", "[groups]") {
  CHECK(rejection_of(7, "short", "why") == list_rejection{7, "why", "short"});
  CHECK(rejection_of(1, std::string(61, 'x'), "").excerpt == std::string(60, 'x'));
  const auto cut = rejection_of(1, std::string(59, 'x') + "博", "").excerpt;
  CHECK(cut == std::string(59, 'x'));
  CHECK(rejection_of(1, std::string(100, '\xff'), "\x1b").excerpt == std::string(60, '?'));
  CHECK(rejection_of(1, "", "\x1b").reason == "?");
}
