#include "net/smtp/bounce_class.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "net/smtp/bounce_rules.hpp"

using namespace warmfront::smtp;

namespace {

bounce_class of(std::uint16_t code, const char* status, const char* text,
                const char* source = "192.0.2.7") {
  return classify({code, status, text}, source);
}

} // namespace

TEST_CASE("bounce class: the enhanced status says who is at fault", "[smtp]") {
  CHECK(of(550, "5.1.1", "The email account that you tried to reach does not exist") ==
        bounce_class::invalid);
  CHECK(of(550, "5.2.1", "The account is inactive") == bounce_class::invalid);
  CHECK(of(556, "5.1.10", "null MX") == bounce_class::invalid);
  CHECK(of(552, "5.2.2", "Over its storage") == bounce_class::mailbox_full);
  CHECK(of(550, "5.7.1", "Relaying denied by rule 17") == bounce_class::policy);
  CHECK(of(550, "5.7.28", "unusual amount of mail") == bounce_class::rate);
}

TEST_CASE("bounce class: without a status the words do", "[smtp]") {
  CHECK(of(550, "", "User unknown in virtual mailbox table") == bounce_class::invalid);
  CHECK(of(554, "", "NO SUCH USER here") == bounce_class::invalid);
  CHECK(of(552, "", "Requested action aborted") == bounce_class::mailbox_full);
  CHECK(of(550, "", "Mailbox is full") == bounce_class::mailbox_full);
  CHECK(of(554, "", "Message rejected as spam") == bounce_class::spam);
  CHECK(of(550, "5.7.1", "Our system has detected that this message is likely unsolicited mail") ==
        bounce_class::spam);
  CHECK(of(554, "", "Transaction failed") == bounce_class::other);
  CHECK(of(550, "", "") == bounce_class::other);
}

TEST_CASE("bounce class: a refusal that names the source and a block is about the source",
          "[smtp]") {
  CHECK(of(550, "5.7.1", "Service unavailable; Client host [192.0.2.7] blocked using zen") ==
        bounce_class::source_block);
  CHECK(of(554, "", "192.0.2.7 is listed. See our page") == bounce_class::source_block);
  CHECK(of(554, "5.7.1", "Your IP 192.0.2.7. has a poor reputation") == bounce_class::source_block);
  CHECK(of(554, "5.7.1", "2001:db8::7 is blocked", "2001:db8::7") == bounce_class::source_block);
  CHECK(of(550, "5.1.1", "user unknown (you are 192.0.2.7)") == bounce_class::invalid);
}

TEST_CASE("bounce class: another address that holds the source's digits is not the source",
          "[smtp]") {
  for (const auto* other : {"192.0.2.70 is blocked", "1192.0.2.7 is blocked",
                            "8.192.0.2.7 is blocked", "192.0.2.7.5 is blocked"}) {
    CAPTURE(other);
    CHECK(of(554, "5.7.1", other) == bounce_class::policy);
  }
  CHECK(of(554, "5.7.1", "is blocked", "") == bounce_class::policy);
}

TEST_CASE("bounce class: what is wrong with the mail or its way is told from its recipient",
          "[smtp]") {
  CHECK(of(550, "5.7.26", "This mail has been blocked because the sender is unauthenticated") ==
        bounce_class::authentication);
  CHECK(of(550, "5.7.1",
           "Unauthenticated email from x.example is not accepted due to domain's "
           "DMARC policy") == bounce_class::authentication);
  CHECK(of(552, "5.3.4", "Message size exceeds fixed limit") == bounce_class::too_large);
  CHECK(of(554, "", "Too many hops") == bounce_class::loop);
  CHECK(of(550, "4.4.7", "delivery time expired") == bounce_class::expired);
  CHECK(of(0, "5.4.4", "Host or domain name not found. Name service error") ==
        bounce_class::no_host);
  CHECK(of(554, "5.6.1", "cannot be converted") == bounce_class::content);
  CHECK(of(550, "", "a virus was found") == bounce_class::content);
}

TEST_CASE("bounce class: each rule can be the one that counts", "[smtp]") {
  const auto rules = bounce_rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto& rule = rules[i];
    CAPTURE(rule.status, rule.words);
    CHECK((!rule.status.empty() || !rule.words.empty()));
    const std::string status = rule.status.empty() ? ""
                                                   : "5." + std::string{rule.status} +
                                                         (rule.status.ends_with('.') ? "99" : "");
    CHECK(of(550, status.c_str(), std::string{rule.words}.c_str()) == rule.is);
    for (const char c : rule.words)
      CHECK_FALSE((c >= 'A' && c <= 'Z')); // texts are compared in lower case
  }
}
