// What a cluster asks of the flow: mails of other nodes become this node's, copies move, and
// sending pauses while this node may be cut off.

#include <algorithm>
#include <utility>

#include "actors/delivery/delivery_flow.hpp"
#include "actors/delivery/retry_counts.hpp"
#include "storage/copies.hpp"

namespace warmfront {

namespace {

using storage::family;

} // namespace

void delivery_flow::adopt(const std::vector<adopted_mail>& mails, storage::batch with,
                          std::function<void(const result<void>&)> then) {
  auto appended = std::make_shared<std::vector<storage::lane_position>>();
  auto deferred = std::make_shared<std::vector<std::pair<wall_time, std::string>>>();
  for (const auto& each : mails)
    adopt_one(each, with, *appended, *deferred);
  ++commits_;
  effects_.commit(std::move(with), [this, appended, deferred, then](const result<void>& durable) {
    --commits_;
    if (durable) {
      for (const auto& each : *appended)
        lanes_.appended(each);
      for (const auto& [due, key] : *deferred)
        deferred_until(due, key);
    }
    then(durable);
    pump();
  });
}

// Its recipients enter this node's own lanes, behind what waits there; ended ones stay ended and
// deferred ones keep their time and their count of attempts.
void delivery_flow::adopt_one(const adopted_mail& mail, storage::batch& to,
                              std::vector<storage::lane_position>& appended,
                              std::vector<std::pair<wall_time, std::string>>& deferred) {
  auto record = mail.mail->record;
  record.first_lane.destination = {};
  record.first_lane.provider = {};
  record.first_lane.appended_by = storage::lane::writer::delivery;
  record.copy = mail.copy               ? mail.copy
                : config_.copies_wanted ? std::optional{storage::message_copy{}}
                                        : std::nullopt;
  if (record.moves.size() >= storage::message_moves_max)
    record.moves.erase(record.moves.begin());
  record.moves.push_back({effects_.wall_now(), config_.node, !mail.copy});
  for (std::uint32_t i = 0; i < record.mail.recipients.size(); ++i) {
    const recipient_id id{record.id, i};
    const auto sequence = lanes_.reserve(record.first_lane);
    if (i == 0)
      record.first_sequence = sequence;
    auto state = mail.recipients[i];
    const auto is = state ? static_cast<recipient_state>(state->state) : recipient_state::queued;
    std::string key;
    const auto due = state ? state->next_attempt_at : record.send_at;
    if (due && (!state || is == recipient_state::deferred)) {
      key = storage::deferred_key(*due, id);
      deferred.emplace_back(*due, key);
      to.erase(family::queue, key); // it has it already if it was this node's at that deferral
      if (state)
        count_retry(to, record, *state, 1);
    } else if (!is_final(is)) {
      key = storage::lane_key(record.first_lane, sequence);
    }
    appended.push_back({record.first_lane, sequence});
    given_up_.erase(key);
    if (!key.empty())
      to.put(family::queue, key, storage::encode(storage::queue_entry{id}));
    if (!state) {
      to.erase(family::spool, storage::recipient_key(id)); // of the time when it was this node's
      continue;
    }
    state->queue_key = std::move(key);
    to.put(family::spool, storage::recipient_key(id), storage::encode(*state));
  }
  // It may have been this node's before, with something of it still in memory.
  if (const auto known = live_->find(record.id); known != live_->end())
    if (const auto live = known->second.lock()) {
      live->copy = record.copy;
      live->unfinished =
          static_cast<std::uint32_t>(std::ranges::count_if(mail.recipients, [](const auto& state) {
            return !state || !is_final(static_cast<recipient_state>(state->state));
          }));
    }
  placed_.erase(record.id);
  to.put(family::spool, storage::message_key(record.id), storage::encode(record));
  // The mail may have been here before, and who ends it removes a body that was written once.
  to.erase(family::spool, storage::body_key(record.id));
  to.put(family::spool, storage::body_key(record.id), *mail.mail->content);
  if (record.is_merge)
    to.put(family::segments, storage::moved_merge_key(record.id),
           std::to_string(static_cast<std::uint64_t>(record.first_lane.task)));
  if (record.copy && !(mail.copy && mail.is_confirmed))
    to.put(family::queue, storage::unsent_copy_key(record.copy->holder, record.id), {});
}

// In the flow's own turn: every outcome from here on is told to the new holder, and the copy that
// is read after this commit holds every outcome before it.
void delivery_flow::place(const std::vector<placed_copy>& copies,
                          std::function<void(const result<void>&)> then) {
  storage::batch changes;
  for (const auto& each : copies) {
    auto record = each.message;
    if (record.copy) {
      changes.erase(family::queue, storage::unsent_copy_key(record.copy->holder, record.id));
      changes.erase(family::queue, storage::recalled_key(record.copy->holder, record.id));
    }
    record.copy = each.to;
    changes.put(family::spool, storage::message_key(record.id), storage::encode(record));
    changes.put(family::queue, storage::unsent_copy_key(each.to.holder, record.id), {});
    const bool is_new = effects_.wall_now() - record.accepted_at < hand_over_within;
    if (is_new || !reads_.empty())
      placed_.insert_or_assign(
          record.id,
          placement{each.to, reads_begun_,
                    effects_.steady_now() + (is_new ? hand_over_within : milliseconds{0})});
    if (const auto known = live_->find(record.id); known != live_->end())
      if (const auto live = known->second.lock())
        live->copy = each.to;
  }
  effects_.commit(std::move(changes), std::move(then));
}

void delivery_flow::forget_placed() {
  const auto now = effects_.steady_now();
  std::erase_if(placed_, [&](const auto& each) {
    return each.second.until <= now &&
           (reads_.empty() || *reads_.begin() > each.second.reads_begun);
  });
}

void delivery_flow::allow_sending(bool allowed) {
  sending_allowed_ = allowed;
  if (!allowed)
    return dispatcher_.pause();
  dispatcher_.resume(effects_.steady_now(), effects_.wall_now());
  after_dispatch();
  pump();
}

} // namespace warmfront
