#include "net/mime/compose.hpp"

#include <catch2/catch.hpp>

#include "tests/net/mime/parsed_mail.hpp"

using namespace warmfront;
using testing::parsed_mail;

namespace {

constexpr std::size_t no_limit = 100 * 1024 * 1024;

mime::message_parts least() {
  mime::message_parts parts;
  parts.from = "Ada <ada@example.net>";
  parts.to = {"bob@example.org"};
  parts.subject = "Hello";
  parts.date = wall_time{seconds{1'767'225'600}};
  parts.message_id = "1@example.net";
  parts.text = "Hi\n";
  return parts;
}

std::string composed(const mime::message_parts& parts) {
  auto content = mime::compose(parts, no_limit);
  if (!content)
    FAIL(to_string(content.error()));
  testing::check_lines(content.value());
  return std::move(content).value();
}

} // namespace

TEST_CASE("compose: a plain mail reads back", "[mime]") {
  const auto content = composed(least());
  CHECK_THAT(content, Catch::StartsWith("From: Ada <ada@example.net>\r\n"
                                        "To: bob@example.org\r\n"
                                        "Subject: Hello\r\n"
                                        "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                                        "Message-ID: <1@example.net>\r\n"
                                        "MIME-Version: 1.0\r\n"
                                        "Content-Type: text/plain; charset=utf-8\r\n"));
  const parsed_mail mail{content};
  CHECK(mail.subject() == "Hello");
  CHECK(mail.text("text/plain") == "Hi\r\n");
}

TEST_CASE("compose: every part comes back from a mail with everything", "[mime]") {
  auto parts = least();
  parts.from = "\"Lovelace, Ada\" <ada@example.net>";
  parts.to = {"bob@example.org", "Zoë <zoe@example.org>", "=?x?= <c@example.org>"};
  parts.cc = {"Dr. Who 博士 <who@example.org>"};
  parts.reply_to = {"reply@example.net"};
  parts.subject = "Grüße, 日本語 und noch viel mehr, damit es nicht in eine Zeile paßt ✓";
  parts.headers = {{"List-Unsubscribe", "<https://example.net/u?" + std::string(200, 'x') + ">"},
                   {"X-Note", "naïve"}};
  parts.text = "Grüße\rvon\nhier\r\n.\r\nFrom me\n" + std::string(3000, 'y');
  parts.html = "<p>日本語日本語</p>";
  parts.attachments = {{"Grüße \"x\" und ein langer Name, der umbrochen wird, weil er lang ist.pdf",
                        "application/pdf", std::string("\0\r\n.\r\n\xff", 7)},
                       {"", "", "plain"}};
  const parsed_mail mail{composed(parts)};
  CHECK(mail.subject() == parts.subject);
  CHECK(mail.mailboxes("From") == std::vector<mime::mailbox>{{"Lovelace, Ada", "ada@example.net"}});
  CHECK(mail.mailboxes("To") == std::vector<mime::mailbox>{{"", "bob@example.org"},
                                                           {"Zoë", "zoe@example.org"},
                                                           {"=?x?=", "c@example.org"}});
  CHECK(mail.mailboxes("Reply-To").size() == 1);
  CHECK(mail.header("List-Unsubscribe") == parts.headers[0].value);
  CHECK(mail.header("X-Note") == "naïve");
  CHECK(mail.text("text/plain") ==
        "Grüße\r\nvon\r\nhier\r\n.\r\nFrom me\r\n" + std::string(3000, 'y') + "\r\n");
  CHECK(mail.text("text/html") == parts.html + "\r\n");
  REQUIRE(mail.attachments().size() == 2);
  CHECK(mail.attachments()[0].name == parts.attachments[0].name);
  CHECK(mail.attachments()[0].type == "application/pdf");
  CHECK(mail.attachments()[0].content == parts.attachments[0].content);
  CHECK(mail.attachments()[1].type == "application/octet-stream");
}

TEST_CASE("compose: a quoted name in non-ASCII keeps its quotes as text", "[mime]") {
  auto parts = least();
  parts.cc = {R"("Dr. \"Who\" Zoë" <who@example.org>)"};
  const parsed_mail mail{composed(parts)};
  CHECK(mail.mailboxes("Cc")[0].name == "Dr. \"Who\" Zoë");
}

TEST_CASE("compose: text never leaves as 8bit or ISO-8859-1", "[mime]") {
  auto parts = least();
  for (const std::string text : {"plain", "Grüße", "日本語日本語", ""}) {
    parts.text = text;
    const auto content = composed(parts);
    CHECK_THAT(content, Catch::Contains("charset=utf-8"));
    CHECK((content.find("quoted-printable") != std::string::npos ||
           content.find("base64") != std::string::npos));
    CHECK(std::all_of(content.begin(), content.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    CHECK(parsed_mail{content}.text("text/plain") == (text.empty() ? "" : text + "\r\n"));
  }
}

TEST_CASE("compose: html alone is not an alternative", "[mime]") {
  auto parts = least();
  parts.text.clear();
  parts.html = "<b>x</b>";
  const auto content = composed(parts);
  CHECK_THAT(content, !Catch::Contains("multipart"));
  CHECK(parsed_mail{content}.text("text/html") == parts.html + "\r\n");
}

TEST_CASE("compose: a picture that the HTML shows travels beside it, files after both", "[mime]") {
  auto parts = least();
  parts.html = "<img src=\"cid:logo@example.net\">";
  parts.attachments = {{"terms.pdf", "application/pdf", "pdf"},
                       {"logo.png", "image/png", "png", "logo@example.net"}};
  const parsed_mail mail{composed(parts)};
  CHECK(mail.structure() ==
        "multipart/mixed(multipart/alternative(text/plain,multipart/related(text/html,image/png "
        "<logo@example.net>)),application/pdf)");
  REQUIRE(mail.attachments().size() == 1);
  CHECK(mail.attachments()[0].name == "terms.pdf");
  parts.attachments.erase(parts.attachments.begin());
  parts.text.clear();
  CHECK(parsed_mail{composed(parts)}.structure() ==
        "multipart/related(text/html,image/png <logo@example.net>)");
}

TEST_CASE("compose: a content id that no HTML can name, or without HTML, is refused", "[mime]") {
  auto parts = least();
  parts.attachments = {{"logo.png", "image/png", "png", "logo"}};
  CHECK(mime::compose(parts, no_limit).error().field == "attachments[0].content_id");
  parts.html = "<p>";
  CHECK(mime::compose(parts, no_limit));
  for (const std::string id : {"a b", "a>", "a\r\nX: y", "ü", "a\"b"}) {
    parts.attachments[0].content_id = id;
    CHECK(mime::compose(parts, no_limit).error().field == "attachments[0].content_id");
  }
}

TEST_CASE("compose: a header field cannot be broken out of", "[mime]") {
  const std::vector<std::string> hostile{"a\r\nBcc: x@y.z",
                                         "a\nb",
                                         "a\rb",
                                         std::string("a\0b", 3),
                                         "a\xe2\x80\xa8"
                                         "b",
                                         "a\xe2\x80\xa9"
                                         "b",
                                         "a\xc2\x85"
                                         "b",
                                         "a\x1b[2J",
                                         "a\x7f",
                                         "\xff\xfe",
                                         "\xed\xa0\x80"};
  for (const auto& text : hostile) {
    CAPTURE(text);
    const auto refused_as = [&](auto change) -> std::string {
      auto parts = least();
      change(parts);
      const auto content = mime::compose(parts, no_limit);
      if (content)
        return "accepted";
      CHECK(content.error().code == errc::invalid_argument);
      return content.error().field;
    };
    CHECK(refused_as([&](auto& p) { p.subject = text; }) == "subject");
    CHECK(refused_as([&](auto& p) { p.from = text + " <a@example.net>"; }) == "from");
    CHECK(refused_as([&](auto& p) { p.to = {"b@example.org", text + "@example.net"}; }) == "to[1]");
    CHECK(refused_as([&](auto& p) { p.cc = {'"' + text + "\" <a@example.net>"}; }) == "cc[0]");
    CHECK(refused_as([&](auto& p) { p.reply_to = {"a@" + text}; }) == "reply_to[0]");
    CHECK(refused_as([&](auto& p) { p.headers = {{"X-A", text}}; }) == "headers.X-A");
    CHECK(refused_as([&](auto& p) { p.headers = {{text, "x"}}; }) == "headers");
    CHECK(refused_as([&](auto& p) { p.message_id = text + "@example.net"; }) == "message_id");
    CHECK(refused_as([&](auto& p) { p.attachments = {{text, "", ""}}; }) == "attachments[0].name");
    CHECK(refused_as([&](auto& p) {
            p.attachments = {{"", "a/" + text, ""}};
          }) == "attachments[0].type");
  }
}

TEST_CASE("compose: fields that something else decides are refused by name", "[mime]") {
  for (const std::string name :
       {"From", "bcc", "BCC", "Subject", "DATE", "message-id", "Received", "content-type",
        "Content-Transfer-Encoding", "MIME-Version", "Return-Path", "DKIM-Signature"}) {
    auto parts = least();
    parts.headers = {{name, "x"}};
    const auto content = mime::compose(parts, no_limit);
    REQUIRE_FALSE(content);
    CHECK(content.error().field == "headers." + name);
  }
}

TEST_CASE("compose: what is no mailbox, text or media type is refused by name", "[mime]") {
  const auto field_of = [](auto change) {
    auto parts = least();
    change(parts);
    const auto content = mime::compose(parts, no_limit);
    return content ? std::string{"accepted"} : content.error().field;
  };
  for (const std::string text :
       {"", "ada", "a@b, c@d", "Ada <a@b", "a@b>", "A, B <a@example.net>", "<a@example.net> x",
        "\"A\" x <a@example.net>", "a@b <c@example.net>", "group: a@example.net;", "@example.net",
        "Ada <>"}) {
    CAPTURE(text);
    CHECK(field_of([&](auto& p) { p.from = text; }) == "from");
    CHECK(field_of([&](auto& p) { p.to = {text}; }) == "to[0]");
  }
  for (const std::string type :
       {"pdf", "a/", "/b", "a/b; c=d", "a/b/c", "message/rfc822", "MULTIPART/mixed", "a b/c"})
    CHECK(field_of([&](auto& p) { p.attachments = {{"", type, ""}}; }) == "attachments[0].type");
  CHECK(field_of([](auto& p) { p.text = "\xff"; }) == "text");
  CHECK(field_of([](auto& p) { p.html = std::string("a\0", 2); }) == "html");
  CHECK(field_of([](auto& p) {
          p.headers = {{"X-Long", std::string(999, 'x')}};
        }) == "headers.X-Long");
  for (const std::string id : {"", "a", "@b", "a@", "a@b@c", "<a@b>", "a b@c"})
    CHECK(field_of([&](auto& p) { p.message_id = id; }) == "message_id");
}

TEST_CASE("compose: more octets than allowed are refused, as many are not", "[mime]") {
  auto parts = least();
  const auto size = composed(parts).size();
  CHECK(mime::compose(parts, size));
  CHECK(mime::compose(parts, size - 1).error().code == errc::limit_exceeded);
  parts.attachments = {{"a", "", std::string(1'000'000, 'a')}};
  CHECK(mime::compose(parts, 1'200'000).error().code == errc::limit_exceeded);
  CHECK(mime::compose(parts, 1'500'000));
}
