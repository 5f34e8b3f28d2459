#include "net/dmarc/discovery.hpp"

#include <catch2/catch.hpp>

#include "net/dmarc/organizational_domain.hpp"

using namespace warmfront;
using namespace warmfront::dmarc;

namespace {

txt_answers texts(std::map<std::string, std::vector<std::string>> records) {
  txt_answers answers;
  for (auto& [name, values] : records)
    answers[name] = {
        values.empty() ? dns::answer_kind::no_domain : dns::answer_kind::found, values, {}};
  return answers;
}

finding decided(std::string_view domain, const txt_answers& known) {
  const auto step = discover(domain, known);
  REQUIRE(step.decided);
  CHECK(step.decided->found.has_value() == step.decided->why.empty());
  return *step.decided;
}

} // namespace

TEST_CASE("dmarc: organizational domains follow the public suffix list", "[dmarc]") {
  CHECK(organizational_domain("news.Example.co.uk.") == "example.co.uk");
  CHECK(organizational_domain("example.com") == "example.com");
  CHECK(organizational_domain("a.b.c.example.com") == "example.com");
  CHECK(organizational_domain("co.uk") == "co.uk");
  CHECK(organizational_domain("com") == "com");
  CHECK(organizational_domain("www.example.kawasaki.jp") == "www.example.kawasaki.jp");
  CHECK(organizational_domain("x.y.unheard-of") == "y.unheard-of"); // the rule `*`
  for (const char* odd : {"", ".", "a..", "a..b", ".com"})
    CHECK(organizational_domain(odd).empty());
  CHECK(is_public_suffix("co.uk"));
  CHECK_FALSE(is_public_suffix("example.co.uk"));
}

TEST_CASE("dmarc: domains that are aligned", "[dmarc]") {
  using enum alignment;
  CHECK(is_aligned("example.com", "EXAMPLE.com.", strict));
  CHECK_FALSE(is_aligned("example.com", "news.example.com", strict));
  CHECK(is_aligned("example.com", "news.example.com", relaxed));
  CHECK(is_aligned("a.example.co.uk", "b.example.co.uk", relaxed));
  CHECK_FALSE(is_aligned("example.com", "example.net", relaxed));
  CHECK_FALSE(is_aligned("a.co.uk", "b.co.uk", relaxed));
  CHECK_FALSE(is_aligned("a.co.uk", "co.uk", relaxed)); // never by a public suffix
  CHECK_FALSE(is_aligned("example.com", "", relaxed));
  CHECK_FALSE(is_aligned("", "", relaxed));
  CHECK_FALSE(is_aligned("..", "...", relaxed));
}

TEST_CASE("dmarc: records", "[dmarc]") {
  const auto full =
      parse_record("v=DMARC1; p=Quarantine; sp=reject; adkim=s; aspf=r; pct=20; "
                   "rua=mailto:a@example.com, mailto:b@example.com!10m; ruf=mailto:c@x;")
          .value();
  CHECK(full.domain_policy == policy::quarantine);
  CHECK(full.subdomain_policy == policy::reject);
  CHECK(full.dkim == alignment::strict);
  CHECK(full.spf == alignment::relaxed);
  CHECK(full.percent == 20);
  CHECK(full.aggregate_uris.size() == 2);
  CHECK(full.failure_uris == std::vector<std::string>{"mailto:c@x"});
  CHECK(parse_record("v=DMARC1;p=reject").value().subdomain_policy == policy::reject);
  CHECK(parse_record("v = DMARC1 ; p = none").value().domain_policy == policy::none);
  CHECK(parse_record("v=DMARC1; p=none; pct=101; adkim=x").value().percent == 100);
  // §6.6.3: with somewhere to report to, a bad policy counts as none.
  CHECK(parse_record("v=DMARC1; p=maybe; rua=mailto:a@x").value().domain_policy == policy::none);
  CHECK(parse_record("v=DMARC1; p=reject; sp=maybe; rua=mailto:a@x").value().domain_policy ==
        policy::none);
  for (const char* bad :
       {"", "v=DMARC1", "v=DMARC1; p=maybe", "p=none; v=DMARC1", "v=dmarc1; p=none",
        "v=DMARC1; p=none; p=none", "v=DMARC1 p=none", "v=DMARC1; p=none; sp=x",
        "v=DMARC1; p=maybe; rua=nowhere", "v=spf1 -all"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_record(bad));
  }
}

TEST_CASE("dmarc: the domain is asked first, then the organizational one", "[dmarc]") {
  CHECK(discover("News.Example.com", {}).wanted == "_dmarc.news.example.com");
  auto known = texts({{"_dmarc.news.example.com", {}}});
  CHECK(discover("news.example.com", known).wanted == "_dmarc.example.com");
  known = texts({{"_dmarc.news.example.com", {"other text"}},
                 {"_dmarc.example.com", {"v=DMARC1; p=reject; sp=quarantine"}}});
  const auto inherited = decided("news.example.com", known);
  CHECK(inherited.is_inherited);
  CHECK(inherited.name == "_dmarc.example.com");
  CHECK(inherited.effective_policy() == policy::quarantine);
  CHECK(decided("example.com", known).effective_policy() == policy::reject);
  known = texts({{"_dmarc.news.example.com", {"v=DMARC1; p=none"}}});
  CHECK(decided("news.example.com", known).effective_policy() == policy::none);
}

TEST_CASE("dmarc: what is no record is said", "[dmarc]") {
  auto known = texts({{"_dmarc.example.com", {}}});
  auto none = decided("example.com", known);
  CHECK(none.why == "there is no DMARC record at _dmarc.example.com");
  CHECK(none.name == "_dmarc.example.com");
  CHECK(none.effective_policy() == policy::none);
  known = texts({{"_dmarc.example.com", {"v=DMARC1; p=none", "v=DMARC1; p=reject"}}});
  CHECK_FALSE(decided("example.com", known).found);
  known = texts({{"_dmarc.example.com", {"v=DMARC1; p=never"}}});
  CHECK(decided("example.com", known).why.find("p=") != std::string::npos);
  known["_dmarc.example.com"] = {dns::answer_kind::failed, {}, "SERVFAIL"};
  CHECK(decided("example.com", known).is_temporary);
  CHECK_FALSE(decided("", {}).why.empty());
}

TEST_CASE("dmarc: mail passes by an aligned signature or an aligned sender", "[dmarc]") {
  const auto strict = parse_record("v=DMARC1; p=reject; adkim=s; aspf=s").value();
  const auto relaxed = parse_record("v=DMARC1; p=reject").value();
  const evidence bounces{"example.com", "bounce.example.com", {}};
  CHECK(judge(bounces, relaxed).is_spf_aligned);
  CHECK_FALSE(judge(bounces, strict).passes());
  const evidence signed_mail{"example.com", "", {"other.example", "example.com"}};
  CHECK(judge(signed_mail, strict).is_dkim_aligned);
  CHECK_FALSE(judge(signed_mail, strict).is_spf_aligned);
  CHECK_FALSE(judge({"example.com", "", {}}, relaxed).passes());
}
