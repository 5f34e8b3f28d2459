#include "net/spf/check_host.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace warmfront;
using namespace warmfront::spf;
using dns::record_type;

namespace {

/// The whole DNS: what is not in it does not exist.
struct little_dns {
  answers records;
  std::size_t asked = 0;

  little_dns& has(const std::string& name, record_type type, std::vector<std::string> values) {
    records[{name, type}] = {dns::answer_kind::found, std::move(values), {}};
    return *this;
  }
  little_dns& txt(const std::string& name, const std::string& text) {
    return has(name, record_type::txt, {text});
  }
  little_dns& a(const std::string& name, const std::string& address) {
    return has(name, record_type::a, {address});
  }
  little_dns& fails(const std::string& name, record_type type) {
    records[{name, type}] = {dns::answer_kind::failed, {}, "SERVFAIL"};
    return *this;
  }
  [[nodiscard]] dns::record_answer answer(const question& to) const {
    if (const auto found = records.find(to); found != records.end())
      return found->second;
    const bool exists = std::any_of(records.begin(), records.end(),
                                    [&](const auto& each) { return each.first.name == to.name; });
    return {exists ? dns::answer_kind::no_data : dns::answer_kind::no_domain, {}, {}};
  }
  /// Asks until there is a verdict. No question comes twice.
  verdict check(const client& who) {
    answers known;
    while (true) {
      auto step = check_host(who, known);
      if (step.decided)
        return *step.decided;
      REQUIRE_FALSE(step.wanted.empty());
      for (const auto& each : step.wanted) {
        CAPTURE(each.name);
        REQUIRE(known.emplace(each, answer(each)).second);
        REQUIRE(++asked < 200);
      }
    }
  }
  outcome of(const std::string& address, const std::string& sender = "a@example.com",
             const std::string& helo = "mail.example.com") {
    asked = 0;
    return check({address, sender, helo}).what;
  }
};

/// What a record of example.com makes of 192.0.2.3, with some names around it.
outcome outcome_of_record(const std::string& record, const std::string& address = "192.0.2.3") {
  little_dns dns;
  dns.txt("example.com", record)
      .has("example.com", record_type::mx, {"10 mx1.example.com", "20 mx2.example.com"})
      .a("example.com", "192.0.2.10")
      .a("mx1.example.com", "192.0.2.20")
      .has("mx2.example.com", record_type::a, {"192.0.2.21", "192.0.2.3"})
      .has("mx2.example.com", record_type::aaaa, {"2001:db8::3"})
      .a("me.example.com", "192.0.2.3")
      .has("3.2.0.192.in-addr.arpa", record_type::ptr, {"liar.example.org", "me.example.com"})
      .a("liar.example.org", "192.0.2.99")
      .has("me.example.com", record_type::aaaa, {"2001:db8::3"})
      .txt("pass.example.net", "v=spf1 ip4:192.0.2.3 -all")
      .txt("fail.example.net", "v=spf1 -all")
      .txt("soft.example.net", "v=spf1 ~all")
      .txt("broken.example.net", "v=spf1 bad")
      .txt("other.example.net", "no spf here")
      .fails("down.example.net", record_type::txt)
      .fails("down.example.net", record_type::a)
      .fails("down.example.net", record_type::mx)
      .a("3.2.0.192.list.example.net", "127.0.0.2");
  return dns.of(address);
}

} // namespace

