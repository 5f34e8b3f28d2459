#include "net/asio/mail_transport_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

namespace warmfront::net {

namespace {

smtp::reply no_answer(std::string why) {
  return {0, {}, std::move(why)};
}

} // namespace

mail_connection::mail_connection(mail_lane& lane, connection_id id, connection_plan plan)
    : lane_{lane}, id_{id}, plan_{std::move(plan)}, dialogue_{plan_.helo} {}

std::string mail_connection::hop_text() const {
  return hop().address + " port " + std::to_string(hop().port);
}

void mail_connection::start() {
  tls_allowed_ = plan_.tls == tls_use::opportunistic;
  if (plan_.hops.empty()) {
    finish(connection_failed{{}, no_answer("there is no address to connect to")});
    return;
  }
  connect();
}

void mail_connection::next_hop(smtp::reply why) {
  if (hop_index_ + 1 >= plan_.hops.size()) {
    finish(connection_failed{hop(), std::move(why), std::move(counted_)});
    return;
  }
  ++hop_index_;
  tls_allowed_ = plan_.tls == tls_use::opportunistic;
  connect();
}

void mail_connection::connect() {
  stage_ = stage::connecting;
  if (link_ != nullptr) {
    failure ignored;
    link_->socket.close(ignored);
  }
  link_ = std::make_shared<link>(lane_.context());
  failure ec;
  const auto address = boost::asio::ip::make_address(hop().address, ec);
  const tcp::endpoint target{address, hop().port};
  std::string fault =
      ec ? "the next hop " + hop().address + " is not an IP address" : prepare_socket(target);
  if (!fault.empty()) {
    // By way of the context, so that many bad hops cannot nest.
    deadline_ = 0;
    boost::asio::post(lane_.context(),
                      [self = shared_from_this(), attempt = link_, fault = std::move(fault)] {
                        if (self->link_ == attempt && self->stage_ != stage::over) {
                          self->next_hop(no_answer(fault));
                        }
                      });
    return;
  }
  deadline_ = lane_.tick_after(plan_.timeouts.connect);
  link_->socket.async_connect(target,
                              [self = shared_from_this(), attempt = link_](const failure& result) {
                                if (self->link_ == attempt && self->stage_ != stage::over) {
                                  self->on_connect(result);
                                }
                              });
}

std::string mail_connection::prepare_socket(const tcp::endpoint& target) {
  tcp::socket& socket = link_->socket;
  failure ec;
  socket.open(target.protocol(), ec);
  if (ec) {
    return "open a socket for " + hop_text() + ": " + ec.message();
  }
  socket.non_blocking(true, ec);
  if (!ec) {
    socket.set_option(tcp::no_delay{true}, ec);
  }
  if (ec) {
    return "prepare a socket for " + hop_text() + ": " + ec.message();
  }
  const std::string& source = plan_.source.str();
  if (source.empty()) {
    return {};
  }
  const auto address = boost::asio::ip::make_address(source, ec);
  if (ec) {
    return "the source address " + source + " is not an IP address";
  }
  if (address.is_v6() != target.address().is_v6()) {
    return "the source address " + source + " cannot reach " + hop().address +
           ": one is IPv4, the other IPv6";
  }
  // The port is then chosen at connect, per destination: thousands of connections to different
  // hosts share one source address without using up its ports.
  const int on = 1;
  static_cast<void>(
      ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on));
  socket.bind(tcp::endpoint{address, 0}, ec);
  return ec ? "bind the source address " + source + ": " + ec.message() : std::string{};
}

void mail_connection::on_connect(const failure& ec) {
  if (ec) {
    next_hop(no_answer("connect to " + hop_text() + ": " + ec.message()));
    return;
  }
  stage_ = stage::talking;
  parser_.reset();
  dialogue_.on_connected(terms());
  read();
  set_deadline(true);
}

void mail_connection::read() {
  auto handler = [self = shared_from_this(), attempt = link_](const failure& ec,
                                                              std::size_t octets) {
    if (self->link_ == attempt && self->stage_ == stage::talking) {
      self->on_read(ec, octets);
    }
  };
  const auto buffer = boost::asio::buffer(link_->input);
  if (link_->tls) {
    link_->tls->async_read_some(buffer, std::move(handler));
  } else {
    link_->socket.async_read_some(buffer, std::move(handler));
  }
}

void mail_connection::on_read(const failure& ec, std::size_t octets) {
  const std::shared_ptr<link> current = link_;
  tell_time();
  if (octets > 0) {
    feed({current->input.data(), octets});
  }
  if (link_ != current || stage_ != stage::talking) {
    return;
  }
  if (ec) {
    const bool ended =
        ec == boost::asio::error::eof || ec == boost::asio::ssl::error::stream_truncated;
    lost(ended ? "the peer closed the connection" : "connection lost: " + ec.message());
    return;
  }
  read();
}

void mail_connection::feed(std::string_view input) {
  bool progress = false;
  while (!input.empty() && stage_ == stage::talking) {
    auto answer = parser_.next(input);
    if (!answer) {
      break;
    }
    if (answer->has_error()) {
      lost(answer->error().what);
      return;
    }
    progress = true;
    dialogue_.on_reply(std::move(answer->value()), actions_);
    if (!actions_.empty()) {
      perform();
    }
  }
  // A reply in pieces is no progress: a peer that drips octets still meets the time-out.
  settle(progress);
}

void mail_connection::lost(std::string_view why) {
  tell_time();
  dialogue_.on_lost(why, actions_);
  settle(false);
}

void mail_connection::settle(bool progress) {
  perform();
  if (stage_ == stage::talking) {
    write();
    set_deadline(progress);
  }
}

void mail_connection::perform() {
  smtp::client_actions actions = std::exchange(actions_, {});
  for (smtp::client_action& action : actions) {
    if (auto* finished = std::get_if<transmission_finished>(&action)) {
      lane_.emit(id_, std::move(*finished));
    } else if (auto* ended = std::get_if<smtp::session_ended>(&action)) {
      perform(*ended);
    } else if (auto* returned = std::get_if<transmission_returned>(&action)) {
      lane_.emit(id_, *returned);
    } else if (std::holds_alternative<smtp::tls_wanted>(action)) {
      shake_hands();
    } else {
      lane_.emit(id_, opened_event());
    }
  }
  if (actions_.empty()) {
    actions.clear();
    actions_ = std::move(actions); // keeps its room for the next turn
  }
}

void mail_connection::perform(smtp::session_ended& ended) {
  if (!link_->tls && !link_->writing && !link_->write_failed) {
    write_clear(); // at most a QUIT
  }
  if (ended.opened) {
    finish(connection_closed{std::move(ended.unsent), std::move(ended.reason)});
  } else {
    if (ended.without_starttls) {
      count(trust::tls_result::starttls_not_supported);
    }
    next_hop(std::move(ended.reason));
  }
}

void mail_connection::finish(decltype(transport_event::what) last) {
  lane_.emit(id_, std::move(last));
  const auto self = shared_from_this();
  lane_.forget(id_);
  drop();
}

void mail_connection::drop() {
  stage_ = stage::over;
  deadline_ = 0;
  grace_ = 0;
  if (link_ != nullptr) {
    failure ignored;
    link_->socket.close(ignored);
  }
}

} // namespace warmfront::net
