// What delivery answers when it is asked: where a message is, why it waits, what the queues hold.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "actors/delivery/delivery_actor_state.hpp"

namespace warmfront {

/// A message as reported. Recipients without a record are `held` when their lane is closed for a
/// ledger, else `queued`.
[[nodiscard]] message_report to_report(const stored_message& stored, const lanes& queue);

/// Gives each recipient what came back about it, oldest first.
void add_feedback(message_report& to, const std::vector<mail_event>& feedback);

/// The lanes that a ledger has closed.
[[nodiscard]] std::set<storage::lane> held_lanes(const lanes& queue);

/// Whether a row of `report_queues` is about a lane, perhaps among others.
[[nodiscard]] bool is_row_of(const queue_report& row, const storage::lane& where);
[[nodiscard]] std::vector<queue_report> report_queues(const lanes& queue);

/// Where an unfinished recipient waits, as far as delivery itself knows.
struct waiting_place {
  std::size_t recipient = 0;
  wait_reason reason;
  /// Set when a lane's ledger decides: how many go before it.
  std::optional<std::uint64_t> ahead;
  storage::lane where;
};
/// At most `most` of them, in the order of the envelope.
[[nodiscard]] std::vector<waiting_place> waiting_places(const stored_message& stored,
                                                        const lanes& queue, const dispatcher& links,
                                                        steady_time now, wall_time wall_now,
                                                        std::size_t most);

/// What keeps addresses of a mail's pool from sending, and the node itself: they come after the
/// reasons of recipients. `of` is null when there is no such pool any more.
[[nodiscard]] std::vector<wait_reason> common_reasons(const pool_name& name, const pool* of,
                                                      bool node_sends);

/// Completes a ledger's reason with what the ledger's own rules forecast.
void add_forecast(wait_reason& reason, const release_forecast& forecast);

void answer_report(delivery_state& state, const message_id& id,
                   std::function<void(answer<message_report>)> then);
void answer_why(delivery_state::self_pointer self, delivery_state& state, const message_id& id,
                std::function<void(answer<why_report>)> then);
void answer_list(delivery_state& state, const list_messages& filter,
                 std::function<void(answer<message_page>)> then);
void answer_queues(delivery_state::self_pointer self, delivery_state& state, const list_queues& m,
                   std::function<void(answer<std::vector<queue_report>>)> then);
void answer_timeline(delivery_state& state, const tell_timeline& question,
                     std::function<void(answer<message_timeline>)> then);
void answer_retry(delivery_state& state, const message_id& id,
                  std::function<void(answer<message_report>)> then);
void answer_cancel(delivery_state& state, const message_id& id,
                   std::function<void(answer<message_report>)> then);

} // namespace warmfront