TEST_CASE("spf: mechanisms, one after the other", "[spf]") {
  using enum outcome;
  for (const auto& [record, expected] : std::vector<std::pair<std::string, outcome>>{
           {"v=spf1", neutral},
           {"v=spf1 +all", pass},
           {"v=spf1 -all", fail},
           {"v=spf1 ~all", softfail},
           {"v=spf1 ?all", neutral},
           {"v=spf1 -all +all", fail},
           {"v=spf1 ip4:192.0.2.3 -all", pass},
           {"v=spf1 ip4:192.0.2.2/31 -all", pass},
           {"v=spf1 ip4:192.0.2.4/31 -all", fail},
           {"v=spf1 ip4:10.0.0.0/0 -all", pass},
           {"v=spf1 -ip4:192.0.2.3 +all", fail},
           {"v=spf1 ip6:2001:db8::/32 -all", fail},
           {"v=spf1 a -all", fail},
           {"v=spf1 a/28 -all", pass},
           {"v=spf1 a:me.example.com -all", pass},
           {"v=spf1 a:ME.Example.Com. -all", pass},
           {"v=spf1 mx -all", pass},
           {"v=spf1 mx:me.example.com ?all", neutral},
           {"v=spf1 ptr -all", pass},
           {"v=spf1 ptr:example.org -all", fail},
           {"v=spf1 exists:%{ir}.list.example.net -all", pass},
           {"v=spf1 exists:%{i}.list.example.net -all", fail},
           {"v=spf1 include:pass.example.net -all", pass},
           {"v=spf1 include:fail.example.net ?all", neutral},
           {"v=spf1 include:soft.example.net -all", fail},
           {"v=spf1 -include:pass.example.net +all", fail},
           {"v=spf1 include:broken.example.net +all", permerror},
           {"v=spf1 include:other.example.net +all", permerror},
           {"v=spf1 include:nowhere.example.net +all", permerror},
           {"v=spf1 include:down.example.net +all", temperror},
           {"v=spf1 redirect=fail.example.net", fail},
           {"v=spf1 redirect=pass.example.net", pass},
           {"v=spf1 redirect=other.example.net", permerror},
           {"v=spf1 redirect=down.example.net", temperror},
           {"v=spf1 redirect=fail.example.net ?all", neutral},
           {"v=spf1 a:down.example.net +all", temperror},
           {"v=spf1 mx:down.example.net +all", temperror},
           {"v=spf1 exists:down.example.net +all", temperror},
           {"v=spf1 ip4:192.0.2.3 a:down.example.net", pass},
           {"v=spf1 ip4:192.0.2.3 bad", permerror},
           {"v=spf1 a:%{p}.not.example.com a:%{p} -all", pass},
           {"v=spf1 exists:%{l}.list.example.net -all", fail}}) {
    CAPTURE(record);
    CHECK(outcome_of_record(record) == expected);
  }
}

TEST_CASE("spf: IPv6 addresses, and IPv4 ones mapped into it", "[spf]") {
  using enum outcome;
  CHECK(outcome_of_record("v=spf1 ip6:2001:db8::/126 -all", "2001:db8::3") == pass);
  CHECK(outcome_of_record("v=spf1 ip6:2001:db8::/127 -all", "2001:db8::3") == fail);
  CHECK(outcome_of_record("v=spf1 ip4:192.0.2.3 -all", "2001:db8::3") == fail);
  CHECK(outcome_of_record("v=spf1 a:me.example.com -all", "2001:db8::3") == pass);
  CHECK(outcome_of_record("v=spf1 a:me.example.com//64 -all", "2001:db8::4") == pass);
  CHECK(outcome_of_record("v=spf1 a:me.example.com/8 -all", "2001:db8::4") == fail);
  CHECK(outcome_of_record("v=spf1 mx -all", "2001:db8::3") == pass);
  CHECK(outcome_of_record("v=spf1 ip4:192.0.2.3 -all", "::ffff:192.0.2.3") == pass);
  CHECK(outcome_of_record("v=spf1 ip6:::ffff:192.0.2.3 -all", "::ffff:192.0.2.3") == fail);
}

TEST_CASE("spf: which record is asked for, and what there is no result for", "[spf]") {
  using enum outcome;
  little_dns dns;
  dns.txt("example.com", "v=spf1 +all").txt("mail.example.com", "v=spf1 -all");
  dns.has("two.example", record_type::txt, {"v=spf1 +all", "other", "v=spf1 -all"});
  dns.has("mixed.example", record_type::txt, {"spf2.0/pra +all", "v=spf10", "V=SPF1 -all"});
  dns.fails("down.example", record_type::txt);
  CHECK(dns.of("192.0.2.3") == pass);
  CHECK(dns.of("192.0.2.3", "a@EXAMPLE.com.") == pass);
  CHECK(dns.of("192.0.2.3", "") == fail); // the null reverse-path: HELO
  CHECK(dns.of("192.0.2.3", "example.com") == pass);
  CHECK(dns.of("192.0.2.3", "a@two.example") == permerror);
  CHECK(dns.of("192.0.2.3", "a@mixed.example") == fail);
  CHECK(dns.of("192.0.2.3", "a@down.example") == temperror);
  CHECK(dns.of("192.0.2.3", "a@nowhere.example") == none);
  for (const char* bad : {"a@localhost", "a@", "a@a..example", "a@[192.0.2.1]", "a@ex ample.com"})
    CHECK(dns.of("192.0.2.3", bad) == none);
  CHECK(dns.of("192.0.2.3", "a@" + std::string(64, 'x') + ".example") == none);
  CHECK(dns.of("nonsense") == none);
}

