#include "net/asio/mail_transport.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <set>

#include "tests/net/asio/mail_transport_peer.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace std::chrono_literals;
using warmfront::testing::closed_port;
using warmfront::testing::event_log;
using warmfront::testing::peer_session;
using warmfront::testing::scripted_host;
using warmfront::testing::self_signed;

namespace {

struct transport_fixture {
  transport_fixture() { sending.extend(steady_time::max()); }

  io_threads threads{2};
  event_log events;
  fence sending;
  std::unique_ptr<mail_transport> transport = make_mail_transport(
      threads, [this](std::vector<transport_event> some) { events.add(std::move(some)); },
      &sending);

  static connection_plan plan(std::vector<next_hop> hops) {
    connection_plan made;
    made.hops = std::move(hops);
    made.helo = "me.example";
    return made;
  }
  static transmission mail(transmission_id id, std::string content = "S: x\r\n\r\nhi\r\n") {
    transmission made;
    made.id = id;
    made.reverse_path = "s@from.example";
    made.recipients.push_back({"r@to.example", notify::unspecified, {}});
    made.content = std::make_shared<const std::string>(std::move(content));
    return made;
  }
  void send(connection_id id, transmission one) {
    std::vector<transmission> some;
    some.push_back(std::move(one));
    transport->transmit(id, std::move(some));
  }
  /// One mail over one connection to `host`; what came of it.
  transmission_finished send_one(const scripted_host& host, connection_plan made) {
    made.hops = {host.hop()};
    transport->open(1, std::move(made));
    send(1, mail(7));
    REQUIRE(events.wait_for<transmission_finished>());
    REQUIRE(events.wait_for<connection_closed>());
    REQUIRE(events.all<transmission_finished>().size() == 1);
    return events.all<transmission_finished>()[0];
  }
  transmission_finished send_one(const scripted_host& host) { return send_one(host, plan({})); }
};

/// Until DATA has come, with nothing of the transaction answered yet.
void greet_up_to_data(peer_session& peer) {
  peer.greet();
  peer.hear();
  peer.hear();
  CHECK(peer.hear() == "DATA");
}

/// A host that behaves: greets, takes everything, answers QUIT.
void take_everything(peer_session& peer) {
  peer.greet();
  for (std::string line = peer.hear(); !line.empty(); line = peer.hear()) {
    if (line == "DATA") {
      peer.say("354 go\r\n");
      peer.hear_data();
      peer.say("250 taken\r\n");
    } else if (line == "QUIT") {
      peer.say("221 bye\r\n");
      return;
    } else {
      peer.say("250 ok\r\n");
    }
  }
}

} // namespace

TEST_CASE_METHOD(transport_fixture, "transport: several mails over one connection, then QUIT",
                 "[transport]") {
  std::promise<std::string> first_data;
  scripted_host host{[&](peer_session& peer, std::size_t) {
    peer.greet();
    for (int round = 0; round < 3; ++round) {
      peer.take_transaction_up_to_data();
      const std::string data = peer.hear_data();
      if (round == 0) {
        first_data.set_value(data);
      }
      peer.say("250 2.0.0 taken " + std::to_string(round) + "\r\n");
    }
    CHECK(peer.hear() == "QUIT");
    peer.say("221 bye\r\n");
  }};
  transport->open(1, plan({host.hop()}));
  transport->transmit(1, {mail(1, "S: x\r\n\r\n.dot\r\n..\r\nlast"), mail(2), mail(3)});
  transport->close(1);
  REQUIRE(events.wait_for<connection_closed>());
  CHECK(first_data.get_future().get() == "S: x\r\n\r\n..dot\r\n...\r\nlast\r\n");
  REQUIRE(events.all<connection_opened>().size() == 1);
  CHECK_FALSE(events.all<connection_opened>()[0].tls);
  const auto finished = events.all<transmission_finished>();
  REQUIRE(finished.size() == 3);
  CHECK(finished[2].recipients == std::vector<smtp::reply>{{250, "2.0.0", "taken 2"}});
  CHECK(events.all<connection_closed>()[0].unsent.empty());
}

TEST_CASE_METHOD(transport_fixture,
                 "transport: while sending is paused a mail under way ends and the next comes back",
                 "[transport]") {
  scripted_host host{[&](peer_session& peer, std::size_t) {
    greet_up_to_data(peer);
    sending.pause(true);
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    peer.hear_data();
    peer.say("250 2.0.0 taken\r\n");
    CHECK(peer.hear() == "QUIT");
    peer.say("221 bye\r\n");
  }};
  transport->open(1, plan({host.hop()}));
  transport->transmit(1, {mail(1), mail(2)});
  transport->close(1);
  REQUIRE(events.wait_for<connection_closed>());
  REQUIRE(events.all<transmission_finished>().size() == 1);
  CHECK(events.all<transmission_finished>()[0].id == 1);
  REQUIRE(events.all<transmission_returned>().size() == 1);
  CHECK(events.all<transmission_returned>()[0].id == 2);
}

