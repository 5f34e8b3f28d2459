// An owned file descriptor, and the two calls on sockets that both load tools need.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

namespace warmfront::bench {

/// Closes what it owns; -1 owns nothing.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() { reset(); }

  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void reset() {
    if (number_ >= 0) {
      ::close(std::exchange(number_, -1));
    }
  }

private:
  int number_ = -1;
};

/// Small writes leave at once.
inline void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// `127.0.0.1:2525`; IPv4 only.
[[nodiscard]] std::optional<sockaddr_in> parse_address(const std::string& text);
/// `127.0.0.1:2525`, or without the port.
[[nodiscard]] std::string to_string(const sockaddr_in& address, bool with_port);

} // namespace warmfront::bench