TEST_CASE("spf: ten terms may need the DNS, over all records", "[spf]") {
  little_dns dns;
  std::string ten = "v=spf1";
  for (int i = 0; i < 10; ++i) {
    dns.a("h" + std::to_string(i) + ".example", "192.0.2." + std::to_string(100 + i));
    ten += " a:h" + std::to_string(i) + ".example";
  }
  dns.txt("example.com", ten + " ip4:192.0.2.3 -all");
  const auto found = dns.check({"192.0.2.3", "a@example.com", "x.example"});
  CHECK(found.what == outcome::pass);
  CHECK(found.mechanism == "ip4:192.0.2.3");
  CHECK(found.domain == "example.com");
  CHECK(found.look_ups == 10);
  dns.txt("example.com", ten + " mx ip4:192.0.2.3 -all");
  CHECK(dns.of("192.0.2.3") == outcome::permerror);
  dns.txt("outer.example", "v=spf1 include:ten.example +all").txt("ten.example", ten + " -all");
  CHECK(dns.of("192.0.2.3", "a@outer.example") == outcome::permerror);
  // A match before that counts.
  CHECK(dns.of("192.0.2.108", "a@outer.example") == outcome::pass);
  dns.txt("circle.example", "v=spf1 include:circle.example -all");
  CHECK(dns.of("192.0.2.3", "a@circle.example") == outcome::permerror);
  dns.txt("round.example", "v=spf1 redirect=round.example");
  CHECK(dns.of("192.0.2.3", "a@round.example") == outcome::permerror);
}

TEST_CASE("spf: two look-ups may find nothing", "[spf]") {
  little_dns dns;
  dns.txt("example.com", "v=spf1 a:n1.example mx:n2.example ip4:192.0.2.3");
  CHECK(dns.of("192.0.2.3") == outcome::pass);
  dns.txt("example.com", "v=spf1 a:n1.example mx:n2.example exists:n3.example ip4:192.0.2.3");
  CHECK(dns.of("192.0.2.3") == outcome::permerror);
}

TEST_CASE("spf: ten exchangers and ten names are looked at", "[spf]") {
  little_dns dns;
  std::vector<std::string> exchangers;
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i) {
    const auto host = "h" + std::to_string(i) + ".example.com";
    exchangers.push_back("10 " + host);
    names.push_back(host);
    dns.a(host, i == 11 ? "192.0.2.3" : "192.0.2.200");
  }
  dns.txt("example.com", "v=spf1 mx -all").has("example.com", record_type::mx, exchangers);
  CHECK(dns.of("192.0.2.3") == outcome::permerror);
  exchangers.resize(10);
  dns.has("example.com", record_type::mx, exchangers);
  CHECK(dns.of("192.0.2.3") == outcome::fail);
  CHECK(dns.of("192.0.2.200") == outcome::pass);
  dns.txt("ptr.example", "v=spf1 ptr:example.com -all");
  dns.has("3.2.0.192.in-addr.arpa", record_type::ptr, names);
  CHECK(dns.of("192.0.2.3", "a@ptr.example") == outcome::fail); // the eleventh would do
  std::reverse(names.begin(), names.end());
  dns.has("3.2.0.192.in-addr.arpa", record_type::ptr, names);
  CHECK(dns.of("192.0.2.3", "a@ptr.example") == outcome::pass);
  dns.fails("3.2.0.192.in-addr.arpa", record_type::ptr);
  CHECK(dns.of("192.0.2.3", "a@ptr.example") == outcome::fail);
}

TEST_CASE("spf: errors say where and why", "[spf]") {
  little_dns dns;
  dns.txt("example.com", "v=spf1 include:broken.example -all")
      .txt("broken.example", "v=spf1 ip4:1.2.3 -all");
  const auto found = dns.check({"192.0.2.3", "a@example.com", "x.example"});
  CHECK(found.what == outcome::permerror);
  CHECK(found.domain == "example.com");
  CHECK(found.why ==
        "'include:broken.example': the SPF record of broken.example: 'ip4:1.2.3' names "
        "no network of its kind");
}

TEST_CASE("spf: macros know the mail, includes their own domain", "[spf]") {
  little_dns dns;
  dns.txt("example.com", "v=spf1 include:inc.example -all")
      .txt("inc.example", "v=spf1 exists:%{l}.%{o}.%{d}.%{h} -all")
      .a("joe.example.com.inc.example.mail.host.example", "127.0.0.2");
  CHECK(dns.of("192.0.2.3", "joe@example.com", "mail.host.example") == outcome::pass);
  CHECK(dns.of("192.0.2.3", "joe@example.com", "other.host.example") == outcome::fail);
  // Names that the DNS cannot be asked for match nothing.
  CHECK(dns.of("192.0.2.3", "j\\oe@example.com", "mail.host.example") == outcome::fail);
  CHECK(dns.of("192.0.2.3", "joe..@example.com", "mail.host.example") == outcome::fail);
}
