#include "net/spf/macro.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::spf;

namespace {

macro_values example() {
  return {"strong-bad",     "email.example.com",           "email.example.com",
          "mx.example.org", parse_ip("192.0.2.3").value(), "mx.example.org"};
}

} // namespace

TEST_CASE("spf macro: the examples of RFC 7208 §7.4", "[spf]") {
  const auto values = example();
  for (const auto& [text, name] : std::vector<std::pair<std::string, std::string>>{
           {"%{s}", "strong-bad@email.example.com"},
           {"%{o}", "email.example.com"},
           {"%{d}", "email.example.com"},
           {"%{d4}", "email.example.com"},
           {"%{d3}", "email.example.com"},
           {"%{d2}", "example.com"},
           {"%{d1}", "com"},
           {"%{dr}", "com.example.email"},
           {"%{d2r}", "example.email"},
           {"%{l}", "strong-bad"},
           {"%{l-}", "strong.bad"},
           {"%{lr}", "strong-bad"},
           {"%{lr-}", "bad.strong"},
           {"%{l1r-}", "strong"},
           {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
           {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
           {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
           {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
           {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
           {"%{p}.x.%{h}", "mx.example.org.x.mx.example.org"}}) {
    CAPTURE(text);
    CHECK(is_domain_spec(text));
    CHECK(expand(text, values) == name);
  }
  auto ipv6 = values;
  ipv6.address = parse_ip("2001:db8::cb01").value();
  CHECK(expand("%{ir}.%{v}._spf.%{d2}", ipv6) ==
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
}

TEST_CASE("spf macro: escapes, cuts and long names", "[spf]") {
  auto values = example();
  values.local_part = "a b%c.d+e";
  CHECK(expand("%{L}.x", values) == "a%20b%25c.d%2Be.x");
  CHECK(expand("%{l+.}.x", values) == "a b%c.d.e.x");
  CHECK(expand("%%%_%-.x", values) == "% %20.x");
  CHECK(expand("a.example.", values) == "a.example");
  CHECK(expand("%{d99999999999}", values) == "email.example.com");
  values.local_part = std::string(200, 'a') + ".b";
  CHECK(expand("%{l}.%{d}.%{d}.%{d}.%{d}.%{d}", values) ==
        "b.email.example.com.email.example.com.email.example.com.email.example.com."
        "email.example.com");
  values.local_part = std::string(300, 'a');
  CHECK(expand("%{l}.x.example", values) == "x.example");
  CHECK(expand("%{l}", values).empty());
}

TEST_CASE("spf macro: what is none", "[spf]") {
  for (const char* bad : {"", "%{c}.x", "%{r}.x", "%{t}.x", "a b.x", "%{d}.", "%{d}x", "x", "%",
                          "%{", "%{d", "%{d2r!}.x", "a.\xc3\xa9"})
    CHECK_FALSE(is_domain_spec(bad));
  CHECK(is_domain_spec("x.%%"));
  CHECK(is_macro_string(""));
  CHECK(is_macro_string("x%{d}%%y"));
  CHECK_FALSE(is_macro_string("%{d"));
  CHECK(uses_name("a.%{Pr}.x"));
  CHECK_FALSE(uses_name("p.%{d}"));
}
