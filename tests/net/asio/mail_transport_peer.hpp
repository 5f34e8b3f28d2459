// Mail hosts on real sockets whose behaviour the test writes, and a collector of events.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/asio/mail_transport.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace warmfront::testing {

/// One accepted connection. Every call ends early when the peer is stopped.
class peer_session {
public:
  peer_session(int socket, const std::atomic<bool>& stopped) : socket_{socket}, stopped_{stopped} {}
  ~peer_session();
  peer_session(const peer_session&) = delete;
  peer_session& operator=(const peer_session&) = delete;

  void say(std::string_view text);
  /// One octet at a time, `pause` apart.
  void drip(std::string_view text, std::chrono::milliseconds pause);
  /// A line without its end; empty when there is none any more.
  std::string hear();
  /// Lines up to the lone dot, as they came.
  std::string hear_data();
  /// Reads at most `octets` and nothing more.
  std::string hear_octets(std::size_t octets);
  /// Greets, answers EHLO with PIPELINING, and takes MAIL, one RCPT and DATA with 250 250 354.
  void take_transaction_up_to_data();
  void greet();
  void pause(std::chrono::milliseconds length);
  /// Until the client goes away or the peer is stopped.
  void stall();
  /// Closes so that the client sees a reset.
  void reset();
  [[nodiscard]] std::string client_address() const;
  /// The server's side of a handshake; `sni` is what the client asked for. False when it failed.
  bool shake_hands(ssl_ctx_st* context);
  std::string sni;

private:
  bool fill();

  int socket_;
  const std::atomic<bool>& stopped_;
  ssl_st* tls_ = nullptr;
  std::string buffer_;
};

/// Listens on a free port of 127.0.0.1; each connection gets a thread that runs `behaviour` with
/// the number of the connection, from 0.
class scripted_host {
public:
  using behaviour = std::function<void(peer_session&, std::size_t)>;
  explicit scripted_host(behaviour script);
  ~scripted_host();
  scripted_host(const scripted_host&) = delete;
  scripted_host& operator=(const scripted_host&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] net::next_hop hop() const { return {"mx.example", "127.0.0.1", port_}; }
  [[nodiscard]] std::size_t connections() const noexcept { return count_; }

private:
  void accept_all();

  behaviour script_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopped_{false};
  std::atomic<std::size_t> count_{0};
  std::vector<std::thread> sessions_;
  std::thread acceptor_;
};

/// A port nobody listens on.
[[nodiscard]] std::uint16_t closed_port();

/// A server context with a self-signed certificate made on the spot.
class self_signed {
public:
  self_signed();
  ~self_signed();
  self_signed(const self_signed&) = delete;
  self_signed& operator=(const self_signed&) = delete;
  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_; }

private:
  ssl_ctx_st* context_;
};

class event_log {
public:
  void add(std::vector<net::transport_event> events);
  /// Waits until `count` events of a kind are there; false after ten seconds.
  template <class Event>
  bool wait_for(std::size_t count = 1) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{10},
                             [&] { return pick<Event>().size() >= count; });
  }
  template <class Event>
  std::vector<Event> all() {
    const std::lock_guard lock{mutex_};
    return pick<Event>();
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock{mutex_};
    return events_.size();
  }

private:
  template <class Event>
  std::vector<Event> pick() const {
    std::vector<Event> found;
    for (const net::transport_event& event : events_) {
      if (const auto* one = std::get_if<Event>(&event.what)) {
        found.push_back(*one);
      }
    }
    return found;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<net::transport_event> events_;
};

} // namespace warmfront::testing
