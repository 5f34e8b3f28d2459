// One SMTP session on a socket. Private to net/asio.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/asio/smtp_server_core.hpp"
#include "net/smtp/server_dialogue.hpp"
#include "net/tls/server_channel.hpp"

namespace warmfront::net {

/// Moves octets between a socket and a `smtp::server_dialogue`, and does what that says. Lives on
/// the I/O thread of its worker; what it refers to there lives as long as the last session.
class smtp_session : public std::enable_shared_from_this<smtp_session> {
public:
  smtp_session(std::shared_ptr<smtp_worker> worker, session_id id,
               boost::asio::ip::tcp::socket socket, smtp::server_peer peer,
               std::shared_ptr<const tls_server_context> tls);

  void start();
  void answer(session_answer what);
  void drain();
  void check_deadline(steady_time now);
  /// Closes the socket whatever is under way, and leaves the worker.
  void close();

private:
  /// What comes after the output has been sent.
  enum class after_output : std::uint8_t { read, wait, linger, close };

  void perform(smtp::server_action action);
  void set_after(const smtp::close_connection& action);
  void queue_output();
  void flush();
  void proceed();
  void wait_readable();
  void on_readable();
  void on_octets(std::string_view octets);
  void on_wire_octets(std::string_view octets);

  const std::shared_ptr<smtp_worker> worker_;
  const session_id id_;
  const std::string address_;
  const bool implicit_tls_;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<const tls_server_context> tls_context_;
  std::unique_ptr<tls_server_channel> channel_;
  smtp::server_dialogue dialogue_;
  std::string wire_;          ///< to be sent
  std::size_t wire_sent_ = 0; ///< of `wire_`
  after_output after_ = after_output::wait;
  std::optional<steady_time> close_at_; ///< once closing has begun
  bool reading_ = false;                ///< a wait for the socket is outstanding
  bool writing_ = false;
  bool closed_ = false;
};

} // namespace warmfront::net
