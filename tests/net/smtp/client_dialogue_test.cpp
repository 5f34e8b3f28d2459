#include "tests/net/smtp/client_scripted_peer.hpp"

using namespace warmfront;
using namespace warmfront::smtp;
using warmfront::testing::make_mail;
using warmfront::testing::scripted_peer;

namespace {

const std::string group = "MAIL FROM:<s@from.example>\r\nRCPT TO:<r@to.example>\r\nDATA\r\n";
const std::string data = "S: x\r\n\r\nhi\r\n.\r\n";

} // namespace

TEST_CASE("client: without PIPELINING each command waits for its reply", "[smtp]") {
  scripted_peer peer;
  peer.greet({});
  peer.send(make_mail(1));
  CHECK(peer.heard() == "MAIL FROM:<s@from.example>\r\n");
  peer.say("250 ok\r\n");
  CHECK(peer.heard() == "RCPT TO:<r@to.example>\r\n");
  peer.say("250 ok\r\n");
  CHECK(peer.heard() == "DATA\r\n");
  CHECK(peer.client.wait() == client_wait::data_start);
  peer.say("354 go\r\n");
  CHECK(peer.client.wait() == client_wait::data_block);
  CHECK(peer.heard() == data);
  CHECK(peer.client.wait() == client_wait::data_end);
  peer.say("250 2.0.0 taken\r\n");
  REQUIRE(peer.finished().size() == 1);
  CHECK(peer.finished()[0].recipients == std::vector<reply>{{250, "2.0.0", "taken"}});
  CHECK_FALSE(peer.finished()[0].in_doubt);
  CHECK(peer.finished()[0].mail_sent);
  CHECK(peer.client.wait() == client_wait::idle);
}

TEST_CASE("client: HELO when EHLO is unknown", "[smtp]") {
  scripted_peer peer;
  peer.say("220 old\r\n");
  peer.heard();
  peer.say("502 what?\r\n");
  CHECK(peer.heard() == "HELO me.example\r\n");
  peer.say("250 hello\r\n");
  CHECK(peer.all<session_opened>().size() == 1);
}

TEST_CASE("client: a peer that does not serve us leaves the queue for another hop", "[smtp]") {
  for (const char* greeting : {"421 busy\r\n", "554 go away\r\n", "450 later\r\n", "354 eh\r\n"}) {
    CAPTURE(greeting);
    scripted_peer peer;
    peer.send(make_mail(1));
    peer.say(greeting);
    REQUIRE(peer.ended().size() == 1);
    CHECK_FALSE(peer.ended()[0].opened);
    CHECK(peer.ended()[0].unsent.empty());
    CHECK(peer.heard() == "QUIT\r\n");
    peer.client.on_connected(false);
    peer.greet({"PIPELINING"});
    CHECK(peer.heard() == group);
  }
}

TEST_CASE("client: PIPELINING puts a transaction into one group", "[smtp]") {
  scripted_peer peer;
  peer.greet({"pipelining"});
  peer.send(make_mail(1, "S: x\r\n\r\nhi\r\n", {"a@x.example", "b@x.example"}));
  CHECK(peer.heard() == "MAIL FROM:<s@from.example>\r\nRCPT TO:<a@x.example>\r\n"
                        "RCPT TO:<b@x.example>\r\nDATA\r\n");
  peer.say("250 ok\r\n250 ok\r\n550 5.1.1 unknown\r\n354 go\r\n");
  CHECK(peer.heard() == data);
  peer.say("250 taken\r\n");
  REQUIRE(peer.finished().size() == 1);
  CHECK(peer.finished()[0].recipients ==
        std::vector<reply>{{250, "", "taken"}, {550, "5.1.1", "unknown"}});
}

TEST_CASE("client: the next group travels behind the final dot", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send({make_mail(1), make_mail(2), make_mail(3)});
  CHECK(peer.heard() == group);
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(peer.heard() == data + group);
  CHECK(peer.finished().empty());
  peer.say("451 not now\r\n250 ok\r\n250 ok\r\n");
  CHECK(peer.heard().empty());
  peer.say("354 go\r\n");
  CHECK(peer.heard() == data + group);
  peer.say("250 taken\r\n550 no sender\r\n503 no\r\n503 no\r\n");
  REQUIRE(peer.finished().size() == 3);
  CHECK(peer.finished()[0].recipients[0].code == 451);
  CHECK(peer.finished()[1].recipients[0].code == 250);
  CHECK(peer.finished()[2].recipients[0] == reply{550, "", "no sender"});
  CHECK(peer.ended().empty());
}

