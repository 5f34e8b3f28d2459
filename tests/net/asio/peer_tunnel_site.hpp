// A node's tunnels, as a test sees them: who joined, what ended, the descriptors inside.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/asio/peer_tunnel.hpp"
#include "tests/net/tls/test_authority.hpp"

namespace warmfront::testing {

/// A descriptor that is closed with this object.
class owned_descriptor {
public:
  owned_descriptor() = default;
  explicit owned_descriptor(int descriptor) : descriptor_{descriptor} {}
  owned_descriptor(owned_descriptor&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  owned_descriptor& operator=(owned_descriptor&& other) noexcept {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    return *this;
  }
  ~owned_descriptor() { close(); }
  void close() {
    if (descriptor_ >= 0)
      ::close(std::exchange(descriptor_, -1));
  }
  [[nodiscard]] int get() const { return descriptor_; }

  void write(const std::string& text) const {
    ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void end_writing() const { ::shutdown(descriptor_, SHUT_WR); }
  /// What comes, at most `size` octets; less at the end or after five seconds without any.
  [[nodiscard]] std::string read(std::size_t size) const {
    std::string text;
    std::array<char, 65536> piece{};
    while (text.size() < size) {
      pollfd ready{descriptor_, POLLIN, 0};
      if (::poll(&ready, 1, 5000) <= 0)
        return text + "(nothing comes)";
      const auto got =
          ::recv(descriptor_, piece.data(), std::min(piece.size(), size - text.size()), 0);
      if (got <= 0)
        break;
      text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  /// Whether nothing more comes, within five seconds.
  [[nodiscard]] bool is_at_end() const { return read(1).empty(); }

private:
  int descriptor_ = -1;
};

/// Asks again and again, for ten seconds.
inline bool eventually(const std::function<bool()>& what) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!what()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

class tunnel_site {
public:
  tunnel_site(const test_authority& authority, const std::string& name,
              net::peer_tunnel_options options = {})
      : tunnels_{start(authority.context(name), std::move(options))} {}
  ~tunnel_site() { tunnels_.reset(); }
  tunnel_site(const tunnel_site&) = delete;
  tunnel_site& operator=(const tunnel_site&) = delete;

  [[nodiscard]] net::peer_tunnels& tunnels() { return *tunnels_; }
  void stop() { tunnels_.reset(); }
  [[nodiscard]] result<net::dialled_tunnel> dial(const std::string& address,
                                                 const std::string& expected) {
    auto answer = std::make_shared<std::promise<result<net::dialled_tunnel>>>();
    auto made = answer->get_future();
    tunnels_->dial(address, expected, [answer](auto got) { answer->set_value(std::move(got)); });
    return made.get();
  }
  [[nodiscard]] result<net::dialled_tunnel> dial(tunnel_site& other, const std::string& expected) {
    return dial(other.tunnels().address(), expected);
  }
  /// The inner end of the next caller's tunnel.
  [[nodiscard]] owned_descriptor joined() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{10}, [this] { return !joined_.empty(); });
    if (joined_.empty())
      return {};
    auto first = std::move(joined_.front());
    joined_.erase(joined_.begin());
    return first;
  }
  [[nodiscard]] std::size_t ended() {
    const std::lock_guard lock{mutex_};
    return ended_;
  }
  void admit_none() {
    const std::lock_guard lock{mutex_};
    admits_ = false;
  }

private:
  std::unique_ptr<net::peer_tunnels> start(std::shared_ptr<const net::peer_context> context,
                                           net::peer_tunnel_options options) {
    options.listen = "127.0.0.1:0";
    net::peer_tunnel_handlers handlers;
    handlers.admit = [this](const net::peer_identity&) {
      const std::lock_guard lock{mutex_};
      return admits_;
    };
    handlers.join = [this](const net::peer_identity&) {
      std::array<int, 2> ends{};
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return -1;
      const std::lock_guard lock{mutex_};
      joined_.emplace_back(ends[1]);
      changed_.notify_all();
      return ends[0];
    };
    handlers.ended = [this](net::tunnel_id) {
      const std::lock_guard lock{mutex_};
      ++ended_;
    };
    return net::start_peer_tunnels(threads_, std::move(options), std::move(context),
                                   std::move(handlers))
        .value();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<owned_descriptor> joined_;
  std::size_t ended_ = 0;
  bool admits_ = true;
  net::io_threads threads_{2};
  std::unique_ptr<net::peer_tunnels> tunnels_;
};

/// Two nodes and a tunnel from the first to the second.
struct two_sites {
  explicit two_sites(const net::peer_tunnel_options& options = {})
      : one{authority, "n1", options}, two{authority, "n2", options} {}
  void connect() {
    const auto made = one.dial(two, "n2").value();
    id = made.id;
    here = owned_descriptor{made.descriptor};
    there = two.joined();
  }
  test_authority authority;
  tunnel_site one;
  tunnel_site two;
  net::tunnel_id id = 0;
  owned_descriptor here;
  owned_descriptor there;
};

} // namespace warmfront::testing
