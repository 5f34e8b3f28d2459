// A server for what comes back: strangers talk to it, and nothing is relayed.
#include <catch2/catch.hpp>

#include "tests/net/smtp/server_conversation.hpp"

using namespace warmfront::smtp;
using Catch::Matchers::Contains;
using warmfront::smtp::testing::conversation;

namespace {

server_peer stranger(bool starttls = false) {
  server_peer peer;
  peer.address = "198.51.100.7";
  peer.starttls = starttls;
  return peer;
}

bool is_known(std::string_view address) {
  return address == "token@bounce.example";
}

} // namespace

TEST_CASE("receiving server: mail is taken for known recipients without AUTH", "[smtp]") {
  conversation talk{stranger(true), {}, is_known};
  const auto hello = talk.line("EHLO mx.example");
  CHECK_THAT(hello, Contains("STARTTLS"));
  CHECK_THAT(hello, !Contains("AUTH"));
  CHECK_THAT(talk.line("MAIL FROM:<>"), Contains("250 2.1.0"));
  CHECK_THAT(talk.line("RCPT TO:<token@bounce.example>"), Contains("250 2.1.5"));
  CHECK_THAT(talk.line("DATA"), Contains("354"));
  CHECK_THAT(talk.send("Subject: \xe4\xb8 no UTF-8\r\n\r\nreport\r\n.\r\n"), Contains("250 2.0.0"));
}

TEST_CASE("receiving server: a mail with a sender is taken, too", "[smtp]") {
  conversation talk{stranger(), {}, is_known};
  talk.line("EHLO mx.example");
  CHECK_THAT(talk.line("MAIL FROM:<fbl@isp.example>"), Contains("250 2.1.0"));
  CHECK_THAT(talk.line("RCPT TO:<token@bounce.example>"), Contains("250 2.1.5"));
}

TEST_CASE("receiving server: everybody else is refused at RCPT, in every form", "[smtp]") {
  for (const auto* address :
       {"<ada@receiver.example>", "<@bounce.example:ada@receiver.example>",
        "<ada%receiver.example@bounce.example>", "<\"token@bounce.example\"@receiver.example>",
        "<token@bounce.example.>", "<tokens@bounce.example>", "<Postmaster>",
        "<ada!receiver.example@bounce.example>"}) {
    CAPTURE(address);
    for (auto peer : {stranger(), conversation::relay_peer(), conversation::loopback_peer()}) {
      conversation talk{peer, {}, is_known};
      talk.line("EHLO mx.example");
      talk.line("MAIL FROM:<a@b.example>");
      CHECK_THAT(talk.line(std::string{"RCPT TO:"} + address), Contains("5") && !Contains("250"));
      CHECK_THAT(talk.line("DATA"), Contains("554 5.5.1 no valid recipients"));
    }
  }
  conversation talk{stranger(), {}, is_known};
  talk.line("EHLO mx.example");
  talk.line("MAIL FROM:<a@b.example>");
  CHECK_THAT(talk.line("RCPT TO:<ada@receiver.example>"), Contains("550 5.1.1"));
}

TEST_CASE("receiving server: nobody can authenticate", "[smtp]") {
  conversation talk{conversation::loopback_peer(), {}, is_known};
  CHECK_THAT(talk.line("EHLO mx.example"), !Contains("AUTH"));
  CHECK_THAT(talk.line("AUTH PLAIN AHVzZXIAc2VjcmV0"), Contains("502"));
  talk.line("MAIL FROM:<a@b.example>");
  CHECK_THAT(talk.line("RCPT TO:<ada@receiver.example>"), Contains("550 5.1.1"));
}

TEST_CASE("receiving server: who tries addresses is sent away", "[smtp]") {
  conversation talk{stranger(), {}, is_known};
  talk.line("EHLO mx.example");
  talk.line("MAIL FROM:<a@b.example>");
  std::string heard;
  for (int i = 0; i < 30; ++i)
    heard += talk.line("RCPT TO:<a" + std::to_string(i) + "@bounce.example>");
  CHECK_THAT(heard, Contains("421 4.7.0 too many errors"));
}

TEST_CASE("receiving server: what is too large or in a loop is refused", "[smtp]") {
  server_limits limits;
  limits.message_octets_max = 1000;
  conversation talk{stranger(), limits, is_known};
  talk.line("EHLO mx.example");
  CHECK_THAT(talk.line("MAIL FROM:<> SIZE=1001"), Contains("552 5.3.4"));
  talk.line("MAIL FROM:<>");
  talk.line("RCPT TO:<token@bounce.example>");
  talk.line("DATA");
  std::string line(90, 'x');
  for (int i = 0; i < 20; ++i)
    talk.line(line);
  CHECK_THAT(talk.line("."), Contains("552 5.3.4"));
}