TEST_CASE("client: work that arrives while a dot is unanswered goes out at once", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1));
  peer.heard();
  peer.send(make_mail(2));
  CHECK(peer.heard().empty());
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(peer.heard() == data + group);
  peer.send(make_mail(3));
  CHECK(peer.heard().empty());
}

TEST_CASE("client: all recipients refused", "[smtp]") {
  SECTION("without PIPELINING there is no DATA, and RSET before the next") {
    scripted_peer peer;
    peer.greet({});
    peer.send({make_mail(1), make_mail(2)});
    peer.heard();
    peer.say("250 ok\r\n");
    peer.heard();
    peer.say("550 no\r\n");
    CHECK(peer.heard() == "RSET\r\n");
    CHECK(peer.finished().size() == 1);
    peer.say("250 reset\r\n");
    CHECK(peer.heard() == "MAIL FROM:<s@from.example>\r\n");
  }
  SECTION("with PIPELINING a 354 gets a lone dot") {
    scripted_peer peer;
    peer.greet({"PIPELINING"});
    peer.send(make_mail(1));
    peer.heard();
    peer.say("250 ok\r\n550 no\r\n354 go\r\n");
    CHECK(peer.heard() == ".\r\n");
    peer.say("554 no valid recipients\r\n");
    REQUIRE(peer.finished().size() == 1);
    CHECK(peer.finished()[0].recipients[0] == reply{550, "", "no"});
    CHECK(peer.client.wait() == client_wait::idle);
  }
  SECTION("with PIPELINING and DATA refused the next group begins with RSET") {
    scripted_peer peer;
    peer.greet({"PIPELINING"});
    peer.send({make_mail(1), make_mail(2)});
    peer.heard();
    peer.say("250 ok\r\n550 no\r\n503 no\r\n");
    CHECK(peer.heard() == "RSET\r\n" + group);
    CHECK(peer.finished()[0].recipients[0] == reply{550, "", "no"});
    peer.say("250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n");
    CHECK(peer.heard() == data);
  }
}

TEST_CASE("client: 552 for one recipient too many is temporary", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1, "S: x\r\n\r\nhi\r\n", {"a@x.example", "b@x.example", "c@x.example"}));
  peer.heard();
  peer.say("250 ok\r\n250 ok\r\n552 too many\r\n552 5.2.2 mailbox full\r\n354 go\r\n");
  peer.heard();
  peer.say("250 ok\r\n");
  CHECK(peer.finished()[0].recipients == std::vector<reply>{{250, "", "ok"},
                                                            {452, "4.5.3", "too many"},
                                                            {552, "5.2.2", "mailbox full"}});
}

TEST_CASE("client: DATA refused is the verdict on all", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1, "S: x\r\n\r\nhi\r\n", {"a@x.example", "b@x.example"}));
  peer.heard();
  peer.say("250 ok\r\n250 ok\r\n450 4.2.1 b later\r\n452 full\r\n");
  REQUIRE(peer.finished().size() == 1);
  CHECK(peer.finished()[0].recipients ==
        std::vector<reply>{{452, "", "full"}, {450, "4.2.1", "b later"}});
}

TEST_CASE("client: parameters follow what the peer offers", "[smtp]") {
  transmission mail = make_mail(1, "S: x\r\n\r\n\xc3\xa9\r\n");
  mail.smtputf8 = true;
  mail.ret = return_content::headers;
  mail.envelope_id = "QQ314159";
  mail.recipients[0].notify_on = notify::success | notify::failure;
  mail.recipients[0].original_recipient = "rfc822;r@to.example";
  SECTION("everything") {
    scripted_peer peer;
    peer.greet({"PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8", "DSN"});
    peer.send(mail);
    CHECK(peer.heard() ==
          "MAIL FROM:<s@from.example> SIZE=12 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159\r\n"
          "RCPT TO:<r@to.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;r@to.example\r\nDATA\r\n");
  }
  SECTION("8BITMIME only") {
    scripted_peer peer;
    peer.greet({"PIPELINING", "8BITMIME"});
    peer.send(mail);
    CHECK(peer.heard() == "MAIL FROM:<s@from.example> BODY=8BITMIME\r\n"
                          "RCPT TO:<r@to.example>\r\nDATA\r\n");
  }
}

