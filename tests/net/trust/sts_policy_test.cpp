#include "net/trust/sts_policy.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::trust;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

constexpr const char* good_policy = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"
                                    "mx: *.example.net\r\nmax_age: 604800\r\n";

} // namespace

TEST_CASE("sts record: one announcement has an id, everything else is none", "[sts]") {
  CHECK(parse_sts_records({"v=STSv1; id=20160831085700Z;"}).value() == "20160831085700Z");
  CHECK(parse_sts_records({"v=STSv1;id=1"}).value() == "1");
  CHECK(parse_sts_records({"spf", "v=STSv1; x=y; id = a1 ;", "v=STSv2; id=2"}).value() == "a1");
  CHECK(parse_sts_records({}).value().empty());
  CHECK(parse_sts_records({"v=STSv10; id=1", "V=STSv1; id=1", " v=STSv1; id=1"}).value().empty());
  for (const auto& bad :
       {texts{"v=STSv1; id=1", "v=STSv1; id=2"}, texts{"v=STSv1;"}, texts{"v=STSv1; id="},
        texts{"v=STSv1; id=a-b"}, texts{"v=STSv1; id=" + std::string(33, 'a')},
        texts{"v=STSv1; id=1; id=2"}})
    CHECK(parse_sts_records(bad).error().code == errc::invalid_argument);
}

TEST_CASE("sts policy: fields in any order, of repeated ones the first", "[sts]") {
  const auto policy = parse_sts_policy(good_policy);
  REQUIRE(policy);
  CHECK(policy.value() ==
        sts_policy{sts_mode::enforce, {"mail.example.com", "*.example.net"}, 604'800s});
  const auto mixed = parse_sts_policy("max_age:86400\nmx: MX.Example.com\nmode: testing\nmode: "
                                      "enforce\nx-new: y\n\nversion:STSv1\nmax_age: 1");
  REQUIRE(mixed);
  CHECK(mixed.value() == sts_policy{sts_mode::testing, {"mx.example.com"}, 86'400s});
  CHECK(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 9999999999").value() ==
        sts_policy{sts_mode::none, {}, sts_max_age_max});
  CHECK(parse_sts_policy(to_text(policy.value())).value() == policy.value());
}

TEST_CASE("sts policy: what cannot be read is refused with a reason", "[sts]") {
  const std::string head = "version: STSv1\nmode: enforce\nmax_age: 60\n";
  for (const std::string& bad : {
           std::string{},
           std::string{"mode: enforce\nmx: a.example\nmax_age: 60"},
           std::string{"version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 60"},
           std::string{"version: STSv1\nmode: strict\nmx: a.example\nmax_age: 60"},
           std::string{"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1"},
           std::string{"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 60s"},
           std::string{"version: STSv1\nmode: enforce\nmx: a.example\n"},
           std::string{"version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 99999999999"},
           head,
           head + "mx: *\n",
           head + "mx: a..b\n",
           head + "mx: a*.example\n",
           head + "mx: .example\n",
           head + "mx: a b\n",
           head + "mx: a.example\nnonsense\n",
           head + "mx: a.example\n" + std::string(sts_policy_octets_max, ' '),
       }) {
    CAPTURE(bad.substr(0, 120));
    const auto policy = parse_sts_policy(bad);
    REQUIRE(policy.has_error());
    CHECK(policy.error().what.find("MTA-STS policy") != std::string::npos);
  }
  std::string many = head;
  for (std::size_t i = 0; i <= sts_hosts_max; ++i)
    many += "mx: a" + std::to_string(i) + ".example\n";
  CHECK(parse_sts_policy(many).has_error());
}

TEST_CASE("sts policy: a star is one label", "[sts]") {
  const auto policy = parse_sts_policy(good_policy).value();
  CHECK(allows(policy, "mail.example.com"));
  CHECK(allows(policy, "MAIL.Example.Com"));
  CHECK(allows(policy, "mx1.example.net"));
  CHECK_FALSE(allows(policy, "a.mx1.example.net"));
  CHECK_FALSE(allows(policy, "example.net"));
  CHECK_FALSE(allows(policy, ".example.net"));
  CHECK_FALSE(allows(policy, "mail.example.com.evil.example"));
  CHECK_FALSE(allows(policy, "xmail.example.com"));
  CHECK_FALSE(allows(policy, ""));
}

TEST_CASE("sts policy: random octets are read or refused", "[sts][property]") {
  const auto seed = GENERATE(take(20, random(1u, 1u << 30)));
  CAPTURE(seed);
  seeded_random random{seed};
  std::string text = good_policy;
  for (int i = 0; i < 200; ++i) {
    auto mutant = text;
    for (int edits = 0; edits < 4; ++edits)
      mutant[random.next() % mutant.size()] = static_cast<char>(random.next());
    const auto policy = parse_sts_policy(mutant);
    if (policy)
      CHECK(parse_sts_policy(to_text(policy.value())).value() == policy.value());
    static_cast<void>(parse_sts_records({mutant}));
  }
}
