// Next hops that break the rules: whatever they do, every recipient has one honest verdict.
#include <map>

#include "actors/core/random.hpp"
#include "tests/net/smtp/client_scripted_peer.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using warmfront::testing::make_mail;
using warmfront::testing::scripted_peer;

namespace {

scripted_peer in_content(bool all_written) {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1));
  peer.heard();
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  all_written ? peer.heard() : peer.heard_at_most(5);
  return peer;
}

} // namespace

TEST_CASE("evil peer: cut after the dot is in doubt, cut before it is not", "[smtp]") {
  auto after = in_content(true);
  after.hang_up();
  REQUIRE(after.finished().size() == 1);
  CHECK(after.finished()[0].recipients[0].code == 0);
  CHECK(after.finished()[0].in_doubt);
  auto before = in_content(false);
  before.hang_up();
  REQUIRE(before.finished().size() == 1);
  CHECK(before.finished()[0].recipients[0].code == 0);
  CHECK_FALSE(before.finished()[0].in_doubt);
  CHECK(before.ended().size() == 1);
}

TEST_CASE("evil peer: a cut keeps the refusals already received", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1, "S: x\r\n\r\nhi\r\n", {"a@x.example", "b@x.example", "c@x.example"}));
  peer.heard();
  peer.say("250 ok\r\n550 no\r\n250 o");
  peer.hang_up();
  REQUIRE(peer.finished().size() == 1);
  CHECK(peer.finished()[0].recipients[0] == reply{550, "", "no"});
  CHECK(peer.finished()[0].recipients[1].code == 0);
  CHECK(peer.finished()[0].mail_sent);
  CHECK_FALSE(peer.finished()[0].in_doubt);
}

TEST_CASE("evil peer: a success before the end of the content is no success", "[smtp]") {
  auto peer = in_content(false);
  peer.say("250 taken already\r\n");
  REQUIRE(peer.finished().size() == 1);
  CHECK(peer.finished()[0].recipients[0].code == 0);
  CHECK_FALSE(peer.finished()[0].in_doubt);
  REQUIRE(peer.ended().size() == 1);
  CHECK(peer.heard().empty());
}

TEST_CASE("evil peer: a refusal before the end of the content counts and ends", "[smtp]") {
  auto peer = in_content(false);
  peer.say("552 5.3.4 too big\r\n");
  REQUIRE(peer.finished().size() == 1);
  CHECK(peer.finished()[0].recipients[0] == reply{552, "5.3.4", "too big"});
  CHECK(peer.ended().size() == 1);
  CHECK(peer.heard().empty()); // the rest of the content would be read as commands
}

TEST_CASE("evil peer: 421 ends the connection wherever it comes", "[smtp]") {
  SECTION("when idle") {
    scripted_peer peer;
    peer.greet({"PIPELINING"});
    peer.say("421 bye\r\n");
    REQUIRE(peer.ended().size() == 1);
    CHECK(peer.ended()[0].reason.code == 421);
  }
  SECTION("for a recipient: it counts for all without a verdict, the next is unsent") {
    scripted_peer peer;
    peer.greet({"PIPELINING"});
    peer.send({make_mail(1, "S: x\r\n\r\nhi\r\n", {"a@x.example", "b@x.example"}), make_mail(2)});
    peer.heard();
    peer.say("250 ok\r\n550 no\r\n421 4.3.2 bye\r\n");
    REQUIRE(peer.finished().size() == 1);
    CHECK(peer.finished()[0].recipients ==
          std::vector<reply>{{550, "", "no"}, {421, "4.3.2", "bye"}});
    CHECK(peer.ended()[0].unsent == std::vector<transmission_id>{2});
  }
  SECTION("for a dot: answered, so not in doubt; the group behind it was sent") {
    scripted_peer peer;
    peer.greet({"PIPELINING"});
    peer.send({make_mail(1), make_mail(2), make_mail(3)});
    peer.heard();
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    peer.heard();
    peer.say("421 bye\r\n");
    REQUIRE(peer.finished().size() == 2);
    CHECK(peer.finished()[0].recipients[0].code == 421);
    CHECK_FALSE(peer.finished()[0].in_doubt);
    CHECK(peer.finished()[1].recipients[0].code == 0);
    CHECK(peer.finished()[1].mail_sent);
    CHECK(peer.ended()[0].unsent == std::vector<transmission_id>{3});
  }
}

