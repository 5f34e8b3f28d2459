#include "actors/backup/restored_spool.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "actors/messages/reports.hpp"
#include "storage/held_mail.hpp"
#include "storage/retry_counters.hpp"
#include "storage/spool.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t messages_per_page = 100;
constexpr std::size_t entries_per_page = 1000;

/// A message and what happened to its recipients so far.
struct restored_message {
  storage::spooled_message message;
  std::vector<std::optional<storage::recipient_record>> recipients;
};

result<restored_message> with_states(const storage::store& in, storage::spooled_message message) {
  restored_message whole{std::move(message), {}};
  const auto count = whole.message.mail.recipients.size();
  whole.recipients.resize(count);
  const auto prefix = storage::recipient_prefix(whole.message.id);
  WARMFRONT_TRY(found, in.scan(family::spool, prefix, storage::prefix_end(prefix), count + 1));
  for (const auto& [key, value] : found) {
    const auto index = storage::recipient_index(key);
    if (index >= count)
      continue;
    WARMFRONT_TRY(record, storage::decode_recipient(value));
    whole.recipients[index] = std::move(record);
  }
  return whole;
}

bool has_ended(const std::optional<storage::recipient_record>& record) {
  return record && is_final(static_cast<recipient_state>(record->state));
}

bool is_held(std::string_view queue_key) {
  const auto due = storage::parse_deferred_key(queue_key);
  return due && *due >= storage::held_until;
}

/// Changes the recipients of one message.
class settling {
public:
  settling(const storage::store& in, which_mail which, waiting_mail what, wall_time now,
           const std::string& why)
      : in_{in}, which_{which}, what_{what}, now_{now}, why_{why} {}

  result<void> apply(restored_message& to) {
    const auto before = counts_.recipients;
    for (std::uint32_t i = 0; i < to.recipients.size(); ++i) {
      if (!has_ended(to.recipients[i])) {
        WARMFRONT_TRY(settle(to, i));
      }
    }
    if (counts_.recipients == before)
      return success();
    ++counts_.messages;
    if (std::ranges::all_of(to.recipients, has_ended))
      changes_.erase(family::spool, storage::body_key(to.message.id));
    return success();
  }
  [[nodiscard]] storage::batch take_changes() { return std::exchange(changes_, {}); }
  [[nodiscard]] const held_counts& counts() const { return counts_; }

private:
  [[nodiscard]] bool concerns(const storage::spooled_message& message,
                              std::string_view queue_key) const {
    if (which_ == which_mail::held || what_ == waiting_mail::release)
      return is_held(queue_key);
    if (what_ == waiting_mail::drop)
      return true;
    return !is_held(queue_key) && !(message.send_at && *message.send_at > now_);
  }

  result<void> settle(restored_message& of, std::uint32_t index) {
    const recipient_id id{of.message.id, index};
    auto& state = of.recipients[index];
    const auto key = state ? state->queue_key : storage::first_queue_key(of.message, index);
    if (key.empty() || !concerns(of.message, key))
      return success();
    WARMFRONT_TRY(entry, in_.get(family::queue, key));
    if (!entry)
      return success(); // whose it is, another node has still to say
    if (state)
      count(of.message, *state, -1);
    auto record = state.value_or(storage::recipient_record{});
    record.changed_at = now_;
    changes_.erase(family::queue, key);
    if (what_ == waiting_mail::drop) {
      record.state = static_cast<std::uint8_t>(recipient_state::cancelled);
      record.next_attempt_at.reset();
      record.queue_key.clear();
      record.last_reply = why_;
    } else {
      defer(record, of.message, id);
    }
    changes_.put(family::spool, storage::recipient_key(id), encode(record));
    count(of.message, record, 1);
    state = std::move(record);
    ++counts_.recipients;
    return success();
  }

  /// Delivery counts each again when it leaves the index.
  void count(const storage::spooled_message& message, const storage::recipient_record& record,
             std::int64_t change) {
    if (record.state == static_cast<std::uint8_t>(recipient_state::deferred) &&
        record.next_attempt_at)
      changes_.add(storage::retry_counter_key(message, record), change);
  }

  void defer(storage::recipient_record& record, const storage::spooled_message& message,
             const recipient_id& id) {
    const bool holds = what_ == waiting_mail::hold;
    const auto due = holds ? storage::held_until : std::max(now_, message.send_at.value_or(now_));
    record.state = static_cast<std::uint8_t>(recipient_state::deferred);
    record.next_attempt_at = due;
    record.queue_key = storage::deferred_key(due, id);
    if (holds)
      record.last_reply = why_;
    changes_.put(family::queue, record.queue_key, encode(storage::queue_entry{id}));
  }

  const storage::store& in_;
  const which_mail which_;
  const waiting_mail what_;
  const wall_time now_;
  const std::string& why_;
  held_counts counts_;
  storage::batch changes_;
};

} // namespace

result<held_counts> settle_waiting(storage::store& in, which_mail which, waiting_mail what,
                                   wall_time now, const std::string& why) {
  settling all{in, which, what, now, why};
  auto start = storage::all_messages_prefix();
  const auto end = storage::prefix_end(start);
  while (true) {
    WARMFRONT_TRY(found, in.scan(family::spool, start, end, messages_per_page));
    for (const auto& [key, value] : found) {
      start = key + '\0';
      WARMFRONT_TRY(message, storage::decode_message(value));
      WARMFRONT_TRY(whole, with_states(in, std::move(message)));
      WARMFRONT_TRY(all.apply(whole));
    }
    if (auto changes = all.take_changes(); !changes.empty()) {
      WARMFRONT_TRY(storage::commit_and_wait(in, std::move(changes), storage::priority::progress));
    }
    if (found.size() < messages_per_page)
      return all.counts();
  }
}

result<held_counts> count_held(const storage::store& in) {
  held_counts counts;
  std::optional<message_id> last;
  auto start = storage::deferred_bound(storage::held_until - microseconds{1});
  const auto end = storage::prefix_end(storage::deferred_prefix());
  while (true) {
    WARMFRONT_TRY(found, in.scan(family::queue, start, end, entries_per_page));
    for (const auto& [key, value] : found) {
      WARMFRONT_TRY(entry, storage::decode_queue_entry(value));
      // Entries of one moment are in order of their messages.
      if (last != entry.recipient.message)
        ++counts.messages;
      last = entry.recipient.message;
      ++counts.recipients;
      start = key + '\0';
    }
    if (found.size() < entries_per_page)
      return counts;
  }
}

} // namespace warmfront
