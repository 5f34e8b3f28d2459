// The octets of an open tunnel, both ways.
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <poll.h>

#include <array>

#include "net/asio/peer_tunnel_await.hpp"

namespace warmfront::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece_octets = 64u << 10;
/// Pieces moved before other sessions of the thread get a turn.
constexpr int pieces_in_a_turn = 4;

using piece = std::array<char, piece_octets>;

/// Whether the other end of a Unix socket is closed, and not only done with writing.
bool is_closed(int socket) {
  pollfd state{socket, 0, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

} // namespace

bool tunnel::receive(void (tunnel::*then)()) {
  piece octets; // NOLINT: filled by the socket
  failure ec;
  const auto size = outside_.receive(asio::buffer(octets), 0, ec);
  if (!ec) {
    channel_->receive({octets.data(), size});
    return true;
  }
  if (ec == asio::error::would_block)
    await(outside_, asio::socket_base::wait_read, then);
  else if (stage_ == stage::welcome)
    end("it does not let this node in");
  else
    end(ec == asio::error::eof ? "it closed the connection" : ec.message());
  return false;
}

void tunnel::pull_outside() {
  piece plain; // NOLINT: filled by the channel
  for (int turn = 0; turn < 2 * pieces_in_a_turn; ++turn) {
    if (!give_rest())
      return;
    if (const auto size = channel_->read(plain); size > 0) {
      give({plain.data(), size});
      continue;
    }
    if (channel_->current() == peer_channel::state::half_closed)
      return on_goodbye();
    if (channel_->current() == peer_channel::state::failed)
      return end("it broke the protocol: " + channel_->reason());
    if (!receive(&tunnel::pull_outside))
      return;
  }
  asio::post(context_, [self = shared_from_this()] {
    if (self->stage_ == stage::open)
      self->pull_outside();
  });
}

void tunnel::give(std::string_view plain) {
  if (discards_)
    return;
  failure ec;
  std::size_t sent = inside_.send(asio::buffer(plain.data(), plain.size()), 0, ec);
  if (ec && ec != asio::error::would_block) {
    // Closed; what the node said before may still have to be read, and that ends the tunnel.
    discards_ = true;
    return;
  }
  if (ec)
    sent = 0;
  rest_.assign(plain.begin() + static_cast<std::ptrdiff_t>(sent), plain.end());
}

bool tunnel::give_rest() {
  while (!rest_.empty()) {
    failure ec;
    const auto sent = inside_.send(asio::buffer(rest_), 0, ec);
    if (ec == asio::error::would_block) {
      await(inside_, asio::socket_base::wait_write, &tunnel::pull_outside);
      return false;
    }
    discards_ = discards_ || ec.failed();
    rest_.erase(rest_.begin(),
                discards_ ? rest_.end() : rest_.begin() + static_cast<std::ptrdiff_t>(sent));
  }
  return true;
}

void tunnel::on_goodbye() {
  failure ignored;
  outside_ended_ = true;
  inside_.shutdown(asio::socket_base::shutdown_send, ignored);
  end_if_done();
  if (stage_ == stage::open)
    watch_outside();
}

/// After its goodbye a peer says nothing more: what comes is the end of the connection. A wait may
/// also end without anything, after an event whose octets were read before it was looked at.
void tunnel::watch_outside() {
  piece unexpected; // NOLINT: filled by the socket
  failure ec;
  outside_.receive(asio::buffer(unexpected), 0, ec);
  if (ec == asio::error::would_block)
    return await(outside_, asio::socket_base::wait_read, &tunnel::watch_outside);
  end(ec ? "it closed the connection" : "it spoke after its goodbye");
}

void tunnel::pull_inside() {
  piece plain; // NOLINT: filled by the socket
  inside_paused_ = false;
  for (int turn = 0; turn < pieces_in_a_turn; ++turn) {
    if (!flush()) {
      inside_paused_ = true;
      return;
    }
    failure ec;
    const auto size = inside_.receive(asio::buffer(plain), 0, ec);
    if (ec == asio::error::would_block)
      return await(inside_, asio::socket_base::wait_read, &tunnel::pull_inside);
    if (ec)
      return on_inside_end();
    channel_->write({plain.data(), size});
  }
  asio::post(context_, [self = shared_from_this()] {
    if (self->stage_ == stage::open)
      self->pull_inside();
  });
}

void tunnel::on_inside_end() {
  inside_ended_ = true;
  channel_->close();
  flush();
  end_if_done();
  if (stage_ == stage::open)
    watch_inside();
}

/// The node has said all. When it hears nothing any more either, what the peer still has to say is
/// read and thrown away for a while: closing at once could destroy what is on its way to the peer.
void tunnel::watch_inside() {
  if (!is_closed(inside_.native_handle()))
    return await(inside_, asio::socket_base::wait_error, &tunnel::watch_inside);
  discards_ = true;
  limit(hub_->options.silence_max, "this node closed it");
}

bool tunnel::flush() {
  for (auto wire = channel_->wire(); !wire.empty(); wire = channel_->wire()) {
    if (waits_writable_)
      return false;
    failure ec;
    const auto size = outside_.send(asio::buffer(wire.data(), wire.size()), 0, ec);
    if (ec == asio::error::would_block) {
      waits_writable_ = true;
      await(outside_, asio::socket_base::wait_write, &tunnel::on_writable);
      return false;
    }
    if (ec) {
      end(ec.message());
      return false;
    }
    channel_->sent(size);
  }
  return true;
}

void tunnel::on_writable() {
  waits_writable_ = false;
  if (!flush() || stage_ != stage::open)
    return;
  if (inside_paused_)
    return pull_inside();
  end_if_done();
}

void tunnel::end_if_done() {
  if (inside_ended_ && outside_ended_ && channel_->wire().empty())
    end("both sides have said all");
}

} // namespace warmfront::net
