// Next hops that break the rules, over real sockets. The rules themselves are tested in
// tests/net/smtp/client_evil_peer_test.cpp.
#include <catch2/catch.hpp>

#include "net/asio/mail_transport.hpp"
#include "tests/net/asio/mail_transport_peer.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace std::chrono_literals;
using warmfront::testing::event_log;
using warmfront::testing::peer_session;
using warmfront::testing::scripted_host;

namespace {

struct evil_fixture {
  io_threads threads{1};
  event_log events;
  std::unique_ptr<mail_transport> transport = make_mail_transport(
      threads, [this](std::vector<transport_event> some) { events.add(std::move(some)); });

  static transmission mail(transmission_id id, std::string content = "S: x\r\n\r\nhi\r\n") {
    transmission made;
    made.id = id;
    made.reverse_path = "s@from.example";
    made.recipients.push_back({"r@to.example", notify::unspecified, {}});
    made.content = std::make_shared<const std::string>(std::move(content));
    return made;
  }
  static connection_plan plan(const scripted_host& host) {
    connection_plan made;
    made.hops = {host.hop()};
    made.helo = "me.example";
    made.timeouts.greeting = 1s;
    made.timeouts.command = 1s;
    made.timeouts.data_start = 1s;
    made.timeouts.data_block = 1s;
    made.timeouts.data_end = 1s;
    return made;
  }
  transmission_finished send_one(scripted_host& host, std::string content = "S: x\r\n\r\nhi\r\n") {
    transport->open(1, plan(host));
    std::vector<transmission> some;
    some.push_back(mail(7, std::move(content)));
    transport->transmit(1, std::move(some));
    REQUIRE(events.wait_for<connection_closed>());
    const auto finished = events.all<transmission_finished>();
    REQUIRE(finished.size() == 1);
    return finished[0];
  }
};

/// More than the buffers of both sockets hold.
std::string large_content() {
  std::string content = "S: x\r\n\r\n";
  const std::string line(78, 'x');
  while (content.size() < 16 * 1024 * 1024) {
    content += line;
    content += "\r\n";
  }
  return content;
}

} // namespace

TEST_CASE_METHOD(evil_fixture, "evil hop: no greeting, or one that drips", "[transport][evil]") {
  scripted_host silent{[](peer_session& peer, std::size_t) { peer.stall(); }};
  scripted_host drip{[](peer_session& peer, std::size_t) {
    peer.drip("220-a very long greeting that never ends in this century\r\n", 60ms);
  }};
  transport->open(1, plan(silent));
  transport->open(2, plan(drip));
  REQUIRE(events.wait_for<connection_failed>(2));
  for (const auto& failed : events.all<connection_failed>()) {
    CHECK(failed.last.text == "no answer within 1 s (the greeting)");
  }
}

TEST_CASE_METHOD(evil_fixture, "evil hop: the tarpit holds up nobody else", "[transport][evil]") {
  scripted_host tarpit{[](peer_session& peer, std::size_t) {
    peer.greet();
    peer.drip("250 2.1.0 this takes as long as I like, and then some more\r\n", 100ms);
  }};
  scripted_host good{[](peer_session& peer, std::size_t) {
    peer.greet();
    for (int round = 0; round < 50; ++round) {
      peer.take_transaction_up_to_data();
      peer.hear_data();
      peer.say("250 ok\r\n");
    }
    peer.stall();
  }};
  for (connection_id id = 2; id < 32; ++id) {
    transport->open(id, plan(tarpit));
    transport->transmit(id, {mail(id)});
  }
  transport->open(1, plan(good));
  for (transmission_id id = 100; id < 150; ++id) {
    transport->transmit(1, {mail(id)});
  }
  REQUIRE(events.wait_for<transmission_finished>(50));
  for (int index = 0; index < 50; ++index) {
    CHECK(events.all<transmission_finished>()[static_cast<std::size_t>(index)].id >= 100);
  }
  CHECK(events.wait_for<transmission_finished>(80)); // the tarpits end by their own time-outs
}

