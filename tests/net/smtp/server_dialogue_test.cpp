#include <catch2/catch.hpp>

#include <string>

#include "tests/net/smtp/server_conversation.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using namespace warmfront::smtp::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("smtp server: a whole mail goes through, and its envelope and content are kept",
          "[smtp_server]") {
  conversation talk;
  CHECK(talk.heard() == "220 mta.test ESMTP\r\n");
  CHECK_THAT(talk.line("EHLO client.test"), StartsWith("250-mta.test\r\n"));
  CHECK(talk.line("MAIL FROM:<Alice@Example.ORG> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=a+2Bb") ==
        "250 2.1.0 ok\r\n");
  CHECK(talk.line("RCPT TO:<bob@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+40x") ==
        "250 2.1.5 ok\r\n");
  CHECK(talk.line("rcpt to:<carol@example.net>") == "250 2.1.5 ok\r\n");
  CHECK(talk.line("DATA") == "354 end with CRLF.CRLF\r\n");
  CHECK(talk.send("Subject: x\r\n\r\n..dot\r\nlast\r\n.\r\n") ==
        "250 2.0.0 queued as 00000000000000070000000000"
        "00002a\r\n");
  REQUIRE(talk.mails.size() == 1);
  const auto& mail = talk.mails.front();
  CHECK(mail.content == "Subject: x\r\n\r\n.dot\r\nlast\r\n");
  CHECK(mail.mail.reverse_path == "Alice@Example.ORG");
  CHECK(mail.mail.body == body_encoding::eight_bit);
  CHECK(mail.mail.ret == return_content::headers);
  CHECK(mail.mail.envelope_id == "a+2Bb");
  REQUIRE(mail.mail.recipients.size() == 2);
  CHECK(mail.mail.recipients[0].notify_on == (notify::success | notify::delay));
  CHECK(mail.mail.recipients[0].original_recipient == "rfc822;b+40x");
  CHECK(mail.mail.recipients[1].address == "carol@example.net");
  CHECK(mail.source.protocol == "ESMTP");
  CHECK(mail.source.helo == "client.test");
  CHECK(mail.source.client_address == "192.0.2.7");
  CHECK(mail.source.account == account_name{"default"});
  CHECK(talk.budget_used() == 0);
  CHECK(talk.line("QUIT") == "221 2.0.0 bye\r\n");
  CHECK(talk.closed);
  CHECK_FALSE(talk.lingers);
}

TEST_CASE("smtp server: EHLO names what is offered, and that changes after TLS and AUTH",
          "[smtp_server]") {
  conversation talk{conversation::tls_peer()};
  const auto before = talk.heard() + talk.line("EHLO client.test");
  for (const auto* keyword : {"PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "CHUNKING",
                              "DSN", "ENHANCEDSTATUSCODES", "STARTTLS"}) {
    CHECK_THAT(before, Contains(keyword));
  }
  CHECK_THAT(before, !Contains("AUTH"));
  CHECK_THAT(before, !Contains("BINARYMIME"));
  CHECK_THAT(before, !Contains("REQUIRETLS"));
  CHECK_THAT(talk.line("STARTTLS"), StartsWith("220 "));
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), StartsWith("503 5.5.1"));
  const auto after = talk.line("EHLO client.test");
  CHECK_THAT(after, !Contains("STARTTLS"));
  CHECK_THAT(after, Contains("AUTH PLAIN LOGIN"));
  CHECK_THAT(after, Contains("REQUIRETLS"));
  CHECK_THAT(talk.line("AUTH PLAIN AHUAc2VjcmV0"), StartsWith("235 2.7.0"));
  CHECK_THAT(talk.line("EHLO client.test"), !Contains("AUTH"));
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org> REQUIRETLS"), StartsWith("250 2.1.0"));
}

