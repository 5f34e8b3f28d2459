#include "net/asio/peer_tunnel_session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "net/asio/peer_tunnel_await.hpp"

namespace warmfront::net {

namespace asio = boost::asio;

namespace {

/// What the called side says first, when it lets the caller in. In TLS 1.3 a caller's handshake is
/// over before the other side has looked at its certificate: without this word a caller that is
/// refused would think it was connected. The digit is the version of the tunnel.
constexpr std::string_view welcome{"1"};

/// Finds a cut cable within about `silence`, on idle connections too.
void watch_for_silence(int socket, std::chrono::milliseconds silence) {
  const auto set = [socket](int option, int value) {
    ::setsockopt(socket, IPPROTO_TCP, option, &value, sizeof value);
  };
  const auto seconds = static_cast<int>(silence.count() / 1000);
  set(TCP_USER_TIMEOUT, static_cast<int>(silence.count()));
  set(TCP_KEEPIDLE, std::max(1, seconds / 2));
  set(TCP_KEEPINTVL, std::max(1, seconds / 4));
  set(TCP_KEEPCNT, 3);
}

} // namespace

tunnel::tunnel(std::shared_ptr<tunnel_hub> hub, asio::io_context& context, peer_channel::side which)
    : hub_{std::move(hub)}, context_{context}, side_{which}, outside_{context}, inside_{context},
      timer_{context}, resolver_{context} {}

void tunnel::limit(std::chrono::milliseconds within, const char* otherwise) {
  timer_.expires_after(within);
  // It may be on its way already when it is cancelled: then the stage is another one.
  timer_.async_wait([self = shared_from_this(), otherwise,
                     was_open = stage_ == stage::open](const failure& stopped) {
    if (!stopped && was_open == (self->stage_ == stage::open))
      self->end(otherwise);
  });
}

void tunnel::call(const std::string& host, const std::string& port, std::string expected,
                  dial_callback done) {
  expected_ = std::move(expected);
  if (stage_ == stage::over)
    return done(error{errc::stopping, "cannot reach node " + expected_ + ": it was put out", {}});
  done_ = std::move(done);
  limit(hub_->options.handshake_within, "it took too long to answer");
  resolver_.async_resolve(
      host, port, tcp::resolver::numeric_service,
      [self = shared_from_this()](const failure& ec, const tcp::resolver::results_type& found) {
        if (self->stage_ == stage::over)
          return;
        if (ec)
          return self->end("its address cannot be resolved: " + ec.message());
        self->endpoints_ = found;
        self->next_endpoint_ = self->endpoints_.begin();
        self->connect_next("no address");
      });
}

void tunnel::connect_next(const std::string& why) {
  if (next_endpoint_ == endpoints_.end())
    return end("it cannot be connected to: " + why);
  failure ignored;
  outside_.close(ignored);
  const auto target = (next_endpoint_++)->endpoint();
  outside_.async_connect(target, [self = shared_from_this()](const failure& ec) {
    if (self->stage_ == stage::over)
      return;
    if (ec)
      return self->connect_next(ec.message());
    self->shake_hands();
  });
}

void tunnel::serve() {
  if (stage_ == stage::over)
    return; // dropped for a later caller already
  limit(hub_->options.handshake_within, "the handshake took too long");
  shake_hands();
}

void tunnel::shake_hands() {
  failure ec;
  outside_.non_blocking(true, ec);
  outside_.set_option(tcp::no_delay{true}, ec);
  outside_.set_option(asio::socket_base::keep_alive{true}, ec);
  watch_for_silence(outside_.native_handle(), hub_->options.silence_max);
  std::shared_ptr<const peer_context> tls;
  {
    const std::lock_guard lock{hub_->mutex};
    tls = hub_->context;
  }
  channel_ = std::make_unique<peer_channel>(std::move(tls), side_);
  stage_ = stage::handshake;
  if (side_ == peer_channel::side::caller) {
    channel_->shake_hands();
    flush();
  }
  if (stage_ == stage::over)
    return;
  await(outside_, asio::socket_base::wait_read, &tunnel::go_on_shaking);
}

void tunnel::go_on_shaking() {
  if (!receive(&tunnel::go_on_shaking))
    return;
  const auto state = channel_->shake_hands();
  flush();
  if (stage_ == stage::over)
    return;
  if (state == peer_channel::state::failed)
    return end("the handshake failed: " + channel_->reason());
  if (state == peer_channel::state::open)
    return introduce();
  // Waiting between reads gives others a turn, however much a caller sends.
  await(outside_, asio::socket_base::wait_read, &tunnel::go_on_shaking);
}

void tunnel::introduce() {
  const auto who = channel_->peer();
  if (!who)
    return end("its certificate names no node");
  if (side_ == peer_channel::side::caller && who->name != expected_)
    return end("it is " + who->name + " and not " + expected_);
  if (!enter(*who))
    return;
  if (side_ == peer_channel::side::called)
    return join(*who);
  stage_ = stage::welcome;
  go_on_waiting();
}

bool tunnel::enter(const peer_identity& who) {
  bool stopped = false;
  {
    // Known by name before it is asked whether it may be here: one that is put out at this moment
    // is either not admitted or found among the tunnels.
    const std::lock_guard lock{hub_->mutex};
    stopped = hub_->stopped;
    peer = who.name;
  }
  if (stopped) {
    end("this node is stopping");
    return false;
  }
  if (!hub_->handlers.admit(who)) {
    end(who.name + " is no member of the cluster, or has another key");
    return false;
  }
  bool full = false;
  {
    const std::lock_guard lock{hub_->mutex};
    full = hub_->counts.open >= hub_->options.tunnels_max;
    hub_->handshakes.erase(id);
    if (!full) {
      counted_ = true;
      ++hub_->counts.open;
    }
  }
  if (full)
    end("there are too many tunnels");
  return !full;
}

void tunnel::join(const peer_identity& who) {
  const int descriptor = hub_->handlers.join(who);
  if (descriptor < 0)
    return end("it is not expected now");
  channel_->write(welcome);
  open(descriptor);
}

void tunnel::go_on_waiting() {
  char first = 0;
  while (channel_->read({&first, 1}) == 0) {
    if (channel_->current() != peer_channel::state::open)
      return end("it does not let this node in: " + channel_->reason());
    if (!receive(&tunnel::go_on_waiting))
      return;
  }
  if (first != welcome.front())
    return end("it speaks another version of the tunnel");
  hand_over();
}

void tunnel::hand_over() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return end("there are no descriptors left");
  if (open(ends[0]))
    std::exchange(done_, {})(dialled_tunnel{id, ends[1]});
  else
    ::close(ends[1]);
}

