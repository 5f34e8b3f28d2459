#include "actors/intake/sender_domains.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using Catch::Matchers::Contains;

namespace {

const account_name own{"acme"};
const account_name foreign{"other"};

sender_domains domains_where(bool require_verified) {
  auto all = std::make_shared<sender_domains::table>();
  all->emplace(domain_name{"good.example"}, sender_domain{own, true, {}, {}});
  all->emplace(domain_name{"new.example"}, sender_domain{own, false, {}, {}});
  all->emplace(domain_name{"news.good.example"}, sender_domain{own, false, {}, {}});
  all->emplace(domain_name{"theirs.example"}, sender_domain{foreign, true, {}, {}});
  sender_domains made{require_verified};
  made.set(std::move(all));
  return made;
}

std::string mail_from(const std::string& author) {
  return (author.empty() ? "" : "From: " + author + "\r\n") + "Subject: x\r\n\r\nFrom: a@b.c\r\n";
}

} // namespace

TEST_CASE("sender domains: a verified domain covers those below it, the nearest one decides",
          "[intake][security]") {
  const auto domains = domains_where(true);
  const auto may = [&](const std::string& author) {
    return domains.check(own, "b@bounce.elsewhere.example", mail_from(author)).has_value();
  };
  CHECK(may("a@good.example"));
  CHECK(may("A <a@Sub.Good.example>"));
  CHECK_FALSE(may("a@new.example"));
  CHECK_FALSE(may("a@news.good.example"));
  CHECK_FALSE(may("a@x.news.good.example"));
  CHECK_FALSE(may("a@nobody.example"));
  CHECK_FALSE(may("a@verygood.example"));
  CHECK_FALSE(may("a@example"));
  CHECK_FALSE(may("a@theirs.example"));
  CHECK_FALSE(may("a@good.example, b@nobody.example"));
  CHECK_FALSE(may("no address"));
  CHECK_FALSE(may("a@[192.0.2.1]"));
}

TEST_CASE("sender domains: without From the reverse path tells who it is", "[intake][security]") {
  const auto domains = domains_where(true);
  CHECK(domains.check(own, "a@good.example", mail_from("")));
  CHECK_FALSE(domains.check(own, "a@new.example", mail_from("")));
  CHECK(domains.check(own, "a@new.example", mail_from("a@good.example")));
  CHECK_FALSE(domains.check(own, "a@good.example", mail_from("a@new.example")));
  // Every field From counts: receivers may show any of them.
  CHECK_FALSE(domains.check(own, "a@good.example",
                            "From: a@good.example\r\nfrom : b@nobody.example\r\n\r\nx"));
}

TEST_CASE("sender domains: another account's domain is refused in any case", "[intake][security]") {
  for (const bool require_verified : {true, false}) {
    const auto domains = domains_where(require_verified);
    for (const auto* const path : {"a@theirs.example", "a@good.example", ""}) {
      const auto outcome = domains.check(own, path, mail_from("a@x.theirs.example"));
      REQUIRE_FALSE(outcome);
      CHECK(outcome.error().code == errc::refused);
      CHECK(outcome.error().field == "from");
      CHECK_THAT(outcome.error().what, Contains("another account"));
    }
    CHECK_FALSE(domains.check(own, "a@theirs.example", mail_from("")));
    CHECK_FALSE(domains.check(own, "a@theirs.example"));
    CHECK(domains.check(foreign, "a@theirs.example", mail_from("a@theirs.example")));
  }
}

TEST_CASE("sender domains: unless senders are verified, what nobody has is everybody's",
          "[intake]") {
  const auto domains = domains_where(false);
  for (const auto* const author : {"a@nobody.example", "a@new.example", "no address", ""})
    CHECK(domains.check(own, "a@nobody.example", mail_from(author)));
  CHECK(domains.check(own, "a@nobody.example"));
}

TEST_CASE("sender domains: the null reverse path needs no identity", "[intake]") {
  const auto domains = domains_where(true);
  CHECK(domains.check(own, "", mail_from("a@nobody.example")));
  CHECK(domains.check(own, "", mail_from("")));
  CHECK(domains.check(own, ""));
}

TEST_CASE("sender domains: what is refused says what to do", "[intake]") {
  const auto domains = domains_where(true);
  CHECK_THAT(domains.check(own, "a@new.example").error().remedy,
             Contains("identity verify new.example"));
  CHECK_THAT(domains.check(own, "a@nobody.example").error().remedy, Contains("identity add"));
}