TEST_CASE("smtp server: replies to single commands", "[smtp_server]") {
  struct row {
    const char* line;
    const char* reply;
  };
  const auto given = GENERATE(values<row>({
      {"HELO client.test", "250 mta.test\r\n"},
      {"EHLO", "501 5.5.4"},
      {"EHLO two words", "501 5.5.4"},
      {"EHLO <script>", "501 5.5.4"},
      {"EHLO [192.0.2.1]", "250-mta.test"},
      {"NOOP", "250 2.0.0"},
      {"NOOP anything", "250 2.0.0"},
      {"noop   ", "250 2.0.0"},
      {"RSET", "250 2.0.0"},
      {"RSET now", "501 5.5.4"},
      {"VRFY bob", "252 2.0.0"},
      {"VRFY", "501 5.5.4"},
      {"EXPN list", "502 5.5.1"},
      {"HELP", "214 2.0.0"},
      {"QUIT now", "501 5.5.4"},
      {"DATA", "503 5.5.1"},
      {"DATA now", "501 5.5.4"},
      {"RCPT TO:<b@example.net>", "503 5.5.1"},
      {"STARTTLS", "502 5.5.1"},
      {"XCLIENT ADDR=127.0.0.1", "500 5.5.2"},
      {"PROXY TCP4 127.0.0.1 127.0.0.1 1 2", "500 5.5.2"},
      {"", "500 5.5.2"},
      {" NOOP", "500 5.5.2"},
      {"TURN", "500 5.5.2"},
      {"MAILFROM:<a@example.org>", "500 5.5.2"},
  }));
  CAPTURE(given.line);
  conversation talk;
  talk.heard();
  CHECK_THAT(talk.line(given.line), StartsWith(given.reply));
  CHECK_FALSE(talk.closed);
}

