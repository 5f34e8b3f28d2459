// Mails that another node shall send: they go to the holder of their copy. Here they turn into its
// copy in one batch, so that at every moment at most one of the two owns them.

#include <algorithm>
#include <string>
#include <utility>

#include "actors/delivery/delivery_flow.hpp"
#include "actors/delivery/retry_counts.hpp"
#include "storage/copies.hpp"

namespace warmfront {

namespace {

using storage::family;

bool is_ended(const std::optional<storage::recipient_record>& record) {
  return record && is_final(static_cast<recipient_state>(record->state));
}

} // namespace

struct delivery_flow::yielding {
  yield_mails what;
  std::vector<storage::lane> lanes;
  std::vector<std::multimap<message_id, bool>::iterator> readings;
  yielded_mails found;
  std::vector<std::string> entries; ///< of what is given up
  std::function<void(const result<yielded_mails>&)> then;
};

void delivery_flow::yield(const yield_mails& what,
                          std::function<void(const result<yielded_mails>&)> then) {
  auto asked = std::make_shared<yielding>();
  asked->what = what;
  asked->then = std::move(then);
  for (const auto& each : lanes_.statuses())
    if (each.waiting > 0 && (what.all || (!owners_.can_send(config_.self, each.where.pool) &&
                                          owners_.can_send(what.to, each.where.pool))))
      asked->lanes.push_back(each.where);
  if (asked->lanes.empty() && !what.all)
    return asked->then(yielded_mails{});
  // Behind all that was written before: what is read is as it stands.
  effects_.commit({}, [this, asked](const result<void>& durable) {
    if (!durable)
      return asked->then(durable.error());
    read_yielding(asked);
  });
}

void delivery_flow::read_yielding(std::shared_ptr<yielding> what) {
  read([this, what, from = yield_from_[what->what.to]](const spool_reader& reader) {
    auto page = std::make_shared<result<spool_reader::waiting>>(
        reader.waiting_in(what->lanes, what->what.all, from, what->what.most));
    return [this, what, page] {
      if (!*page)
        return what->then(page->error());
      yield_from_[what->what.to] = std::move(page->value().next);
      if (page->value().messages.empty())
        return what->then(yielded_mails{});
      read_yielded(what, std::move(page->value().messages));
    };
  });
}

void delivery_flow::read_yielded(std::shared_ptr<yielding> what, std::vector<message_id> ids) {
  for (const auto& id : ids)
    what->readings.push_back(cancelling_.emplace(id, false));
  read([this, what, ids = std::move(ids)](const spool_reader& reader) {
    auto mails = std::make_shared<result<std::vector<adopted_mail>>>(
        reader.read_mails(ids, what->what.copy));
    return [this, what, mails] {
      std::set<message_id> outdated;
      for (const auto& each : what->readings)
        if (const auto reading = cancelling_.extract(each); reading.mapped())
          outdated.insert(reading.key());
      if (!*mails)
        return what->then(mails->error());
      storage::batch changes;
      for (const auto& each : mails->value()) {
        const auto& record = each.mail->record;
        if (outdated.contains(record.id))
          continue;
        if (give_up(each, what->what, changes, what->entries))
          ++what->found.count;
        else if (!what->what.all && record.copy->holder != what->what.copy.holder &&
                 has_arrived(record))
          what->found.strays.push_back(record);
      }
      effects_.commit(std::move(changes), [this, what](const result<void>& durable) {
        gave_up(what->entries, durable.has_value());
        what->then(durable ? result<yielded_mails>{std::move(what->found)} : durable.error());
      });
    };
  });
}

// Until its entries have left the disk, and what was read before has come, they may be read again.
void delivery_flow::gave_up(const std::vector<std::string>& entries, bool durable) {
  for (const auto& key : entries) {
    const auto known = given_up_.find(key);
    if (known == given_up_.end())
      continue; // this node's again
    if (durable && !reads_.empty()) {
      known->second = reads_begun_;
      continue;
    }
    given_up_.erase(known);
    if (durable)
      continue;
    if (const auto position = storage::parse_lane_key(key))
      lanes_.rewind(position->where);
    else
      deferred_until(*storage::parse_deferred_key(key), key);
  }
}

// Before that it is intake's, which may withdraw it.
bool delivery_flow::has_arrived(const storage::spooled_message& message) const {
  if (message.send_at)
    return effects_.wall_now() - message.accepted_at > hand_over_within;
  return lanes_.has_arrived({message.first_lane, message.first_sequence});
}

// A recipient in hand may be on the wire this moment: then its message stays.
bool delivery_flow::give_up(const adopted_mail& mail, const yield_mails& to,
                            storage::batch& changes, std::vector<std::string>& given) {
  auto record = mail.mail->record;
  const auto moved = placed_.find(record.id); // since it was read
  if (record.copy != to.copy || (moved != placed_.end() && moved->second.copy != to.copy) ||
      !has_arrived(record) || !(to.all || owners_.can_send(to.to, record.pool)) ||
      std::ranges::all_of(mail.recipients, is_ended))
    return false;
  std::vector<std::string> entries;
  for (std::uint32_t i = 0; i < mail.recipients.size(); ++i) {
    const auto& state = mail.recipients[i];
    if (is_ended(state))
      continue;
    auto key = state ? state->queue_key : storage::first_queue_key(record, i);
    const auto position = storage::parse_lane_key(key);
    if (given_up_.contains(key) ||
        (position ? lanes_.in_hand(*position) : due_in_hand_.contains(key)))
      return false;
    entries.push_back(std::move(key));
  }
  for (const auto& state : mail.recipients)
    if (state)
      count_retry(changes, record, *state, -1);
  for (auto& key : entries) {
    if (const auto position = storage::parse_lane_key(key))
      lanes_.rewind(position->where); // no copy of it may be left in a window
    given_up_.emplace(key, std::nullopt);
    given.push_back(key);
    changes.erase(family::queue, std::move(key));
  }
  // Whoever reads it to cancel it finds out that it has gone.
  const auto [first, last] = cancelling_.equal_range(record.id);
  std::for_each(first, last, [](auto& reading) { reading.second = true; });
  const auto id = record.id;
  const auto holder = to.copy.holder;
  const auto states = storage::recipient_prefix(id);
  const auto marks = storage::unsent_progress_prefix(holder, id);
  changes.erase(family::spool, storage::message_key(id));
  changes.erase(family::spool, storage::body_key(id));
  changes.erase_range(family::spool, states, storage::prefix_end(states));
  changes.erase_range(family::queue, marks, storage::prefix_end(marks));
  record.copy = to.back;
  changes.put(family::spool, storage::held_message_key(holder, id), storage::encode(record));
  changes.put(family::spool, storage::held_body_key(holder, id), *mail.mail->content);
  for (std::uint32_t i = 0; i < mail.recipients.size(); ++i)
    if (mail.recipients[i])
      changes.put(family::spool, storage::held_recipient_key(holder, {id, i}),
                  storage::encode(*mail.recipients[i]));
  changes.put(family::queue, storage::offered_key(holder, id), std::to_string(to.copy.bond));
  return true;
}

} // namespace warmfront
