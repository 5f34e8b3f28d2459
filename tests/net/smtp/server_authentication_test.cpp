#include <catch2/catch.hpp>

#include "tests/net/smtp/server_conversation.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using namespace warmfront::smtp::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

// "\0u\0secret", "\0u\0wrong!", "\0u\0banned", "\0u\0later" in base64.
constexpr const char* right = "AHUAc2VjcmV0";
constexpr const char* wrong = "AHUAd3Jvbmch";
constexpr const char* banned = "AHUAYmFubmVk";
constexpr const char* later = "AHUAbGF0ZXI=";

std::string line_of(const char* prefix, const char* text) {
  return std::string{prefix} + text;
}

} // namespace

TEST_CASE("smtp auth: PLAIN with and without an initial response", "[smtp_server][auth]") {
  conversation talk{conversation::loopback_peer()};
  talk.greeted().heard();
  SECTION("with") {
    CHECK_THAT(talk.line(line_of("AUTH PLAIN ", right)), StartsWith("235 2.7.0"));
  }
  SECTION("without") {
    CHECK(talk.line("auth plain") == "334 \r\n");
    CHECK_THAT(talk.line(right), StartsWith("235 2.7.0"));
  }
  REQUIRE(talk.passwords.size() == 1);
  CHECK(talk.passwords[0].user == "u");
  CHECK(talk.passwords[0].secret == "secret");
  CHECK_THAT(talk.line(line_of("AUTH PLAIN ", right)), StartsWith("503 5.5.1"));
  talk.line("MAIL FROM:<a@example.org>");
  talk.line("RCPT TO:<b@example.net>");
  talk.line("DATA");
  talk.send(".\r\n");
  CHECK(talk.mails.at(0).source.account == account_name{"acme"});
  CHECK(talk.mails.at(0).source.key_id == "key-u");
  CHECK(talk.mails.at(0).source.protocol == "ESMTPA");
}

TEST_CASE("smtp auth: LOGIN with and without an initial response", "[smtp_server][auth]") {
  conversation talk{conversation::loopback_peer()};
  talk.greeted().heard();
  SECTION("with") {
    CHECK(talk.line("AUTH LOGIN dQ==") == "334 UGFzc3dvcmQ6\r\n");
  }
  SECTION("without") {
    CHECK(talk.line("AUTH LOGIN") == "334 VXNlcm5hbWU6\r\n");
    CHECK(talk.line("dQ==") == "334 UGFzc3dvcmQ6\r\n");
  }
  CHECK_THAT(talk.line("c2VjcmV0"), StartsWith("235 2.7.0"));
  CHECK(talk.passwords.at(0).user == "u");
}

TEST_CASE("smtp auth: what cannot be right is refused unseen", "[smtp_server][auth]") {
  conversation talk{conversation::loopback_peer()};
  talk.greeted().heard();
  CHECK_THAT(talk.line("AUTH"), StartsWith("504 5.5.4"));
  CHECK_THAT(talk.line("AUTH CRAM-MD5"), StartsWith("504 5.5.4"));
  CHECK_THAT(talk.line("AUTH PLAIN a"), StartsWith("501 5.5.2"));
  CHECK_THAT(talk.line("AUTH PLAIN ===="), StartsWith("501 5.5.2"));
  CHECK_THAT(talk.line("AUTH PLAIN ="), StartsWith("501 5.5.2"));
  CHECK_THAT(talk.line("AUTH PLAIN AHU="), StartsWith("501 5.5.2"));       // one NUL
  CHECK_THAT(talk.line("AUTH PLAIN dgB1AHNlY3JldA=="), StartsWith("535")); // v for u
  CHECK(talk.line("AUTH PLAIN") == "334 \r\n");
  CHECK_THAT(talk.line("*"), StartsWith("501 5.7.0"));
  CHECK(talk.line("AUTH LOGIN") == "334 VXNlcm5hbWU6\r\n");
  CHECK_THAT(talk.line("!"), StartsWith("501 5.5.2"));
  CHECK_THAT(talk.line("NOOP"), StartsWith("250"));
  CHECK(talk.passwords.empty());
}

TEST_CASE("smtp auth: only over TLS or from loopback, and after EHLO", "[smtp_server][auth]") {
  conversation clear_text{conversation::tls_peer()};
  clear_text.greeted().heard();
  CHECK_THAT(clear_text.line(line_of("AUTH PLAIN ", right)), StartsWith("538 5.7.11"));
  conversation rude{conversation::loopback_peer()};
  rude.line("HELO client.test");
  CHECK_THAT(rude.line(line_of("AUTH PLAIN ", right)), Contains("503"));
  CHECK(clear_text.passwords.empty());
}

TEST_CASE("smtp auth: a wrong password is answered late, the third ends the session",
          "[smtp_server][auth]") {
  conversation talk{conversation::loopback_peer()};
  talk.greeted().heard();
  talk.hold_delay = true;
  CHECK(talk.send(line_of("AUTH PLAIN ", wrong) + "\r\nNOOP\r\n").empty());
  CHECK(talk.wait(milliseconds{999}).empty());
  CHECK(talk.wait(milliseconds{1}) ==
        "535 5.7.8 authentication credentials invalid\r\n250 2.0.0 ok\r\n");
  talk.hold_delay = false;
  CHECK_THAT(talk.line("MAIL FROM:<a@example.org>"), StartsWith("530 5.7.0"));
  CHECK_THAT(talk.line(line_of("AUTH PLAIN ", wrong)), StartsWith("535 5.7.8"));
  CHECK_FALSE(talk.closed);
  CHECK_THAT(talk.line(line_of("AUTH PLAIN ", wrong)), Contains("421 4.7.0"));
  CHECK(talk.closed);
}

TEST_CASE("smtp auth: what cannot be checked now is no wrong password", "[smtp_server][auth]") {
  conversation talk{conversation::loopback_peer()};
  talk.greeted().heard();
  CHECK_THAT(talk.line(line_of("AUTH PLAIN ", banned)), StartsWith("454 4.7.0 too many"));
  CHECK_THAT(talk.line(line_of("AUTH PLAIN ", later)), StartsWith("454 4.7.0 authentication"));
  CHECK_THAT(talk.line(line_of("AUTH PLAIN ", right)), StartsWith("235"));
}
