// The client's side of an SMTP connection, without a socket (RFC 5321, RFC 2920).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/core/error.hpp"
#include "net/smtp/client_content.hpp"
#include "net/smtp/client_extensions.hpp"
#include "net/smtp/client_output.hpp"
#include "net/smtp/client_transmission.hpp"
#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

/// What the dialogue waits for; the shell maps it to a time-out (RFC 5321 §4.5.3.2).
enum class client_wait : std::uint8_t {
  nothing, ///< the dialogue is over
  greeting,
  command,
  data_start, ///< the reply to DATA
  data_block, ///< the peer to take more of the content
  data_end,   ///< the reply to the final dot
  idle,       ///< the caller: no transmission is queued
  quit,
};
/// What is waited for, for people: `the greeting`.
[[nodiscard]] std::string_view to_string(client_wait value) noexcept;

/// Greeted and introduced: transmissions run from now on.
struct session_opened {};
/// The peer said 220 to STARTTLS: drop what was read behind it, shake hands, then call `on_tls`.
struct tls_wanted {};
/// Nothing more is read; write `output()` as far as it goes without waiting, then close.
struct session_ended {
  bool opened = false; ///< false: the peer never served us; the queue stays for another hop
  reply reason;
  std::vector<transmission_id> unsent; ///< not one octet was put on the wire; empty unless `opened`
  bool without_starttls = false;       ///< it was required, and not to be had
};
using client_action = std::variant<session_opened, tls_wanted, transmission_finished,
                                   transmission_returned, session_ended>;
using client_actions = std::vector<client_action>;

/// What a connection is subject to.
struct session_terms {
  bool starttls = false;        ///< use STARTTLS when the peer offers it
  bool tls_required = false;    ///< never go on without it
  bool requiretls = false;      ///< nor without REQUIRETLS (RFC 8689); what fails, fails for good
  std::string required_by = {}; ///< who requires it, for people
};

/// Decides what is sent on one connection and what the replies mean. Not thread-safe.
///
/// The shell feeds complete replies, tells how many octets of `output()` the kernel took (by
/// `output().consume`, before it feeds replies that follow), and carries out the actions in order.
/// Every transmission queued ends in exactly one `transmission_finished`, `transmission_returned`
/// or entry of `unsent`.
///
/// With PIPELINING, MAIL, RCPTs and DATA travel in one group, and the next transaction's group may
/// travel behind the final dot of the one under way (RFC 2920 §3.1). Replies then still arrive in
/// order, so the transaction in front gets each reply until its last; a content is queued only
/// after the 354 of its own DATA.
class client_dialogue {
public:
  /// `helo` names us in EHLO.
  explicit client_dialogue(std::string helo) : helo_{std::move(helo)} {}

  /// The time of what is reported next, for `not_after`. Call it before every input.
  void at(steady_time now) noexcept { now_ = now; }
  /// Whether transactions may begin: those whose turn comes while they may not are given back.
  void allow(bool transactions) noexcept { allowed_ = transactions; }
  /// Whether a transaction is on the wire that the peer has not got to its end.
  [[nodiscard]] bool is_sending() const noexcept { return !under_way_.empty() && !output_.empty(); }
  /// Call it before a write that had to wait for the socket: takes back a transaction whose time
  /// has passed while it was queued behind a content.
  void recall_late(client_actions& actions);

  /// A connection was made: waits for the greeting. Also for a further hop, after a session that
  /// never opened.
  void on_connected(session_terms terms);
  void on_connected(bool starttls) { on_connected(session_terms{starttls}); }
  void on_reply(reply answer, client_actions& actions);
  /// The handshake succeeded: all that was learnt in clear is forgotten (RFC 3207 §4.2).
  void on_tls();
  /// The connection is lost or has to be given up: `why` is what happened, for people.
  void on_lost(std::string_view why, client_actions& actions);

  /// Queues transactions.
  void transmit(std::vector<transmission> transmissions, client_actions& actions);
  /// QUIT once the queue is empty.
  void close(client_actions& actions);
  /// Takes what is not begun off the queue (reported as `unsent` at the end), then as `close`.
  void abandon(client_actions& actions);

  [[nodiscard]] client_output& output() noexcept { return output_; }
  [[nodiscard]] client_wait wait() const noexcept;
  [[nodiscard]] bool opened() const noexcept { return opened_; }
  /// The transactions of a queue that never met a serving peer, for the last `unsent`.
  [[nodiscard]] std::vector<transmission_id> take_unsent();

private:
  enum class phase : std::uint8_t { greeting, ehlo, helo, starttls, handshake, ready, quit, ended };
  enum class step : std::uint8_t { rset, mail, rcpt, data, content };

  /// A transaction of which MAIL is queued for the wire.
  struct under_way {
    transmission mail;
    content_facts facts;
    std::vector<reply> verdicts;
    std::vector<std::uint32_t> asked; ///< the recipients that get a RCPT
    std::size_t next_rcpt = 0;        ///< index in `asked` of the next reply to RCPT
    std::size_t accepted = 0;
    step awaited = step::mail;
    bool mail_refused = false;
    std::uint64_t group_begin = 0; ///< offsets in the output
    std::uint64_t mail_begin = 0;
    std::uint64_t data_end = 0; ///< behind the final dot, once it is queued
  };

  void introduce(reply answer, client_actions& actions);
  void on_ehlo(const reply& answer, client_actions& actions);
  void become_ready(client_actions& actions);
  void refuse_peer(const reply& why, client_actions& actions);
  void refuse_clear_text(std::string_view what, client_actions& actions);
  void on_transaction_reply(reply answer, client_actions& actions);
  void on_mail_reply(under_way& current, reply answer, client_actions& actions);
  void on_rcpt_reply(under_way& current, reply answer, client_actions& actions);
  void on_data_reply(under_way& current, reply answer, client_actions& actions);
  void on_content_reply(under_way& current, reply answer, client_actions& actions);

  void run_queue(client_actions& actions);
  [[nodiscard]] bool is_late(const transmission& mail) const noexcept;
  [[nodiscard]] bool may_begin() const noexcept;
  void begin(transmission mail, client_actions& actions);
  void send_group(under_way& current);
  void send_command(under_way& current, step command);
  void continue_with(under_way& current, step command);
  void finish(client_actions& actions);
  void violate(std::string_view what, client_actions& actions);
  void end(reply reason, const reply& verdict, client_actions& actions);

  std::string helo_;
  std::string line_; ///< scratch for commands
  client_output output_;
  client_extensions extensions_;
  std::deque<transmission> queue_;
  std::deque<under_way> under_way_; ///< at most two; replies belong to the first
  std::vector<transmission_id> unsent_;
  steady_time now_{};
  bool allowed_ = true;
  phase phase_ = phase::ended;
  session_terms terms_;
  bool in_tls_ = false;
  bool opened_ = false;
  bool closing_ = false;
  bool reset_needed_ = false; ///< the peer still holds a transaction we gave up
};

} // namespace warmfront::smtp
