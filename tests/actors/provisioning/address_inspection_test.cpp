#include "actors/provisioning/address_inspection.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using dns::answer_kind;
using dns::record_answer;
using dns::record_type;

namespace {

/// The DNS as a test tells it; what is not told does not exist.
struct told_dns {
  std::map<dns_question, record_answer> records;
  std::vector<dns_question> asked;

  void has(const std::string& name, record_type type, std::vector<std::string> values) {
    records[{name, type}] = {answer_kind::found, std::move(values), {}};
  }
  void fails(const std::string& name, record_type type) {
    records[{name, type}] = {answer_kind::failed, {}, "SERVFAIL"};
  }
  /// A list that works.
  void lists(const std::string& zone) { has("2.0.0.127." + zone, record_type::a, {"127.0.0.2"}); }
};

const std::string ip = "192.0.2.1";

told_dns healthy() {
  told_dns dns;
  dns.has("1.2.0.192.in-addr.arpa", record_type::ptr, {"mail1.example"});
  dns.has("mail1.example", record_type::a, {ip});
  dns.has("mta.example", record_type::a, {"192.0.2.9"});
  dns.lists("bl.example");
  return dns;
}

std::map<std::string, address_check>
inspect(told_dns& dns, std::vector<std::string> lists = {"bl.example"},
        const std::optional<result<void>>& binding = result<void>{success()},
        const std::string& address = ip) {
  address_inspection rules{{ip_address{address}, "mta.example", std::move(lists)}, binding};
  for (auto questions = rules.take_questions(); !questions.empty();
       questions = rules.take_questions())
    for (const auto& each : questions) {
      dns.asked.push_back(each);
      const auto found = dns.records.find(each);
      rules.answer(each, found == dns.records.end() ? record_answer{answer_kind::no_domain, {}, {}}
                                                    : found->second);
    }
  REQUIRE(rules.is_complete());
  std::map<std::string, address_check> checks;
  for (auto& each : rules.checks())
    checks[each.name] = each;
  return checks;
}

} // namespace

TEST_CASE("inspection: a healthy address passes every check, each question is asked once",
          "[provisioning]") {
  auto dns = healthy();
  const auto checks = inspect(dns);
  CHECK(checks.size() == 4);
  for (const auto& [name, check] : checks) {
    CAPTURE(name, check.text);
    CHECK(check.verdict == check_verdict::passed);
  }
  CHECK(checks.at("reverse_dns").text == "its name is mail1.example");
  CHECK(checks.at("helo").text.find("192.0.2.9") != std::string::npos);
  CHECK(std::set(dns.asked.begin(), dns.asked.end()).size() == dns.asked.size());
}

TEST_CASE("inspection: without a confirmed reverse name it fails, without an answer it is unknown",
          "[provisioning]") {
  const auto check = [](told_dns dns) { return inspect(dns).at("reverse_dns"); };
  auto dns = healthy();
  dns.records.erase({"1.2.0.192.in-addr.arpa", record_type::ptr});
  CHECK(check(dns).verdict == check_verdict::failed);
  CHECK(check(dns).text.find("PTR") != std::string::npos);
  dns = healthy();
  dns.has("mail1.example", record_type::a, {"192.0.2.7"});
  CHECK(check(dns).verdict == check_verdict::failed);
  CHECK(check(dns).text.find("mail1.example") != std::string::npos);
  dns.fails("mail1.example", record_type::a);
  CHECK(check(dns).verdict == check_verdict::unknown);
  // One of several names is enough.
  dns.has("1.2.0.192.in-addr.arpa", record_type::ptr, {"mail1.example", "mail2.example"});
  dns.has("mail2.example", record_type::a, {"192.0.2.3", ip});
  CHECK(check(dns).verdict == check_verdict::passed);
  dns.fails("1.2.0.192.in-addr.arpa", record_type::ptr);
  CHECK(check(dns).verdict == check_verdict::unknown);
}

TEST_CASE("inspection: an address with hundreds of names is asked about eight", "[provisioning]") {
  auto dns = healthy();
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i)
    names.push_back("n" + std::to_string(i) + ".example");
  dns.has("1.2.0.192.in-addr.arpa", record_type::ptr, names);
  CHECK(inspect(dns).at("reverse_dns").verdict == check_verdict::failed);
  CHECK(dns.asked.size() < 20);
}

TEST_CASE("inspection: the HELO name needs an address of either family", "[provisioning]") {
  auto dns = healthy();
  dns.records.erase({"mta.example", record_type::a});
  CHECK(inspect(dns).at("helo").verdict == check_verdict::failed);
  dns.fails("mta.example", record_type::aaaa);
  CHECK(inspect(dns).at("helo").verdict == check_verdict::unknown);
  dns.has("mta.example", record_type::aaaa, {"2001:db8::1"});
  CHECK(inspect(dns).at("helo").verdict == check_verdict::passed);
  dns.has("mta.example", record_type::a, {ip});
  CHECK(inspect(dns).at("helo").text == "the HELO name mta.example has this address");
}

