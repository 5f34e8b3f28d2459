#include "actors/identities/identity_check.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "net/dkim/private_key.hpp"
#include "tests/actors/identities/fake_zone.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using dns::record_type;
using std::chrono::hours;

namespace {

const domain_name domain{"news.example"};
const wall_time noon{seconds{1'767'225'600}};

const std::string& published_key() {
  static const std::string text =
      dkim::private_key::generate(dkim::algorithm::ed25519_sha256).value()->public_record();
  return text;
}

/// A domain whose records are all right, and the DNS that has them.
struct looked_at {
  testing::fake_zone zone;
  sending_site site{"mta1.warm.example", {}, true, "links.warm.example"};
  identity_subject subject{domain,
                           domain_name{"bounce.news.example"},
                           domain_name{"click.news.example"},
                           {},
                           {ip_address{"192.0.2.1"}, ip_address{"2001:db8::1"}}};

  looked_at() {
    stored_signing_key key;
    key.selector = "wf1e";
    key.algorithm = signing_algorithm::ed25519_sha256;
    key.published = published_key();
    key.sealed = "sealed";
    subject.keys.push_back(key);
    zone.text("wf1e._domainkey.news.example", {published_key()});
    zone.text("news.example",
              {"google-site-verification=x", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all"});
    zone.text("_dmarc.news.example", {"v=DMARC1; p=none"});
    zone.put("bounce.news.example", record_type::mx, {"10 mta1.warm.example"});
    zone.text("bounce.news.example", {"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"});
    zone.put("click.news.example", record_type::cname, {"links.warm.example"});
  }
  identity_findings look() {
    return zone.look(
        [&](dns_answers& answers) { return look_at_identity(subject, site, answers); });
  }
};

const dns_record_wanted& record(const identity_findings& in, const std::string& purpose,
                                const std::string& name = {}) {
  const auto found = std::ranges::find_if(in.records, [&](const dns_record_wanted& each) {
    return each.purpose == purpose && (name.empty() || each.name.str() == name);
  });
  REQUIRE(found != in.records.end());
  return *found;
}

} // namespace

TEST_CASE("identity check: records that are right are found right", "[identities]") {
  looked_at of;
  const auto found = of.look();
  CHECK(found.records.size() == 6);
  for (const auto& each : found.records) {
    INFO(each.purpose << " at " << each.name.str() << ": " << each.why);
    CHECK(each.is_right);
    CHECK(each.why.empty());
    CHECK_FALSE(each.found.empty());
    CHECK_FALSE(each.expected.empty());
  }
  CHECK(found.spf == finding::right);
  CHECK(found.passing_sources == of.subject.sources);
  CHECK(found.keys.at("wf1e").what == key_sighting::seen);
}

TEST_CASE("identity check: what is not there says what to publish", "[identities]") {
  looked_at of;
  of.zone.records.clear();
  const auto found = of.look();
  for (const auto& each : found.records) {
    INFO(each.purpose);
    CHECK_FALSE(each.is_right);
    CHECK(each.found.empty());
    CHECK_FALSE(each.why.empty());
  }
  CHECK(found.spf == finding::wrong);
  CHECK(found.keys.at("wf1e").what == key_sighting::wrong);
}

TEST_CASE("identity check: SPF is evaluated for every address", "[identities]") {
  looked_at of;
  of.zone.text("news.example", {"v=spf1 include:spf.warm.example -all"});
  of.zone.text("spf.warm.example", {"v=spf1 ip4:192.0.2.0/24 -all"});
  const auto found = of.look();
  CHECK(found.spf == finding::wrong);
  CHECK(found.passing_sources == std::vector{ip_address{"192.0.2.1"}});
  CHECK_THAT(record(found, "spf", "news.example").why, Contains("ip6:2001:db8::1"));
  CHECK(record(found, "spf", "bounce.news.example").is_right);
  of.zone.text("spf.warm.example", {"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"});
  CHECK(of.look().spf == finding::right);
}

TEST_CASE("identity check: two SPF records count as none", "[identities]") {
  looked_at of;
  of.zone.text("news.example", {"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all", "v=spf1 -all"});
  const auto found = of.look();
  CHECK(found.spf == finding::wrong);
  CHECK_THAT(record(found, "spf", "news.example").why, Contains("several"));
}

TEST_CASE("identity check: without addresses in pools those of the hostname count",
          "[identities]") {
  looked_at of;
  of.subject.sources.clear();
  of.zone.put("mta1.warm.example", record_type::a, {"192.0.2.1"});
  CHECK(of.look().spf == finding::right);
  CHECK(record(of.look(), "spf", "news.example").expected == "v=spf1 a:mta1.warm.example ~all");
  of.zone.put("mta1.warm.example", record_type::a, {"192.0.2.77"});
  CHECK(of.look().spf == finding::wrong);
  of.zone.erase("mta1.warm.example", record_type::a);
  CHECK(of.look().spf == finding::unknown);
}

TEST_CASE("identity check: a name server that does not answer says nothing", "[identities]") {
  looked_at of;
  of.zone.broken = {"news.example", "wf1e._domainkey.news.example", "bounce.news.example"};
  const auto found = of.look();
  CHECK(found.spf == finding::unknown);
  CHECK(found.keys.at("wf1e").what == key_sighting::unknown);
  CHECK_FALSE(record(found, "return_path").is_right);
}

TEST_CASE("identity check: bounces come back by any of the cluster's hosts", "[identities]") {
  looked_at of;
  const auto is_right = [&] { return record(of.look(), "return_path").is_right; };
  of.zone.put("bounce.news.example", record_type::mx, {"5 mx.other.example"});
  CHECK_FALSE(is_right());
  of.site.mx_hosts = {"mx.other.example"};
  CHECK(is_right());
  CHECK(record(of.look(), "return_path").expected == "10 mx.other.example");
  of.site.mx_hosts.clear();
  of.zone.put("mx.other.example", record_type::a, {"192.0.2.9"});
  of.zone.put("mta1.warm.example", record_type::a, {"192.0.2.8"});
  CHECK_FALSE(is_right());
  of.zone.put("mta1.warm.example", record_type::a, {"192.0.2.8", "192.0.2.9"});
  CHECK(is_right());
  of.zone.put("bounce.news.example", record_type::mx, {"0 ."});
  CHECK_FALSE(is_right());
}

TEST_CASE("identity check: links lead here by an alias or by an address", "[identities]") {
  looked_at of;
  const auto is_right = [&] { return record(of.look(), "tracking").is_right; };
  of.zone.put("click.news.example", record_type::cname, {"elsewhere.example"});
  CHECK_FALSE(is_right());
  of.zone.erase("click.news.example", record_type::cname);
  of.zone.put("click.news.example", record_type::a, {"192.0.2.50"});
  of.zone.put("links.warm.example", record_type::a, {"192.0.2.50"});
  CHECK(is_right());
  of.zone.put("click.news.example", record_type::a, {"192.0.2.51"});
  CHECK_FALSE(is_right());
}

TEST_CASE("identity check: only what is used is wanted", "[identities]") {
  looked_at of;
  of.site.takes_bounces = false;
  of.site.public_host.clear();
  auto retired = of.subject.keys.front();
  retired.selector = "wf0e";
  retired.state = signing_key_state::retired;
  of.subject.keys.push_back(retired);
  const auto found = of.look();
  CHECK(found.records.size() == 3);
  // Whether its record is gone is looked at all the same.
  CHECK(found.keys.at("wf0e").what == key_sighting::wrong);
}

TEST_CASE("identity check: a key's record is compared, not just found", "[identities]") {
  looked_at of;
  const std::string name{"wf1e._domainkey.news.example"};
  for (const auto& text :
       {std::string{"v=DKIM1; k=ed25519; p="},
        std::string{"v=DKIM1; k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        std::string{"hello"}}) {
    of.zone.text(name, {text});
    const auto found = of.look();
    CHECK(found.keys.at("wf1e").what == key_sighting::wrong);
    CHECK(record(found, "dkim").found == text);
    CHECK_FALSE(record(found, "dkim").why.empty());
  }
}

TEST_CASE("identity check: the organization's DMARC record holds for its subdomains",
          "[identities]") {
  looked_at of;
  of.zone.erase("_dmarc.news.example");
  CHECK_FALSE(record(of.look(), "dmarc").is_right);
  CHECK(record(of.look(), "dmarc").is_required == false);
  of.subject.domain = domain_name{"a.news.example"};
  of.zone.text("_dmarc.news.example", {"v=DMARC1; p=reject"});
  CHECK(record(of.look(), "dmarc").is_right);
  CHECK(record(of.look(), "dmarc").found == "v=DMARC1; p=reject");
  of.zone.text("_dmarc.news.example", {"v=DMARC1; p=sometimes"});
  CHECK_FALSE(record(of.look(), "dmarc").is_right);
}

TEST_CASE("identity check: verified is lost only after three days", "[identities]") {
  identity_findings good;
  good.spf = finding::right;
  identity_findings bad;
  bad.spf = finding::wrong;
  identity_findings unclear;
  std::vector<stored_signing_key> keys(1);
  keys[0].state = signing_key_state::active;
  const std::vector<stored_signing_key> none;

  CHECK_FALSE(judge_identity(bad, keys, nullptr, noon).verified);
  CHECK_FALSE(judge_identity(bad, keys, nullptr, noon).wrong_since); // it never was right
  CHECK_FALSE(judge_identity(good, none, nullptr, noon).verified);
  CHECK_FALSE(judge_identity(unclear, keys, nullptr, noon).verified);
  auto check = judge_identity(good, keys, nullptr, noon);
  CHECK(check.verified);
  CHECK_FALSE(check.wrong_since);
  check = judge_identity(bad, keys, &check, noon + hours{1});
  CHECK(check.verified);
  CHECK(check.wrong_since == noon + hours{1});
  // A failure of the DNS neither ends nor begins anything.
  check = judge_identity(unclear, keys, &check, noon + hours{50});
  CHECK(check.wrong_since == noon + hours{1});
  auto late = judge_identity(bad, keys, &check, noon + hours{73} - seconds{1});
  CHECK(late.verified);
  late = judge_identity(good, none, &check, noon + hours{73});
  CHECK_FALSE(late.verified);
  check = judge_identity(good, keys, &check, noon + hours{72});
  CHECK_FALSE(check.wrong_since);
  check = judge_identity(unclear, keys, &check, noon + hours{500});
  CHECK(check.verified);
}

TEST_CASE("identity check: questions are bounded, and asked once", "[identities]") {
  looked_at of;
  of.look();
  CHECK(of.zone.asked < 25);
  dns_answers answers;
  for (std::size_t i = 0; i < dns_answers::questions_max; ++i)
    CHECK(answers.want("a" + std::to_string(i), record_type::a) == nullptr);
  REQUIRE(answers.want("one more", record_type::a) != nullptr);
  CHECK(answers.want("one more", record_type::a)->kind == dns::answer_kind::failed);
  CHECK(answers.take_questions().size() == dns_answers::questions_max);
  CHECK_FALSE(answers.has_all());
  answers.give_up("it is late");
  CHECK(answers.has_all());
  CHECK(answers.want("a0", record_type::a)->why == "it is late");
  CHECK(answers.want("another", record_type::a)->kind == dns::answer_kind::failed);
}
