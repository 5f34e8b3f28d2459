#include "actors/replication/adopted_mails.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "actors/messages/reports.hpp"
#include "actors/replication/copy_reader.hpp"
#include "storage/copies.hpp"
#include "storage/spool.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t page = 500;

/// Takes a mail out of every queue.
void take_out(storage::batch& to, const storage::spooled_message& message,
              const std::vector<storage::key_value>& states) {
  std::vector<std::string> queue_keys(message.mail.recipients.size());
  for (std::uint32_t i = 0; i < queue_keys.size(); ++i)
    queue_keys[i] = storage::first_queue_key(message, i);
  for (const auto& [key, value] : states) {
    const auto index = storage::recipient_index(key);
    const auto state = storage::decode_recipient(value);
    if (state && index < queue_keys.size())
      queue_keys[index] = state.value().queue_key;
  }
  for (auto& key : queue_keys)
    if (!key.empty())
      to.erase(family::queue, std::move(key));
  const auto marks = storage::unsent_progress_prefix(message.copy->holder, message.id);
  to.erase_range(family::queue, marks, storage::prefix_end(marks));
}

std::string remembered(const std::vector<std::uint32_t>& adopted) {
  return std::to_string(adopted.size()) + ":" + std::to_string(adopted.back());
}

} // namespace

void remove_mail(storage::batch& to, const message_id& id) {
  const auto states = storage::recipient_prefix(id);
  to.erase_range(family::spool, states, storage::prefix_end(states));
  to.erase(family::spool, storage::message_key(id));
  to.erase(family::spool, storage::body_key(id));
}

namespace {

/// What was given up for a holder is the holder's when it has adopted the copy it had then.
result<void> remove_offered(storage::store& from, std::uint16_t holder,
                            const std::vector<std::uint32_t>& adopted) {
  auto start = storage::offered_prefix(holder);
  const auto end = storage::prefix_end(start);
  while (true) {
    WARMFRONT_TRY(found, from.scan(family::queue, start, end, page));
    storage::batch changes;
    for (const auto& [key, value] : found) {
      start = key + '\0';
      if (std::ranges::none_of(adopted, [&value = value](std::uint32_t bond) {
            return std::to_string(bond) == value;
          }))
        continue;
      copy_reader::remove_held(changes, holder, storage::marked_message(key));
      changes.erase(family::queue, key);
    }
    if (!changes.empty()) {
      WARMFRONT_TRY(
          storage::commit_and_wait(from, std::move(changes), storage::priority::progress));
    }
    if (found.size() < page)
      return success();
  }
}

} // namespace

result<std::uint64_t> remove_adopted(storage::store& from, std::uint16_t holder,
                                     const std::vector<std::uint32_t>& adopted) {
  std::uint64_t removed = 0;
  if (adopted.empty())
    return removed;
  const auto done_key = storage::adoption_key(holder);
  WARMFRONT_TRY(before, from.get(family::spool, done_key));
  if (before && *before == remembered(adopted))
    return removed;
  WARMFRONT_TRY(remove_offered(from, holder, adopted));
  const auto prefix = storage::all_messages_prefix();
  auto start = prefix;
  while (true) {
    WARMFRONT_TRY(found, from.scan(family::spool, start, storage::prefix_end(prefix), page));
    storage::batch changes;
    for (const auto& [key, value] : found) {
      start = key + '\0';
      WARMFRONT_TRY(message, storage::decode_message(value));
      if (!message.copy || message.copy->holder != holder ||
          std::ranges::find(adopted, message.copy->bond) == adopted.end())
        continue;
      WARMFRONT_TRY(body, from.get(family::spool, storage::body_key(message.id)));
      if (!body)
        continue; // ended here; the holder was told, or will find it delivered twice at worst
      WARMFRONT_TRY(parked, from.get(family::queue, storage::parked_key(holder, message.id)));
      if (parked)
        continue; // since an earlier death; its question is open still
      WARMFRONT_TRY(mark, from.get(family::queue, storage::unsent_copy_key(holder, message.id)));
      WARMFRONT_TRY(recall, from.get(family::queue, storage::recalled_key(holder, message.id)));
      const auto states = storage::recipient_prefix(message.id);
      WARMFRONT_TRY(records, from.scan(family::spool, states, storage::prefix_end(states),
                                       message.mail.recipients.size()));
      take_out(changes, message, records);
      if (mark || recall) {
        changes.erase(family::queue, storage::unsent_copy_key(holder, message.id));
        changes.erase(family::queue, storage::recalled_key(holder, message.id));
        changes.put(family::queue, storage::parked_key(holder, message.id), {});
        continue;
      }
      remove_mail(changes, message.id);
      ++removed;
    }
    const bool last = found.size() < page;
    if (last)
      changes.put(family::spool, done_key, remembered(adopted));
    if (!changes.empty()) {
      WARMFRONT_TRY(
          storage::commit_and_wait(from, std::move(changes), storage::priority::progress));
    }
    if (last)
      return removed;
  }
}

} // namespace warmfront