TEST_CASE("inspection: an address that cannot be bound says why", "[provisioning]") {
  auto dns = healthy();
  const auto check =
      inspect(dns, {}, result<void>{error{errc::refused, "cannot send", "add it", {}}})
          .at("binding");
  CHECK(check.verdict == check_verdict::failed);
  CHECK(check.text == "cannot send; add it");
}

TEST_CASE("inspection: a listed address fails with the list's reason", "[provisioning]") {
  auto dns = healthy();
  dns.has("1.2.0.192.bl.example", record_type::a, {"127.0.0.4"});
  dns.has("1.2.0.192.bl.example", record_type::txt, {"see https://bl.example/192.0.2.1"});
  const auto check = inspect(dns).at("dns_list:bl.example");
  CHECK(check.verdict == check_verdict::failed);
  CHECK(check.text == "it is listed by bl.example (127.0.0.4): see https://bl.example/192.0.2.1");
}

TEST_CASE("inspection: a list that does not work quarantines nobody", "[provisioning]") {
  const auto verdict = [](told_dns dns) { return inspect(dns).at("dns_list:bl.example"); };
  auto dns = healthy();
  dns.has("1.2.0.192.bl.example", record_type::a, {"127.0.0.2"});
  CHECK(verdict(dns).verdict == check_verdict::failed);
  // A list that is gone answers everything, or nothing.
  auto everything = dns;
  everything.has("1.0.0.127.bl.example", record_type::a, {"127.0.0.2"});
  CHECK(verdict(everything).verdict == check_verdict::unknown);
  auto nothing = healthy();
  nothing.records.erase({"2.0.0.127.bl.example", record_type::a});
  CHECK(verdict(nothing).verdict == check_verdict::unknown);
  CHECK(verdict(nothing).text.find("RFC 5782") != std::string::npos);
  // A parked domain has an address of a web server for every name.
  auto parked = healthy();
  for (const char* name : {"1.2.0.192.bl.example", "2.0.0.127.bl.example", "1.0.0.127.bl.example"})
    parked.has(name, record_type::a, {"203.0.113.5"});
  CHECK(verdict(parked).verdict == check_verdict::unknown);
  // Who asks through a public resolver is told so, not listed.
  auto refusing = dns;
  refusing.has("1.2.0.192.bl.example", record_type::a, {"127.255.255.254"});
  CHECK(verdict(refusing).verdict == check_verdict::unknown);
  auto silent = dns;
  silent.fails("1.2.0.192.bl.example", record_type::a);
  CHECK(verdict(silent).verdict == check_verdict::unknown);
}

TEST_CASE("inspection: IPv6 addresses are asked for as such", "[provisioning]") {
  told_dns dns;
  const auto checks = inspect(dns, {"bl.example"}, std::nullopt, "2001:db8::1");
  CHECK(checks.at("reverse_dns").verdict == check_verdict::failed);
  CHECK(dns.asked.front().name.ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"));
  CHECK_FALSE(checks.contains("binding"));
}

TEST_CASE("inspection: what is waived need not pass, a list by its zone or with all lists",
          "[provisioning]") {
  const std::vector<address_check> checks{
      {"binding", check_verdict::passed, "a"},
      {"helo", check_verdict::unknown, "b"},
      {"dns_list:bl.example", check_verdict::failed, "c"},
  };
  CHECK_FALSE(all_passed(checks, {}));
  CHECK_FALSE(all_passed(checks, {"helo"}));
  CHECK(all_passed(checks, {"helo", "dns_list"}));
  CHECK(all_passed(checks, {"helo", "dns_list:bl.example"}));
  CHECK_FALSE(all_passed(checks, {"helo", "dns_list:other.example"}));
  CHECK(shortcomings(checks, {}) == "b; c");
  CHECK(shortcomings(checks, {"dns_list"}) == "b");
}

TEST_CASE("inspection: a list of IPv4 addresses only says nothing against an IPv6 address",
          "[provisioning]") {
  told_dns dns;
  dns.lists("bl.example");
  const auto check =
      inspect(dns, {"bl.example"}, std::nullopt, "2001:db8::1").at("dns_list:bl.example");
  CHECK(check.verdict == check_verdict::passed);
  CHECK(check.text == "bl.example lists IPv4 addresses only");
  told_dns nothing;
  CHECK(inspect(nothing, {"bl.example"}, std::nullopt, "2001:db8::1")
            .at("dns_list:bl.example")
            .verdict == check_verdict::unknown);
}
