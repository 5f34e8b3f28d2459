// A next hop of a few lines: takes every mail and keeps it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace warmfront::testing {

/// One thread, one connection after the other, on a port that the system picks.
class mail_sink {
public:
  mail_sink() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  mail_sink(const mail_sink&) = delete;
  mail_sink& operator=(const mail_sink&) = delete;
  ~mail_sink() {
    ::shutdown(listener_, SHUT_RDWR);
    {
      const std::scoped_lock lock{mutex_};
      if (session_ >= 0)
        ::shutdown(session_, SHUT_RDWR);
    }
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The mails once there are so many, or what has come within ten seconds.
  std::vector<std::string> wait_for(std::size_t mails) {
    std::unique_lock lock{mutex_};
    arrived_.wait_for(lock, std::chrono::seconds{10}, [&] { return mails_.size() >= mails; });
    return mails_;
  }

private:
  void serve() {
    for (int session = accept(); session >= 0; session = accept()) {
      talk(session);
      const std::scoped_lock lock{mutex_};
      session_ = -1;
      ::close(session);
    }
  }
  int accept() {
    const int session = ::accept(listener_, nullptr, nullptr);
    const std::scoped_lock lock{mutex_};
    session_ = session;
    return session;
  }
  static void say(int to, const std::string& reply) {
    [[maybe_unused]] const auto sent =
        ::send(to, (reply + "\r\n").data(), reply.size() + 2, MSG_NOSIGNAL);
  }
  void talk(int session) {
    std::string input;
    std::string mail;
    bool content = false;
    say(session, "220 sink");
    char octets[4096];
    for (auto size = ::recv(session, octets, sizeof octets, 0); size > 0;
         size = ::recv(session, octets, sizeof octets, 0)) {
      input.append(octets, static_cast<std::size_t>(size));
      for (auto end = input.find("\r\n"); end != std::string::npos; end = input.find("\r\n")) {
        const auto line = input.substr(0, end);
        input.erase(0, end + 2);
        if (content && line != ".") {
          mail += line + "\n";
          continue;
        }
        if (content)
          keep(std::exchange(mail, {}));
        content = !content && line == "DATA";
        say(session, content ? "354 go on" : "250 ok");
      }
    }
  }
  void keep(std::string mail) {
    const std::scoped_lock lock{mutex_};
    mails_.push_back(std::move(mail));
    arrived_.notify_all();
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> mails_;
  int session_ = -1;
  std::thread thread_;
};

} // namespace warmfront::testing