TEST_CASE("evil peer: a group that was not written is unsent", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send({make_mail(1), make_mail(2)});
  peer.heard();
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(peer.heard_at_most(16).size() == 15 + 1); // the data, and one octet of MAIL
  peer.hang_up();
  CHECK(peer.finished().size() == 2);
  CHECK(peer.finished()[0].in_doubt);
  CHECK_FALSE(peer.finished()[1].in_doubt);

  scripted_peer other;
  other.greet({"PIPELINING"});
  other.send({make_mail(1), make_mail(2)});
  other.heard();
  other.say("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(other.heard_at_most(15).size() == 15);
  other.hang_up();
  CHECK(other.finished().size() == 1);
  CHECK(other.ended()[0].unsent == std::vector<transmission_id>{2});
}

TEST_CASE("evil peer: replies nobody asked for end the connection", "[smtp]") {
  struct row {
    const char* name;
    const char* words;
  };
  for (const row& one : {row{"idle chatter", "250 hello\r\n"}, row{"noise", "wibble\r\n"},
                         row{"HTTP", "HTTP/1.1 400 Bad Request\r\n"}}) {
    CAPTURE(one.name);
    scripted_peer peer;
    peer.greet({"PIPELINING"});
    peer.say(one.words);
    CHECK(peer.ended().size() == 1);
  }
  scripted_peer peer;
  peer.greet({});
  peer.send(make_mail(1));
  peer.say("250 ok\r\n"); // before MAIL was written
  CHECK(peer.finished().empty());
  REQUIRE(peer.ended().size() == 1);
  CHECK(peer.ended()[0].unsent == std::vector<transmission_id>{1});
}

TEST_CASE("evil peer: DATA answered with 250, or 354 without a sender, delivers nothing",
          "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1));
  peer.heard();
  peer.say("250 ok\r\n250 ok\r\n250 eh\r\n");
  CHECK(peer.finished()[0].recipients[0].code == 0);
  CHECK(peer.ended().size() == 1);
  scripted_peer other;
  other.greet({"PIPELINING"});
  other.send(make_mail(1));
  other.heard();
  other.say("550 no\r\n250 ok\r\n354 go\r\n");
  CHECK(other.finished()[0].recipients[0].code == 550);
  CHECK(other.ended().size() == 1);
  CHECK(other.heard().empty());
}

TEST_CASE("evil peer: endless replies are cut", "[smtp]") {
  scripted_peer peer;
  peer.say("220 hi\r\n");
  peer.heard();
  for (int line = 0; line < 1000 && peer.ended().empty(); ++line) {
    peer.say("250-more\r\n");
  }
  CHECK(peer.ended().size() == 1);
  scripted_peer other;
  other.greet({});
  other.say(std::string(100000, '2'));
  CHECK(other.ended().size() == 1);
}

TEST_CASE("evil peer: random talk gives every transmission exactly one end", "[smtp][property]") {
  constexpr const char* words[] = {
      "250 ok\r\n",         "250 ok\r\n",  "250 ok\r\n",
      "354 go\r\n",         "354 go\r\n",  "550 no\r\n",
      "451 later\r\n",      "250-a\r\n",   "421 bye\r\n",
      "220 hi\r\n",         "25",          "xyz\r\n",
      "250 PIPELINING\r\n", "503 bad\r\n", "250-x\r\n250 PIPELINING\r\n"};
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    scripted_peer peer;
    peer.greet(random.next() % 3 == 0 ? std::vector<std::string>{}
                                      : std::vector<std::string>{"PIPELINING"});
    transmission_id next = 1;
    std::string wire;
    for (int turn = 0; turn < 60 && peer.ended().empty(); ++turn) {
      switch (random.next() % 4) {
      case 0:
        peer.send(make_mail(next, "S: " + std::to_string(next) + "\r\n\r\n.\r\n",
                            {"a@x.example", "b@x.example"}));
        ++next;
        break;
      case 1:
        wire += peer.heard_at_most(1 + random.next() % 60);
        break;
      case 2:
        wire += peer.heard();
        break;
      default:
        peer.say(words[random.next() % std::size(words)]);
      }
    }
    peer.hang_up();
    std::map<transmission_id, int> ends;
    for (const auto& done : peer.finished()) {
      ++ends[done.id];
      REQUIRE(done.mail_sent);
      REQUIRE(done.recipients.size() == 2);
      const bool dot_sent =
          wire.find("S: " + std::to_string(done.id) + "\r\n\r\n..\r\n.\r\n") != std::string::npos;
      REQUIRE((!done.in_doubt || dot_sent));
      for (const reply& verdict : done.recipients) {
        REQUIRE((verdict.code / 100 != 2 || dot_sent)); // never delivered without its own content
        REQUIRE(verdict.code / 100 != 3);
      }
    }
    const auto ended = peer.ended();
    REQUIRE(ended.size() == 1);
    for (const transmission_id id : ended[0].unsent) {
      ++ends[id];
    }
    REQUIRE(ends.size() == next - 1);
    for (const auto& [id, count] : ends) {
      REQUIRE(count == 1);
    }
  }
}
