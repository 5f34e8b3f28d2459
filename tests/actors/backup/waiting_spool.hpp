// A spool with mail that waits, as a backup has it.
#pragma once

#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "actors/messages/reports.hpp"
#include "storage/retry_counters.hpp"
#include "storage/spool.hpp"
#include "storage/store.hpp"

namespace warmfront::testing {

inline constexpr wall_time backup_taken{seconds{1'767'225'600}};

inline storage::spooled_message waiting_message(std::uint64_t number, std::size_t recipients) {
  storage::spooled_message message;
  message.id = message_id{backup_taken, 1, number};
  message.mail.reverse_path = "s@a.example";
  for (std::size_t i = 0; i < recipients; ++i)
    message.mail.recipients.push_back({"r" + std::to_string(i) + "@b.example", {}, {}});
  message.pool = pool_name{"shared"};
  message.accepted_at = backup_taken;
  message.first_lane.pool = message.pool;
  message.first_sequence = number * 1000;
  return message;
}

inline void add(storage::store& to, const storage::spooled_message& message) {
  storage::batch changes;
  storage::add_message(changes, message, "the body");
  REQUIRE(storage::commit_and_wait(to, std::move(changes), storage::priority::growth));
}

inline storage::recipient_record record_of(const storage::store& in, const recipient_id& id) {
  const auto octets = in.get(storage::family::spool, storage::recipient_key(id)).value();
  REQUIRE(octets);
  return storage::decode_recipient(*octets).value();
}

inline std::size_t entries(const storage::store& in, const std::string& prefix) {
  return in.scan(storage::family::queue, prefix, storage::prefix_end(prefix), 1'000'000)
      .value()
      .size();
}

/// Writes that something has happened to a recipient that waited in its first queue.
inline void change(storage::store& in, const storage::spooled_message& of, std::uint32_t index,
                   recipient_state state, std::optional<wall_time> due = {}) {
  storage::recipient_record record;
  record.state = static_cast<std::uint8_t>(state);
  record.changed_at = backup_taken;
  record.attempts = 1;
  const recipient_id id{of.id, index};
  storage::batch changes;
  changes.erase(storage::family::queue, storage::first_queue_key(of, index));
  if (due) {
    record.next_attempt_at = due;
    record.queue_key = storage::deferred_key(*due, id);
    changes.put(storage::family::queue, record.queue_key, encode(storage::queue_entry{id}));
    changes.add(storage::retry_counter_key(of, record), 1);
  }
  changes.put(storage::family::spool, storage::recipient_key(id), encode(record));
  REQUIRE(storage::commit_and_wait(in, std::move(changes), storage::priority::progress));
}

} // namespace warmfront::testing
