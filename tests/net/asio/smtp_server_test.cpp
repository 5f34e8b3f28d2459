#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <thread>

#include "tests/net/asio/smtp_server_fixture.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("smtp shell: a mail goes from the socket to the node and its reply back",
          "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  smtp_client client{fixture.address()};
  greet(client, true);
  CHECK_THAT(send_mail(client, "Subject: x\r\n\r\nhello\r\n"), StartsWith("250 2.0.0 queued as"));
  const auto mails = fixture.node.mails(1);
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].content == "Subject: x\r\n\r\nhello\r\n");
  CHECK(mails[0].source.client_address == "127.0.0.1");
  CHECK(mails[0].source.account == account_name{"u"});
  CHECK(mails[0].source.protocol == "ESMTPA");
  CHECK_THAT(client.command("QUIT"), StartsWith("221"));
  CHECK(client.closed());
  CHECK(fixture.eventually([&] { return fixture.server->counts().connections_open == 0; }));
  const auto counts = fixture.server->counts();
  CHECK(counts.connections == 1);
  CHECK(counts.messages_accepted == 1);
  CHECK(counts.octets_received > 100);
}

TEST_CASE("smtp shell: fifty sessions at once lose nothing", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.options.relay_networks = {"127.0.0.0/8"};
  fixture.start();
  std::atomic<int> accepted{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 50; ++c) {
    clients.emplace_back([&, c] {
      smtp_client client{fixture.address()};
      client.reply();
      client.command("EHLO client.test");
      for (int i = 0; i < 20; ++i) {
        const auto reply = send_mail(client, "Subject: " + std::to_string(c * 20 + i) + "\r\n" +
                                                 std::string(900, 'x') + "\r\n");
        accepted += reply.substr(0, 3) == "250" ? 1 : 0;
      }
    });
  }
  for (auto& one : clients) {
    one.join();
  }
  CHECK(accepted == 1000);
  std::set<std::string> subjects;
  for (const auto& mail : fixture.node.mails(1000)) {
    subjects.insert(mail.content.substr(0, mail.content.find('\r')));
  }
  CHECK(subjects.size() == 1000);
  CHECK(fixture.server->counts().messages_accepted == 1000);
}

TEST_CASE("smtp shell: a large mail arrives whole, pipelined and in one piece", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  smtp_client client{fixture.address()};
  greet(client, true);
  std::string content = "Subject: large\r\n\r\n";
  while (content.size() < 5'000'000) {
    content += std::string(content.size() % 900, 'x') + "\r\n";
  }
  client.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nBDAT " +
              std::to_string(content.size()) + " LAST\r\n" + content + "NOOP\r\n");
  CHECK_THAT(client.reply(), StartsWith("250 2.1.0"));
  CHECK_THAT(client.reply(), StartsWith("250 2.1.5"));
  CHECK_THAT(client.reply(), StartsWith("250 2.0.0 queued"));
  CHECK_THAT(client.reply(), StartsWith("250 2.0.0 ok"));
  CHECK(fixture.node.mails(1).at(0).content == content);
}

