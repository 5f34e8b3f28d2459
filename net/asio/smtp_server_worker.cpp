#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

#include "net/asio/smtp_server_core.hpp"
#include "net/asio/smtp_server_session.hpp"

namespace warmfront::net {

namespace {

constexpr std::size_t receive_octets_max = 64 * 1024;
/// How late a time-out may be noticed. One timer looks after all sessions of a thread: they differ
/// by minutes, and a timer of its own would cost each command a re-arming.
constexpr std::chrono::milliseconds tick_interval{200};

} // namespace

smtp_worker::smtp_worker(std::shared_ptr<smtp_server_core> core, boost::asio::io_context& context)
    : core_{std::move(core)}, context_{context}, timer_{context},
      receive_buffer_(receive_octets_max) {}

void smtp_worker::adopt(boost::asio::ip::tcp::socket socket, smtp::server_peer peer) {
  if (closed_) {
    core_->disconnect(peer.address);
    return;
  }
  answers_->open(shared_from_this());
  const auto id = next_session_++;
  auto tls = core_->tls();
  peer.starttls = tls != nullptr;
  auto session = std::make_shared<smtp_session>(shared_from_this(), id, std::move(socket),
                                                std::move(peer), std::move(tls));
  sessions_.emplace(id, session);
  schedule_tick();
  session->start();
  if (core_->draining) {
    session->drain();
  }
}

void smtp_worker::submit(session_id session, submission mail) {
  submissions_.push_back(
      {std::move(mail), [answers = answers_, session](submission_result outcome) {
         answers->push(session, std::move(outcome));
       }});
  if (submissions_.size() == 1) {
    boost::asio::post(context_, [self = shared_from_this()] { self->flush_submissions(); });
  }
}

void smtp_worker::flush_submissions() {
  if (!closed_ && !submissions_.empty()) {
    core_->handlers.submit(std::exchange(submissions_, {}));
  }
}

void smtp_worker::authenticate(session_id session, smtp::check_password shown) {
  core_->handlers.authenticate(std::move(shown.user), std::move(shown.secret),
                               [answers = answers_, session](result<authenticated_client> client) {
                                 answers->push(session, std::move(client));
                               });
}

void smtp_worker::deliver_answers() {
  for (auto& [id, what] : answers_->take()) {
    if (const auto found = sessions_.find(id); found != sessions_.end()) {
      const auto session = found->second; // answering may end it
      session->answer(std::move(what));
    }
  }
}

void smtp_worker::drain() {
  std::vector<std::shared_ptr<smtp_session>> all;
  for (const auto& [id, session] : sessions_) {
    all.push_back(session);
  }
  for (const auto& session : all) {
    session->drain();
  }
}

void smtp_worker::close() {
  closed_ = true;
  answers_->close();
  timer_.cancel();
  submissions_.clear();
  for (const auto& [id, session] : std::exchange(sessions_, {})) {
    session->close();
  }
}

void smtp_worker::forget(session_id session) {
  sessions_.erase(session);
}

void smtp_worker::schedule_tick() {
  if (timer_armed_ || sessions_.empty() || closed_) {
    return;
  }
  timer_armed_ = true;
  timer_.expires_after(tick_interval);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
    self->timer_armed_ = false;
    if (!failure) {
      self->tick();
      self->schedule_tick();
    }
  });
}

void smtp_worker::tick() {
  const auto at = now();
  std::vector<std::shared_ptr<smtp_session>> all;
  all.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) {
    all.push_back(session);
  }
  for (const auto& session : all) {
    session->check_deadline(at);
  }
}

} // namespace warmfront::net
