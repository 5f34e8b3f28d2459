#include "net/smtp/server_clients.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace warmfront::smtp {

const char* client_register::connect(std::string_view address, steady_time now) {
  if (connections_ >= limits_.connections_max) {
    return "too many connections, try again later";
  }
  if (clients_.size() >= prune_at_) {
    prune(now);
  }
  auto& one = clients_[client_of(address)];
  if (one.connections >= limits_.connections_per_client_max) {
    return "too many connections from your address";
  }
  if (now - one.minute_began >= std::chrono::minutes{1}) {
    one.minute_began = now;
    one.connected_this_minute = 0;
  }
  if (limits_.connections_per_minute_max != 0 &&
      one.connected_this_minute >= limits_.connections_per_minute_max) {
    return "too many new connections from your address, try again in a minute";
  }
  ++one.connected_this_minute;
  ++one.connections;
  ++connections_;
  return nullptr;
}

void client_register::disconnect(std::string_view address, steady_time now) {
  const auto found = clients_.find(client_of(address));
  assert(found != clients_.end() && found->second.connections > 0);
  --found->second.connections;
  --connections_;
  if (idle(found->second, now)) {
    clients_.erase(found);
  }
}

void client_register::authentication_failed(std::string_view address, steady_time now) {
  auto& one = clients_[client_of(address)];
  if (now - one.failed_at >= limits_.authentication_ban) {
    one.failures = 0;
  }
  ++one.failures;
  one.failed_at = now;
}

bool client_register::banned(std::string_view address, steady_time now) const {
  const auto found = clients_.find(client_of(address));
  return found != clients_.end() &&
         found->second.failures >= limits_.authentication_failures_per_client_max &&
         now - found->second.failed_at < limits_.authentication_ban;
}

bool client_register::idle(const client& one, steady_time now) const {
  const bool counted =
      limits_.connections_per_minute_max != 0 && now - one.minute_began < std::chrono::minutes{1};
  const bool remembered = one.failures != 0 && now - one.failed_at < limits_.authentication_ban;
  return one.connections == 0 && !counted && !remembered;
}

void client_register::prune(steady_time now) {
  for (auto one = clients_.begin(); one != clients_.end();) {
    one = idle(one->second, now) ? clients_.erase(one) : std::next(one);
  }
  prune_at_ = std::max<std::size_t>(1024, clients_.size() * 2);
}

std::string client_of(std::string_view address) {
  std::string text{address};
  std::array<unsigned char, 16> octets{};
  if (inet_pton(AF_INET6, text.c_str(), octets.data()) != 1) {
    return text;
  }
  std::fill(octets.begin() + 8, octets.end(), static_cast<unsigned char>(0));
  std::array<char, INET6_ADDRSTRLEN> shown{};
  inet_ntop(AF_INET6, octets.data(), shown.data(), shown.size());
  return std::string{shown.data()} + "/64";
}

} // namespace warmfront::smtp
