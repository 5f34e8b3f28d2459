// SMTP submission listeners: bytes between sockets and `smtp::server_dialogue`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/envelope.hpp"
#include "actors/core/error.hpp"
#include "net/asio/io_threads.hpp"
#include "net/smtp/server_dialogue.hpp"
#include "net/smtp/server_limits.hpp"
#include "net/tls/server_context.hpp"

namespace warmfront::net {

using authenticated_client = smtp::authenticated_client;
using smtp_server_limits = smtp::server_limits;

/// A mail waiting for its reply. `done` is called once, from any thread.
struct pending_submission {
  submission mail;
  std::function<void(submission_result)> done;
};

/// What the server asks of the node. Called on I/O threads; must not block.
struct smtp_server_handlers {
  /// Checks a name and password (SASL PLAIN, LOGIN); `done` once, from any thread. `errc::refused`,
  /// `not_found`, `invalid_argument`: wrong name or password (535, counted for the ban of the
  /// client); any other error: cannot be checked now (454).
  std::function<void(std::string user, std::string secret,
                     std::function<void(result<authenticated_client>)> done)>
      authenticate;
  /// Takes over mails that arrived in one turn of an I/O thread, so that a hop is paid once.
  std::function<void(std::vector<pending_submission> mails)> submit;
  /// Whether new mail can be stored: false makes MAIL answer 452 4.3.1 at once.
  std::function<bool()> accepts_mail;
  /// Whether the node is to be emptied: true makes MAIL answer 451 4.3.2.
  std::function<bool()> drains = {};
  /// Set: a server for mail from strangers, see `smtp::server_rules`. `authenticate` is not called.
  std::function<bool(std::string_view address)> accepts_recipient = {};
};

/// How one listening address behaves.
struct smtp_listener_options {
  std::string address;       ///< `127.0.0.1:2587`, `[::1]:2587`; port 0 picks one
  bool implicit_tls = false; ///< TLS from the first octet (RFC 8314)
};

struct smtp_server_options {
  std::string hostname; ///< banner and EHLO reply
  std::vector<smtp_listener_options> listeners;
  std::vector<std::string> relay_networks; ///< CIDRs that may submit without AUTH
  smtp_server_limits limits;
};

/// Counters since the start, readable from any thread.
struct smtp_server_counts {
  std::uint64_t connections = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t authentication_failures = 0;
  std::uint64_t messages_accepted = 0;
  std::uint64_t messages_refused = 0;
  std::uint64_t octets_received = 0;
};

/// The submission server. Sessions live on the I/O threads given and end with this object, which is
/// destroyed before the `io_threads`, running or stopped, and not by one of them.
class smtp_server {
public:
  virtual ~smtp_server() = default;
  /// The addresses listened on, in the order of the options, with the ports that were picked.
  [[nodiscard]] virtual std::vector<std::string> addresses() const = 0;
  [[nodiscard]] virtual smtp_server_counts counts() const = 0;
  /// Takes no new connection or mail; sessions between mails are told 421 at once, those with a
  /// mail under way after its reply. `drained` is called when the last session is gone.
  virtual void drain(std::function<void()> drained) = 0;
  /// New certificates for sessions from now on; null turns STARTTLS off.
  virtual void reload(std::shared_ptr<const tls_server_context> tls) = 0;
};

/// Binds and listens. @returns an error that names the address when it cannot be bound.
/// `tls` may be null: then there is no STARTTLS, and implicit TLS listeners are an error.
/// AUTH is offered only over TLS, or without TLS to clients on loopback.
[[nodiscard]] result<std::unique_ptr<smtp_server>>
start_smtp_server(io_threads& threads, smtp_server_options options,
                  std::shared_ptr<const tls_server_context> tls, smtp_server_handlers handlers,
                  const clock& time);

} // namespace warmfront::net
