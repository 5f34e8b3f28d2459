#include "net/spf/record.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace warmfront;
using namespace warmfront::spf;

TEST_CASE("spf record: what begins with v=spf1 and a blank is one", "[spf]") {
  CHECK(is_record("v=spf1"));
  CHECK(is_record("V=SPF1 -all"));
  for (const char* other : {"", "v=spf", "v=spf10", "v=spf1-all", " v=spf1", "spf2.0/pra"})
    CHECK_FALSE(is_record(other));
}

TEST_CASE("spf record: mechanisms with their parts", "[spf]") {
  const auto read =
      parse_record("v=spf1  a A:Example.com/24//64 mx//48 ip4:192.0.2.0/24 "
                   "ip6:2001:db8::/32 ?include:%{d2}.x.example. ~exists:%{ir}.y.example "
                   "ptr moo.cow-far_out=man:dog/cat exp=why.example -all")
          .value();
  REQUIRE(read.mechanisms.size() == 9);
  const auto& all = read.mechanisms;
  CHECK((all[0].kind == mechanism_kind::a && all[0].target.empty() && all[0].ipv4_bits == 32));
  CHECK((all[1].target == "Example.com" && all[1].ipv4_bits == 24 && all[1].ipv6_bits == 64));
  CHECK((all[2].kind == mechanism_kind::mx && all[2].ipv4_bits == 32 && all[2].ipv6_bits == 48));
  CHECK((all[3].network == parse_ip("192.0.2.0") && all[3].ipv4_bits == 24));
  CHECK((all[4].network == parse_ip("2001:db8::") && all[4].ipv6_bits == 32));
  CHECK((all[5].says == qualifier::neutral && all[5].target == "%{d2}.x.example."));
  CHECK((all[6].says == qualifier::softfail && all[6].kind == mechanism_kind::exists));
  CHECK(all[7].kind == mechanism_kind::ptr);
  CHECK((all[8].says == qualifier::fail && all[8].text == "-all"));
  CHECK(read.redirect.empty());
  CHECK(parse_record("v=spf1 redirect=_spf.example.com").value().redirect == "_spf.example.com");
  CHECK(parse_record("v=spf1 a:foo:bar/baz.example.com").value().mechanisms[0].target ==
        "foo:bar/baz.example.com");
  CHECK(parse_record("v=spf1").value().mechanisms.empty());
}

namespace {

const std::vector<const char*> bad_terms{"all:foo",
                                         "all/8",
                                         "alll",
                                         "a:",
                                         "a:museum",
                                         "a:museum.",
                                         "a:111.222.33.44",
                                         "a:example.-com",
                                         "a:example.com-",
                                         "a:foo.example.xn--zckzah:8080",
                                         "a/33",
                                         "a/032",
                                         "a/",
                                         "a//129",
                                         "a/24/64",
                                         "a/24//",
                                         "mx:/24",
                                         "mx/1234",
                                         "ip4",
                                         "ip4:",
                                         "ip4/24",
                                         "ip4:1.2.3",
                                         "ip4:1.2.3.4/33",
                                         "ip4:1.2.3.4:80",
                                         "ip4:1.2.3.04",
                                         "ip4:2001:db8::1",
                                         "ip6:1.2.3.4",
                                         "ip6:2001:db8::/129",
                                         "ip6:::1::",
                                         "include",
                                         "include:",
                                         "include:foo.example/24",
                                         "exists",
                                         "exists:",
                                         "ptr:",
                                         "ptr/0",
                                         "redirect=",
                                         "redirect:a.example",
                                         "exp=",
                                         "-",
                                         "=x",
                                         "-redirect=a.example",
                                         "+exp=a.example",
                                         "foo",
                                         "exists:%{z}.example",
                                         "exists:%{c}.example",
                                         "exists:%{d0}.example",
                                         "exists:%{d.example",
                                         "exists:%d.example",
                                         "exists:%.example",
                                         "exists:%{dx}.example",
                                         "exists:%{}.example",
                                         "x=%{z}",
                                         "x=%",
                                         "redirect=a.example redirect=b.example",
                                         "exp=a.example exp=a.example",
                                         "a\tb"};

} // namespace

TEST_CASE("spf record: one bad term makes it bad, and is named", "[spf]") {
  for (const char* bad : bad_terms) {
    CAPTURE(bad);
    const auto read = parse_record(std::string{"v=spf1 "} + bad + " -all");
    REQUIRE_FALSE(read);
    CHECK(read.error().what.front() == '\'');
  }
}
