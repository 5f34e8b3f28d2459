#include "net/dkim/verify.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "net/dkim/sign.hpp"

using namespace warmfront;
using namespace warmfront::dkim;

namespace {

const wall_time now{std::chrono::seconds{1'800'000'000}};

// RFC 8463 appendix A.3, without the RSA signature, whose key record is in A.2 as well.
const std::string football_signature =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n";
const std::string football_rsa_signature =
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n";
const std::string football_mail = "From: Joe SixPack <joe@football.example.com>\r\n"
                                  "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                  "Subject: Is dinner ready?\r\n"
                                  "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                  "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
                                  "\r\n"
                                  "Hi.\r\n\r\n"
                                  "We lost the game.  Are you hungry yet?\r\n\r\n"
                                  "Joe.\r\n";
constexpr const char* brisbane_name = "brisbane._domainkey.football.example.com";
constexpr const char* brisbane_record =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
constexpr const char* football_rsa_record =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3id"
    "Y6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lx"
    "j+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

key_answers answers_of(std::map<std::string, std::string> records) {
  key_answers answers;
  for (auto& [name, text] : records)
    answers[name] = {dns::answer_kind::found, {text}, {}};
  return answers;
}

const key_answers brisbane = answers_of({{brisbane_name, brisbane_record}});

verdict only_verdict(const std::string& mail, const key_answers& answers) {
  const auto verdicts = verification{mail}.conclude(answers, now);
  REQUIRE(verdicts.size() == 1);
  CHECK(verdicts[0].why.empty() == (verdicts[0].kind == verdict_kind::pass));
  return verdicts[0];
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

} // namespace

TEST_CASE("verify: the mail of RFC 8463 passes with both of its signatures", "[dkim]") {
  const auto mail = football_signature + football_rsa_signature + football_mail;
  const verification checked{mail};
  const std::string rsa_name = "test._domainkey.football.example.com";
  CHECK(checked.questions() == std::vector<std::string>{brisbane_name, rsa_name});
  const auto verdicts = checked.conclude(
      answers_of({{brisbane_name, brisbane_record}, {rsa_name, football_rsa_record}}), now);
  REQUIRE(verdicts.size() == 2);
  for (const auto& each : verdicts) {
    CAPTURE(each.selector, each.why);
    CHECK(each.kind == verdict_kind::pass);
    CHECK(each.domain == "football.example.com");
  }
}

TEST_CASE("verify: what was signed must not have changed", "[dkim]") {
  const auto mail = football_signature + football_mail;
  CHECK(only_verdict(mail, brisbane).kind == verdict_kind::pass);
  // Blanks and case of names do not count in relaxed form; fields that are not signed neither.
  for (const auto& same :
       {replaced(mail, "Subject: Is", "SUBJECT:\tIs"), replaced(mail, "game.  Are", "game.\tAre"),
        "Received: x\r\n" + mail, mail + "\r\n \r\n", replaced(mail, "brisbane", "BRISBANE")})
    CHECK(only_verdict(same, brisbane).kind ==
          (same.find("BRISBANE") == std::string::npos ? verdict_kind::pass : verdict_kind::fail));
  for (const auto& other :
       {replaced(mail, "dinner", "supper"), replaced(mail, "hungry", "thirsty"),
        replaced(mail, "t=1528637909", "t=1528637908"), "Subject: one more\r\n" + mail,
        replaced(mail, "b=/gC", "b=/gD"), replaced(mail, "bh=2j", "bh=3j"), mail + "x\r\n"})
    CHECK(only_verdict(other, brisbane).kind == verdict_kind::fail);
}

TEST_CASE("verify: records that are not there, not for it, or not answered", "[dkim]") {
  const auto mail = football_signature + football_mail;
  const auto with = [&](const std::string& record) {
    return only_verdict(mail, answers_of({{brisbane_name, record}})).kind;
  };
  const std::string key = "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  CHECK(with("k=ed25519; t=s; " + key) == verdict_kind::pass);
  CHECK(with("k=ed25519; p=") == verdict_kind::permanent_error);
  CHECK(with("k=ed25519; h=sha1; " + key) == verdict_kind::permanent_error);
  CHECK(with("k=ed25519; s=tls; " + key) == verdict_kind::permanent_error);
  CHECK(with("k=rsa; " + key) == verdict_kind::permanent_error);
  CHECK(with(football_rsa_record) == verdict_kind::permanent_error);
  CHECK(with("nonsense") == verdict_kind::permanent_error);
  CHECK(with("k=ed25519; p=21qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") != verdict_kind::pass);
  CHECK(only_verdict(mail, {}).kind == verdict_kind::temporary_error);
  const auto kind_of = [&](dns::answer_kind kind) {
    key_answers answers;
    answers[brisbane_name].kind = kind;
    return only_verdict(mail, answers).kind;
  };
  CHECK(kind_of(dns::answer_kind::failed) == verdict_kind::temporary_error);
  CHECK(kind_of(dns::answer_kind::no_domain) == verdict_kind::permanent_error);
  const auto testing = only_verdict(mail, answers_of({{brisbane_name, "k=ed25519; t=y; " + key}}));
  CHECK(testing.is_testing);
  auto two = brisbane;
  two[brisbane_name].values.insert(two[brisbane_name].values.begin(), "another text");
  CHECK(only_verdict(mail, two).kind == verdict_kind::pass);
}

TEST_CASE("verify: signatures that are unsound say why", "[dkim]") {
  const auto mail = football_signature + football_mail;
  for (const auto& [what, with] : std::vector<std::pair<std::string, std::string>>{
           {"v=1", "v=2"},
           {"a=ed25519-sha256", "a=rsa-sha1"},
           {"c=relaxed/relaxed", "c=relaxed/loose"},
           {"d=football.example.com", "d=foot ball"},
           {"i=@football.example.com", "i=@example.com"},
           {"i=@football.example.com", "i=football.example.com"},
           {"q=dns/txt", "q=http"},
           {"t=1528637909", "t=soon"},
           {"t=1528637909", "t=1528637909; x=1528637909"},
           {"t=1528637909", "l=-1"},
           {"s=brisbane", "s="},
           {"h=from : to :", "h=to :"},
           {"h=from :", "h=from : :"},
           {"bh=", "bx="},
           {" b=", " bb="},
           {"v=1;", "v=1; v=1;"}}) {
    CAPTURE(what, with);
    auto changed = replaced(mail, what, with);
    if (what == "h=from : to :")
      changed = replaced(changed, "message-id : from :", "message-id :");
    CHECK(only_verdict(changed, brisbane).kind == verdict_kind::permanent_error);
  }
  CHECK(only_verdict(replaced(mail, "t=15", "x=1528637910; t=15"), brisbane).why ==
        "it has expired");
  CHECK(only_verdict(replaced(mail, "t=15", "l=5000; t=15"), brisbane).kind == verdict_kind::fail);
}

TEST_CASE("verify: at most 8 signatures are looked at", "[dkim]") {
  std::string mail;
  for (int i = 0; i < 50; ++i)
    mail += football_signature;
  mail += football_mail;
  const verification checked{mail};
  CHECK(checked.questions().size() == 1);
  CHECK(checked.conclude(brisbane, now).size() == 8);
  std::string fields;
  for (int i = 0; i < 2001; ++i)
    fields += "X: y\r\n";
  CHECK(verification{fields + mail}.conclude(brisbane, now).empty());
  CHECK(verification{football_mail}.conclude(brisbane, now).empty());
}

TEST_CASE("verify: a mail that python3-dkim has signed in simple form", "[dkim]") {
  const std::string mail =
      "DKIM-Signature: v=1; a=ed25519-sha256; c=simple/simple;\r\n"
      " d=football.example.com; i=@football.example.com; q=dns/txt;\r\n"
      " s=brisbane; t=1795945549; h=from : to : subject;\r\n"
      " bh=Wax/pQlxEUePpHFX5t/W1YlqZusKpsiNjL2Ukn6dzwI=;\r\n"
      " b=deI4S4fe5VNLxKV1JWaOCMksYdzgGu0QtFtGkX64oznPhCxuSDoEEZpIg6gGZgTfHWWWv\r\n"
      " 86ZKEihGoZc+o3JCQ==\r\n"
      "From: Joe SixPack <joe@football.example.com>\r\n"
      "To:  Suzie Q <suzie@shopping.example.net>\r\n"
      "Subject: Is dinner \r\n\tready?\r\n\r\n"
      "Hi.  you \r\n\r\nJoe.\r\n\r\n\r\n";
  CHECK(only_verdict(mail, brisbane).kind == verdict_kind::pass);
  CHECK(only_verdict(replaced(mail, "To:  S", "To: S"), brisbane).kind == verdict_kind::fail);
  CHECK(only_verdict(replaced(mail, "you \r", "you\r"), brisbane).kind == verdict_kind::fail);
  CHECK(only_verdict(replaced(mail, "dinner \r\n\t", "dinner "), brisbane).kind ==
        verdict_kind::fail);
}
