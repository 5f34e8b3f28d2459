#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "net/mime/compose.hpp"
#include "net/mime/html_part.hpp"
#include "net/mime/transfer_encoding.hpp"
#include "tests/net/mime/parsed_mail.hpp"

using namespace warmfront;

namespace {

std::string with_link(std::string_view html) {
  std::string text{html};
  if (const auto at = text.find("LINK"); at != std::string::npos)
    text.replace(at, 4, "https://t.example/" + std::string(2000, 'x'));
  return text;
}

std::optional<std::string> linked(const std::string& before) {
  return mime::rewrite_html(before, with_link);
}

} // namespace

TEST_CASE("html part: an alternative is rewritten, all else stays", "[mime]") {
  const std::string before =
      "From: a@b.example\r\nContent-Type: multipart/mixed;\r\n boundary=\"x\"\r\n"
      "\r\npreamble --x\r\n--x\r\nContent-Type: multipart/alternative; "
      "boundary=xy\r\n\r\n--xy\r\n\r\nLINK\r\n--xy\r\nContent-Type: "
      "text/html; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: "
      "Quoted-Printable\r\n\r\n<a href=3D\"";
  const std::string after = "\">=C3=A9</a>\r\n--xy--\r\n--x\r\nContent-Type: text/html\r\n"
                            "Content-Disposition: attachment\r\n\r\nLINK\r\n--x--\r\nepilogue\r\n";
  const auto changed = linked(before + "LINK" + after);
  REQUIRE(changed);
  CHECK(changed->starts_with(before));
  CHECK(changed->ends_with("=C3=A9</a>\r\n--xy--\r\n" + after.substr(after.find("--x\r\n"))));
  for (std::size_t at = 0; at < changed->size(); at = changed->find("\r\n", at) + 2)
    CHECK(changed->find("\r\n", at) - at <= 78);
}

TEST_CASE("html part: what was not encoded becomes so when lines grow too long", "[mime]") {
  const auto changed =
      linked("From: a@b.example\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: "
             "text/html\r\n\r\n<a href=\"LINK\">\r\n.\r\n");
  REQUIRE(changed);
  CHECK(changed->starts_with("Content-Transfer-Encoding: quoted-printable\r\nFrom: a@b.example\r\n"
                             "Content-Type: text/html\r\n\r\n<a href=3D\"https:"));
  const auto shorter =
      mime::rewrite_html("Content-Type: text/html\r\n\r\na\r\n",
                         [](std::string_view html) { return std::string{html} + "b"; });
  CHECK(shorter == "Content-Type: text/html\r\n\r\na\r\nb");
}

TEST_CASE("html part: what must not be changed is not", "[mime]") {
  const std::string html = "Content-Type: text/html\r\n\r\nLINK\r\n";
  CHECK(linked(html));
  CHECK_FALSE(linked("DKIM-Signature: v=1\r\n" + html));
  CHECK_FALSE(linked("Content-Type: text/plain\r\n\r\nLINK\r\n"));
  CHECK_FALSE(linked("LINK\r\n"));
  CHECK_FALSE(linked("Content-Type: text/html; charset=utf-16\r\n\r\nLINK\r\n"));
  CHECK_FALSE(
      linked("Content-Type: text/html\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nLINK\r\n"));
  CHECK_FALSE(linked("Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n****"));
  CHECK_FALSE(
      linked("Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n" + html + "--x--\r\n"));
  CHECK(linked("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + html + "--x--\r\n"));
  CHECK_FALSE(linked("Content-Type: multipart/mixed\r\n\r\n--x\r\n" + html + "--x--\r\n"));
  std::string deep = html;
  for (int i = 0; i < 20; ++i) {
    const auto b = "b" + std::to_string(i);
    deep = "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n" + deep +
           "\r\n--" + b + "--\r\n";
  }
  CHECK_FALSE(linked(deep));
}

TEST_CASE("html part: mails that we compose ourselves are read by others as before", "[mime]") {
  for (const std::string rest :
       {"é", "ééééééééééééééé 日本語日本語日本語", "plain = \r\n . \r\n"}) {
    mime::message_parts parts;
    parts.from = "a@b.example";
    parts.subject = "s";
    parts.message_id = "1@b.example";
    parts.text = "LINK";
    parts.html = "<a href=\"LINK\">" + rest + "</a>";
    parts.attachments.push_back({"a.txt", "text/plain", "LINK"});
    const auto composed = mime::compose(parts, 1 << 20);
    REQUIRE(composed);
    const auto changed = linked(composed.value());
    REQUIRE(changed);
    parts.html = with_link(parts.html);
    const auto expected = mime::compose(parts, 1 << 20);
    REQUIRE(expected);
    const testing::parsed_mail read{*changed};
    const testing::parsed_mail wanted{expected.value()};
    testing::check_lines(*changed);
    CHECK(read.text("text/html") == wanted.text("text/html"));
    CHECK(read.text("text/plain") == wanted.text("text/plain"));
    CHECK(read.structure() == wanted.structure());
    CHECK(read.attachments().at(0).content == "LINK");
  }
}

TEST_CASE("transfer encoding: any octets come back", "[mime][property]") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string octets;
    for (auto count = random.next() % 300; count > 0; --count) {
      const auto kind = random.next() % 8;
      octets += kind == 0   ? "\r\n"
                : kind == 1 ? " "
                : kind == 2 ? "="
                : kind == 3 ? std::string(1, static_cast<char>(random.next() % 256))
                            : "word";
    }
    CHECK(mime::decode_base64_body(mime::encode_base64_body(octets)) == octets);
    std::string text = octets;
    std::erase(text, '\r');
    std::erase(text, '\n');
    std::string lines = text.substr(0, text.size() / 2) + "\r\n" + text.substr(text.size() / 2);
    const auto encoded = mime::encode_quoted_printable(lines);
    CHECK(mime::decode_quoted_printable(encoded) == lines);
    for (std::size_t at = 0; at < encoded.size();) {
      const auto end = std::min(encoded.find("\r\n", at), encoded.size());
      CHECK(end - at <= 76);
      at = end + 2;
    }
  }
  CHECK_FALSE(mime::decode_quoted_printable("=4"));
  CHECK_FALSE(mime::decode_quoted_printable("=zz"));
  CHECK(mime::decode_quoted_printable("a=  \r\nb \r\nc=") == "ab\r\nc");
  CHECK_FALSE(mime::decode_base64_body("A"));
  CHECK_FALSE(mime::decode_base64_body("AA=A"));
  CHECK_FALSE(mime::decode_base64_body("="));
}
