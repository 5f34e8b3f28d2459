// A wire between two descriptors that a test can stop or cut.
#pragma once

#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace warmfront::testing {

/// Carries octets both ways on a thread of its own until it is cut or an end closes.
class cut_wire {
public:
  /// Takes `far` over; `near()` is its other end, the caller's to close.
  explicit cut_wire(int far) : far_{far} {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0)
      near_ = ends[0], inner_ = ends[1];
    thread_ = std::thread{[this] { carry(); }};
  }
  cut_wire(const cut_wire&) = delete;
  cut_wire& operator=(const cut_wire&) = delete;
  ~cut_wire() {
    cut();
    thread_.join();
    ::close(far_);
    ::close(inner_);
  }
  [[nodiscard]] int near() const { return near_; }
  /// As a stopped process or a pulled cable: nothing moves, nobody is told.
  void stop() { stopped_ = true; }
  void cut() {
    done_ = true;
    ::shutdown(far_, SHUT_RDWR);
    ::shutdown(inner_, SHUT_RDWR);
  }

private:
  void carry() {
    while (!done_) {
      std::array<pollfd, 2> both{{{far_, POLLIN, 0}, {inner_, POLLIN, 0}}};
      ::poll(both.data(), both.size(), 20);
      for (const auto& [from, to] : {std::pair{0U, 1U}, std::pair{1U, 0U}})
        if (both[from].revents != 0 && !stopped_ && !done_ && !move(both[from].fd, both[to].fd))
          return cut();
      if (stopped_)
        ::poll(nullptr, 0, 20);
    }
  }
  bool move(int from, int to) {
    const auto size = ::recv(from, octets_.data(), octets_.size(), 0);
    for (ssize_t sent = 0; sent < size;) {
      const auto more =
          ::send(to, octets_.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
      if (more <= 0)
        return false;
      sent += more;
    }
    return size > 0;
  }

  const int far_;
  int near_ = -1;
  int inner_ = -1;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> done_{false};
  std::array<char, 65536> octets_{};
  std::thread thread_;
};

} // namespace warmfront::testing