TEST_CASE("client: a value that would break a command never reaches the wire", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING", "DSN"});
  transmission mail =
      make_mail(1, "S: x\r\n\r\nhi\r\n", {"a@x.example>\r\nDATA\r\nevil\r\n", "ok@x.example"});
  mail.envelope_id = "x\r\nRSET";
  mail.recipients[1].original_recipient = "rfc822;a b";
  peer.send(mail);
  CHECK(peer.heard() == "MAIL FROM:<s@from.example>\r\nRCPT TO:<ok@x.example>\r\nDATA\r\n");
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  peer.heard();
  peer.say("250 ok\r\n");
  CHECK(peer.finished()[0].recipients[0].code == 553);
  CHECK(peer.finished()[0].recipients[1].code == 250);
  transmission bad = make_mail(2);
  bad.reverse_path = "s@x.example\r\nRSET";
  peer.send(bad);
  CHECK(peer.heard().empty());
  CHECK(peer.finished()[1].recipients[0].code == 553);
  CHECK_FALSE(peer.finished()[1].mail_sent);
}

TEST_CASE("client: what the peer cannot take is refused without an octet sent", "[smtp]") {
  struct row {
    const char* name;
    transmission mail;
    std::uint16_t code;
    const char* status;
  };
  transmission utf8_address = make_mail(1);
  utf8_address.smtputf8 = true;
  utf8_address.recipients[0].address = "\xc3\xa9@to.example";
  transmission utf8_header = make_mail(1, "S: \xc3\xa9\r\n\r\nhi\r\n");
  utf8_header.smtputf8 = true;
  transmission binary = make_mail(1);
  binary.body = body_encoding::binary;
  const std::vector<row> rows{
      {"over SIZE", make_mail(1, std::string(101, 'x')), 552, "5.3.4"},
      {"8-bit", make_mail(1, "S: x\r\n\r\n\xc3\xa9\r\n"), 554, "5.6.3"},
      {"binary", binary, 554, "5.6.3"},
      {"UTF-8 address", utf8_address, 554, "5.6.7"},
      {"UTF-8 header", utf8_header, 554, "5.6.7"},
      {"bare LF", make_mail(1, "S: x\n\n.\nMAIL FROM:<evil@x.example>\r\n"), 554, "5.6.0"},
  };
  for (const row& one : rows) {
    CAPTURE(one.name);
    scripted_peer peer;
    peer.greet({"PIPELINING", "SIZE 100"});
    peer.send(one.mail);
    CHECK(peer.heard().empty());
    REQUIRE(peer.finished().size() == 1);
    CHECK(peer.finished()[0].recipients[0].code == one.code);
    CHECK(peer.finished()[0].recipients[0].status == one.status);
    CHECK_FALSE(peer.finished()[0].mail_sent);
    CHECK(peer.client.wait() == client_wait::idle);
  }
}

TEST_CASE("client: a mail that asked for SMTPUTF8 and does not need it goes without", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  transmission mail = make_mail(1);
  mail.smtputf8 = true;
  peer.send(mail);
  CHECK(peer.heard() == group);
}

TEST_CASE("client: STARTTLS when offered and wanted", "[smtp]") {
  scripted_peer peer{true};
  peer.greet({"STARTTLS", "PIPELINING", "SIZE 1"});
  CHECK(peer.heard() == "STARTTLS\r\n");
  SECTION("all that was learnt in clear is forgotten") {
    peer.say("220 go\r\n");
    CHECK(peer.all<tls_wanted>().size() == 1);
    peer.client.on_tls();
    CHECK(peer.heard() == "EHLO me.example\r\n");
    peer.send(make_mail(1));
    peer.say("250-mx.example\r\n250 STARTTLS\r\n");
    CHECK(peer.heard() == "MAIL FROM:<s@from.example>\r\n");
  }
  SECTION("a refusal means clear text on the same connection") {
    peer.say("454 4.7.0 no certificate\r\n");
    peer.send(make_mail(1, "x\r\n"));
    CHECK(peer.all<session_opened>().size() == 1);
  }
  SECTION("a reply injected behind the 220 is not taken") {
    peer.say("220 go\r\n250 injected\r\n");
    CHECK(peer.all<session_opened>().empty());
    CHECK(peer.ended().size() == 1);
  }
}

