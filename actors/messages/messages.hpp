// The messages between actors. Commands are imperatives, facts are past tense. All of them stay
// inside one process: mail content is shared by pointer, never copied.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/core/envelope.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/message_search.hpp"
#include "actors/messages/reports.hpp"
#include "actors/messages/spooled.hpp"

namespace warmfront {

/// An answer that may be a failure. Failures travel as values, never as `caf::error`.
template <class T>
struct answer {
  result<T> value;
};

// ---- access: keys and accounts ------------------------------------------------------------

struct create_key {
  account_name account;
  key_role role = key_role::sender;
  std::string kind = "bearer"; ///< or `signature`
};
/// The secret is shown once. Of a bearer key its first part, up to the dot, is the key's id; of a
/// signature key it is the text that requests are signed with.
struct created_key {
  std::string id;
  std::string secret;
};
struct list_keys {};
struct revoke_key {
  std::string id;
};
/// Checks a secret. `id` may be empty: the secret names its key.
struct authenticate_key {
  std::string id;
  std::string secret;
};

/// For the check of a request's signature.
struct use_signature_key {
  std::string id;
};
struct signature_key {
  client_identity who;
  std::string secret;
};

// ---- warmup: ledgers, plans, permits ------------------------------------------------------

/// A permit spent: one recipient on one ledger's day.
struct charge {
  ledger_subject subject;
  std::uint32_t day = 0;       ///< the ledger's day count since its start, from 0; never goes back
  provider_name provider = {}; ///< whose limit was charged, too; empty: none
  friend bool operator==(const charge&, const charge&) = default;
};

struct permit_request {
  std::vector<ip_address> candidates; ///< in order of preference; the first that can is taken
  domain_name sender_domain;
  mail_class importance = mail_class::triggered;
  std::vector<charge> charged; ///< by earlier attempts: not charged again on the same day
  provider_name provider = {}; ///< who receives it
  /// Candidates from here on are about to leave: not taken while permits of one before them are on
  /// their way, since that is over in a moment.
  std::size_t draining_from = SIZE_MAX;
  /// Candidates from here on are of the pool that mail overflows to: taken only when the days of
  /// all before them are used up.
  std::size_t overflow_from = SIZE_MAX;
};
/// `charges` holds only what was charged now: all of it, and nothing else, is refunded when no
/// connection was made. What a recipient has been charged is `charged` and `charges` together.
struct permit_verdict {
  enum class kind : std::uint8_t {
    granted,   ///< `source` may send now; `charges` are its permits
    exhausted, ///< `blocking` has no permits before `until`
    paused,    ///< `blocking` is paused by hand
    pending,   ///< permits are on their way: `permits_available` will say so
    no_source, ///< the pool has no usable IP
    blocked,   ///< batch mail: `blocking` sends nothing more today, for its quality
  };
  kind what = kind::no_source;
  ip_address source;
  std::vector<charge> charges;
  ledger_subject blocking;
  wall_time until{};
  /// Set when only mail to this provider has to wait.
  provider_name provider = {};
  bool paced = false; ///< exhausted: only until the next step of an evenly spread day
  /// Granted: when the first of the ledgers' days ends; the permits must not be used after it.
  wall_time valid_until = wall_time::max();
};
/// Delivery → ip_pool → warmup. One verdict per request, in order.
struct take_permits {
  std::vector<permit_request> requests;
};
struct permits_taken {
  std::vector<permit_verdict> verdicts;
};
/// No connection was made: the permits can be used again, today.
struct refund_permits {
  std::vector<charge> charges;
};
/// What became of recipients that a permit of a ledger was spent on.
struct ledger_outcomes {
  ledger_subject subject;
  quality_counts counts;
};
/// Delivery → warmup.
struct count_outcomes {
  std::vector<ledger_outcomes> ledgers;
};
/// Warmup → delivery: closed lanes are worth asking for again.
struct permits_available {};

/// Warmup → intake: the sender domains that have a ledger, hence lanes of their own.
struct ledger_domains_changed {
  std::shared_ptr<const std::vector<domain_name>> domains;
};

struct list_ledgers {
  ledger_subject subject;                 ///< empty: all
  std::vector<ledger_subject> among = {}; ///< those of these alone that there are; empty: `subject`
};
/// Starts or changes a subject's ledger. What was spent today stays spent.
struct set_ledger_plan {
  ledger_subject subject;
  plan_name plan;
};
struct pause_ledger {
  ledger_subject subject;
};
struct resume_ledger {
  ledger_subject subject;
};
/// Moves a ledger to a day of its plan (from 1), from now on.
struct set_ledger_day {
  ledger_subject subject;
  std::uint32_t day = 1;
};
/// When a mail with `ahead` others before it gets its permits, by the rules that will run.
struct forecast_release {
  std::vector<ip_address> sources;
  domain_name sender_domain;
  mail_class importance = mail_class::triggered;
  std::uint64_t ahead = 0;
  provider_name provider = {}; ///< set when it is one of those that wait for a provider's limit
};
struct release_forecast {
  std::optional<wall_time> expected_at;  ///< none: not under today's rules (paused, no source)
  std::optional<ledger_report> blocking; ///< the ledger that decides
};
/// How a batch would go out, by the rules that will run.
struct forecast_batch {
  std::vector<ip_address> sources; ///< of the pool, and of the one that it overflows into
  domain_name sender_domain;
  mail_class importance = mail_class::batch;
  std::uint64_t ahead = 0; ///< recipients that wait before it
  std::uint64_t recipients = 0;
  std::map<provider_name, std::uint64_t> providers; ///< of them, so many at each; the rest anywhere
  wall_time start_at{};                             ///< not before now
};
struct batch_forecast {
  /// A day on which some of the batch is sent.
  struct day {
    std::uint32_t number = 0; ///< from 1, the day of the start
    wall_time at{};           ///< when it begins
    std::uint64_t sent = 0;
    std::uint64_t remaining = 0; ///< after it
  };
  std::optional<wall_time> finish_at; ///< none: not under today's rules
  std::vector<day> days;
  std::optional<wall_time> with_one_more; ///< when it would finish with one more, new address
  std::optional<ledger_report> blocking;  ///< keeps it from going: paused, or without its plan
};
struct list_plans {};
struct put_plan {
  plan value;
  bool allow_decrease = false; ///< days may allow less than the ones before them
};
struct delete_plan {
  plan_name name;
};

// ---- ip_pool ------------------------------------------------------------------------------

struct assignment_request {
  pool_name pool;
  std::string recipient; ///< address: the same one keeps its IP while weights stay
  domain_name sender_domain;
  mail_class importance = mail_class::triggered;
  ip_address previous; ///< set on a retry: kept as long as the pool has it
  std::vector<charge> charged;
  provider_name provider = {}; ///< who receives it
};
/// Delivery → ip_pool, answered by warmup with `permits_taken`.
struct assign_sources {
  std::vector<assignment_request> requests;
};
struct list_pools {
  pool_name name; ///< empty: all
};
struct put_pool {
  pool value;
};
struct delete_pool {
  pool_name name;
};
struct put_pool_address {
  pool_name name;
  pool_address value;
};
struct delete_pool_address {
  pool_name name;
  ip_address address;
};
/// Takes an address out of use in every pool that has it, or back into use.
struct set_address_state {
  ip_address address;
  address_state state = address_state::active;
  std::string reason;
  pool_name only_in = {}; ///< set: in this pool alone
};
/// Delivery → ip_pool: a receiver refused a mail and named the address that it came from.
struct report_block {
  ip_address address;
  provider_name provider;
  std::string reply;
};
/// ip_pool → intake, delivery: all pools as they are now.
struct pools_changed {
  std::shared_ptr<const std::vector<pool>> pools;
};

// ---- intake -------------------------------------------------------------------------------

/// Delivery → intake: mail of a pool that rejects what is over its limits would bounce until then.
struct mail_over_limit {
  pool_name pool;
  mail_class importance = mail_class::triggered;
  domain_name sender_domain; ///< whose ledger it is; empty: all senders
  wall_time until{};
  ledger_subject blocking;
  friend bool operator==(const mail_over_limit&, const mail_over_limit&) = default;
};
/// Delivery → intake: permits have changed, nothing is known to be over a limit.
struct limits_lifted {};

/// A mail and where to say what became of it. `done` is called once, from any thread.
struct submitted_mail {
  submission mail;
  std::function<void(submission_result)> done;
};
/// SMTP and HTTP → intake.
struct submit_mails {
  std::shared_ptr<std::vector<submitted_mail>> mails;
};
/// A mail merge of a task, as intake spools it.
struct merge_submission {
  envelope mail;
  std::string body; ///< an encoded `mail_merge`
  submission_source source;
  pool_name pool;
  task_id task = task_id::none;
  std::optional<tracking> track = {}; ///< not said: as the node is set up
  std::string mark; ///< a key of family `segments` that becomes durable with it, and names its id
  /// Called once, from any thread.
  std::function<void(result<std::shared_ptr<const spooled_mail>>)> done;
  template_name from_template = {};
};
/// Scheduler → intake. Who asked hands them to delivery.
struct spool_merges {
  std::shared_ptr<std::vector<merge_submission>> merges;
};
/// Node → intake: take no new mail from now on.
struct stop_intake {};

// ---- delivery -----------------------------------------------------------------------------

/// Intake → delivery, after the commit, in the order of the lanes' sequence numbers.
struct mails_spooled {
  std::vector<std::shared_ptr<const spooled_mail>> mails;
  std::size_t single_copies = 0; ///< of them, though a second copy was wanted
};
struct report_message {
  message_id id;
};
struct explain_message {
  message_id id;
};
struct cancel_message {
  message_id id;
};
/// Scheduler → delivery: nothing of these tasks may begin; everything of all others may.
struct hold_tasks {
  std::shared_ptr<const std::vector<task_id>> tasks;
};
/// How much of a task waits on this node.
struct task_backlog {
  task_id task = task_id::none;
  std::uint64_t waiting = 0;
  bool is_open = true; ///< no limit, pause or missing IP is known to keep all of it
};
/// Scheduler → delivery.
struct count_task_backlogs {};
/// Delivery → scheduler: all recipients of a mail merge have ended.
struct merge_ended {
  message_id id;
};
/// A mail merge of a task that comes from another node.
struct moving_merge {
  message_id id;
  task_id task = task_id::none;
};
/// Replication → scheduler, before they become this node's: which of them does the control store
/// know? Of others somebody else sends, or has sent, the segment. What is answered stays so.
struct judge_merges {
  std::vector<moving_merge> merges;
};
struct judged_merges {
  std::vector<message_id> lost; ///< never to be sent
};
/// Delivery → scheduler: they are this node's, and durable.
struct merges_adopted {
  std::vector<moving_merge> merges;
};
struct list_queues {
  bool with_forecast = false; ///< of the first fifty that are held, and since when the first waits
  bool with_retries = false;  ///< also what waits to be tried again
};
struct count_deliveries {};
/// Node → delivery: begin nothing, end what is under way, answer when all outcomes are durable.
struct drain_delivery {};
/// The answer to commands that return nothing.
struct done {};

// ---- between start and stop ---------------------------------------------------------------

/// Node → warmup, after delivery has drained: grant nothing more and write the exact marks, so that
/// a clean stop burns no permit.
struct stop_warmup {};
/// Node → access, at every start: makes account `default` and an admin key when there is no key at
/// all. The secret may be one of `make_secret`, so that it can be in a file before it counts;
/// empty: one is made.
struct ensure_first_key {
  std::string secret;
};

// ---- admin --------------------------------------------------------------------------------

namespace admin {
struct exchange;
}
/// HTTP threads → admin: a request to answer, with the way back. Only `admin` looks inside.
struct serve_exchange {
  std::shared_ptr<admin::exchange> value;
};

// ---- within one actor ---------------------------------------------------------------------

/// A step for the actor that receives it, run in its own turn: how callbacks of stores and sockets
/// come home. Sent only by the actor's own callbacks.
struct run_step {
  std::function<void()> step;
};

} // namespace warmfront
