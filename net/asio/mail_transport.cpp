#include "net/asio/mail_transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cassert>
#include <utility>

#include "net/asio/mail_transport_connection.hpp"
#include "net/asio/mail_transport_lane.hpp"

namespace warmfront::net {

mail_lane::mail_lane(boost::asio::io_context& context,
                     std::shared_ptr<boost::asio::ssl::context> tls,
                     std::shared_ptr<const transport_callback> events, const fence* sending)
    : context_{context}, tls_{std::move(tls)},
      events_callback_{std::move(events)}, sending_{sending}, timer_{context} {}

void mail_lane::submit(lane_command command) {
  {
    const std::lock_guard lock{commands_mutex_};
    commands_.push_back(std::move(command));
    if (std::exchange(commands_posted_, true)) {
      return;
    }
  }
  boost::asio::post(context_, [self = shared_from_this()] { self->run_commands(); });
}

void mail_lane::run_commands() {
  std::vector<lane_command> commands;
  {
    const std::lock_guard lock{commands_mutex_};
    commands.swap(commands_);
    commands_posted_ = false;
  }
  for (lane_command& command : commands) {
    run(command);
  }
}

void mail_lane::run(lane_command& command) {
  if (auto* open = std::get_if<open_connection>(&command)) {
    assert(connections_.find(open->id) == connections_.end());
    auto connection = std::make_shared<mail_connection>(*this, open->id, std::move(open->plan));
    connections_.emplace(open->id, connection);
    start_ticking();
    connection->start();
    return;
  }
  const connection_id id = std::visit([](const auto& any) { return any.id; }, command);
  const auto found = connections_.find(id);
  if (found == connections_.end()) {
    return; // its last event is on its way to the caller
  }
  const std::shared_ptr<mail_connection> connection = found->second;
  if (auto* queue = std::get_if<queue_transmissions>(&command)) {
    connection->transmit(std::move(queue->transmissions));
  } else if (auto* abandon = std::get_if<abandon_connection>(&command)) {
    connection->abandon(abandon->grace);
  } else {
    connection->close();
  }
}

void mail_lane::emit(connection_id id, decltype(transport_event::what) what) {
  events_.push_back({id, std::move(what)});
  if (!std::exchange(flush_posted_, true)) {
    // Behind the handlers that are ready now, so that their events travel together.
    boost::asio::post(context_, [self = shared_from_this()] { self->flush_events(); });
  }
}

void mail_lane::flush_events() {
  flush_posted_ = false;
  const std::lock_guard lock{delivery_mutex_};
  if (!shut_down_) {
    (*events_callback_)(std::exchange(events_, {}));
  }
}

std::uint64_t mail_lane::tick_after(std::chrono::milliseconds wait) const noexcept {
  const auto ticks = (wait + tick_length - std::chrono::milliseconds{1}) / tick_length;
  return now_ + static_cast<std::uint64_t>(ticks) + 1;
}

void mail_lane::forget(connection_id id) {
  connections_.erase(id);
}

void mail_lane::start_ticking() {
  if (ticking_) {
    return;
  }
  ticking_ = true;
  timer_.expires_after(tick_length);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    self->ticking_ = false;
    if (!ec) {
      self->tick();
    }
  });
}

void mail_lane::tick() {
  ++now_;
  std::vector<std::shared_ptr<mail_connection>> late;
  for (const auto& [id, connection] : connections_) {
    if (connection->is_late(now_)) {
      late.push_back(connection);
    }
  }
  for (const auto& connection : late) {
    connection->on_late(now_);
  }
  if (!connections_.empty()) {
    start_ticking();
  }
}

void mail_lane::shut_down() {
  {
    const std::lock_guard lock{delivery_mutex_};
    shut_down_ = true;
  }
  boost::asio::post(context_, [self = shared_from_this()] {
    self->timer_.cancel();
    for (const auto& [id, connection] : self->connections_) {
      connection->drop();
    }
    self->connections_.clear();
  });
}

namespace {

/// Asio owns what it wraps, so it gets a reference of its own.
std::shared_ptr<boost::asio::ssl::context> wrap(const tls_client_context& tls) {
  SSL_CTX_up_ref(tls.native());
  return std::make_shared<boost::asio::ssl::context>(tls.native());
}

std::shared_ptr<const tls_client_context>
or_system(std::shared_ptr<const tls_client_context> given) {
  // The system's own authorities: that there may be none is no error of loading.
  return given != nullptr ? std::move(given) : std::move(tls_client_context::load({}).value());
}

class socket_transport final : public mail_transport {
public:
  socket_transport(io_threads& threads, transport_callback events, const fence* sending,
                   const tls_client_context& tls)
      : tls_{wrap(tls)} {
    const auto shared = std::make_shared<const transport_callback>(std::move(events));
    for (std::size_t index = 0; index < threads.size(); ++index) {
      lanes_.push_back(std::make_shared<mail_lane>(threads.context(index), tls_, shared, sending));
    }
  }
  ~socket_transport() override {
    for (const auto& lane : lanes_) {
      lane->shut_down();
    }
  }

  void open(connection_id id, connection_plan plan) override {
    lane_of(id).submit(open_connection{id, std::move(plan)});
  }
  void transmit(connection_id id, std::vector<transmission> transmissions) override {
    lane_of(id).submit(queue_transmissions{id, std::move(transmissions)});
  }
  void close(connection_id id) override { lane_of(id).submit(close_connection{id}); }
  void abandon(connection_id id, std::chrono::milliseconds grace) override {
    lane_of(id).submit(abandon_connection{id, grace});
  }

private:
  mail_lane& lane_of(connection_id id) { return *lanes_[id % lanes_.size()]; }

  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::vector<std::shared_ptr<mail_lane>> lanes_;
};

} // namespace

std::unique_ptr<mail_transport> make_mail_transport(io_threads& threads, transport_callback events,
                                                    const fence* sending,
                                                    std::shared_ptr<const tls_client_context> tls) {
  return std::make_unique<socket_transport>(threads, std::move(events), sending,
                                            *or_system(std::move(tls)));
}

} // namespace warmfront::net
