// Outgoing SMTP connections: bytes between sockets and `smtp::client_dialogue`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/envelope.hpp"
#include "actors/core/error.hpp"
#include "actors/core/fence.hpp"
#include "actors/core/ids.hpp"
#include "net/asio/io_threads.hpp"
#include "net/smtp/client_transmission.hpp"
#include "net/smtp/reply.hpp"
#include "net/tls/client_context.hpp"
#include "net/trust/hop_trust.hpp"

namespace warmfront::net {

/// Names a connection for its whole life; chosen by the caller, never reused.
using connection_id = std::uint64_t;

using smtp::transmission;
using smtp::transmission_finished;
using smtp::transmission_id;
using smtp::transmission_returned;

/// One address to try, with the name it stands for (TLS SNI, logs).
struct next_hop {
  std::string host;    ///< MX name or the configured route
  std::string address; ///< IP address
  std::uint16_t port = 25;
  trust::shared_trust trust = {}; ///< what it has to prove; null: nothing
};

enum class tls_use : std::uint8_t {
  never,
  /// STARTTLS when offered, any certificate; in clear text when the handshake fails. What a hop has
  /// to prove goes before this.
  opportunistic,
};

/// Time-outs of RFC 5321 §4.5.3.2, each the least time given to the peer.
struct transport_timeouts {
  std::chrono::seconds connect{30}; ///< also for the TLS handshake
  std::chrono::seconds greeting{300};
  std::chrono::seconds command{300}; ///< EHLO, MAIL, RCPT, RSET
  std::chrono::seconds data_start{120};
  std::chrono::seconds data_block{180};
  std::chrono::seconds data_end{600};
  std::chrono::seconds idle{15}; ///< an unused connection is closed with QUIT after this
};

struct connection_plan {
  ip_address source;          ///< bound before connect; empty: the system chooses
  std::vector<next_hop> hops; ///< tried in order until one greets with 220
  std::string helo;           ///< our name in EHLO
  tls_use tls = tls_use::opportunistic;
  transport_timeouts timeouts;
};

/// The connection is up and greeted.
struct connection_opened {
  next_hop hop;
  bool tls = false;
  std::string tls_version;
  std::string tls_cipher = {};
  std::string proof =
      {}; ///< how the host proved who it is: `dane`, `sts`, `pkix`; empty: it did not
  std::vector<trust::tls_session> counted = {}; ///< this one, and hops that failed before it
};
/// No hop greeted: the last answer, or why there was none (`code` 0, the cause in `text`).
struct connection_failed {
  next_hop hop;
  smtp::reply last;
  std::vector<trust::tls_session> counted = {}; ///< hops that failed by what they had to prove
};
/// The connection is gone (QUIT, time-out, 421, error). Transactions given to it and not finished
/// are in `unsent`: not one octet of them was put on the wire.
struct connection_closed {
  std::vector<transmission_id> unsent;
  smtp::reply reason;
};

struct transport_event {
  connection_id connection = 0;
  std::variant<connection_opened, connection_failed, transmission_finished, transmission_returned,
               connection_closed>
      what;
};

/// Events of one turn of an I/O thread, in order per connection; called on that thread, must not
/// block. `connection_failed` or `connection_closed` is the last event of every connection.
using transport_callback = std::function<void(std::vector<transport_event>)>;

/// Thread-safe. Calls return at once; results are events.
class mail_transport {
public:
  virtual ~mail_transport() = default;
  virtual void open(connection_id id, connection_plan plan) = 0;
  /// Queues transactions on a connection, also one that is still opening. They run in order;
  /// with PIPELINING offered, as few round trips as RFC 2920 allows. On a connection whose last
  /// event is on its way this does nothing: what is neither finished nor in `unsent` when the last
  /// event arrives was not sent.
  virtual void transmit(connection_id id, std::vector<transmission> transmissions) = 0;
  /// QUIT after what is queued.
  virtual void close(connection_id id) = 0;
  /// Gives up what is not begun (reported `unsent`); what is under way gets until `grace` to end.
  virtual void abandon(connection_id id, std::chrono::milliseconds grace) = 0;
};

/// A transport over real sockets. While `sending` does not hold no transaction begins, and one
/// under way is given up before its final dot; it outlives the transport. Null: always. `tls`:
/// whose certificates are believed; null: those of the system's authorities.
[[nodiscard]] std::unique_ptr<mail_transport>
make_mail_transport(io_threads& threads, transport_callback events, const fence* sending = nullptr,
                    std::shared_ptr<const tls_client_context> tls = nullptr);

} // namespace warmfront::net
