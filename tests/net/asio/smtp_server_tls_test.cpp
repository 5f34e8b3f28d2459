#include <catch2/catch.hpp>

#include "tests/net/asio/smtp_server_fixture.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("smtp shell: STARTTLS, then AUTH and a mail", "[smtp_shell][tls]") {
  smtp_server_fixture fixture;
  fixture.make_tls();
  fixture.start();
  smtp_client client{fixture.address()};
  client.reply();
  CHECK_THAT(client.command("EHLO client.test"), Contains("STARTTLS"));
  CHECK_THAT(client.command("STARTTLS"), StartsWith("220"));
  REQUIRE(client.start_tls());
  CHECK(client.server_name() == "mta.test");
  CHECK_THAT(client.command("MAIL FROM:<a@example.org>"), StartsWith("503"));
  CHECK_THAT(client.command("EHLO client.test"), !Contains("STARTTLS"));
  CHECK_THAT(client.command("AUTH PLAIN AHUAc2VjcmV0"), StartsWith("235"));
  CHECK_THAT(send_mail(client, "x\r\n"), StartsWith("250 2.0.0 queued"));
  CHECK(fixture.node.mails(1).at(0).source.protocol == "ESMTPSA");
  CHECK_THAT(client.command("QUIT"), StartsWith("221"));
  CHECK(client.closed());
}

TEST_CASE("smtp shell: TLS from the first octet, with a large mail", "[smtp_shell][tls]") {
  smtp_server_fixture fixture;
  fixture.make_tls();
  fixture.start();
  smtp_client client{fixture.tls_address()};
  REQUIRE(client.start_tls());
  greet(client, true);
  std::string content;
  while (content.size() < 1'000'000) {
    content += "line " + std::to_string(content.size()) + "\r\n";
  }
  CHECK_THAT(send_mail(client, content), StartsWith("250 2.0.0 queued"));
  CHECK(fixture.node.mails(1).at(0).content == content);
}

TEST_CASE("smtp shell: TLS before 1.2 and clear text at the TLS port get nowhere",
          "[smtp_shell][tls]") {
  smtp_server_fixture fixture;
  fixture.make_tls();
  fixture.start();
  smtp_client old{fixture.tls_address()};
  CHECK_FALSE(old.start_tls(TLS1_1_VERSION));
  smtp_client recent{fixture.tls_address()};
  CHECK(recent.start_tls(TLS1_2_VERSION));
  smtp_client clear_text{fixture.tls_address()};
  clear_text.send("EHLO client.test\r\n");
  CHECK_THAT(clear_text.reply(), !Contains("250"));
}

TEST_CASE("smtp shell: clear text sent along with STARTTLS is never executed",
          "[smtp_shell][tls]") {
  smtp_server_fixture fixture;
  fixture.make_tls();
  fixture.start();
  smtp_client client{fixture.address()};
  client.reply();
  client.command("EHLO client.test");
  client.send("STARTTLS\r\nRSET\r\nEHLO evil.test\r\n");
  CHECK_THAT(client.reply(), StartsWith("220"));
  REQUIRE(client.start_tls());
  CHECK_THAT(client.command("NOOP"), StartsWith("250 2.0.0 ok"));
  CHECK_THAT(client.command("AUTH PLAIN AHUAc2VjcmV0"), StartsWith("503"));
}

TEST_CASE("smtp shell: a new certificate serves new sessions, none turns STARTTLS off",
          "[smtp_shell][tls]") {
  smtp_server_fixture fixture;
  fixture.make_tls("before");
  fixture.start();
  smtp_client old{fixture.address()};
  old.reply();
  old.command("EHLO client.test");
  fixture.make_tls("after");
  fixture.server->reload(fixture.tls);
  CHECK_THAT(old.command("STARTTLS"), StartsWith("220"));
  REQUIRE(old.start_tls());
  CHECK(old.server_name() == "before");
  smtp_client recent{fixture.tls_address()};
  REQUIRE(recent.start_tls());
  CHECK(recent.server_name() == "after");
  fixture.server->reload(nullptr);
  smtp_client last{fixture.address()};
  last.reply();
  CHECK_THAT(last.command("EHLO client.test"), !Contains("STARTTLS"));
  CHECK_THAT(last.command("STARTTLS"), StartsWith("502"));
}