TEST_CASE("smtp server: replies to MAIL", "[smtp_server]") {
  struct row {
    const char* line;
    const char* reply;
  };
  const auto given = GENERATE(values<row>({
      {"MAIL FROM:<a@example.org>", "250 2.1.0"},
      {"MAIL FROM:<>", "250 2.1.0"},
      {"MAIL FROM: <a@example.org>", "250 2.1.0"},
      {"MAIL FROM:a@example.org", "501 5.5.4"},
      {"MAIL TO:<a@example.org>", "501 5.5.4"},
      {"MAIL FROM:<a@example.org", "501 5.5.4"},
      {"MAIL FROM:<a@example.org>x", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> FOO=1", "555 5.5.4"},
      {"MAIL FROM:<a@example.org> SIZE=1 SIZE=1", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> SIZE=-1", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> SIZE=99999999999999999999", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> SIZE=10485761", "552 5.3.4"},
      {"MAIL FROM:<a@example.org> SIZE=10485760", "250 2.1.0"},
      {"MAIL FROM:<a@example.org> BODY=BINARYMIME", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> BODY=8bitmime", "250 2.1.0"},
      {"MAIL FROM:<a@example.org> SMTPUTF8=1", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> REQUIRETLS", "530 5.7.0"},
      {"MAIL FROM:<a@example.org> REQUIRETLS=1", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> RET=ALL", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> ENVID=a+b", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> ENVID=", "501 5.5.4"},
      {"MAIL FROM:<a@example.org> AUTH=<>", "250 2.1.0"},
      {"MAIL FROM:<a@b@example.org>", "553 5.1.7"},
      {"MAIL FROM:<@relay.test:a@example.org>", "553 5.1.7"},
      {"MAIL FROM:<a@example.org.>", "553 5.1.7"},
      {"MAIL FROM:<\xc3\xa4@example.org>", "553 5.6.7"},
      {"MAIL FROM:<\xc3\xa4@example.org> SMTPUTF8", "250 2.1.0"},
  }));
  CAPTURE(given.line);
  conversation talk;
  talk.greeted().heard();
  CHECK_THAT(talk.line(given.line), StartsWith(given.reply));
}

TEST_CASE("smtp server: replies to recipients", "[smtp_server]") {
  struct row {
    const char* line;
    const char* reply;
  };
  const auto given = GENERATE(values<row>({
      {"RCPT TO:<b@example.net>", "250 2.1.5"},
      {"RCPT TO:<\"b c\"@example.net>", "250 2.1.5"},
      {"RCPT TO:<b@[192.0.2.1]>", "250 2.1.5"},
      {"RCPT TO:<b@[IPv6:2001:db8::1]>", "250 2.1.5"},
      {"RCPT TO:<postmaster>", "250 2.1.5"},
      {"RCPT TO:<b@example.net> NOTIFY=NEVER", "250 2.1.5"},
      {"RCPT TO:<b@example.net> NOTIFY=NEVER,DELAY", "501 5.5.4"},
      {"RCPT TO:<b@example.net> NOTIFY=", "501 5.5.4"},
      {"RCPT TO:<b@example.net> ORCPT=rfc822", "501 5.5.4"},
      {"RCPT TO:<b@example.net> ORCPT=rfc822;a+4g", "501 5.5.4"},
      {"RCPT TO:<b@example.net> NOTIFY=NEVER NOTIFY=NEVER", "501 5.5.4"},
      {"RCPT TO:<b@example.net> FOO", "555 5.5.4"},
      {"RCPT TO:<>", "553 5.1.3"},
      {"RCPT TO:<b>", "553 5.1.3"},
      {"RCPT TO:b@example.net", "501 5.5.4"},
      {"RCPT TO:<@relay.test:b@example.net>", "553 5.1.3"},
      {"RCPT TO:<@a.test,@b.test:b@example.net>", "553 5.1.3"},
      {"RCPT TO:<\"b@elsewhere.test\"@example.net>", "553 5.1.3"},
      {"RCPT TO:<\"b%elsewhere.test\"@example.net>", "553 5.1.3"},
      {"RCPT TO:<b@elsewhere.test@example.net>", "553 5.1.3"},
      {"RCPT TO:<b@example.net.>", "553 5.1.3"},
      {"RCPT TO:<b@example..net>", "553 5.1.3"},
      {"RCPT TO:<b@exa_mple.net>", "553 5.1.3"},
      {"RCPT TO:<b\x01@example.net>", "553 5.1.3"},
      {"RCPT TO:<b@ex\xc3\xa4mple.net>", "553 5.6.7"},
  }));
  CAPTURE(given.line);
  conversation talk;
  talk.greeted().line("MAIL FROM:<a@example.org>");
  CHECK_THAT(talk.line(given.line), StartsWith(given.reply));
}

TEST_CASE("smtp server: the order of commands is kept", "[smtp_server]") {
  conversation talk;
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), Contains("503 5.5.1 say EHLO first"));
  talk.greeted();
  talk.line("MAIL FROM:<a@example.org>");
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), StartsWith("503 5.5.1"));
  CHECK_THAT(talk.line("DATA"), StartsWith("554 5.5.1 no valid recipients"));
  CHECK_THAT(talk.line("AUTH PLAIN AHUAc2VjcmV0"), StartsWith("503 5.5.1"));
  talk.line("RSET");
  CHECK_THAT(talk.line("RCPT TO:<b@example.net>"), StartsWith("503 5.5.1"));
  talk.line("MAIL FROM:<a@example.org>");
  talk.line("EHLO again.test");
  CHECK_THAT(talk.line("RCPT TO:<b@example.net>"), StartsWith("503 5.5.1"));
}

TEST_CASE("smtp server: without AUTH nothing is relayed", "[smtp_server]") {
  server_peer stranger;
  stranger.address = "198.51.100.9";
  conversation talk{stranger};
  talk.greeted();
  for (const auto* line : {"MAIL FROM:<a@example.org>", "MAIL FROM:<>", "RCPT TO:<b@example.net>",
                           "RCPT TO:<b%example.net@mta.test>", "RCPT TO:<@mta.test:b@example.net>",
                           "RCPT TO:<\"b@example.net\"@mta.test>", "RCPT TO:<b@example.net.>",
                           "RCPT TO:<postmaster>"}) {
    CAPTURE(line);
    CHECK(talk.line(line) == "530 5.7.0 authentication required\r\n");
  }
  CHECK_THAT(talk.line("DATA"), StartsWith("503"));
  CHECK_THAT(talk.send("BDAT 3 LAST\r\nabc"), StartsWith("503"));
  CHECK(talk.mails.empty());

  conversation clear_text{conversation::tls_peer()};
  clear_text.greeted().heard();
  CHECK(clear_text.line("MAIL FROM:<a@example.org>") ==
        "530 5.7.0 must issue a STARTTLS command first\r\n");
}

TEST_CASE("smtp server: at most the limit of recipients, then 452 each", "[smtp_server]") {
  server_limits limits;
  limits.recipients_max = 3;
  conversation talk{conversation::relay_peer(), limits};
  talk.with_mail();
  talk.line("RCPT TO:<c@example.net>");
  CHECK_THAT(talk.line("RCPT TO:<d@example.net>"), StartsWith("250"));
  for (int i = 0; i < 100; ++i) {
    CHECK_THAT(talk.line("RCPT TO:<e@example.net>"), StartsWith("452 4.5.3"));
  }
  talk.line("DATA");
  CHECK_THAT(talk.send(".\r\n"), StartsWith("250"));
  CHECK(talk.mails.at(0).mail.recipients.size() == 3);
}

TEST_CASE("smtp server: no room for mail is said at MAIL", "[smtp_server]") {
  conversation talk;
  talk.greeted().heard();
  talk.accepts_mail = false;
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), StartsWith("452 4.3.1"));
  talk.accepts_mail = true;
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), StartsWith("250"));
}

