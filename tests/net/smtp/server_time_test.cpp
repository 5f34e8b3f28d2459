#include <catch2/catch.hpp>

#include "tests/net/smtp/server_conversation.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using namespace warmfront::smtp::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("smtp time: a stranger has a minute in all, however busy it is", "[smtp_server][time]") {
  conversation talk{conversation::loopback_peer()};
  talk.heard();
  for (int i = 0; i < 59; ++i) {
    CHECK(talk.line("NOOP") == "250 2.0.0 ok\r\n");
    CHECK(talk.wait(seconds{1}).empty());
  }
  CHECK_THAT(talk.wait(seconds{1}), StartsWith("421 4.4.2"));
  CHECK(talk.closed);
}

TEST_CASE("smtp time: a known client has five minutes for each command", "[smtp_server][time]") {
  conversation talk;
  talk.with_mail().heard();
  for (int i = 0; i < 5; ++i) {
    CHECK(talk.wait(seconds{299}).empty());
    talk.line("NOOP");
  }
  CHECK(talk.wait(seconds{200}).empty());
  talk.send("NOO"); // octets that end no line win no time
  CHECK_THAT(talk.wait(seconds{100}), Contains("421 4.4.2"));
}

TEST_CASE("smtp time: content that trickles is cut off", "[smtp_server][time]") {
  conversation talk;
  talk.in_data().heard();
  for (int i = 0; i < 10; ++i) {
    CHECK(talk.wait(seconds{179}).empty());
    talk.send(std::string(500, 'x') + "0123456789\r\n");
  }
  for (int i = 0; i < 179; ++i) {
    CHECK(talk.wait(seconds{1}).empty());
    talk.send("x");
  }
  CHECK_THAT(talk.wait(seconds{1}), StartsWith("421 4.4.2"));
  CHECK(talk.closed);
}

TEST_CASE("smtp time: a mail not taken in nine minutes is told 421", "[smtp_server][time]") {
  conversation talk;
  talk.in_data().heard();
  talk.hold_mails = true;
  talk.send("x\r\n.\r\n");
  CHECK(talk.wait(std::chrono::minutes{8}).empty());
  CHECK_THAT(talk.wait(std::chrono::minutes{1}), StartsWith("421 4.3.0"));
  CHECK(talk.closed);
}

TEST_CASE("smtp drain: between mails it is 421 at once", "[smtp_server][drain]") {
  conversation talk;
  talk.greeted().heard();
  CHECK_THAT(talk.drain(), StartsWith("421 4.3.2"));
  CHECK(talk.closed);
}

TEST_CASE("smtp drain: a mail under way gets its reply first", "[smtp_server][drain]") {
  conversation talk;
  talk.with_mail().heard();
  CHECK(talk.drain().empty());
  CHECK_THAT(talk.line("DATA"), StartsWith("354"));
  CHECK_THAT(talk.send("x\r\n.\r\nMAIL FROM:<a@example.org>\r\n"),
             StartsWith("250 2.0.0 queued") && Contains("\r\n421 4.3.2"));
  CHECK(talk.closed);
  CHECK(talk.mails.size() == 1);
}

TEST_CASE("smtp drain: a mail that waits for its verdict gets it", "[smtp_server][drain]") {
  conversation talk;
  talk.in_data().heard();
  talk.hold_mails = true;
  talk.send("x\r\n.\r\n");
  CHECK(talk.drain().empty());
  CHECK_FALSE(talk.closed);
  CHECK_THAT(talk.answer(message_id{}), StartsWith("250") && Contains("\r\n421 4.3.2"));
  CHECK(talk.closed);
}
