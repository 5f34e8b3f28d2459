// The server's side of SMTP (RFC 5321), for submission (RFC 6409) or to receive what comes back,
// without sockets and without a clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/core/clock.hpp"
#include "actors/core/envelope.hpp"
#include "actors/core/error.hpp"
#include "net/smtp/command.hpp"
#include "net/smtp/server_authentication.hpp"
#include "net/smtp/server_budget.hpp"
#include "net/smtp/server_data.hpp"
#include "net/smtp/server_limits.hpp"

namespace warmfront::smtp {

/// What a client may do, once it has shown a name and a password (or comes from a relay network).
struct authenticated_client {
  account_name account;
  std::string key_id;
  std::string only_from = {}; ///< see `submission`
};

/// What is the same for all sessions. Outlives them.
struct server_rules {
  std::string hostname; ///< banner and EHLO reply
  server_limits limits;
  /// Whether new mail can be stored: false makes MAIL answer 452 4.3.1.
  std::function<bool()> accepts_mail;
  /// Whether the node is to be emptied: true makes MAIL answer 451 4.3.2.
  std::function<bool()> drains = {};
  /// Set: this server receives from strangers. There is no AUTH and nothing is relayed: RCPT is
  /// answered 550 5.1.1 unless this says true of the address, which is as it was given.
  std::function<bool(std::string_view address)> accepts_recipient = {};
};

/// What is known of the client before it says a word.
struct server_peer {
  std::string address;       ///< IP address in text form
  bool loopback = false;     ///< AUTH is offered without TLS
  bool relay = false;        ///< may submit without AUTH
  bool implicit_tls = false; ///< TLS is up when the session starts
  bool starttls = false;     ///< there is a certificate
};

/// Wait for octets and give them to `receive`.
struct receive_more {};
/// Wait for the deadline; receive nothing.
struct wait_only {};
/// Check these and call `authenticated`; receive nothing meanwhile.
struct check_password {
  std::string user;
  std::string secret;
};
/// Take the mail over and call `submitted`; receive nothing meanwhile.
struct hand_over {
  submission mail;
};
/// Send the output, then do the handshake on the same connection and call `tls_established`. Octets
/// received in clear text and not consumed were dropped (CVE-2011-0411).
struct begin_tls {};
/// Send the output and close. `linger`: the client did not ask for it, so that it may still be
/// sending; read and drop for a moment, or a reset takes the reply from it.
struct close_connection {
  bool linger = true;
};
using server_action =
    std::variant<receive_more, wait_only, check_password, hand_over, begin_tls, close_connection>;

/// One session. Every input returns what to do next, after sending `output()`. Not thread-safe.
class server_dialogue {
public:
  /// `rules` and `budget` outlive this object.
  server_dialogue(const server_rules& rules, octet_budget& budget, server_peer peer,
                  steady_time now);
  ~server_dialogue();
  server_dialogue(const server_dialogue&) = delete;
  server_dialogue& operator=(const server_dialogue&) = delete;

  /// Greets. With implicit TLS: once the handshake is done.
  [[nodiscard]] server_action start(steady_time now);
  /// @pre the last action was `receive_more`.
  [[nodiscard]] server_action receive(std::string_view octets, steady_time now);
  /// Answers `check_password`. `errc::refused`, `not_found`, `invalid_argument`: wrong name or
  /// password; `limit_exceeded`: the client is banned; anything else: cannot be checked now.
  [[nodiscard]] server_action authenticated(result<authenticated_client> client, steady_time now);
  /// Answers `hand_over`.
  [[nodiscard]] server_action submitted(const submission_result& outcome, steady_time now);
  /// Answers `begin_tls`: everything known of the client is forgotten (RFC 3207 §4.2).
  [[nodiscard]] server_action tls_established(steady_time now);
  /// The deadline was reached.
  [[nodiscard]] server_action expire(steady_time now);
  /// The server stops: 421 now when no mail is under way, else after its reply.
  [[nodiscard]] server_action drain(steady_time now);

  /// When `expire` is due. Moves with every input.
  [[nodiscard]] steady_time deadline() const noexcept { return deadline_; }
  /// Replies to be sent; the shell clears what it has sent.
  [[nodiscard]] std::string& output() noexcept { return output_; }
  /// Messages refused after their content since the last call.
  [[nodiscard]] std::uint64_t take_refused() noexcept;

private:
  enum class mode : std::uint8_t {
    opening, ///< before the greeting
    command,
    sasl, ///< the next line answers a challenge
    data,
    chunk, ///< in the octets of BDAT
    checking_password,
    handing_over,
    starting_tls,
    delaying, ///< a wrong password is answered at the deadline
    closed,
  };
  /// Nothing: go on with the input that is there.
  using next = std::optional<server_action>;

  server_action run(std::string_view input, steady_time now);
  next step(std::string_view& input, steady_time now);
  next read_line(std::string_view& input, steady_time now);
  next read_data(std::string_view& input, steady_time now);
  next read_chunk(std::string_view& input, steady_time now);
  next on_line(std::string_view line);
  next on_command(command given);
  next on_hello(std::string_view argument, bool extended);
  next on_mail(std::string_view argument);
  next on_rcpt(std::string_view argument);
  next on_data(std::string_view argument);
  next on_bdat(std::string_view argument);
  next on_auth(std::string_view argument);
  next on_starttls(std::string_view argument);
  next on_quit(std::string_view argument);
  next on_sasl(sasl_step step);
  next finish_content();
  next refuse_content(std::string_view line);
  [[nodiscard]] std::string_view content_fault() const;
  [[nodiscard]] std::string_view authentication_demand() const noexcept;
  [[nodiscard]] bool authentication_offered() const noexcept;
  [[nodiscard]] bool receives() const noexcept { return rules_.accepts_recipient != nullptr; }
  [[nodiscard]] submission make_submission();

  void say(std::string_view line);
  void say(const reply& value);
  next refuse(std::string_view line);
  next refuse(const reply& value);
  next count_error();
  server_action close_with(std::string_view line);
  void note_progress(std::size_t octets, steady_time now);
  void await_command(steady_time now);
  void account_for(std::size_t octets);
  void end_transaction() noexcept;

  const server_rules& rules_;
  octet_budget& budget_;
  const server_peer peer_;
  const steady_time started_at_;
  steady_time deadline_;
  std::string output_;
  std::string pending_; ///< octets received and not consumed

  mode mode_ = mode::opening;
  bool tls_ = false;
  bool extended_ = false; ///< EHLO, not HELO
  bool trusted_ = false;  ///< authenticated, or a MAIL was accepted
  bool draining_ = false;
  std::string helo_; ///< empty: no greeting yet
  std::optional<authenticated_client> client_;
  sasl_exchange sasl_;
  std::size_t errors_ = 0;
  std::size_t authentication_failures_ = 0;
  std::uint64_t refused_ = 0;

  bool mail_open_ = false;
  bool chunking_ = false; ///< a BDAT was accepted in this transaction
  envelope mail_;
  data_reader data_;
  std::size_t accounted_ = 0; ///< octets taken from the budget
  std::size_t progress_ = 0;  ///< octets of content since the deadline moved
  std::uint64_t chunk_left_ = 0;
  std::uint64_t chunk_octets_ = 0;
  bool chunk_last_ = false;
  std::string_view chunk_refusal_; ///< said after the chunk; empty: the chunk is content
};

/// The reply to a final dot.
[[nodiscard]] reply reply_to(const submission_result& outcome);

} // namespace warmfront::smtp