TEST_CASE("smtp shell: thousands of replies to a client that reads late", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  smtp_client client{fixture.address()};
  greet(client, true);
  std::string flood;
  for (int i = 0; i < 20'000; ++i) {
    flood += "HELP\r\n";
  }
  std::thread writer{[&] { client.send(flood); }};
  int replies = 0;
  while (replies < 20'000 && client.reply().substr(0, 3) == "214") {
    ++replies;
  }
  writer.join();
  CHECK(replies == 20'000);
}

TEST_CASE("smtp shell: too many connections are told 421, room is found again", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.options.limits.connections_per_client_max = 2;
  fixture.start();
  auto first = std::make_unique<smtp_client>(fixture.address());
  smtp_client second{fixture.address()};
  CHECK_THAT(first->reply(), StartsWith("220"));
  CHECK_THAT(second.reply(), StartsWith("220"));
  smtp_client third{fixture.address()};
  CHECK_THAT(third.reply(), StartsWith("421 4.3.2"));
  CHECK(third.closed());
  CHECK(fixture.server->counts().connections_refused == 1);
  first.reset();
  CHECK(fixture.eventually([&] { return fixture.server->counts().connections_open == 1; }));
  smtp_client fourth{fixture.address()};
  CHECK_THAT(fourth.reply(), StartsWith("220"));
}

TEST_CASE("smtp shell: password guessing from one client is stopped over all its sessions",
          "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.options.limits.authentication_failure_delay = milliseconds{0};
  fixture.options.limits.authentication_failures_per_client_max = 4;
  fixture.start();
  for (int session = 0; session < 2; ++session) {
    smtp_client client{fixture.address()};
    greet(client, false);
    for (int i = 0; i < 2; ++i) {
      CHECK_THAT(client.command("AUTH PLAIN AHUAd3Jvbmch"), StartsWith("535 5.7.8"));
    }
  }
  smtp_client client{fixture.address()};
  greet(client, false);
  CHECK_THAT(client.command("AUTH PLAIN AHUAc2VjcmV0"), StartsWith("454 4.7.0"));
  CHECK(fixture.node.passwords() == 4);
  CHECK(fixture.server->counts().authentication_failures == 4);
  fixture.time.advance(seconds{600});
  smtp_client later{fixture.address()};
  greet(later, true);
}

TEST_CASE("smtp shell: silent clients are sent away", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.make_tls();
  fixture.start();
  smtp_client silent{fixture.address()};
  smtp_client handshaking{fixture.tls_address()};
  CHECK_THAT(silent.reply(), StartsWith("220"));
  CHECK(fixture.eventually([&] { return fixture.server->counts().connections_open == 2; }));
  fixture.time.advance(seconds{61});
  CHECK_THAT(silent.reply(), StartsWith("421 4.4.2"));
  CHECK(silent.closed());
  // Neither closes its side, and the second may have been taken over after time had passed.
  CHECK(fixture.eventually([&] {
    fixture.time.advance(seconds{1});
    return fixture.server->counts().connections_open == 0;
  }));
  CHECK(handshaking.closed());
}

TEST_CASE("smtp shell: draining sends idle sessions away and lets a mail end", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  smtp_client idle{fixture.address()};
  smtp_client busy{fixture.address()};
  greet(idle, false);
  greet(busy, true);
  fixture.node.hold();
  busy.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n");
  for (int i = 0; i < 3; ++i) {
    busy.reply();
  }
  busy.send("x\r\n.\r\n");
  CHECK(fixture.node.mails(1).size() == 1);
  std::atomic<bool> drained{false};
  fixture.server->drain([&] { drained = true; });
  CHECK_THAT(idle.reply(), StartsWith("421 4.3.2"));
  CHECK(idle.closed());
  CHECK_FALSE(drained);
  smtp_client late;
  CHECK((!late.connect(fixture.address()) || late.closed() || late.reply().substr(0, 3) == "421"));
  fixture.node.release();
  CHECK_THAT(busy.reply(), StartsWith("250 2.0.0 queued"));
  CHECK_THAT(busy.reply(), StartsWith("421 4.3.2"));
  CHECK(fixture.eventually([&] {
    fixture.time.advance(seconds{1});
    return drained.load();
  }));
}

TEST_CASE("smtp shell: draining without sessions is done at once", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  bool drained = false;
  fixture.server->drain([&] { drained = true; });
  CHECK(drained);
}

TEST_CASE("smtp shell: a server may end with mails unanswered, before or after its threads",
          "[smtp_shell]") {
  for (const bool stop_first : {false, true}) {
    smtp_server_fixture fixture;
    fixture.start();
    smtp_client client{fixture.address()};
    greet(client, true);
    fixture.node.hold();
    client.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nBDAT 3 LAST\r\na\r\n");
    CHECK(fixture.node.mails(1).size() == 1);
    if (stop_first) {
      fixture.threads.stop();
    }
    fixture.server.reset();
    fixture.node.release();
    for (int i = 0; i < 2; ++i) {
      CHECK_THAT(client.reply(), StartsWith("250"));
    }
    CHECK(client.reply().empty());
  }
}

TEST_CASE("smtp shell: what cannot be listened on is named", "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  const auto failure = [&](const std::string& address, bool implicit_tls) {
    net::smtp_server_options options;
    options.listeners = {{address, implicit_tls}};
    auto started = net::start_smtp_server(fixture.threads, options, nullptr,
                                          fixture.node.handlers(), fixture.time);
    REQUIRE_FALSE(started);
    return started.error().what;
  };
  CHECK_THAT(failure(fixture.address(), false), Contains(fixture.address()) && Contains("in use"));
  CHECK_THAT(failure("192.0.2.1:2587", false), Contains("192.0.2.1:2587"));
  CHECK_THAT(failure("127.0.0.1", false), Contains("not an address"));
  CHECK_THAT(failure("127.0.0.1:70000", false), Contains("not an address"));
  CHECK_THAT(failure("::1:2587", false), Contains("not an address"));
  CHECK_THAT(failure("mta.test:25", false), Contains("not an address"));
  CHECK_THAT(failure("127.0.0.1:0", true), Contains("no certificate"));
  net::smtp_server_options options;
  options.relay_networks = {"10.0.0.1/8"};
  CHECK_FALSE(net::start_smtp_server(fixture.threads, options, nullptr, fixture.node.handlers(),
                                     fixture.time));
}
