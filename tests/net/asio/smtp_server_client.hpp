// A plain SMTP client on a blocking socket, with or without TLS. Every wait ends after ten seconds.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace warmfront::testing {

class smtp_client {
public:
  /// @param address `127.0.0.1:2587`
  explicit smtp_client(const std::string& address) : smtp_client{} { connect(address); }
  /// A socket that is not connected yet.
  smtp_client() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const timeval limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~smtp_client() {
    ssl_.reset();
    ::close(socket_);
  }
  smtp_client(const smtp_client&) = delete;
  smtp_client& operator=(const smtp_client&) = delete;

  bool connect(const std::string& address) {
    const auto colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    return ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }

  /// @returns whether the handshake succeeded.
  bool start_tls(int version_max = TLS1_3_VERSION) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_);
    return SSL_connect(ssl_.get()) == 1;
  }
  /// The common name of the server's certificate.
  [[nodiscard]] std::string server_name() const {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        SSL_get1_peer_certificate(ssl_.get()), X509_free};
    char name[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                              sizeof name);
    return name;
  }

  void send(std::string_view octets) {
    while (!octets.empty()) {
      const auto size = ssl_ ? SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()))
                             : ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (size <= 0) {
        return;
      }
      octets.remove_prefix(static_cast<std::size_t>(size));
    }
  }
  /// The next reply, all its lines; empty when the server closed or said nothing in time.
  std::string reply() {
    std::string all;
    while (true) {
      const auto end = buffer_.find("\r\n");
      if (end == std::string::npos) {
        if (!fill()) {
          return all;
        }
        continue;
      }
      const auto line = buffer_.substr(0, end + 2);
      buffer_.erase(0, end + 2);
      all += line;
      if (line.size() < 4 || line[3] != '-') {
        return all;
      }
    }
  }
  std::string command(const std::string& line) {
    send(line + "\r\n");
    return reply();
  }
  /// Whether the server closed the connection, with nothing more to say.
  bool closed() { return buffer_.empty() && !fill() && at_end_; }

private:
  bool fill() {
    char piece[4096];
    const auto size =
        ssl_ ? SSL_read(ssl_.get(), piece, sizeof piece) : ::recv(socket_, piece, sizeof piece, 0);
    at_end_ = size == 0 || (size < 0 && errno == ECONNRESET);
    if (size <= 0) {
      return false;
    }
    buffer_.append(piece, static_cast<std::size_t>(size));
    return true;
  }

  int socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::string buffer_;
  bool at_end_ = false;
};

} // namespace warmfront::testing
