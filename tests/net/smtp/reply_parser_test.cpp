#include "net/smtp/reply_parser.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::smtp;

namespace {

struct parsed {
  std::vector<reply> replies;
  bool broken = false;
};

parsed parse_all(reply_parser& parser, std::string_view input) {
  parsed all;
  while (!input.empty()) {
    auto one = parser.next(input);
    if (!one) {
      break;
    }
    if (one->has_error()) {
      CHECK(one->error().code == errc::protocol);
      all.broken = true;
      break;
    }
    all.replies.push_back(std::move(one->value()));
  }
  return all;
}

reply one_reply(std::string_view input) {
  reply_parser parser;
  auto all = parse_all(parser, input);
  REQUIRE(all.replies.size() == 1);
  REQUIRE_FALSE(all.broken);
  return all.replies.front();
}

bool is_broken(std::string_view input) {
  reply_parser parser;
  return parse_all(parser, input).broken;
}

} // namespace

TEST_CASE("reply parser: splits code, enhanced status and text", "[smtp]") {
  CHECK(one_reply("250 ok\r\n") == reply{250, "", "ok"});
  CHECK(one_reply("250\r\n") == reply{250, "", ""});
  CHECK(one_reply("250 \r\n") == reply{250, "", ""});
  CHECK(one_reply("250 2.1.5 ok\r\n") == reply{250, "2.1.5", "ok"});
  CHECK(one_reply("550 5.7.1\r\n") == reply{550, "5.7.1", ""});
  CHECK(one_reply("451 4.7.651 wait\n") == reply{451, "4.7.651", "wait"});
  CHECK(one_reply("421-4.3.2 a\r\n421 4.3.2 b\r\n") == reply{421, "4.3.2", "a\nb"});
}

TEST_CASE("reply parser: a status of another class or shape stays text", "[smtp]") {
  CHECK(one_reply("250 5.1.1 ok\r\n") == reply{250, "", "5.1.1 ok"});
  CHECK(one_reply("250 2.1.5x ok\r\n") == reply{250, "", "2.1.5x ok"});
  CHECK(one_reply("250 2.1 ok\r\n") == reply{250, "", "2.1 ok"});
  CHECK(one_reply("250 2.1234.5 ok\r\n") == reply{250, "", "2.1234.5 ok"});
  CHECK(one_reply("354 3.0.0 go\r\n") == reply{354, "", "3.0.0 go"});
}

TEST_CASE("reply parser: the last line of a multi-line reply decides", "[smtp]") {
  CHECK(one_reply("250-2.0.0 a\r\n550 no\r\n") == reply{550, "", "a\nno"});
}

TEST_CASE("reply parser: what is no reply breaks the connection", "[smtp]") {
  CHECK(is_broken("hello\r\n"));
  CHECK(is_broken("\r\n"));
  CHECK(is_broken("99 no\r\n"));
  CHECK(is_broken("199 no\r\n"));
  CHECK(is_broken("600 no\r\n"));
  CHECK(is_broken("2500 no\r\n"));
  CHECK(is_broken("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_CASE("reply parser: lines and replies are bounded", "[smtp]") {
  CHECK_FALSE(is_broken("250 " + std::string(reply_parser::line_octets_max - 4, 'x') + "\r\n"));
  CHECK(is_broken("250 " + std::string(reply_parser::line_octets_max, 'x') + "\r\n"));
  CHECK(is_broken(std::string(1 << 20, 'x')));
  std::string many;
  for (std::size_t line = 1; line < reply_parser::lines_max; ++line) {
    many += "250-x\r\n";
  }
  CHECK_FALSE(is_broken(many + "250 x\r\n"));
  CHECK(is_broken(many + "250-x\r\n250-x\r\n"));
  std::string wide;
  for (std::size_t line = 1; line < reply_parser::lines_max; ++line) {
    wide += "250-" + std::string(1900, 'y') + "\r\n";
  }
  CHECK(one_reply(wide + "250 end\r\n").text.size() == reply_parser::text_octets_max);
}

TEST_CASE("reply parser: the way the octets are cut makes no difference", "[smtp][property]") {
  const std::string stream = "220 hi\r\n250-a.example\r\n250-PIPELINING\r\n250 SIZE 10\r\n"
                             "250 2.1.0 ok\r\n550-5.1.1 no\r\n550 5.1.1 such user\r\n354 go\n";
  reply_parser whole_parser;
  const auto whole = parse_all(whole_parser, stream);
  REQUIRE(whole.replies.size() == 5);
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    reply_parser parser;
    std::vector<reply> replies;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t octets = 1 + random.next() % 12;
      auto some = parse_all(parser, std::string_view{stream}.substr(at, octets));
      for (auto& one : some.replies) {
        replies.push_back(std::move(one));
      }
      at += octets;
    }
    REQUIRE(replies == whole.replies);
  }
}

TEST_CASE("reply parser: random octets never crash it", "[smtp][property]") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string input;
    for (std::uint64_t length = random.next() % 300; length > 0; --length) {
      constexpr std::string_view alphabet = "2345019-. \r\nax\xff";
      input += random.next() % 8 == 0 ? static_cast<char>(random.next())
                                      : alphabet[random.next() % alphabet.size()];
    }
    reply_parser parser;
    for (const reply& one : parse_all(parser, input).replies) {
      CHECK((one.code >= 200 && one.code <= 599));
    }
  }
}
