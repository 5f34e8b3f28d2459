// The part of an outgoing connection that writes, waits and obeys its caller.
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/asio/mail_transport_connection.hpp"

namespace warmfront::net {

namespace {

constexpr std::chrono::seconds quit_timeout{5};
/// One TLS record.
constexpr std::size_t tls_write_octets_max = 16384;

} // namespace

void mail_connection::transmit(std::vector<transmission> transmissions) {
  tell_time();
  dialogue_.transmit(std::move(transmissions), actions_);
  settle(true);
}

void mail_connection::close() {
  tell_time();
  dialogue_.close(actions_);
  settle(true);
}

void mail_connection::abandon(std::chrono::milliseconds grace) {
  dialogue_.abandon(actions_);
  if (!dialogue_.opened()) {
    finish(connection_closed{dialogue_.take_unsent(), {0, {}, "abandoned before it was open"}});
    return;
  }
  grace_ = lane_.tick_after(grace);
  settle(true);
}

void mail_connection::write() {
  if (link_->writing || link_->write_failed || dialogue_.output().empty()) {
    return;
  }
  if (dialogue_.is_sending() && !lane_.may_send(now())) {
    give_up_sending();
    return;
  }
  if (link_->tls) {
    write_tls();
  } else {
    write_clear();
  }
}

void mail_connection::write_clear() {
  smtp::client_output& output = dialogue_.output();
  smtp::client_output::pieces pieces;
  while (!output.empty()) {
    boost::container::static_vector<boost::asio::const_buffer, smtp::client_output::pieces_max>
        buffers;
    const std::size_t count = output.gather(pieces);
    for (std::size_t index = 0; index < count; ++index) {
      buffers.emplace_back(pieces[index].data(), pieces[index].size());
    }
    failure ec;
    const std::size_t written = link_->socket.write_some(buffers, ec);
    output.consume(written);
    if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) {
      if (stage_ == stage::talking) {
        wait_writable();
      }
      return;
    }
    if (ec) {
      link_->write_failed = true; // replies that arrived before are still read
      return;
    }
  }
}

void mail_connection::write_again() {
  tell_time();
  dialogue_.recall_late(actions_);
  settle(true);
}

// Another node may own the mail by now: what the peer has not got it must not get from here.
void mail_connection::give_up_sending() {
  link_->write_failed = true;
  boost::asio::post(lane_.context(), [self = shared_from_this(), attempt = link_] {
    if (self->link_ == attempt && self->stage_ == stage::talking) {
      self->lost("given up: this node may be cut off from its cluster");
    }
  });
}

void mail_connection::tell_time() {
  const auto when = now();
  dialogue_.at(when);
  dialogue_.allow(lane_.may_begin(when));
}

steady_time mail_connection::now() {
  return boost::asio::steady_timer::clock_type::now();
}

void mail_connection::wait_writable() {
  link_->writing = true;
  link_->socket.async_wait(
      tcp::socket::wait_write, [self = shared_from_this(), attempt = link_](const failure& ec) {
        attempt->writing = false;
        if (self->link_ == attempt && self->stage_ == stage::talking) {
          attempt->write_failed = attempt->write_failed || static_cast<bool>(ec);
          self->write_again();
        }
      });
}

void mail_connection::write_tls() {
  smtp::client_output::pieces pieces;
  const std::size_t count = dialogue_.output().gather(pieces);
  std::vector<char>& room = link_->plain_text;
  room.clear();
  for (std::size_t index = 0; index < count && room.size() < tls_write_octets_max; ++index) {
    const std::size_t octets = std::min(pieces[index].size(), tls_write_octets_max - room.size());
    room.insert(room.end(), pieces[index].begin(),
                pieces[index].begin() + static_cast<std::ptrdiff_t>(octets));
  }
  link_->writing = true;
  link_->tls->async_write_some(
      boost::asio::buffer(room),
      [self = shared_from_this(), attempt = link_](const failure& ec, std::size_t octets) {
        attempt->writing = false;
        if (self->link_ != attempt || self->stage_ != stage::talking) {
          return;
        }
        self->dialogue_.output().consume(octets);
        attempt->write_failed = static_cast<bool>(ec);
        self->write_again();
      });
}

std::chrono::seconds mail_connection::time_allowed(smtp::client_wait wait) const noexcept {
  switch (wait) {
  case smtp::client_wait::greeting:
    return plan_.timeouts.greeting;
  case smtp::client_wait::command:
    return plan_.timeouts.command;
  case smtp::client_wait::data_start:
    return plan_.timeouts.data_start;
  case smtp::client_wait::data_block:
    return plan_.timeouts.data_block;
  case smtp::client_wait::data_end:
    return plan_.timeouts.data_end;
  case smtp::client_wait::idle:
    return plan_.timeouts.idle;
  case smtp::client_wait::quit:
  case smtp::client_wait::nothing:
    break;
  }
  return quit_timeout;
}

void mail_connection::set_deadline(bool progress) {
  const smtp::client_wait wait = dialogue_.wait();
  if (progress || wait != waiting_for_) {
    waiting_for_ = wait;
    deadline_ = lane_.tick_after(time_allowed(wait));
  }
}

void mail_connection::on_late(std::uint64_t now) {
  if (grace_ != 0 && now >= grace_) {
    lost("given up");
    return;
  }
  if (stage_ == stage::connecting) {
    next_hop({0, {}, "connect to " + hop_text() + ": timed out"});
  } else if (stage_ == stage::handshaking) {
    on_handshake(boost::asio::error::timed_out);
  } else if (dialogue_.wait() == smtp::client_wait::idle) {
    close();
  } else {
    lost("no answer within " + std::to_string(time_allowed(dialogue_.wait()).count()) + " s (" +
         std::string{smtp::to_string(dialogue_.wait())} + ")");
  }
}

} // namespace warmfront::net
