#include <catch2/catch.hpp>

#include "tests/net/smtp/server_conversation.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using namespace warmfront::smtp::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("smtp data: only CRLF.CRLF ends it, and bare line ends are refused at the real end",
          "[smtp_server][smuggling]") {
  const auto end_of_first =
      GENERATE(as<std::string>{}, "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n",
               "\n.\r", "\r\n\n.\r\n", "\r\n.\r\r\n", "\r\r\n.\n", "\n\n.\n\n", "\r\n.\rx\r\n");
  CAPTURE(end_of_first);
  conversation talk;
  talk.in_data().heard();
  const auto reply = talk.send("Subject: x\r\n\r\nbody" + end_of_first +
                               "MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.net>\r\n"
                               "DATA\r\nspoof\r\n.\r\n");
  CHECK(reply == "550 5.6.0 the message has a CR or LF that is not part of a CRLF\r\n");
  CHECK(talk.mails.empty());
  CHECK(talk.refused() == 1);
  CHECK(talk.budget_used() == 0);
  CHECK_THAT(talk.line("NOOP"), StartsWith("250"));
}

TEST_CASE("smtp data: dot-stuffing is removed", "[smtp_server]") {
  const auto content = [](std::string_view wire) {
    conversation talk;
    talk.in_data().send(wire);
    return talk.mails.at(0).content;
  };
  CHECK(content(".\r\n").empty());
  CHECK(content("..\r\n.\r\n") == ".\r\n");
  CHECK(content("...\r\n.\r\n") == "..\r\n");
  CHECK(content(".x\r\n.\r\n") == "x\r\n");
  CHECK(content("a.\r\n.b.\r\n\r\n.\r\n") == "a.\r\nb.\r\n\r\n");
}

TEST_CASE("smtp data: content is refused for what no next hop takes", "[smtp_server]") {
  struct row {
    std::string content;
    const char* reply;
  };
  const std::string longest(998, 'x');
  const auto given = GENERATE_COPY(values<row>({
      {std::string{"a\0b\r\n", 5}, "550 5.6.0 the message has a NUL"},
      {longest + "\r\n", "250"},
      {"." + std::string(998, '.') + "\r\n", "250"},
      {longest + "x\r\n", "550 5.6.0 the message has a line"},
      {std::string(5000, 'x') + "\r\n", "550 5.6.0 the message has a line"},
      {"Subject: x\r\n\r\ncaf\xc3\xa9\r\n", "250"},
      {"Subject: caf\xc3\xa9\r\n\r\nx\r\n", "554 5.6.7"},
      {"Received: a\r\n\r\nReceived: b\r\n", "250"},
  }));
  CAPTURE(given.content);
  conversation talk;
  talk.in_data().heard();
  CHECK_THAT(talk.send(given.content + ".\r\n"), StartsWith(given.reply));
  CHECK_THAT(talk.line("NOOP"), StartsWith("250"));
}

TEST_CASE("smtp data: 8-bit text makes the mail 8-bit, a UTF-8 header needs SMTPUTF8",
          "[smtp_server]") {
  conversation talk;
  talk.in_data().send("Subject: x\r\n\r\ncaf\xe9\r\n.\r\n");
  CHECK(talk.mails.at(0).mail.body == body_encoding::eight_bit);
  talk.line("MAIL FROM:<a@example.org> SMTPUTF8");
  talk.line("RCPT TO:<b@example.net>");
  talk.line("DATA");
  CHECK_THAT(talk.send("Subject: caf\xc3\xa9\r\n\r\nx\r\n.\r\n"), StartsWith("250"));
  CHECK(talk.mails.at(1).mail.smtputf8);
  talk.line("MAIL FROM:<a@example.org> SMTPUTF8");
  talk.line("RCPT TO:<b@example.net>");
  talk.line("DATA");
  CHECK_THAT(talk.send("Subject: caf\xe9\r\n\r\nx\r\n.\r\n"), StartsWith("554 5.6.0"));
}

TEST_CASE("smtp data: a mail that went round a hundred times is a loop", "[smtp_server]") {
  const auto reply = [](int count) {
    std::string header;
    for (int i = 0; i < count; ++i) {
      header += i % 2 == 0 ? "Received: from a\r\n by b\r\n" : "received : from b\r\n";
    }
    conversation talk;
    talk.in_data().heard();
    return talk.send(header + "Received-SPF: pass\r\n\r\nx\r\n.\r\n");
  };
  CHECK_THAT(reply(100), StartsWith("250"));
  CHECK_THAT(reply(101), StartsWith("554 5.4.6"));
}

