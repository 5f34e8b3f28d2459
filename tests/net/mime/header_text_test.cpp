#include "net/mime/header_text.hpp"

#include <catch2/catch.hpp>

#include "actors/core/octets.hpp"
#include "actors/core/random.hpp"
#include "net/mime/mailbox.hpp"
#include "tests/net/mime/parsed_mail.hpp"

using namespace warmfront;

TEST_CASE("header_text: plain text is folded at blanks and not otherwise changed", "[mime]") {
  CHECK(mime::unstructured_field("Subject", " a  b ") == "Subject: a  b\r\n");
  CHECK(mime::unstructured_field("Subject", "") == "Subject:\r\n");
  const std::string word(70, 'x');
  CHECK(mime::unstructured_field("Subject", word + " " + word) ==
        "Subject: " + word + "\r\n " + word + "\r\n");
}

TEST_CASE("header_text: what looks encoded is encoded, so that it stays what it is", "[mime]") {
  const auto field = mime::unstructured_field("Subject", "=?utf-8?q?x?=");
  CHECK_THAT(field, Catch::StartsWith("Subject: =?UTF-8?B?"));
  CHECK(testing::parsed_mail{field + "\r\n"}.subject() == "=?utf-8?q?x?=");
}

TEST_CASE("header_text: random text reads back, on lines of RFC 2047", "[mime][property]") {
  const std::vector<std::string> pieces{"a",  " ",  "  ", "\t", "ü",
                                        "日", "😀",  "=?", "?=", "word",
                                        ",",  "\"", "<",  "(",  std::string(90, 'z')};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string text = "x";
    for (auto count = random.next() % 40; count > 0; --count)
      text += pieces[random.next() % pieces.size()];
    text += 'x';
    const std::string name(1 + random.next() % 76, 'N');
    const auto field = mime::unstructured_field(name, text) + "\r\n";
    testing::check_lines(field);
    CAPTURE(field);
    CHECK(testing::parsed_mail{field}.header(name) == text);
    if (!is_ascii(text))
      for (std::size_t at = field.find("\r\n "); at != std::string::npos;
           at = field.find("\r\n ", at + 1))
        CHECK(field.find("\r\n", at + 2) - at - 2 <= 76);
  }
}

TEST_CASE("mailbox: random names read back", "[mime][property]") {
  const std::vector<std::string> pieces{
      "a", " ", "ü", "日", "\\\"", "\\\\", "=?", ",", "<", ">", "@", "(", "long-word-in-a-name"};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string name = "x";
    for (auto count = random.next() % 20; count > 0; --count)
      name += pieces[random.next() % pieces.size()];
    name += 'x';
    const auto parsed = mime::parse_mailbox('"' + name + "\" <ada@example.net>", "to[0]");
    REQUIRE(parsed);
    const auto field = "To: " + mime::to_header(parsed.value(), 4) + "\r\n\r\n";
    const auto read = testing::parsed_mail{field}.mailboxes("To");
    REQUIRE(read.size() == 1);
    CAPTURE(field);
    CHECK(read[0].name == parsed.value().name);
    CHECK(read[0].address == parsed.value().address);
  }
}

TEST_CASE("mailbox: forms that people write", "[mime]") {
  const auto parsed = [](const std::string& text) {
    return mime::parse_mailbox(text, "from").value();
  };
  CHECK(parsed("ada@Example.NET") == mime::mailbox{"", "ada@example.net"});
  CHECK(parsed(" <ada@example.net> ") == mime::mailbox{"", "ada@example.net"});
  CHECK(parsed("Ada (support)<ada@example.net>") ==
        mime::mailbox{"Ada (support)", "ada@example.net"});
  CHECK(parsed(R"("A \"B\" C" <ada@example.net>)") ==
        mime::mailbox{"A \"B\" C", "ada@example.net"});
}
