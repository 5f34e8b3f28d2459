#include <catch2/catch.hpp>

#include <array>

#include "tests/net/smtp/server_conversation.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using namespace warmfront::smtp::testing;

namespace {

/// A session of random but mostly sensible parts, with line ends gone wrong here and there.
std::string random_session(random_source& random) {
  static const std::array<std::string, 26> parts{"EHLO client.test\r\n",
                                                 "HELO c\r\n",
                                                 "MAIL FROM:<a@example.org>\r\n",
                                                 "MAIL FROM:<a@example.org> BODY=8BITMIME\r\n",
                                                 "RCPT TO:<b@example.net>\r\n",
                                                 "RCPT TO:<bad>\r\n",
                                                 "DATA\r\n",
                                                 "x\r\n",
                                                 "..x\r\n",
                                                 ".\r\n",
                                                 "\r\n.\r\n",
                                                 ".\n",
                                                 "\n",
                                                 "\r",
                                                 ".",
                                                 "BDAT 5\r\n12\r\n3",
                                                 "BDAT 3 LAST\r\n1\r\n",
                                                 "RSET\r\n",
                                                 "NOOP\r\n",
                                                 "VRFY\r\n",
                                                 "AUTH PLAIN\r\n",
                                                 "AHUAc2VjcmV0\r\n",
                                                 "\xc3\xa9\r\n",
                                                 std::string(1200, 'y') + "\r\n",
                                                 "Received: x\r\n",
                                                 std::string{"\0", 1}};
  static const std::string mail =
      "EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n"
      "DATA\r\n";
  std::string session = random.next() % 2 == 0 ? mail : "";
  const auto count = random.next() % 40;
  for (std::uint64_t i = 0; i < count; ++i) {
    session += random.next() % 10 == 0 ? mail : parts.at(random.next() % parts.size());
  }
  return session;
}

struct outcome {
  std::string said;
  std::vector<std::string> contents;
  std::size_t recipients = 0;
  bool closed = false;
  friend bool operator==(const outcome&, const outcome&) = default;
};

template <class Feed>
outcome play(Feed feed) {
  conversation talk;
  outcome seen;
  seen.said = talk.heard() + feed(talk);
  for (const auto& mail : talk.mails) {
    seen.contents.push_back(mail.content);
    seen.recipients += mail.mail.recipients.size();
  }
  seen.closed = talk.closed;
  return seen;
}

} // namespace

TEST_CASE("smtp server: how octets are cut into pieces makes no difference",
          "[smtp_server][property]") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto session = random_session(random);
    CAPTURE(session);
    const auto whole = play([&](conversation& talk) { return talk.send(session); });
    const auto octets =
        play([&](conversation& talk) { return talk.send_in_pieces(session, random, 1); });
    const auto pieces =
        play([&](conversation& talk) { return talk.send_in_pieces(session, random, 40); });
    REQUIRE(octets.said == whole.said);
    REQUIRE(octets == whole);
    REQUIRE(pieces == whole);
  }
}

TEST_CASE("smtp server: junk never crashes it and never makes a mail without a recipient",
          "[smtp_server][property]") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    conversation talk{seed % 2 == 0 ? conversation::tls_peer() : conversation::relay_peer()};
    talk.greeted();
    for (int i = 0; i < 50 && talk.open(); ++i) {
      std::string junk;
      const auto size = random.next() % 200;
      for (std::uint64_t k = 0; k < size; ++k) {
        junk += random.next() % 12 == 0 ? std::string{"\r\n"}
                                        : std::string(1, static_cast<char>(random.next()));
      }
      talk.send(random.next() % 3 == 0 ? random_session(random) : junk);
    }
    for (const auto& mail : talk.mails) {
      REQUIRE_FALSE(mail.mail.recipients.empty());
      REQUIRE(mail.content.find('\0') == std::string::npos);
    }
  }
}

TEST_CASE("smtp server: content has CRLF line ends only, whatever was sent",
          "[smtp_server][property]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    conversation talk;
    talk.in_data();
    constexpr std::string_view alphabet{"\r\n.x", 4};
    for (int i = 0; i < 3000; ++i) {
      const auto c = random.next() % 3 == 0 ? std::string{"\r\n"}
                                            : std::string(1, alphabet[random.next() % 4]);
      talk.send(c);
      if (i % 500 == 499) {
        talk.send("\r\n.\r\n");
        talk.in_data();
      }
    }
    for (const auto& mail : talk.mails) {
      for (std::size_t at = 0; at < mail.content.size(); ++at) {
        const char c = mail.content[at];
        REQUIRE((c != '\n' || (at > 0 && mail.content[at - 1] == '\r')));
        REQUIRE((c != '\r' || (at + 1 < mail.content.size() && mail.content[at + 1] == '\n')));
      }
    }
  }
}