bool tunnel::open(int descriptor) {
  failure ec;
  inside_.assign(asio::local::stream_protocol{}, descriptor, ec);
  if (ec) {
    ::close(descriptor);
    end(ec.message());
    return false;
  }
  timer_.cancel();
  stage_ = stage::open;
  inside_.non_blocking(true, ec);
  // Not at once: the caller is told of its tunnel before it can end.
  asio::post(context_, [self = shared_from_this()] {
    if (self->stage_ != stage::open)
      return;
    self->pull_inside();
    if (self->stage_ == stage::open)
      self->pull_outside();
  });
  return true;
}

void tunnel::end_soon() {
  asio::post(context_, [self = shared_from_this()] { self->end("it was put out"); });
}

void tunnel::end(const std::string& why) {
  if (std::exchange(stage_, stage::over) == stage::over)
    return;
  failure ignored;
  timer_.cancel();
  resolver_.cancel();
  outside_.close(ignored);
  const bool was_open = inside_.is_open();
  inside_.close(ignored);
  bool tell = false;
  {
    const std::lock_guard lock{hub_->mutex};
    hub_->tunnels.erase(id);
    hub_->handshakes.erase(id);
    if (counted_)
      --hub_->counts.open;
    if (!was_open && side_ == peer_channel::side::called)
      ++hub_->counts.refused;
    tell = was_open && !hub_->stopped;
  }
  if (done_)
    std::exchange(done_,
                  {})(error{errc::unavailable, "cannot reach node " + expected_ + ": " + why, {}});
  if (tell)
    hub_->handlers.ended(id);
}

} // namespace warmfront::net
