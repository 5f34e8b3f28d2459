// What an attempt means: delivered, deferred, bounced or expired, and how the spool records it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/random.hpp"
#include "actors/delivery/dispatcher.hpp"
#include "actors/delivery/retry_schedule.hpp"
#include "net/smtp/bounce_class.hpp"
#include "storage/spool.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

/// A recipient's attempt, judged. `record` is what the spool will say of it.
struct outcome {
  delivery_item item;
  smtp::reply reply;
  storage::recipient_record record;
  bool last_of_message = false; ///< with it the message is finished: its body goes
  bool dsn_passed_on = false;
  smtp::bounce_class why = smtp::bounce_class::other; ///< of a refusal
  bool attempted = false;      ///< a receiver answered, or could not be reached
  bool on_the_wire = false;    ///< this attempt was: its answer is the receiver's
  std::vector<charge> refunds; ///< permits that nothing was sent for
  /// Who had the second copy when this was written: it is told of this, whoever has it by now.
  std::optional<std::uint16_t> informed;
  std::string next_key; ///< where a recipient that goes on waiting is queued
  std::optional<storage::lane_position> next_position; ///< none: in the deferred index

  [[nodiscard]] recipient_state state() const { return static_cast<recipient_state>(record.state); }
};

/// Whether an earlier attempt of the recipient has spent this permit already.
[[nodiscard]] bool charged_before(const delivery_item& item, const charge& permit);

/// Judges attempts (RFC 5321 §4.2.1, §4.5.4.1): 2xx delivers, 5xx bounces, anything else is tried
/// again until the recipient expires. Counts down the message's unfinished recipients.
[[nodiscard]] outcome judge(attempt what, const retry_schedule& schedule, wall_time now,
                            random_source& random);

/// A recipient that was not tried goes on waiting: until `due` in the deferred index …
[[nodiscard]] outcome postpone(delivery_item item, wall_time due, std::string reason,
                               wall_time now);
/// … or at a position of a lane. `state` is `held` or `queued`.
[[nodiscard]] outcome requeue(delivery_item item, storage::lane_position to, recipient_state state,
                              wall_time now);
/// Gives a recipient that waits in a lane another place there.
void move_to(outcome& what, std::uint64_t sequence);
/// Bounces a recipient that this node will not send.
[[nodiscard]] outcome refuse(delivery_item item, const smtp::reply& why, wall_time now);
/// The same, of a recipient of a mail merge whose mail cannot be written.
[[nodiscard]] outcome refuse_unwritten(delivery_item item, wall_time now);
/// Ends a recipient that its account does not send to any more.
[[nodiscard]] outcome suppress(delivery_item item, wall_time now);
/// Gives up a recipient by hand, as if its time was over.
[[nodiscard]] outcome expire(delivery_item item, wall_time now);
/// A recipient that waits for another attempt waits until `due` instead. @pre it has a record.
[[nodiscard]] outcome hasten(delivery_item item, wall_time due);
/// Ends a recipient by hand.
[[nodiscard]] outcome cancel(delivery_item item, wall_time now);

/// The node that must hear of it, since it keeps the message's second copy.
[[nodiscard]] std::optional<std::uint16_t> informs(const outcome& what);

/// What an outcome says of the delivery quality of the ledgers whose permits it took, added up.
void add_quality(std::vector<ledger_outcomes>& to, const outcome& what);

/// What happened to the recipient, for those who count and hear of it; none when it only goes on
/// waiting, and of reports that this node makes.
[[nodiscard]] std::optional<mail_event> event_of(const outcome& what);
/// Counts it, to be durable with it.
void add_statistics(storage::statistics_tally& to, const outcome& what, const mail_event& event);

/// The changes that make an outcome durable. Repeatable: a batch that failed can be built again.
void write_outcome(storage::batch& to, const outcome& what);

} // namespace warmfront
