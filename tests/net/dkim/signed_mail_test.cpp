// What is signed here is what is checked here: mails of all shapes.
#include <catch2/catch.hpp>

#include <algorithm>

#include "net/dkim/sign.hpp"
#include "net/dkim/verify.hpp"
#include "tests/net/dkim/random_mail.hpp"

using namespace warmfront;
using namespace warmfront::dkim;

namespace {

const wall_time sending_time{std::chrono::seconds{1'800'000'000}};

struct two_signers {
  std::vector<signer> signers{
      {"warm.example", "wf1r", private_key::generate(algorithm::rsa_sha256).value()},
      {"warm.example", "wf1e", private_key::generate(algorithm::ed25519_sha256).value()}};
  key_answers answers;

  two_signers() {
    for (const auto& each : signers)
      answers[each.selector + "._domainkey." + each.domain] = {
          dns::answer_kind::found, {each.key->public_record()}, {}};
  }

  [[nodiscard]] bool both(const std::string& mail, verdict_kind kind) const {
    const auto verdicts = verification{mail}.conclude(answers, sending_time);
    return verdicts.size() == 2 && verdicts[0].kind == kind && verdicts[1].kind == kind;
  }
};

bool is_blank_octet(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

} // namespace

TEST_CASE("signed mail: mails of all shapes pass, for both algorithms", "[dkim][property]") {
  const two_signers by;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto mail = testing::random_mail(random);
    const auto fields = sign(mail, by.signers, sending_time).value();
    REQUIRE(by.both(fields + mail, verdict_kind::pass));
    // Relays add fields before and line ends behind.
    CHECK(by.both("Received: x\r\n" + fields + mail + "\r\n\r\n", verdict_kind::pass));
  }
}

TEST_CASE("signed mail: any change of a body's octet fails", "[dkim][property]") {
  const two_signers by;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto mail = testing::random_mail(random) + "end\r\n";
    const auto fields = sign(mail, by.signers, sending_time).value();
    auto at = mail.find("\r\n\r\n") + 4 + random.next() % (mail.size() - mail.find("\r\n\r\n") - 4);
    while (is_blank_octet(mail[at])) // blanks may change
      --at;
    if (at < mail.find("\r\n\r\n") + 4)
      continue;
    auto changed = mail;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    CHECK(by.both(fields + changed, verdict_kind::fail));
    CHECK(by.both(fields + mail + ".\r\n", verdict_kind::fail));
  }
}

TEST_CASE("signed mail: a signed field that is changed, gone or added fails", "[dkim][property]") {
  const two_signers by;
  const std::string mail =
      "From: a@warm.example\r\nTo: b@example.net\r\nSubject: x\r\n"
      "Date: Fri, 11 Jul 2003 21:00:37 -0700\r\nMessage-ID: <1@warm.example>\r\n"
      "X-Free: 1\r\nList-Unsubscribe: <https://warm.example/u>\r\n"
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHello\r\n";
  const auto fields = sign(mail, by.signers, sending_time).value();
  REQUIRE(by.both(fields + mail, verdict_kind::pass));
  split_mail parts;
  split(mail, parts);
  for (const auto& field : parts.fields) {
    CAPTURE(std::string{field.name});
    const bool is_free = field.name == "X-Free";
    const auto begin = static_cast<std::size_t>(field.line.data() - mail.data());
    auto changed = mail;
    changed[begin + field.line.size() - 3] = '#';
    CHECK(by.both(fields + changed, is_free ? verdict_kind::pass : verdict_kind::fail));
    auto shorter = mail;
    shorter.erase(begin, field.line.size());
    CHECK(by.both(fields + shorter, is_free ? verdict_kind::pass : verdict_kind::fail));
  }
  for (const char* name :
       {"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version",
        "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post"}) {
    CAPTURE(name);
    CHECK(by.both(std::string{name} + ": added\r\n" + fields + mail, verdict_kind::fail));
    auto below = mail;
    below.insert(below.find("\r\n\r\n") + 2, std::string{name} + ": added\r\n");
    CHECK(by.both(fields + below, verdict_kind::fail));
  }
}
