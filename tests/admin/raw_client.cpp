#include "tests/admin/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/core.h>

namespace warmfront::testing {

using std::chrono::milliseconds;

std::string raw_response::field(std::string_view name) const {
  const auto at = head.find(fmt::format("\r\n{}: ", name));
  if (at == std::string::npos) {
    return {};
  }
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

raw_client::raw_client(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

raw_client::~raw_client() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
}

bool raw_client::send(std::string_view octets) {
  while (!octets.empty()) {
    const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool raw_client::fill(milliseconds patience) {
  pollfd wanted{socket_, POLLIN, 0};
  if (::poll(&wanted, 1, static_cast<int>(patience.count())) <= 0) {
    return false;
  }
  std::array<char, 65536> chunk{};
  const auto got = ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (got <= 0) {
    return false;
  }
  pending_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

raw_response raw_client::receive(bool of_head_request) {
  constexpr milliseconds patience{10'000};
  raw_response response;
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(patience)) {
      return response;
    }
  }
  response.head = pending_.substr(0, end + 4);
  pending_.erase(0, end + 4);
  response.status = std::atoi(response.head.substr(9, 3).c_str());
  const auto length = std::strtoul(response.field("Content-Length").c_str(), nullptr, 10);
  while (!of_head_request && pending_.size() < length && fill(patience)) {
  }
  if (!of_head_request) {
    response.body = pending_.substr(0, length);
    pending_.erase(0, length);
  }
  return response;
}

std::string raw_client::receive_all() {
  while (fill(milliseconds{10'000})) {
  }
  return std::exchange(pending_, {});
}

bool raw_client::closes(milliseconds patience) {
  std::array<char, 65536> chunk{};
  while (true) {
    pollfd wanted{socket_, POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(patience.count())) <= 0) {
      return false;
    }
    if (::recv(socket_, chunk.data(), chunk.size(), 0) <= 0) {
      return true;
    }
  }
}

raw_response call_node(std::uint16_t port, std::string_view method, std::string_view target,
                       std::string_view key, std::string_view body) {
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  if (!key.empty()) {
    request += fmt::format("Authorization: Bearer {}\r\n", key);
  }
  if (!body.empty()) {
    request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  request += "\r\n";
  request += body;
  raw_client client{port};
  client.send(request);
  return client.receive(method == "HEAD");
}

} // namespace warmfront::testing
