// A submission server on a port the system picks, with a node behind it that takes every mail.
#pragma once

#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/asio/smtp_server.hpp"
#include "tests/net/asio/smtp_server_client.hpp"
#include "tests/net/tls/test_certificate.hpp"

namespace warmfront::testing {

/// A steady clock that I/O threads may read while a test moves it.
class shared_clock final : public clock {
public:
  [[nodiscard]] wall_time wall_now() const override { return wall_time{seconds{1'767'225'600}}; }
  [[nodiscard]] steady_time steady_now() const override {
    return steady_time{std::chrono::hours{1}} + milliseconds{passed_};
  }
  void advance(milliseconds by) { passed_ += by.count(); }

private:
  std::atomic<std::int64_t> passed_{0};
};

/// Takes mails on the I/O threads and answers them on a thread of its own, as a node does.
class test_node {
public:
  test_node() : thread_{[this] { run(); }} {}
  ~test_node() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
      holding_ = false;
    }
    changed_.notify_all();
    thread_.join();
  }
  test_node(const test_node&) = delete;
  test_node& operator=(const test_node&) = delete;

  [[nodiscard]] net::smtp_server_handlers handlers() {
    net::smtp_server_handlers all;
    all.authenticate = [this](std::string user, std::string secret, auto done) {
      const std::lock_guard lock{mutex_};
      ++passwords_;
      work_.emplace_back([user = std::move(user), right = secret == "secret", done] {
        if (right) {
          done(net::authenticated_client{account_name{user}, "key"});
        } else {
          done(error{errc::refused, "wrong name or password", ""});
        }
      });
      changed_.notify_all();
    };
    all.submit = [this](std::vector<net::pending_submission> mails) {
      const std::lock_guard lock{mutex_};
      for (auto& mail : mails) {
        mails_.push_back(std::move(mail.mail));
        work_.emplace_back([done = std::move(mail.done)] { done(message_id{wall_time{}, 1, 2}); });
      }
      changed_.notify_all();
    };
    all.accepts_mail = [] { return true; };
    return all;
  }

  /// Mails are kept waiting for their reply until `release`.
  void hold() {
    const std::lock_guard lock{mutex_};
    holding_ = true;
  }
  void release() {
    const std::lock_guard lock{mutex_};
    holding_ = false;
    changed_.notify_all();
  }
  /// Waits for that many mails in all.
  [[nodiscard]] std::vector<submission> mails(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, seconds{10}, [&] { return mails_.size() >= count; });
    return mails_;
  }
  [[nodiscard]] std::size_t passwords() {
    const std::lock_guard lock{mutex_};
    return passwords_;
  }

private:
  void run() {
    std::unique_lock lock{mutex_};
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || (!holding_ && !work_.empty()); });
      if (work_.empty()) {
        return;
      }
      const auto work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  std::vector<submission> mails_;
  std::size_t passwords_ = 0;
  bool holding_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// The server and what it needs, in the order in which they must be made and ended.
class smtp_server_fixture {
public:
  smtp_server_fixture() { options.hostname = "mta.test"; }

  /// Starts with one listener in clear text and, with a certificate, one for TLS.
  void start() {
    options.listeners = {{"127.0.0.1:0", false}};
    if (tls) {
      options.listeners.push_back({"127.0.0.1:0", true});
    }
    auto started = net::start_smtp_server(threads, options, tls, node.handlers(), time);
    REQUIRE(started);
    server = std::move(started.value());
  }
  void make_tls(const std::string& name = "mta.test") {
    const auto files = make_certificate(directory, name);
    tls = net::tls_server_context::load(files.certificate_file, files.key_file).value();
  }
  [[nodiscard]] std::string address() const { return server->addresses().at(0); }
  [[nodiscard]] std::string tls_address() const { return server->addresses().at(1); }
  /// Waits until `holds`, or ten seconds.
  [[nodiscard]] static bool eventually(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + seconds{10};
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) {
        return false;
      }
      std::this_thread::yield();
    }
    return true;
  }

  temporary_directory directory;
  shared_clock time;
  net::smtp_server_options options;
  std::shared_ptr<const net::tls_server_context> tls;
  net::io_threads threads{2};
  test_node node;
  std::unique_ptr<net::smtp_server> server;
};

/// Says EHLO and, with a name, AUTH.
inline void greet(smtp_client& client, bool authenticate) {
  REQUIRE(client.reply().substr(0, 3) == "220");
  REQUIRE(client.command("EHLO client.test").substr(0, 3) == "250");
  if (authenticate) {
    REQUIRE(client.command("AUTH PLAIN AHUAc2VjcmV0").substr(0, 3) == "235");
  }
}

inline std::string send_mail(smtp_client& client, const std::string& content) {
  client.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n");
  for (int i = 0; i < 3; ++i) {
    client.reply();
  }
  client.send(content + ".\r\n");
  return client.reply();
}

} // namespace warmfront::testing