TEST_CASE("smtp server: the verdict on a mail becomes its reply", "[smtp_server]") {
  struct row {
    errc code;
    const char* field;
    const char* reply;
  };
  const auto given = GENERATE(values<row>({
      {errc::storage_full, "", "452 4.3.1"},
      {errc::unavailable, "", "451 4.3.0"},
      {errc::timed_out, "", "451 4.3.0"},
      {errc::storage_failed, "", "451 4.3.0"},
      {errc::refused, "", "550 5.7.1 because"},
      {errc::limit_exceeded, "recipients", "452 4.5.3 because"},
      {errc::limit_exceeded, "content", "552 5.3.4 because"},
      {errc::limit_exceeded, "", "450 4.7.0 because"},
      {errc::invalid_argument, "", "554 5.6.0 because"},
  }));
  conversation talk;
  talk.in_data().heard();
  talk.verdict = error{given.code, "because\r\n250 of this", "", given.field};
  const auto reply = talk.send("x\r\n.\r\n");
  CHECK_THAT(reply, StartsWith(given.reply));
  CHECK(reply.find("\r\n") == reply.size() - 2);
  CHECK_FALSE(talk.closed);
  CHECK(talk.budget_used() == 0);
}

TEST_CASE("smtp server: a mail refused as the node stops ends the session", "[smtp_server]") {
  conversation talk;
  talk.in_data().heard();
  talk.verdict = error{errc::stopping, "stopping", ""};
  CHECK_THAT(talk.send("x\r\n.\r\nNOOP\r\n"), StartsWith("421 4.3.2"));
  CHECK(talk.closed);
}

TEST_CASE("smtp server: pipelined commands are answered in order, those behind a mail after it",
          "[smtp_server]") {
  conversation talk;
  talk.greeted().heard();
  talk.hold_mails = true;
  CHECK(talk.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n"
                  "x\r\n.\r\nMAIL FROM:<c@example.org>\r\nRCPT TO:<bad>\r\nNOOP\r\nQUIT\r\n") ==
        "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 end with CRLF.CRLF\r\n");
  const auto rest = talk.answer(message_id{});
  CHECK_THAT(rest, StartsWith("250 2.0.0 queued as 0"));
  CHECK_THAT(rest, Contains("\r\n250 2.1.0 ok\r\n553 5.1.3"));
  CHECK_THAT(rest, Catch::Matchers::EndsWith("\r\n250 2.0.0 ok\r\n221 2.0.0 bye\r\n"));
}

TEST_CASE("smtp server: a line ends with CRLF and nothing else", "[smtp_server]") {
  for (const auto* octets : {"NOOP\nNOOP\r\n", "NOOP\rNOOP\r\n", "NOOP\n\r\n"}) {
    conversation talk;
    talk.heard();
    CHECK_THAT(talk.send(octets), StartsWith("500 5.5.2"));
    CHECK_THAT(talk.line("NOOP"), StartsWith("250"));
  }
  conversation talk;
  talk.heard();
  CHECK(talk.send("NOOP\n").empty());
  CHECK_THAT(conversation{}.send(std::string_view{"NO\0OP\r\n", 7}), Contains("500 5.5.2"));
}

