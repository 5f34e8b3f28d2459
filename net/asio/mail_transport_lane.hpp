// The outgoing connections of one I/O thread. Used by `mail_transport.cpp` only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <variant>
#include <vector>

#include "actors/core/fence.hpp"
#include "net/asio/mail_transport.hpp"

namespace warmfront::net {

class mail_connection;

/// What a caller asks of a lane, from any thread.
struct open_connection {
  connection_id id;
  connection_plan plan;
};
struct queue_transmissions {
  connection_id id;
  std::vector<transmission> transmissions;
};
struct close_connection {
  connection_id id;
};
struct abandon_connection {
  connection_id id;
  std::chrono::milliseconds grace;
};
using lane_command =
    std::variant<open_connection, queue_transmissions, close_connection, abandon_connection>;

/// Carries commands to its thread and events from it, each once per turn however many there are.
///
/// Time is counted in ticks of one shared timer instead of one timer per connection: a mail then
/// costs neither a clock read nor a timer of the system, and a time-out is late by at most two
/// ticks, never early.
class mail_lane : public std::enable_shared_from_this<mail_lane> {
public:
  static constexpr std::chrono::milliseconds tick_length{100};

  mail_lane(boost::asio::io_context& context, std::shared_ptr<boost::asio::ssl::context> tls,
            std::shared_ptr<const transport_callback> events, const fence* sending);

  /// Any thread.
  void submit(lane_command command);
  /// Any thread but this lane's: no event is delivered once this has returned, and the connections
  /// are dropped.
  void shut_down();

  /// The rest is for the lane's own thread.
  void emit(connection_id id, decltype(transport_event::what) what);
  /// The tick at which `wait` has certainly passed.
  [[nodiscard]] std::uint64_t tick_after(std::chrono::milliseconds wait) const noexcept;
  /// The connection has emitted its last event.
  void forget(connection_id id);
  [[nodiscard]] bool may_send(steady_time now) const noexcept {
    return sending_ == nullptr || sending_->holds(now);
  }
  /// Whether a transaction may begin.
  [[nodiscard]] bool may_begin(steady_time now) const noexcept {
    return sending_ == nullptr || sending_->may_begin(now);
  }
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] boost::asio::ssl::context& tls() noexcept { return *tls_; }

private:
  void run_commands();
  void run(lane_command& command);
  void flush_events();
  void start_ticking();
  void tick();

  boost::asio::io_context& context_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<const transport_callback> events_callback_;
  const fence* const sending_;
  boost::asio::steady_timer timer_;
  std::uint64_t now_ = 0; ///< ticks
  bool ticking_ = false;
  bool flush_posted_ = false;
  std::vector<transport_event> events_;
  std::unordered_map<connection_id, std::shared_ptr<mail_connection>> connections_;

  std::mutex commands_mutex_;
  std::vector<lane_command> commands_;
  bool commands_posted_ = false;

  std::mutex delivery_mutex_; ///< held while the callback runs
  bool shut_down_ = false;
};

} // namespace warmfront::net
