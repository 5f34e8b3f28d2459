#include <catch2/catch.hpp>

#include "net/http/address_rules.hpp"

using namespace warmfront;
using namespace warmfront::http;
using Catch::Matchers::Contains;

TEST_CASE("address rules: public addresses may be called", "[http]") {
  const address_rules rules;
  for (const auto* address :
       {"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0",
        "192.167.0.1", "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
        "2001:200::1", "::ffff:8.8.8.8"}) {
    CAPTURE(address);
    CHECK(!rules.objection(address));
  }
}

TEST_CASE("address rules: nothing private, special or hidden in another address", "[http]") {
  const address_rules rules;
  for (const auto* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.170",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:169.254.169.254",
                              "64:ff9b::808:808",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:10::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "2002:808:808::1",
                              "3fff::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "5f00::1",
                              "",
                              "localhost",
                              "8.8.8",
                              "0x08080808",
                              "8.8.8.8 ",
                              "fe80::1%eth0"}) {
    CAPTURE(address);
    CHECK(rules.objection(address));
  }
  CHECK(!rules.objection(std::string{"8.8.8.8\0", 8}) == false);
}

TEST_CASE("address rules: what the operator allows may be called", "[http]") {
  const auto rules = address_rules::parse({"10.1.0.0/16", "::1"}).value();
  CHECK(!rules.objection("10.1.2.3"));
  CHECK(!rules.objection("::ffff:10.1.2.3"));
  CHECK(!rules.objection("::1"));
  CHECK(rules.objection("10.2.0.1"));
  CHECK(rules.objection("127.0.0.1"));
  CHECK(address_rules::parse({"10.1.0.0/33"}).error().code == errc::invalid_argument);
  CHECK(address_rules::parse({"hooks.example"}).error().code == errc::invalid_argument);
}

TEST_CASE("callable URL: its parts", "[http]") {
  const auto plain = parse_callable_url("HTTP://Hooks.Example.com:8080/a?b=c").value();
  CHECK(plain.is_plain);
  CHECK(plain.host == "hooks.example.com");
  CHECK(plain.port == 8080);
  const auto usual = parse_callable_url("https://hooks.example.com?x#y").value();
  CHECK(!usual.is_plain);
  CHECK(usual.host == "hooks.example.com");
  CHECK(usual.port == 443);
  const auto literal = parse_callable_url("https://[2606:4700::1]:8443").value();
  CHECK(literal.host == "2606:4700::1");
  CHECK(literal.port == 8443);
  CHECK(parse_callable_url("https://[2606:4700::1]/").value().port == 443);
}

TEST_CASE("callable URL: what might be understood in two ways is refused", "[http]") {
  for (const auto* url : {"",
                          "hooks.example.com",
                          "ftp://a.example/",
                          "//a.example/",
                          "https:/a.example",
                          "https:a.example",
                          "https://",
                          "https:///path",
                          "https://user@a.example/",
                          "https://a.example@b.example/",
                          "https://a.example\\@b.example/",
                          "https://a b.example/",
                          "https://a.example/\r\nHost: x",
                          "https://a.example/\t",
                          "https://a.example:0/",
                          "https://a.example:65536/",
                          "https://a.example:/",
                          "https://a.example:80x/",
                          "https://[::1",
                          "https://[::1]x/",
                          "https://[a.example]/",
                          "https://[]/",
                          "https://::1/",
                          "https://2130706433/",
                          "https://0x7f.1/",
                          "https://127.1/",
                          "https://0177.0.0.1/",
                          "https://a.example.0x10/",
                          "https://1.2.3.4.5/",
                          "https://a.example./\xc3\xa9",
                          "https://\xc3\xa9.example/",
                          "https://%31%32%37.0.0.1/",
                          "javascript:alert(1)",
                          "file:///etc/passwd",
                          "https://a,b/"}) {
    CAPTURE(url);
    const auto got = parse_callable_url(url);
    REQUIRE(!got);
    CHECK(got.error().code == errc::invalid_argument);
    CHECK(got.error().field == "url");
  }
  CHECK(!parse_callable_url("https://a.example/" + std::string(2048, 'x')));
}

TEST_CASE("callable URL: private by its looks is refused when it is saved", "[http]") {
  const address_rules rules;
  CHECK(check_url("https://hooks.example.com/x", rules, false));
  CHECK(check_url("https://8.8.8.8/x", rules, false));
  CHECK(check_url("http://hooks.example.com/x", rules, false).error().code ==
        errc::invalid_argument);
  CHECK(check_url("http://hooks.example.com/x", rules, true));
  for (const auto* url : {"https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
                          "https://localhost/", "https://a.localhost:8443/", "https://LOCALHOST./",
                          "https://printer.local/", "https://metadata.google.internal/",
                          "https://169.254.169.254/latest", "https://intranet/"}) {
    CAPTURE(url);
    const auto got = check_url(url, rules, false);
    REQUIRE(!got);
    CHECK(got.error().code == errc::refused);
    CHECK_THAT(got.error().what, Contains("may not be called"));
  }
  const auto open = address_rules::parse({"127.0.0.0/8"}).value();
  CHECK(check_url("https://127.0.0.1:8443/", open, false));
  CHECK(check_url("https://localhost:8443/", open, false));
  CHECK(!check_url("https://[::1]:8443/", open, false));
}
