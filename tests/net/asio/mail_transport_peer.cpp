#include "tests/net/asio/mail_transport_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace warmfront::testing {

namespace {

std::pair<int, std::uint16_t> bind_free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  static_cast<void>(::bind(socket, any, length));
  ::getsockname(socket, any, &length);
  return {socket, ntohs(address.sin_port)};
}

/// Whether something can be read within 50 ms.
bool readable(int socket) {
  pollfd one{socket, POLLIN, 0};
  return ::poll(&one, 1, 50) > 0;
}

} // namespace

peer_session::~peer_session() {
  if (tls_ != nullptr) {
    SSL_free(tls_);
  }
  ::close(socket_);
}

void peer_session::say(std::string_view text) {
  while (!text.empty() && !stopped_) {
    const auto sent = tls_ != nullptr ? SSL_write(tls_, text.data(), static_cast<int>(text.size()))
                                      : ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void peer_session::drip(std::string_view text, std::chrono::milliseconds length) {
  for (const char& octet : text) {
    if (stopped_) {
      return;
    }
    say({&octet, 1});
    pause(length);
  }
}

void peer_session::pause(std::chrono::milliseconds length) {
  ::poll(nullptr, 0, static_cast<int>(length.count()));
}

bool peer_session::fill() {
  std::array<char, 65536> room;
  while (!stopped_) {
    if ((tls_ == nullptr || SSL_pending(tls_) == 0) && !readable(socket_)) {
      continue;
    }
    const auto got = tls_ != nullptr ? SSL_read(tls_, room.data(), static_cast<int>(room.size()))
                                     : ::recv(socket_, room.data(), room.size(), 0);
    if (got <= 0) {
      return false;
    }
    buffer_.append(room.data(), static_cast<std::size_t>(got));
    return true;
  }
  return false;
}

std::string peer_session::hear() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) {
      return {};
    }
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string peer_session::hear_data() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n.\r\n")) == std::string::npos) {
    if (!fill()) {
      return {};
    }
  }
  std::string data = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 5);
  return data;
}

std::string peer_session::hear_octets(std::size_t octets) {
  std::string room(octets, '\0');
  const auto got = ::recv(socket_, room.data(), octets, 0);
  room.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return room;
}

void peer_session::greet() {
  say("220 mx.example ESMTP\r\n");
  hear();
  say("250-mx.example\r\n250 PIPELINING\r\n");
}

void peer_session::take_transaction_up_to_data() {
  hear();
  hear();
  hear();
  say("250 ok\r\n250 ok\r\n354 go\r\n");
}

void peer_session::stall() {
  while (!stopped_ && fill()) {
  }
}

void peer_session::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string peer_session::client_address() const {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length);
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return text.data();
}

bool peer_session::shake_hands(ssl_ctx_st* context) {
  tls_ = SSL_new(context);
  SSL_set_fd(tls_, socket_);
  if (SSL_accept(tls_) != 1) {
    return false;
  }
  const char* name = SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name);
  sni = name != nullptr ? name : "";
  buffer_.clear();
  return true;
}

scripted_host::scripted_host(behaviour script) : script_{std::move(script)} {
  std::tie(listener_, port_) = bind_free_port();
  ::listen(listener_, 128);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

scripted_host::~scripted_host() {
  stopped_ = true;
  acceptor_.join();
  for (std::thread& session : sessions_) {
    session.join();
  }
  ::close(listener_);
}

void scripted_host::accept_all() {
  while (!stopped_) {
    if (!readable(listener_)) {
      continue;
    }
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) {
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      sessions_.emplace_back([this, socket, number = count_++] {
        peer_session session{socket, stopped_};
        script_(session, number);
      });
    }
  }
}

std::uint16_t closed_port() {
  const auto [socket, port] = bind_free_port();
  ::close(socket);
  return port;
}

self_signed::self_signed() : context_{SSL_CTX_new(TLS_server_method())} {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

self_signed::~self_signed() {
  SSL_CTX_free(context_);
}

void event_log::add(std::vector<net::transport_event> events) {
  const std::lock_guard lock{mutex_};
  for (net::transport_event& event : events) {
    events_.push_back(std::move(event));
  }
  changed_.notify_all();
}

} // namespace warmfront::testing