TEST_CASE("smtp server: long lines are refused, endless ones end the session", "[smtp_server]") {
  conversation talk;
  talk.greeted().heard();
  CHECK_THAT(talk.line("NOOP " + std::string(1990, 'x')), StartsWith("250"));
  CHECK_THAT(talk.line("NOOP " + std::string(3000, 'x')), StartsWith("500 5.5.2 line too long"));
  CHECK_FALSE(talk.closed);
  CHECK_THAT(talk.send(std::string(20'000, 'x')), StartsWith("500 5.5.2 line too long"));
  CHECK(talk.closed);
}

TEST_CASE("smtp server: HTTP and TLS spoken at it are cut off", "[smtp_server]") {
  conversation talk;
  talk.heard();
  const auto reply = talk.send("POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nMAIL FROM:<a@b.c>\r\n");
  CHECK_THAT(reply, StartsWith("554 5.5.1"));
  CHECK(reply.find("\r\n") == reply.size() - 2);
  CHECK(talk.closed);

  conversation hello;
  hello.heard();
  CHECK_THAT(hello.send("\x16\x03\x01\x02"), StartsWith("554"));
  CHECK(hello.closed);
}

TEST_CASE("smtp server: too many errors end the session, an accepted mail forgives them",
          "[smtp_server]") {
  server_limits limits;
  limits.errors_max = 3;
  conversation talk{conversation::relay_peer(), limits};
  talk.heard();
  for (int i = 0; i < 3; ++i) {
    CHECK_THAT(talk.line("FOO"), StartsWith("500"));
  }
  talk.in_data().send(".\r\n");
  for (int i = 0; i < 3; ++i) {
    CHECK_THAT(talk.line("FOO"), StartsWith("500"));
  }
  CHECK_THAT(talk.line("FOO"), Contains("421 4.7.0 too many errors"));
  CHECK(talk.closed);
}

TEST_CASE("smtp server: protocol names of RFC 3848 and RFC 6531", "[smtp_server]") {
  const auto protocol = [](bool tls, bool auth, bool extended, const char* parameter) {
    auto peer = tls ? conversation::tls_peer() : conversation::loopback_peer();
    peer.implicit_tls = tls;
    peer.relay = !auth;
    conversation talk{peer};
    talk.line("EHLO client.test");
    if (auth) {
      talk.line("AUTH PLAIN AHUAc2VjcmV0");
    }
    talk.line(extended ? "EHLO client.test" : "HELO client.test");
    talk.line(std::string{"MAIL FROM:<a@example.org>"} + parameter);
    talk.line("RCPT TO:<b@example.net>");
    talk.line("DATA");
    talk.send(".\r\n");
    return talk.mails.at(0).source.protocol;
  };
  CHECK(protocol(false, false, false, "") == "SMTP");
  CHECK(protocol(false, false, true, "") == "ESMTP");
  CHECK(protocol(false, true, true, "") == "ESMTPA");
  CHECK(protocol(true, false, true, "") == "ESMTPS");
  CHECK(protocol(true, true, true, "") == "ESMTPSA");
  CHECK(protocol(true, true, true, " SMTPUTF8") == "UTF8SMTPSA");
  CHECK(protocol(false, false, true, " SMTPUTF8") == "UTF8SMTP");
}

TEST_CASE("smtp server: text injected behind STARTTLS is never executed", "[smtp_server]") {
  conversation talk{conversation::tls_peer()};
  talk.greeted().heard();
  CHECK(talk.send("STARTTLS\r\nEHLO evil.test\r\nNOOP\r\nRSE") == "220 2.0.0 go ahead\r\n");
  CHECK_THAT(talk.line("T"), StartsWith("500"));
  CHECK_THAT(talk.line("AUTH PLAIN AHUAc2VjcmV0"), StartsWith("503"));
  CHECK_THAT(talk.line("STARTTLS"), StartsWith("503 5.5.1"));
}
