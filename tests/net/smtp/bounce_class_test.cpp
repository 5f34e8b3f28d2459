#include "net/smtp/bounce_class.hpp"

#include <catch2/catch.hpp>

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
