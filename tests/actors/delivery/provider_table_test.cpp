#include "actors/delivery/provider_table.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

using hosts = std::vector<std::string>;

std::string of(const char* domain, const hosts& mx,
               const provider_table& table = provider_table{}) {
  return table.find(domain, mx).str();
}

} // namespace

TEST_CASE("providers: large receivers are known by their domains and by their MX hosts",
          "[delivery]") {
  CHECK(of("gmail.com", {}) == "gmail");
  CHECK(of("corp.example", {"aspmx.l.google.com", "alt1.aspmx.l.google.com"}) == "gmail");
  CHECK(of("corp.example", {"aspmx.l.google.com", "aspmx2.googlemail.com"}) == "gmail");
  CHECK(of("hotmail.com", {"hotmail-com.olc.protection.outlook.com"}) == "outlook");
  CHECK(of("corp.example", {"corp-example.mail.protection.outlook.com"}) == "microsoft365");
  CHECK(of("yahoo.com", {"mta5.am0.yahoodns.net"}) == "yahoo");
  CHECK(of("corp.example", {"mxbiz1.qq.com", "mxbiz2.qq.com"}) == "qq");
  CHECK(of("163.com", {"163mx01.mxmail.netease.com"}) == "netease");
}

TEST_CASE("providers: every other one is its MX set, in whatever order", "[delivery]") {
  CHECK(of("a.example", {"mx2.a.example", "mx1.a.example"}) == "mx1.a.example,mx2.a.example");
  CHECK(of("b.example", {"mx1.a.example", "mx2.a.example"}) == "mx1.a.example,mx2.a.example");
  // Hosts of two providers are neither of them.
  CHECK(of("c.example", {"aspmx.l.google.com", "mx1.qq.com"}) == "aspmx.l.google.com,mx1.qq.com");
  CHECK(of("d.example", {"notgoogle.com"}) == "notgoogle.com");
  CHECK(of("e.example", {}).empty());
}

TEST_CASE("providers: a huge MX set has a short name of its own", "[delivery]") {
  hosts many;
  for (int i = 0; i < 60; ++i)
    many.push_back("mx" + std::to_string(i) + ".receiver.example");
  const auto name = of("a.example", many);
  CHECK(name.size() == 217);
  many.back() = "mx60.receiver.example";
  CHECK(of("a.example", many) != name);
}

TEST_CASE("providers: the configuration goes before what is built in, and extends it",
          "[delivery]") {
  const provider_table table{{{provider_name{"acme"}, {"acme.example"}, {"mx.acme.example"}},
                              {provider_name{"gmail"}, {"mine.example"}, {}},
                              {provider_name{"biz"}, {}, {"mxbiz1.qq.com"}}}};
  CHECK(of("acme.example", {"whatever.example"}, table) == "acme");
  CHECK(of("sub.example", {"a.mx.acme.example", "mx.acme.example"}, table) == "acme");
  CHECK(of("mine.example", {"x.example"}, table) == "gmail");
  CHECK(of("gmail.com", {}, table) == "gmail");
  CHECK(of("corp.example", {"mxbiz1.qq.com"}, table) == "biz");
}