TEST_CASE_METHOD(transport_fixture, "transport: behind a closed fence no dot is sent",
                 "[transport]") {
  scripted_host host{[&](peer_session& peer, std::size_t) {
    greet_up_to_data(peer);
    sending.close();
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    CHECK(peer.hear().empty());
  }};
  transport->open(1, plan({host.hop()}));
  send(1, mail(1));
  REQUIRE(events.wait_for<connection_closed>());
  REQUIRE(events.all<transmission_finished>().size() == 1);
  CHECK_FALSE(events.all<transmission_finished>()[0].in_doubt);
}

TEST_CASE_METHOD(transport_fixture, "transport: the source address is bound", "[transport]") {
  std::promise<std::string> address;
  scripted_host host{[&](peer_session& peer, std::size_t) {
    address.set_value(peer.client_address());
    take_everything(peer);
  }};
  auto from = plan({host.hop()});
  from.source = ip_address{"127.0.0.77"};
  transport->open(1, from);
  transport->close(1);
  CHECK(events.wait_for<connection_closed>());
  from.source = ip_address{"192.0.2.77"};
  transport->open(2, from);
  REQUIRE(events.wait_for<connection_failed>());
  CHECK(events.all<connection_failed>()[0].last.code == 0);
  CHECK(events.all<connection_failed>()[0].last.text ==
        "bind the source address 192.0.2.77: Cannot assign requested address");
  from.source = ip_address{"::1"};
  transport->open(3, from);
  CHECK(events.wait_for<connection_failed>(2));
}

TEST_CASE_METHOD(transport_fixture, "transport: hops are tried in order until one greets",
                 "[transport]") {
  scripted_host busy{[](peer_session& peer, std::size_t) {
    peer.say("421 4.7.0 too busy\r\n");
    peer.stall();
  }};
  scripted_host good{[](peer_session& peer, std::size_t) { take_everything(peer); }};
  const next_hop closed{"closed.example", "127.0.0.1", closed_port()};
  const next_hop nonsense{"bad.example", "mail.example", 25};
  transport->open(1, plan({nonsense, closed, busy.hop(), good.hop()}));
  send(1, mail(1));
  REQUIRE(events.wait_for<transmission_finished>());
  CHECK(events.all<connection_opened>()[0].hop.port == good.port());
  CHECK(events.all<transmission_finished>()[0].recipients[0].code == 250);
  transport->open(2, plan({closed, busy.hop()}));
  REQUIRE(events.wait_for<connection_failed>());
  CHECK(events.all<connection_failed>()[0].last == smtp::reply{421, "4.7.0", "too busy"});
  transport->open(3, plan({busy.hop(), closed}));
  REQUIRE(events.wait_for<connection_failed>(2));
  CHECK(events.all<connection_failed>()[1].last.text ==
        "connect to 127.0.0.1 port " + std::to_string(closed.port) + ": Connection refused");
  transport->open(4, plan({}));
  CHECK(events.wait_for<connection_failed>(3));
}

TEST_CASE_METHOD(transport_fixture, "transport: STARTTLS without verification, SNI is the host",
                 "[transport]") {
  const self_signed certificate;
  std::promise<std::string> asked_for;
  scripted_host host{[&](peer_session& peer, std::size_t) {
    peer.say("220 hi\r\n");
    peer.hear();
    peer.say("250-hi\r\n250 STARTTLS\r\n");
    peer.hear();
    peer.say("220 go\r\n");
    CHECK(peer.shake_hands(certificate.context()));
    asked_for.set_value(peer.sni);
    peer.hear();
    peer.say("250-hi\r\n250 PIPELINING\r\n");
    for (int round = 0; round < 2; ++round) {
      peer.take_transaction_up_to_data();
      peer.say(peer.hear_data().size() > 100000 ? "250 large\r\n" : "250 small\r\n");
    }
    peer.hear();
    peer.say("221 bye\r\n");
  }};
  transport->open(1, plan({host.hop()}));
  std::string large = "S: x\r\n\r\n";
  while (large.size() < 200000) {
    large += ".a line that begins with a dot\r\n";
  }
  transport->transmit(1, {mail(1, large), mail(2)});
  transport->close(1);
  REQUIRE(events.wait_for<connection_closed>());
  CHECK(asked_for.get_future().get() == "mx.example");
  CHECK(events.all<connection_opened>()[0].tls);
  CHECK(events.all<connection_opened>()[0].tls_version == "TLSv1.3");
  const auto finished = events.all<transmission_finished>();
  REQUIRE(finished.size() == 2);
  CHECK(finished[0].recipients[0].text == "large");
  CHECK(finished[1].recipients[0].text == "small");
}

