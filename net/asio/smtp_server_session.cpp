#include "net/asio/smtp_server_session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <chrono>
#include <utility>

namespace warmfront::net {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// How long a closing connection may take to send its last reply and to stop talking.
constexpr std::chrono::seconds linger_timeout{3};
/// Output beyond this is given back to the system once it is sent.
constexpr std::size_t wire_octets_kept = 4096;

} // namespace

smtp_session::smtp_session(std::shared_ptr<smtp_worker> worker, session_id id, tcp::socket socket,
                           smtp::server_peer peer, std::shared_ptr<const tls_server_context> tls)
    : worker_{std::move(worker)}, id_{id}, address_{peer.address}, implicit_tls_{peer.implicit_tls},
      socket_{std::move(socket)}, tls_context_{std::move(tls)}, dialogue_{worker_->core().rules,
                                                                          worker_->core().budget,
                                                                          std::move(peer),
                                                                          worker_->now()} {}

void smtp_session::start() {
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  if (!implicit_tls_) {
    perform(dialogue_.start(worker_->now()));
    return;
  }
  if (!tls_context_) {
    close();
    return;
  }
  channel_ = std::make_unique<tls_server_channel>(tls_context_);
  after_ = after_output::read;
  flush();
}

void smtp_session::answer(session_answer what) {
  auto& core = worker_->core();
  auto* outcome = std::get_if<submission_result>(&what);
  if (outcome != nullptr) {
    ++(*outcome ? core.messages_accepted : core.messages_refused);
  }
  if (closed_ || close_at_) {
    return;
  }
  if (outcome != nullptr) {
    perform(dialogue_.submitted(*outcome, worker_->now()));
    return;
  }
  auto& client = std::get<result<authenticated_client>>(what);
  if (!client) {
    const auto code = client.error().code;
    if (code == errc::refused || code == errc::not_found || code == errc::invalid_argument) {
      core.authentication_failed(address_);
    }
  }
  perform(dialogue_.authenticated(std::move(client), worker_->now()));
}

void smtp_session::drain() {
  if (!closed_ && !close_at_) {
    perform(dialogue_.drain(worker_->now()));
  }
}

void smtp_session::check_deadline(steady_time now) {
  if (closed_) {
    return;
  }
  if (close_at_) {
    if (now >= *close_at_) {
      close();
    }
  } else if (now >= dialogue_.deadline()) {
    perform(dialogue_.expire(now));
  }
}

void smtp_session::close() {
  if (std::exchange(closed_, true)) {
    return;
  }
  const auto self = shared_from_this();
  error_code ignored;
  socket_.close(ignored);
  worker_->forget(id_);
  worker_->core().disconnect(address_);
}

void smtp_session::perform(smtp::server_action action) {
  worker_->core().messages_refused += dialogue_.take_refused();
  after_ = after_output::wait;
  if (std::holds_alternative<smtp::receive_more>(action)) {
    after_ = after_output::read;
  } else if (auto* mail = std::get_if<smtp::hand_over>(&action)) {
    worker_->submit(id_, std::move(mail->mail));
  } else if (auto* shown = std::get_if<smtp::check_password>(&action)) {
    if (worker_->core().banned(address_)) {
      perform(dialogue_.authenticated(error{errc::limit_exceeded, "the client is banned", ""},
                                      worker_->now()));
      return;
    }
    worker_->authenticate(id_, std::move(*shown));
  } else if (const auto* closing = std::get_if<smtp::close_connection>(&action)) {
    set_after(*closing);
  }
  queue_output();
  if (std::holds_alternative<smtp::begin_tls>(action)) {
    channel_ = std::make_unique<tls_server_channel>(tls_context_);
    after_ = after_output::read;
  }
  flush();
}

void smtp_session::set_after(const smtp::close_connection& action) {
  after_ = action.linger ? after_output::linger : after_output::close;
  close_at_ = worker_->now() + linger_timeout;
}

void smtp_session::queue_output() {
  auto& output = dialogue_.output();
  if (channel_) {
    if (!output.empty() && channel_->current() == tls_server_channel::state::open) {
      channel_->send(output, wire_);
    }
    if (close_at_) {
      channel_->close(wire_);
    }
  } else if (wire_.empty()) {
    wire_.swap(output);
  } else {
    wire_ += output;
  }
  output.clear();
}

void smtp_session::flush() {
  while (!writing_ && wire_sent_ < wire_.size()) {
    error_code failure;
    const auto rest = boost::asio::buffer(wire_.data() + wire_sent_, wire_.size() - wire_sent_);
    wire_sent_ += socket_.write_some(rest, failure);
    if (failure == boost::asio::error::would_block) {
      writing_ = true;
      socket_.async_wait(tcp::socket::wait_write,
                         [self = shared_from_this()](const error_code& stopped) {
                           self->writing_ = false;
                           if (!stopped && !self->closed_) {
                             self->flush();
                           }
                         });
      return;
    }
    if (failure) {
      close();
      return;
    }
  }
  if (writing_) {
    return;
  }
  wire_sent_ = 0;
  wire_.clear();
  if (wire_.capacity() > wire_octets_kept) {
    wire_ = {};
  }
  proceed();
}

/// The output is sent: now comes what was to come after it.
void smtp_session::proceed() {
  error_code ignored;
  switch (after_) {
  case after_output::read:
    wait_readable();
    break;
  case after_output::linger:
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    wait_readable();
    break;
  case after_output::close:
    close();
    break;
  case after_output::wait:
    break;
  }
}

void smtp_session::wait_readable() {
  if (std::exchange(reading_, true)) {
    return;
  }
  socket_.async_wait(tcp::socket::wait_read,
                     [self = shared_from_this()](const error_code& stopped) {
                       self->reading_ = false;
                       if (!stopped && !self->closed_) {
                         self->on_readable();
                       }
                     });
}

void smtp_session::on_readable() {
  if (after_ != after_output::read && after_ != after_output::linger) {
    return; // drained or expired while waiting: `proceed` asks again when it is time
  }
  auto& buffer = worker_->receive_buffer();
  error_code failure;
  const auto size = socket_.read_some(boost::asio::buffer(buffer), failure);
  if (failure == boost::asio::error::would_block) {
    wait_readable();
    return;
  }
  if (failure) {
    close();
    return;
  }
  if (after_ == after_output::linger) {
    wait_readable(); // dropped
    return;
  }
  worker_->core().octets_received += size;
  if (channel_) {
    on_wire_octets({buffer.data(), size});
  } else {
    on_octets({buffer.data(), size});
  }
}

void smtp_session::on_octets(std::string_view octets) {
  perform(dialogue_.receive(octets, worker_->now()));
}

void smtp_session::on_wire_octets(std::string_view octets) {
  using state = tls_server_channel::state;
  auto& text = worker_->text_buffer();
  text.clear();
  const bool shaking_hands = channel_->current() == state::handshake;
  const auto now_in = channel_->receive(octets, text, wire_);
  if (now_in == state::failed || (now_in == state::closed && text.empty())) {
    set_after(smtp::close_connection{});
    flush();
    return;
  }
  if (shaking_hands && now_in != state::handshake) {
    const auto now = worker_->now();
    auto action = implicit_tls_ ? dialogue_.start(now) : dialogue_.tls_established(now);
    if (!std::holds_alternative<smtp::receive_more>(action) || text.empty()) {
      perform(std::move(action));
      return;
    }
  }
  if (text.empty()) {
    flush(); // handshake messages
  } else {
    on_octets(text);
  }
}

} // namespace warmfront::net