TEST_CASE("client: QUIT after the queue, or at once when idle", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send(make_mail(1));
  peer.heard();
  peer.client.close(peer.actions);
  peer.send(make_mail(2));
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(peer.heard() == data);
  peer.say("250 ok\r\n");
  CHECK(peer.heard() == "QUIT\r\n");
  CHECK(peer.client.wait() == client_wait::quit);
  peer.say("221 bye\r\n");
  REQUIRE(peer.ended().size() == 1);
  CHECK(peer.ended()[0].unsent == std::vector<transmission_id>{2});
  CHECK(peer.ended()[0].reason.code == 221);
}

TEST_CASE("client: abandon gives up what is not begun", "[smtp]") {
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  peer.send({make_mail(1), make_mail(2)});
  peer.heard();
  peer.client.abandon(peer.actions);
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  CHECK(peer.heard() == data);
  peer.say("250 ok\r\n");
  CHECK(peer.heard() == "QUIT\r\n");
  peer.hang_up();
  CHECK(peer.ended()[0].unsent == std::vector<transmission_id>{2});
}

TEST_CASE("client: a transaction whose time has passed is returned untouched", "[smtp]") {
  const steady_time start{std::chrono::hours{1}};
  scripted_peer peer;
  peer.greet({"PIPELINING"});
  transmission timed = make_mail(2);
  timed.not_after = start + seconds{10};
  peer.client.at(start);
  peer.send({make_mail(1), timed});
  peer.heard();
  SECTION("while it is queued") {
    peer.client.at(start + seconds{11});
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    CHECK(peer.heard() == data);
    CHECK(peer.all<transmission_returned>().size() == 1);
  }
  SECTION("while its group stands behind a content the socket does not take") {
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    CHECK(peer.heard_at_most(4) == "S: x");
    peer.client.at(start + seconds{11});
    peer.client.recall_late(peer.actions);
    CHECK(peer.heard() == data.substr(4));
    REQUIRE(peer.all<transmission_returned>().size() == 1);
    CHECK(peer.all<transmission_returned>()[0].id == 2);
    peer.say("250 ok\r\n");
    CHECK(peer.client.wait() == client_wait::idle);
  }
  SECTION("but not once it is on the wire") {
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    CHECK(peer.heard() == data + group);
    peer.client.at(start + seconds{11});
    peer.client.recall_late(peer.actions);
    peer.hang_up();
    CHECK(peer.all<transmission_returned>().empty());
    CHECK(peer.finished().size() == 2);
  }
}

TEST_CASE("client: where TLS is required nothing goes in clear text", "[smtp]") {
  scripted_peer peer;
  session_terms terms{true, true, false, "the policy of to.example"};
  const bool for_good = GENERATE(false, true);
  terms.requiretls = for_good;
  peer.client.on_connected(terms);
  peer.send(make_mail(1));
  SECTION("STARTTLS is not offered") {
    peer.greet({"PIPELINING"});
  }
  SECTION("STARTTLS is refused") {
    peer.greet({"STARTTLS"});
    CHECK(peer.heard() == "STARTTLS\r\n");
    peer.say("454 4.7.0 not now\r\n");
  }
  CHECK(peer.heard() == "QUIT\r\n");
  REQUIRE_FALSE(peer.actions.empty());
  const auto& ended = std::get<session_ended>(peer.actions.back());
  CHECK_FALSE(ended.opened);
  CHECK(ended.without_starttls);
  CHECK(ended.reason.code == (for_good ? 550 : 451));
  CHECK(ended.reason.status == (for_good ? "5.7.10" : "4.7.4"));
}

TEST_CASE("client: REQUIRETLS is passed on, or the mail does not go", "[smtp]") {
  scripted_peer peer;
  transmission mail = make_mail(1);
  mail.require_tls = true;
  SECTION("offered") {
    peer.greet({"PIPELINING", "REQUIRETLS"});
    peer.send(mail);
    CHECK(peer.heard() == "MAIL FROM:<s@from.example> REQUIRETLS\r\n"
                          "RCPT TO:<r@to.example>\r\nDATA\r\n");
  }
  SECTION("not offered") {
    peer.greet({"PIPELINING"});
    peer.send(mail);
    CHECK(peer.heard().empty());
    const auto& finished = std::get<transmission_finished>(peer.actions.back());
    CHECK(finished.recipients[0].code == 550);
    CHECK(finished.recipients[0].status == "5.7.30");
  }
}
