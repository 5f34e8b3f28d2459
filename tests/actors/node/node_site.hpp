// A whole node in this process that sends to one next hop, on ports that the system picks.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <caf/scoped_actor.hpp>
#include <catch2/catch.hpp>

#include "actors/node/node.hpp"
#include "tests/net/asio/smtp_server_client.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace warmfront::testing {

class node_site {
public:
  explicit node_site(const std::string& next_hop) {
    settings.node.hostname = "mta.example";
    settings.node.data_dir = directory.path() / "data";
    settings.smtp.submission = {"127.0.0.1:0"};
    settings.smtp.relay_networks = {"127.0.0.1/32"};
    settings.delivery.routes = {{"*", next_hop}};
    settings.identity.require_verified = false;
    settings.storage.reserve = 0;
    settings.log.file = directory.path() / "log";
  }
  void start() {
    auto made = node::start(settings, [](const error& why) { FAIL_CHECK(why.what); });
    if (!made)
      FAIL(to_string(made.error()));
    subject = std::move(made).value();
  }
  template <class Answer, class Handle, class Question>
  Answer ask(const Handle& whom, Question question) {
    caf::scoped_actor self{subject->services().system};
    std::optional<Answer> answered;
    self->request(whom, std::chrono::seconds{10}, std::move(question))
        .receive([&](Answer& got) { answered = std::move(got); }, [](const caf::error&) {});
    REQUIRE(answered);
    return std::move(*answered);
  }
  /// Lets mail leave from loopback.
  void give_address() {
    const auto put = ask<answer<done>>(
        subject->services().ip_pool,
        put_pool_address{pool_name{"shared"}, {ip_address{"127.0.0.1"}, node_name{"n1"}, 1, {}}});
    REQUIRE(put.value);
  }
  /// From s@a.example to r@b.example. @returns the id that the node gave it.
  message_id submit(const std::string& subject_line) {
    smtp_client client{subject->smtp_addresses().at(0)};
    client.reply();
    for (const auto* line :
         {"EHLO client.example", "MAIL FROM:<s@a.example>", "RCPT TO:<r@b.example>", "DATA"}) {
      client.send(std::string{line} + "\r\n");
      client.reply();
    }
    client.send("Subject: " + subject_line + "\r\n\r\nbody\r\n.\r\n");
    const auto said = client.reply();
    const auto as = said.find("queued as ");
    REQUIRE(as != std::string::npos);
    return message_id::parse(said.substr(as + 10, 32)).value();
  }
  /// Waits until the log has a text; ten seconds at most.
  void wait_for_log(const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    for (std::string all; std::chrono::steady_clock::now() < until; std::this_thread::yield()) {
      std::ifstream file{settings.log.file};
      all.assign(std::istreambuf_iterator<char>{file}, {});
      if (all.find(text) != std::string::npos)
        return;
    }
    FAIL("the log does not say " + text);
  }

  temporary_directory directory;
  config::config settings;
  std::unique_ptr<node> subject;
};

} // namespace warmfront::testing