TEST_CASE_METHOD(evil_fixture, "evil hop: 421 in the middle", "[transport][evil]") {
  scripted_host host{[](peer_session& peer, std::size_t) {
    peer.greet();
    peer.hear();
    peer.say("250 ok\r\n421 4.3.2 going down\r\n");
  }};
  CHECK(send_one(host).recipients[0] == smtp::reply{421, "4.3.2", "going down"});
}

TEST_CASE_METHOD(evil_fixture, "evil hop: half a reply, then silence or the end",
                 "[transport][evil]") {
  const bool closes = GENERATE(false, true);
  scripted_host host{[closes](peer_session& peer, std::size_t) {
    peer.greet();
    peer.hear();
    peer.say("250 o");
    if (!closes) {
      peer.stall();
    }
  }};
  const auto finished = send_one(host);
  CHECK(finished.recipients[0].code == 0);
  CHECK_FALSE(finished.in_doubt);
}

TEST_CASE_METHOD(evil_fixture, "evil hop: endless replies", "[transport][evil]") {
  const bool lines = GENERATE(false, true);
  scripted_host host{[lines](peer_session& peer, std::size_t) {
    peer.greet();
    peer.hear();
    for (int round = 0; round < 10000; ++round) {
      peer.say(lines ? "250-more\r\n" : "250 and on and on and on and on");
    }
  }};
  CHECK(send_one(host).recipients[0].code == 0);
}

TEST_CASE_METHOD(evil_fixture, "evil hop: answers before the end of the content",
                 "[transport][evil]") {
  const bool refuses = GENERATE(false, true);
  scripted_host host{[refuses](peer_session& peer, std::size_t) {
    peer.greet();
    peer.take_transaction_up_to_data();
    peer.hear_octets(1000);
    peer.say(refuses ? "552 5.3.4 too big\r\n" : "250 taken\r\n");
    peer.pause(1500ms);
  }};
  const auto finished = send_one(host, large_content());
  CHECK(finished.recipients[0].code == (refuses ? 552 : 0));
  CHECK_FALSE(finished.in_doubt);
}

TEST_CASE_METHOD(evil_fixture, "evil hop: closes in the body", "[transport][evil]") {
  const bool resets = GENERATE(false, true);
  const bool explains = GENERATE(false, true);
  scripted_host host{[=](peer_session& peer, std::size_t) {
    peer.greet();
    peer.take_transaction_up_to_data();
    peer.hear_octets(1000);
    if (explains) {
      peer.say("552 5.3.4 too big\r\n");
      peer.pause(100ms);
    }
    if (resets) {
      peer.reset();
    }
  }};
  const auto finished = send_one(host, large_content());
  CHECK(finished.recipients[0].code == (explains ? 552 : 0));
  CHECK_FALSE(finished.in_doubt);
  CHECK(finished.mail_sent);
}

TEST_CASE_METHOD(evil_fixture, "evil hop: cut after the dot, or never answered",
                 "[transport][evil]") {
  const bool cuts = GENERATE(true, false);
  scripted_host host{[cuts](peer_session& peer, std::size_t) {
    peer.greet();
    peer.take_transaction_up_to_data();
    peer.hear_data();
    if (!cuts) {
      peer.stall();
    }
  }};
  const auto finished = send_one(host);
  CHECK(finished.recipients[0].code == 0);
  CHECK(finished.in_doubt);
}

TEST_CASE_METHOD(evil_fixture, "evil hop: takes nothing more of the content", "[transport][evil]") {
  scripted_host host{[](peer_session& peer, std::size_t) {
    peer.greet();
    peer.take_transaction_up_to_data();
    peer.pause(3000ms);
  }};
  const auto finished = send_one(host, large_content());
  CHECK(finished.recipients[0].text == "no answer within 1 s (room for more of the content)");
  CHECK_FALSE(finished.in_doubt);
}
