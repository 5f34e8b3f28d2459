// What roles answer when they are asked how things stand: values for the admin room.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/envelope.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/mail_event.hpp"
#include "actors/messages/plan.hpp"
#include "net/trust/tls_report.hpp"

namespace warmfront {

/// What a key may do; each role includes the ones after it, except that `sender` only sends.
enum class key_role : std::uint8_t { admin = 1, operator_, sender, viewer };
[[nodiscard]] std::string_view to_string(key_role role) noexcept;
[[nodiscard]] std::optional<key_role> parse_key_role(std::string_view text) noexcept;

/// Who is behind a request, once the key has been checked.
struct client_identity {
  account_name account;
  std::string key_id;
  key_role role = key_role::viewer;
};

struct key_report {
  std::string id;
  account_name account;
  key_role role = key_role::viewer;
  std::string kind; ///< `bearer` or `signature`
  wall_time created_at{};
};

/// Whether an address may send.
enum class address_state : std::uint8_t {
  active,
  quarantined, ///< a receiver blocks it, or it was taken out by hand: nothing leaves from it
  draining,    ///< about to leave: sends what the pool's other addresses have no permits for
};
[[nodiscard]] std::string_view to_string(address_state state) noexcept;
/// The states in which an address sends.
[[nodiscard]] constexpr bool may_send(address_state state) noexcept {
  return state != address_state::quarantined;
}

/// An address of a pool, as configured.
struct pool_address {
  ip_address address;
  node_name node;
  std::uint32_t weight = 1; ///< share of the pool's mail; 0: none
  plan_name plan;           ///< empty: no ledger, sends without limit
  address_state state = address_state::active;
  std::string reason = {};   ///< of the state; empty when it is active
  wall_time changed_at = {}; ///< of the state; zero when it never was another one
};

enum class pool_kind : std::uint8_t { shared, dedicated };
[[nodiscard]] std::string_view to_string(pool_kind kind) noexcept;

struct pool {
  pool_name name;
  pool_kind kind = pool_kind::shared;
  account_name account; ///< dedicated: who may use it; empty: everybody
  /// What becomes of mail over the limits of its addresses: `hold`, `reject` or `pool:NAME`.
  std::string overflow = "hold";
  std::vector<pool_address> addresses;
};
/// The pool that its mail overflows into; empty: none.
[[nodiscard]] inline pool_name overflow_pool(const pool& of) {
  constexpr std::string_view prefix = "pool:";
  return of.overflow.starts_with(prefix) ? pool_name{of.overflow.substr(prefix.size())}
                                         : pool_name{};
}

enum class ledger_state : std::uint8_t {
  open,      ///< permits are left today
  exhausted, ///< used up until the day ends
  paused,    ///< by hand
  paced,     ///< what may be used so far is used: the day is spread evenly
  blocked,   ///< until the day ends, for its delivery quality
};
[[nodiscard]] std::string_view to_string(ledger_state state) noexcept;

/// What became of a ledger's mail on one day: the numbers that move it.
struct quality_counts {
  std::uint64_t outcomes = 0;   ///< recipients delivered or bounced; all rates are of these
  std::uint64_t delivered = 0;  ///< taken by the receiver
  std::uint64_t invalid = 0;    ///< bounced: there is no such recipient
  std::uint64_t spam = 0;       ///< bounced: refused as spam, or for the sender's reputation
  std::uint64_t complaints = 0; ///< reported by recipients
  std::uint64_t opened = 0;     ///< messages seen opened, each once
  quality_counts& operator+=(const quality_counts& more) noexcept {
    outcomes += more.outcomes;
    delivered += more.delivered;
    invalid += more.invalid;
    spam += more.spam;
    complaints += more.complaints;
    opened += more.opened;
    return *this;
  }
  friend bool operator==(const quality_counts&, const quality_counts&) = default;
};

/// Why a ledger's day of the plan, or what the day allows, is another one than before.
enum class move_cause : std::uint8_t {
  advanced = 1, ///< the day before was used
  repeated,     ///< the day before was used too little
  raised,       ///< good quality
  lowered,      ///< bad quality of the day before
  blocked,      ///< bad quality: nothing more today
  weakened,     ///< an early weak signal: less, and no progress for three days
  idle,         ///< a step down for every day without mail after the seventh
  restarted,    ///< no mail for more than thirty days
  set,          ///< by hand
};
[[nodiscard]] std::string_view to_string(move_cause cause) noexcept;

/// One move of a ledger, with the numbers behind it.
struct ledger_move {
  wall_time at{};
  move_cause cause = move_cause::set;
  std::uint32_t from = 0; ///< day of the plan
  std::uint32_t to = 0;
  std::uint64_t limit = 0; ///< of the day that was judged
  std::uint64_t used = 0;
  std::uint32_t idle_days = 0;
  quality_counts quality;
  friend bool operator==(const ledger_move&, const ledger_move&) = default;
};

struct ledger_report {
  ledger_subject subject;
  std::string provider = "*";
  plan_name plan;
  std::uint32_t day = 0; ///< of the plan, from 1
  wall_time day_ends_at{};
  std::optional<std::uint64_t> limit; ///< none: no limit
  std::uint64_t used = 0;             ///< permits spent today, burnt ones included
  std::uint64_t leased = 0;           ///< granted to nodes today
  ledger_state state = ledger_state::open;
  std::uint64_t held_days = 0;    ///< for how many days from today on an early weak signal holds it
  quality_counts quality;         ///< of today, as far as this node has seen it
  std::vector<ledger_move> moves; ///< the last ones, newest last; only of the whole ledger
  std::uint32_t ledger_day = 0;   ///< since its start; never goes back
  wall_time day_started_at = {};
};

enum class recipient_state : std::uint8_t {
  queued,   ///< waits for a connection
  held,     ///< waits for permits of a later day
  deferred, ///< tried, will be tried again
  delivered,
  bounced,
  expired,
  suppressed,
  cancelled,
};
[[nodiscard]] std::string_view to_string(recipient_state state) noexcept;
[[nodiscard]] std::optional<recipient_state> parse_recipient_state(std::string_view text) noexcept;
/// Whether nothing will happen to the recipient any more (invariant I4).
[[nodiscard]] constexpr bool is_final(recipient_state state) noexcept {
  return state >= recipient_state::delivered;
}

struct recipient_report {
  std::string address;
  recipient_state state = recipient_state::queued;
  std::uint32_t attempts = 0;
  std::string last_reply;  ///< empty: never tried
  std::string remote_host; ///< who gave it
  ip_address source;       ///< the IP it left or will leave from, once chosen
  std::optional<wall_time> next_attempt_at;
  std::optional<wall_time> changed_at;
  provider_name provider = {};   ///< that the last attempt went to; `other` for one without a name
  std::string bounce_class = {}; ///< of a refusal: `invalid`, `spam`, …
  std::string tls = {}; ///< of the last connection: version, cipher, how the host proved itself
  /// What came back after that, or was done with it: the first of each kind, oldest first. Only in
  /// the report of a single message.
  std::vector<mail_event> feedback = {};
};

struct message_report {
  message_id id;
  std::string from;
  account_name account;
  pool_name pool;
  mail_class importance = mail_class::triggered;
  wall_time accepted_at{};
  std::uint64_t octets = 0;
  std::vector<recipient_report> recipients;
};

/// Why a recipient waits: one link of the causal chain (invariant I7).
struct wait_reason {
  std::string kind; ///< `ledger`, `backoff`, `site`, `dns`, `pool`, `queue`, `ip`, `node`
  std::string recipient;
  std::string ledger;   ///< subject, for `ledger`
  std::string provider; ///< whose limit of the ledger it is; empty: the limit of all mail
  std::optional<std::uint32_t> day;
  std::optional<std::uint64_t> used;
  std::optional<std::uint64_t> limit;
  std::optional<std::uint64_t> position; ///< how many go before it, 0: it is next
  std::optional<wall_time> expected_at;
  std::string text; ///< the same as a sentence
};

struct why_report {
  message_id id;
  std::string state; ///< of the recipient furthest from its end
  std::vector<wait_reason> reasons;
};

/// What a receiver said, or why it could not be asked.
struct last_answer {
  std::string text;
  unsigned code = 0; ///< as in SMTP; 0: it said nothing
  wall_time at{};
  ip_address source; ///< the mail was to leave from
  friend bool operator==(const last_answer&, const last_answer&) = default;
};

struct queue_report {
  node_name node; ///< whose queue it is
  pool_name pool;
  mail_class importance = mail_class::triggered;
  std::string sender_domain; ///< set when that domain has a ledger
  std::string destination;   ///< set when the queue is for one congested destination
  std::string provider;      ///< set when it is for one provider, whose limit was reached
  std::uint64_t waiting = 0;
  std::string state; ///< `open`, `held`, `waiting`; `deferred`: to be tried again
  std::optional<wall_time> opens_at;
  std::string reason;
  /// The kind of the reason: `limit`, `paused`, `no_ip`, `permits`, `task`, `retry`, or `sending`
  /// for what waits for its turn alone.
  std::string cause = {};
  /// The last answer that kept a recipient of it waiting. Of those that wait to be tried again,
  /// when the first of them is.
  std::optional<last_answer> last_reply = {};
  std::optional<wall_time> next_attempt_at = {};
  /// When the first of those that wait was accepted; of lanes, when it was asked for.
  std::optional<wall_time> oldest_at = {};
  /// When the last of those that wait now is expected to leave; of queues held by a ledger, when it
  /// was asked for.
  std::optional<wall_time> empty_at = {};
};

/// Counters of delivery since the start.
struct delivery_counts {
  std::uint64_t accepted_recipients = 0;
  std::uint64_t single_copies = 0; ///< mails acknowledged with one copy though two were wanted
  std::uint64_t delivered = 0;
  std::uint64_t deferred = 0;
  std::uint64_t bounced = 0;
  std::uint64_t expired = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t in_flight = 0;
  /// Connections by the policy they were made under and by what came of it.
  std::array<std::array<std::uint64_t, trust::tls_results>, 3> tls_sessions{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, client_identity& x) {
  return f(x.account, x.key_id, x.role);
}

} // namespace warmfront
