#include "actors/identities/sending_rules.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/actors/identities/fake_zone.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using dns::record_type;

namespace {

const domain_name author{"news.example"};

/// A batch that every receiver takes.
struct ready_batch {
  testing::fake_zone zone;
  sending_site site{"mta1.warm.example", {}, true, {}};
  sending_subject subject;

  ready_batch() {
    stored_signing_key key;
    key.selector = "wf1r";
    key.state = signing_key_state::active;
    key.sealed = "sealed";
    key.published = "v=DKIM1; k=rsa; p=x";
    subject.from = author;
    subject.identity = identity_subject{author, domain_name{"bounce.news.example"}, {}, {key}, {}};
    subject.return_path = domain_name{"bounce.news.example"};
    subject.sources = {ip_address{"192.0.2.1"}, ip_address{"192.0.2.2"}};
    zone.text("bounce.news.example", {"v=spf1 ip4:192.0.2.0/24 -all"});
    zone.text("_dmarc.news.example", {"v=DMARC1; p=none"});
    for (const std::string last : {"1", "2"}) {
      zone.put(last + ".2.0.192.in-addr.arpa", record_type::ptr, {"mta" + last + ".warm.example"});
      zone.put("mta" + last + ".warm.example", record_type::a, {"192.0.2." + last});
    }
  }
  sending_check check() {
    return zone.look([&](dns_answers& answers) { return check_rules(subject, site, answers); });
  }
  sending_rule rule(const std::string& name) {
    const auto all = check().rules;
    const auto found = std::ranges::find(all, name, &sending_rule::name);
    REQUIRE(found != all.end());
    return *found;
  }
  /// Without any answer.
  sending_rule blind(const std::string& name) {
    dns_answers unasked;
    unasked.give_up("nobody has looked yet");
    const auto all = check_rules(subject, site, unasked)->rules;
    return *std::ranges::find(all, name, &sending_rule::name);
  }
};

} // namespace

TEST_CASE("sending rules: a batch that is in order meets all of them", "[identities]") {
  ready_batch of;
  const auto found = of.check();
  CHECK(found.rules.size() == 6);
  for (const auto& each : found.rules) {
    INFO(each.name << ": " << each.why);
    CHECK(each.is_met);
    CHECK_FALSE(each.why.empty());
    CHECK_FALSE(each.publish);
  }
  CHECK(found.is_met());
}

TEST_CASE("sending rules: mail has to be signed for its author's domain", "[identities]") {
  ready_batch of;
  of.subject.identity->keys[0].state = signing_key_state::pending;
  auto rule = of.rule("dkim");
  CHECK_FALSE(rule.is_met);
  REQUIRE(rule.publish);
  CHECK(rule.publish->name.str() == "wf1r._domainkey.news.example");
  CHECK(rule.publish->expected == "v=DKIM1; k=rsa; p=x");
  of.subject.identity.reset();
  CHECK_FALSE(of.rule("dkim").is_met);
  CHECK_THAT(of.rule("dkim").why, Contains("sender domains"));
}

TEST_CASE("sending rules: strict alignment wants the very domain", "[identities]") {
  ready_batch of;
  of.subject.from = domain_name{"a.news.example"};
  CHECK(of.rule("dkim").is_met);
  CHECK(of.rule("spf").is_met);
  of.zone.text("_dmarc.news.example", {"v=DMARC1; p=none; adkim=s; aspf=s"});
  CHECK_THAT(of.rule("dkim").why, Contains("adkim=s"));
  CHECK_THAT(of.rule("spf").why, Contains("aspf=s"));
  CHECK_FALSE(of.rule("dkim").is_met);
  CHECK_FALSE(of.rule("spf").is_met);
}

TEST_CASE("sending rules: SPF passes for every address that mail leaves from", "[identities]") {
  ready_batch of;
  of.zone.text("bounce.news.example", {"v=spf1 ip4:192.0.2.1 -all"});
  const auto rule = of.rule("spf");
  CHECK_FALSE(rule.is_met);
  CHECK_THAT(rule.why, Contains("192.0.2.2"));
  REQUIRE(rule.publish);
  CHECK(rule.publish->name.str() == "bounce.news.example");
  CHECK(rule.publish->expected == "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ~all");
  // Without a return path of its own the author's domain is the reverse path's.
  of.subject.return_path = {};
  of.zone.text("news.example", {"v=spf1 ip4:192.0.2.0/24 -all"});
  CHECK(of.rule("spf").is_met);
  of.subject.sources.clear();
  of.zone.erase("mta1.warm.example", record_type::a);
  CHECK_FALSE(of.rule("spf").is_met);
  of.zone.put("mta1.warm.example", record_type::a, {"192.0.2.1"});
  CHECK(of.rule("spf").is_met);
}

TEST_CASE("sending rules: there has to be a DMARC record", "[identities]") {
  ready_batch of;
  of.zone.erase("_dmarc.news.example");
  const auto rule = of.rule("dmarc");
  CHECK_FALSE(rule.is_met);
  REQUIRE(rule.publish);
  CHECK(rule.publish->name.str() == "_dmarc.news.example");
}

TEST_CASE("sending rules: a batch can be unsubscribed from with one click", "[identities]") {
  ready_batch of;
  of.subject.has_one_click = false;
  CHECK_FALSE(of.rule("one_click").is_met);
  of.subject.is_batch = false;
  CHECK(of.rule("one_click").is_met);
}

TEST_CASE("sending rules: every address has a name that has it", "[identities]") {
  ready_batch of;
  of.zone.put("mta2.warm.example", record_type::a, {"192.0.2.3"});
  CHECK_FALSE(of.rule("fcrdns").is_met);
  CHECK_THAT(of.rule("fcrdns").why, Contains("mta2.warm.example"));
  of.zone.erase("2.2.0.192.in-addr.arpa", record_type::ptr);
  const auto rule = of.rule("fcrdns");
  CHECK_THAT(rule.why, Contains("192.0.2.2 has no reverse name"));
  REQUIRE(rule.publish);
  CHECK(rule.publish->type == "PTR");
}

TEST_CASE("sending rules: what the DNS does not answer stands as it was found last",
          "[identities]") {
  ready_batch of;
  of.zone.broken = {"bounce.news.example", "_dmarc.news.example", "1.2.0.192.in-addr.arpa"};
  CHECK_FALSE(of.rule("spf").is_met);
  CHECK_FALSE(of.rule("dmarc").is_met);
  CHECK(of.rule("fcrdns").is_met);
  stored_check last;
  last.passing_sources = of.subject.sources;
  last.records.push_back({"dmarc", "TXT", domain_name{"_dmarc.news.example"}, "e", "f", true});
  of.subject.last = last;
  CHECK(of.rule("spf").is_met);
  CHECK(of.rule("dmarc").is_met);
  CHECK(of.blind("spf").is_met);
  CHECK(of.blind("dmarc").is_met);
  CHECK(of.blind("dkim").is_met);
  of.subject.last->passing_sources.pop_back();
  CHECK_FALSE(of.blind("spf").is_met);
}