TEST_CASE("smtp data: over the size limit is 552 at the dot, and the session goes on",
          "[smtp_server]") {
  server_limits limits;
  limits.message_octets_max = 1000;
  conversation talk{conversation::relay_peer(), limits};
  const auto line = std::string(98, 'x') + "\r\n";
  std::string exact;
  for (int i = 0; i < 10; ++i) {
    exact += line;
  }
  talk.in_data().heard();
  CHECK_THAT(talk.send(exact + ".\r\n"), StartsWith("250"));
  talk.in_data().heard();
  CHECK(talk.send(exact).empty());
  for (int i = 0; i < 1000; ++i) {
    CHECK(talk.send("x\r\n").empty());
  }
  CHECK(talk.budget_used() <= 1003);
  CHECK_THAT(talk.send(".\r\n"), StartsWith("552 5.3.4"));
  CHECK_THAT(talk.line("NOOP"), StartsWith("250"));
}

TEST_CASE("smtp data: when all sessions together hold too much, a mail is told 452",
          "[smtp_server]") {
  server_limits limits;
  limits.buffered_octets_max = 2000;
  conversation talk{conversation::relay_peer(), limits};
  talk.in_data().heard();
  for (int i = 0; i < 30; ++i) {
    talk.send(std::string(98, 'x') + "\r\n");
  }
  CHECK(talk.budget_used() <= 2000);
  CHECK_THAT(talk.send(".\r\n"), StartsWith("452 4.3.1"));
  CHECK(talk.budget_used() == 0);
  CHECK_THAT(talk.in_data().send("x\r\n.\r\n"), Contains("250 2.0.0 queued"));
}

TEST_CASE("smtp bdat: chunks are taken exactly, whatever is in them", "[smtp_server][bdat]") {
  conversation talk;
  talk.with_mail().heard();
  CHECK(talk.send("BDAT 16\r\nSubject: x\r\n\r\n..BDAT 5\r\n.\r\n\r\n") ==
        "250 2.0.0 16 octets received\r\n250 2.0.0 5 octets received\r\n");
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), StartsWith("503"));
  CHECK_THAT(talk.line("RCPT TO:<b@example.net>"), StartsWith("503"));
  CHECK_THAT(talk.line("DATA"), StartsWith("503"));
  CHECK_THAT(talk.send("BDAT 4 LAST\r\nquitNOOP\r\n"), Contains("queued as"));
  REQUIRE(talk.mails.size() == 1);
  CHECK(talk.mails[0].content == "Subject: x\r\n\r\n...\r\n\r\nquit\r\n");
}

TEST_CASE("smtp bdat: an empty last chunk ends the mail", "[smtp_server][bdat]") {
  conversation talk;
  talk.with_mail().heard();
  talk.send("BDAT 3\r\na\r\n");
  CHECK_THAT(talk.send("bdat 0 last\r\n"), StartsWith("250 2.0.0 queued"));
  CHECK(talk.mails.at(0).content == "a\r\n");
}

TEST_CASE("smtp bdat: refused chunks are consumed, never executed", "[smtp_server][bdat]") {
  conversation talk;
  talk.greeted().heard();
  CHECK(talk.send("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n") ==
        "503 5.5.1 say MAIL first\r\n250 2.0.0 ok\r\n");
  talk.line("MAIL FROM:<a@example.org>");
  CHECK_THAT(talk.send("BDAT 6 LAST\r\nQUIT\r\n"), StartsWith("554 5.5.1"));
  talk.line("RCPT TO:<b@example.net>");
  CHECK_THAT(talk.send("BDAT 4\r\na\nb\nBDAT 6 LAST\r\nQUIT\r\n"),
             StartsWith("550 5.6.0") && Contains("\r\n503"));
  CHECK_FALSE(talk.closed);
  CHECK(talk.mails.empty());
}

TEST_CASE("smtp bdat: a chunk of unknown size ends the session", "[smtp_server][bdat]") {
  for (const auto* line : {"BDAT", "BDAT x", "BDAT -1", "BDAT 1 FIRST", "BDAT 1 LAST x",
                           "BDAT 99999999999999999999", "BDAT +1", "BDAT 0x10"}) {
    conversation talk;
    talk.with_mail().heard();
    CHECK_THAT(talk.send(std::string{line} + "\r\nQUIT\r\n"), StartsWith("501 5.5.4"));
    CHECK(talk.closed);
  }
}

TEST_CASE("smtp bdat: a CR at the very end is bare, a cut CRLF is not", "[smtp_server][bdat]") {
  conversation talk;
  talk.with_mail().heard();
  talk.send("BDAT 2\r\na\r");
  CHECK_THAT(talk.send("BDAT 1 LAST\r\n\n"), Contains("queued"));
  CHECK(talk.mails.at(0).content == "a\r\n");
  talk.with_mail().heard();
  CHECK_THAT(talk.send("BDAT 2 LAST\r\na\r"), StartsWith("550 5.6.0"));
}
