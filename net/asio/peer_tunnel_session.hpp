// One tunnel between two nodes, and what all tunnels of a node share. Used by `peer_tunnel.cpp`
// only.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "net/asio/peer_tunnel.hpp"

namespace warmfront::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using error_code = boost::system::error_code;

inline constexpr std::size_t tunnel_buffer_octets = 64u << 10;

class tunnel;

/// What tunnels share with whoever owns them; outlives both.
struct tunnel_hub {
  peer_tunnel_options options;
  peer_tunnel_handlers handlers;
  std::mutex mutex;
  bool stopped = false;
  std::shared_ptr<const peer_context> context;
  std::map<tunnel_id, std::shared_ptr<tunnel>> tunnels;
  std::deque<std::weak_ptr<tunnel>> handshakes; ///< of callers, oldest first
  tunnel_id next_id = 1;
  peer_tunnel_counts counts;
};

/// One connection, on one I/O thread from its first octet to its last.
class tunnel : public std::enable_shared_from_this<tunnel> {
public:
  using dial_callback = std::function<void(result<dialled_tunnel>)>;

  tunnel(std::shared_ptr<tunnel_hub> hub, asio::io_context& context,
         std::shared_ptr<const peer_context> tls, bool calls)
      : hub_{std::move(hub)}, context_{context}, tls_{std::move(tls)}, calls_{calls},
        ssl_context_{borrow(calls ? tls_->caller() : tls_->called())},
        outside_{context, ssl_context_}, inside_{context}, timer_{context}, resolver_{context} {}

  [[nodiscard]] tcp::socket& socket() { return outside_.next_layer(); }
  [[nodiscard]] asio::io_context& context() { return context_; }

  void call(const std::string& host, const std::string& port, std::string expected,
            dial_callback done) {
    expected_ = std::move(expected);
    done_ = std::move(done);
    limit_handshake();
    resolver_.async_resolve(
        host, port, [self = shared_from_this()](const error_code& ec, const auto& found) {
          if (ec)
            return self->fail("its address cannot be resolved: " + ec.message());
          if (self->over_)
            return;
          self->connect(found);
        });
  }
  void serve() {
    limit_handshake();
    shake_hands();
  }
  /// Any thread.
  void end_soon() {
    asio::post(context_, [self = shared_from_this()] { self->fail("dropped"); });
  }
  [[nodiscard]] const peer_identity& peer() const { return peer_; }

