// A real HTTPS server of a test's own: a thread for each connection, scripted answers.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "net/tls/server_context.hpp"
#include "tests/net/tls/test_authority.hpp"

namespace warmfront::testing {

/// What it got: head and body as they came.
struct https_request {
  std::string head;
  std::string body;
};
/// @returns all of the answer, `HTTP/1.1 200 OK…`; empty: nothing is answered until the end.
using https_handler = std::function<std::string(const https_request&)>;

inline std::string https_answer(unsigned status, const std::string& body = {},
                                const std::string& fields = {}) {
  return "HTTP/1.1 " + std::to_string(status) +
         " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}

/// A certificate for a server of these names or addresses, signed by the authority.
inline std::shared_ptr<const net::tls_server_context>
certificate_for(const test_authority& authority, const std::vector<std::string>& names) {
  const auto made = net::make_node(authority.pair(), "server", names).value();
  const auto certificate = authority.file("server.pem");
  const auto key = authority.file("server.key");
  std::ofstream{certificate} << made.certificate;
  std::ofstream{key} << made.key;
  return net::tls_server_context::load(certificate, key).value();
}

class https_server {
public:
  /// @param context none: plain HTTP.
  https_server(std::shared_ptr<const net::tls_server_context> context, https_handler handler)
      : context_{std::move(context)}, handler_{std::move(handler)},
        listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error{"no port for the server"};
    port_ = ntohs(address.sin_port);
    threads_.emplace_back([this] { accept_all(); });
  }
  ~https_server() {
    stopping_ = true;
    threads_.front().join();
    for (std::size_t at = 1; at < threads_.size(); ++at)
      threads_[at].join();
    ::close(listener_);
  }
  https_server(const https_server&) = delete;
  https_server& operator=(const https_server&) = delete;

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return connections_; }
  std::vector<https_request> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

private:
  void accept_all() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) != 1)
        continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0)
        continue;
      ++connections_;
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    const timeval patience{0, 20'000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL* session = nullptr;
    if (context_) {
      session = SSL_new(context_->native());
      SSL_set_fd(session, socket);
      int done = 0;
      while ((done = SSL_accept(session)) != 1 && !stopping_ &&
             SSL_get_error(session, done) == SSL_ERROR_WANT_READ) {
      }
      if (done == 1)
        converse(socket, session);
      SSL_free(session);
    } else {
      converse(socket, nullptr);
    }
    ::close(socket);
  }

  void converse(int socket, SSL* session) {
    std::string pending;
    while (!stopping_) {
      const auto end = pending.find("\r\n\r\n");
      if (end == std::string::npos) {
        if (!read_more(socket, session, pending))
          return;
        continue;
      }
      https_request request{pending.substr(0, end + 4), {}};
      const auto length = length_of(request.head);
      while (pending.size() < end + 4 + length)
        if (!read_more(socket, session, pending))
          return;
      request.body = pending.substr(end + 4, length);
      pending.erase(0, end + 4 + length);
      {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
      }
      const auto answer = handler_(request);
      if (answer.empty()) {
        while (!stopping_ && read_more(socket, session, pending)) {
        }
        return;
      }
      if (!write_all(socket, session, answer) ||
          answer.find("Connection: close") != std::string::npos)
        return;
    }
  }

  static std::size_t length_of(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  bool read_more(int socket, SSL* session, std::string& into) const {
    char octets[16384];
    while (!stopping_) {
      const long got = session != nullptr ? SSL_read(session, octets, sizeof octets)
                                          : ::recv(socket, octets, sizeof octets, 0);
      if (got > 0) {
        into.append(octets, static_cast<std::size_t>(got));
        return true;
      }
      const bool again = session != nullptr
                             ? SSL_get_error(session, static_cast<int>(got)) == SSL_ERROR_WANT_READ
                             : got < 0 && errno == EAGAIN;
      if (!again)
        return false;
    }
    return false;
  }

  bool write_all(int socket, SSL* session, std::string_view rest) const {
    while (!rest.empty() && !stopping_) {
      const long put = session != nullptr
                           ? SSL_write(session, rest.data(), static_cast<int>(rest.size()))
                           : ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (put <= 0)
        return false;
      rest.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

  const std::shared_ptr<const net::tls_server_context> context_;
  const https_handler handler_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<https_request> requests_;
  std::vector<std::thread> threads_; ///< the first accepts, and adds to them alone
};

} // namespace warmfront::testing