TEST_CASE_METHOD(transport_fixture, "transport: a failed handshake means clear text, once more",
                 "[transport]") {
  scripted_host host{[](peer_session& peer, std::size_t number) {
    peer.say("220 hi\r\n");
    peer.hear();
    peer.say("250-hi\r\n250-PIPELINING\r\n250 STARTTLS\r\n");
    if (number == 0) {
      CHECK(peer.hear() == "STARTTLS");
      peer.say("220 go\r\n250 what was sent before the handshake is dropped\r\n");
      peer.hear_octets(1);
      peer.say("this is no handshake at all, not in the least\r\n");
      peer.stall();
      return;
    }
    peer.take_transaction_up_to_data();
    peer.hear_data();
    peer.say("250 ok\r\n");
    peer.stall();
  }};
  transport->open(1, plan({host.hop()}));
  send(1, mail(1));
  REQUIRE(events.wait_for<transmission_finished>());
  CHECK(host.connections() == 2);
  CHECK_FALSE(events.all<connection_opened>()[0].tls);
}

TEST_CASE_METHOD(transport_fixture, "transport: an unused connection says QUIT after its time",
                 "[transport]") {
  std::promise<std::string> last;
  scripted_host host{[&](peer_session& peer, std::size_t) {
    peer.greet();
    last.set_value(peer.hear());
    peer.say("221 bye\r\n");
  }};
  auto soon = plan({host.hop()});
  soon.timeouts.idle = 1s;
  transport->open(1, soon);
  REQUIRE(events.wait_for<connection_closed>());
  CHECK(last.get_future().get() == "QUIT");
  CHECK(events.all<connection_closed>()[0].reason.code == 221);
}

TEST_CASE_METHOD(transport_fixture, "transport: abandon lets what is under way end within grace",
                 "[transport]") {
  scripted_host host{[](peer_session& peer, std::size_t) {
    peer.greet();
    peer.take_transaction_up_to_data();
    peer.hear_data();
    peer.stall();
  }};
  transport->open(1, plan({host.hop()}));
  transport->transmit(1, {mail(1)});
  REQUIRE(events.wait_for<connection_opened>());
  transport->transmit(1, {});
  transport->abandon(1, 300ms);
  REQUIRE(events.wait_for<connection_closed>());
  const auto finished = events.all<transmission_finished>();
  const auto unsent = events.all<connection_closed>()[0].unsent;
  REQUIRE(finished.size() + unsent.size() == 1);
  if (!finished.empty()) {
    CHECK(finished[0].recipients[0].code == 0);
  }
}

TEST_CASE_METHOD(transport_fixture, "transport: a connection that is not open yet is abandoned",
                 "[transport]") {
  scripted_host silent{[](peer_session& peer, std::size_t) { peer.stall(); }};
  transport->open(1, plan({silent.hop()}));
  send(1, mail(9));
  transport->abandon(1, 10s);
  REQUIRE(events.wait_for<connection_closed>());
  CHECK(events.all<connection_closed>()[0].unsent == std::vector<transmission_id>{9});
}

TEST_CASE_METHOD(transport_fixture, "transport: many connections at once", "[transport]") {
  scripted_host host{[](peer_session& peer, std::size_t) { take_everything(peer); }};
  for (connection_id id = 1; id <= 40; ++id) {
    transport->open(id, plan({host.hop()}));
    for (transmission_id number = 0; number < 5; ++number) {
      send(id, mail(id * 100 + number));
    }
    transport->close(id);
  }
  REQUIRE(events.wait_for<connection_closed>(40));
  std::set<transmission_id> delivered;
  for (const auto& done : events.all<transmission_finished>()) {
    CHECK(done.recipients[0].code == 250);
    delivered.insert(done.id);
  }
  CHECK(delivered.size() == 200);
}

TEST_CASE_METHOD(transport_fixture, "transport: nothing is reported once it is destroyed",
                 "[transport]") {
  scripted_host host{[](peer_session& peer, std::size_t) { take_everything(peer); }};
  for (connection_id id = 1; id <= 10; ++id) {
    transport->open(id, plan({host.hop()}));
    send(id, mail(id));
  }
  REQUIRE(events.wait_for<transmission_finished>());
  transport.reset();
  const std::size_t before = events.size();
  threads.stop();
  CHECK(events.size() == before);
}

TEST_CASE("transport: threads stopped first, then the transport", "[transport]") {
  scripted_host host{[](peer_session& peer, std::size_t) { peer.stall(); }};
  io_threads threads{1};
  auto transport = make_mail_transport(threads, [](std::vector<transport_event>) {});
  transport->open(1, transport_fixture::plan({host.hop()}));
  threads.stop();
  transport.reset();
}