  tunnel_id id = 0;
  bool established = false; ///< guarded by the hub's mutex, as `peer` after it

private:
  static asio::ssl::context borrow(SSL_CTX* native) {
    SSL_CTX_up_ref(native);
    return asio::ssl::context{native};
  }
  void connect(const tcp::resolver::results_type& found) {
    // One after the other by hand: asio::async_connect would need its own header and gives no more.
    endpoints_ = found;
    next_endpoint_ = endpoints_.begin();
    connect_next("no address");
  }
  void connect_next(const std::string& why) {
    if (next_endpoint_ == endpoints_.end())
      return fail("it cannot be connected to: " + why);
    error_code ignored;
    socket().close(ignored);
    const auto target = (next_endpoint_++)->endpoint();
    socket().async_connect(target, [self = shared_from_this()](const error_code& ec) {
      if (self->over_)
        return;
      if (ec)
        return self->connect_next(ec.message());
      self->shake_hands();
    });
  }
  void limit_handshake() {
    timer_.expires_after(hub_->options.handshake_within);
    timer_.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec)
        self->fail("the handshake took too long");
    });
  }
  void shake_hands() {
    error_code ignored;
    socket().set_option(tcp::no_delay{true}, ignored);
    socket().set_option(asio::socket_base::keep_alive{true}, ignored);
    const auto silence = static_cast<unsigned>(hub_->options.silence_max.count());
    ::setsockopt(socket().native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
    outside_.async_handshake(calls_ ? asio::ssl::stream_base::client
                                    : asio::ssl::stream_base::server,
                             [self = shared_from_this()](const error_code& ec) {
                               if (ec)
                                 return self->fail("the handshake failed: " + ec.message());
                               if (!self->over_)
                                 self->introduce();
                             });
  }
  void introduce() {
    auto identity = identity_of_peer(outside_.native_handle());
    if (!identity)
      return fail("its certificate names no node");
    if (calls_ && identity->name != expected_)
      return fail("it is " + identity->name + " and not " + expected_);
    if (is_stopped())
      return fail("the node is stopping");
    if (!hub_->handlers.admit(*identity))
      return fail(identity->name + " is no member of the cluster, or has another key");
    timer_.cancel();
    int descriptor = -1;
    int far_end = -1;
    if (calls_) {
      std::array<int, 2> ends{-1, -1};
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return fail("there are no descriptors left");
      descriptor = ends[0];
      far_end = ends[1];
    } else {
      descriptor = hub_->handlers.join(*identity);
    }
    error_code ec;
    if (descriptor < 0)
      return fail("it is not expected now");
    inside_.assign(asio::local::stream_protocol{}, descriptor, ec);
    {
      const std::lock_guard lock{hub_->mutex};
      peer_ = std::move(*identity);
      established = true;
      ++hub_->counts.open;
    }
    if (done_)
      std::exchange(done_, {})(dialled_tunnel{id, far_end});
    pull_outside();
    pull_inside();
  }

  [[nodiscard]] bool is_stopped() const {
    const std::lock_guard lock{hub_->mutex};
    return hub_->stopped;
  }

  // Each direction reads only when all it has read is written: bounded, with back-pressure.
  void pull_outside() {
    outside_.async_read_some(
        asio::buffer(inward_), [self = shared_from_this()](const error_code& ec, std::size_t n) {
          if (ec || self->over_)
            return self->fail("closed");
          asio::async_write(self->inside_, asio::buffer(self->inward_.data(), n),
                            [self](const error_code& failed, std::size_t) {
                              if (failed || self->over_)
                                return self->fail("closed");
                              self->pull_outside();
                            });
        });
  }
  void pull_inside() {
    inside_.async_read_some(
        asio::buffer(outward_), [self = shared_from_this()](const error_code& ec, std::size_t n) {
          if (ec || self->over_)
            return self->fail("closed");
          asio::async_write(self->outside_, asio::buffer(self->outward_.data(), n),
                            [self](const error_code& failed, std::size_t) {
                              if (failed || self->over_)
                                return self->fail("closed");
                              self->pull_inside();
                            });
        });
  }

  void fail(const std::string& why) {
    if (std::exchange(over_, true))
      return;
    error_code ignored;
    timer_.cancel();
    resolver_.cancel();
    socket().close(ignored);
    inside_.close(ignored);
    bool tell = false;
    {
      const std::lock_guard lock{hub_->mutex};
      hub_->tunnels.erase(id);
      if (established)
        --hub_->counts.open;
      else if (!calls_)
        ++hub_->counts.refused;
      tell = established && !hub_->stopped;
    }
    if (done_)
      std::exchange(done_, {})(error{errc::unavailable, "the peer at the other end: " + why, {}});
    if (tell)
      hub_->handlers.ended(id);
  }

  std::shared_ptr<tunnel_hub> hub_;
  asio::io_context& context_;
  std::shared_ptr<const peer_context> tls_;
  const bool calls_;
  asio::ssl::context ssl_context_;
  asio::ssl::stream<tcp::socket> outside_;
  asio::local::stream_protocol::socket inside_;
  asio::steady_timer timer_;
  tcp::resolver resolver_;
  tcp::resolver::results_type endpoints_;
  tcp::resolver::results_type::iterator next_endpoint_;
  std::string expected_;
  dial_callback done_;
  peer_identity peer_;
  bool over_ = false;
  std::array<char, tunnel_buffer_octets> inward_;
  std::array<char, tunnel_buffer_octets> outward_;
};

} // namespace warmfront::net
