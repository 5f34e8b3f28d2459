#include "actors/backup/restored_spool.hpp"

#include "actors/backup/spool_check.hpp"
#include "actors/core/random.hpp"
#include "actors/delivery/retry_counts.hpp"
#include "storage/counter.hpp"
#include "storage/held_mail.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/retry_counters.hpp"
#include "tests/actors/backup/waiting_spool.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using testing::add;
using testing::backup_taken;
using testing::change;
using testing::entries;
using testing::record_of;
using testing::waiting_message;

namespace {

constexpr auto restored_then = backup_taken + 3h;

held_counts settle_all(storage::store& in, waiting_mail what, which_mail which = which_mail::all) {
  const auto settled = settle_waiting(in, which, what, restored_then, "restored from backup 1");
  REQUIRE(settled);
  return settled.value();
}

std::size_t in_lanes(const storage::store& in) {
  return entries(in, storage::all_lanes_prefix());
}

/// What the counters say of recipients that wait for another attempt.
std::int64_t counted_retries(const storage::store& in) {
  const std::string prefix{storage::retry_counters_prefix};
  std::int64_t sum = 0;
  const auto found =
      in.scan(storage::family::counters, prefix, storage::prefix_end(prefix), 1000).value();
  for (const auto& [key, value] : found)
    sum += storage::parse_counter(value).value();
  return sum;
}

/// What the records of waiting recipients say.
std::int64_t recorded_retries(const storage::store& in) {
  const auto prefix = storage::deferred_prefix();
  std::int64_t sum = 0;
  const auto found =
      in.scan(storage::family::queue, prefix, storage::prefix_end(prefix), 1'000'000).value();
  for (const auto& [key, value] : found) {
    const auto id = storage::decode_queue_entry(value).value().recipient;
    sum += in.get(storage::family::spool, storage::recipient_key(id)).value() ? 1 : 0;
  }
  return sum;
}

} // namespace

TEST_CASE("restored mail: what waits is held, in no queue whose turn comes", "[backup]") {
  storage::memory_store store;
  const auto message = waiting_message(1, 3);
  add(store, message);
  change(store, message, 1, recipient_state::delivered);
  change(store, message, 2, recipient_state::deferred, backup_taken + 5min);
  CHECK(settle_all(store, waiting_mail::hold) == held_counts{1, 2});
  CHECK(in_lanes(store) == 0);
  CHECK(entries(store, storage::deferred_prefix()) == 2);
  for (const std::uint32_t index : {0u, 2u}) {
    const auto record = record_of(store, {message.id, index});
    CHECK(record.next_attempt_at == storage::held_until);
    CHECK(record.last_reply == "restored from backup 1");
  }
  CHECK(record_of(store, {message.id, 1}).state ==
        static_cast<std::uint8_t>(recipient_state::delivered));
  CHECK(count_held(store).value() == held_counts{1, 2});
  CHECK(check_spool(store).value().faults_count == 0);
}

TEST_CASE("restored mail: held twice is held once", "[backup]") {
  storage::memory_store store;
  add(store, waiting_message(1, 2));
  settle_all(store, waiting_mail::hold);
  CHECK(settle_all(store, waiting_mail::hold) == held_counts{});
  CHECK(count_held(store).value() == held_counts{1, 2});
}

TEST_CASE("restored mail: what is released is due at once", "[backup]") {
  storage::memory_store store;
  const auto message = waiting_message(1, 2);
  add(store, message);
  add(store, waiting_message(2, 1));
  settle_all(store, waiting_mail::hold);
  CHECK(settle_all(store, waiting_mail::release, which_mail::held) == held_counts{2, 3});
  CHECK(record_of(store, {message.id, 0}).next_attempt_at == restored_then);
  CHECK(count_held(store).value() == held_counts{});
  CHECK(check_spool(store).value().faults_count == 0);
}

TEST_CASE("restored mail: dropped recipients end as cancelled, and bodies go", "[backup]") {
  storage::memory_store store;
  const auto message = waiting_message(1, 2);
  add(store, message);
  change(store, message, 0, recipient_state::bounced);
  CHECK(settle_all(store, waiting_mail::drop) == held_counts{1, 1});
  CHECK(record_of(store, {message.id, 1}).state ==
        static_cast<std::uint8_t>(recipient_state::cancelled));
  CHECK(record_of(store, {message.id, 0}).state ==
        static_cast<std::uint8_t>(recipient_state::bounced));
  CHECK_FALSE(store.get(storage::family::spool, storage::body_key(message.id)).value());
  CHECK(in_lanes(store) + entries(store, storage::deferred_prefix()) == 0);
  CHECK(check_spool(store).value().waiting == 0);
}

TEST_CASE("restored mail: of what is held only that is dropped later", "[backup]") {
  storage::memory_store store;
  add(store, waiting_message(1, 1));
  settle_all(store, waiting_mail::hold);
  add(store, waiting_message(2, 1)); // accepted since
  CHECK(settle_all(store, waiting_mail::drop, which_mail::held) == held_counts{1, 1});
  CHECK(in_lanes(store) == 1);
}

TEST_CASE("restored mail: what is to be sent later was not sent yet, and is not held", "[backup]") {
  storage::memory_store store;
  auto later = waiting_message(1, 1);
  later.send_at = restored_then + 1h;
  auto past = waiting_message(2, 1);
  past.send_at = restored_then - 1h;
  add(store, later);
  add(store, past);
  CHECK(settle_all(store, waiting_mail::hold) == held_counts{1, 1});
  CHECK(record_of(store, {past.id, 0}).next_attempt_at == storage::held_until);
}

TEST_CASE("restored mail: a mail that may be another node's stays in no queue", "[backup]") {
  storage::memory_store store;
  const auto message = waiting_message(1, 1);
  add(store, message);
  storage::batch parked; // its question is open: its entry is gone
  parked.erase(storage::family::queue, storage::first_queue_key(message, 0));
  REQUIRE(storage::commit_and_wait(store, std::move(parked), storage::priority::progress));
  CHECK(settle_all(store, waiting_mail::hold) == held_counts{});
  CHECK(entries(store, storage::deferred_prefix()) == 0);
}

TEST_CASE("restored mail: each recipient keeps one place or ends, whatever is done",
          "[backup][property]") {
  const auto seed = GENERATE(range(1u, 30u));
  CAPTURE(seed);
  seeded_random random{seed};
  storage::memory_store store;
  std::uint64_t waiting = 0;
  for (std::uint64_t number = 1; number <= 250; ++number) {
    auto message = waiting_message(number, 1 + random.next() % 4);
    if (random.next() % 5 == 0)
      message.send_at = restored_then + seconds{static_cast<int>(random.next() % 200) - 100};
    add(store, message);
    for (std::uint32_t i = 0; i < message.mail.recipients.size(); ++i) {
      const auto fate = random.next() % 4;
      if (fate == 0)
        change(store, message, i, recipient_state::delivered);
      else if (fate == 1)
        change(store, message, i, recipient_state::deferred, restored_then);
      waiting += fate == 0 ? 0 : 1;
    }
  }
  // What has ended as a whole keeps its body here; delivery would have removed it.
  for (int round = 0; round < 4; ++round) {
    const auto what = static_cast<waiting_mail>(random.next() % 2);
    settle_all(store, what, what == waiting_mail::hold ? which_mail::all : which_mail::held);
    const auto found = check_spool(store).value();
    CHECK(found.faults == std::vector<std::string>{});
    CHECK(found.waiting == waiting);
    CHECK(found.entries == waiting);
    CHECK(counted_retries(store) == recorded_retries(store));
  }
  CHECK(settle_all(store, waiting_mail::drop).recipients == waiting);
  CHECK(check_spool(store).value().entries == 0);
  CHECK(counted_retries(store) == 0);
}

TEST_CASE("restored mail: held mail is counted as delivery will count it when it leaves",
          "[backup]") {
  storage::memory_store store;
  const auto message = waiting_message(1, 2);
  add(store, message);
  change(store, message, 0, recipient_state::deferred, backup_taken + 5min);
  settle_all(store, waiting_mail::hold);
  const auto record = record_of(store, {message.id, 1});
  const auto octets =
      store.get(storage::family::counters, storage::retry_counter_key(message, record));
  CHECK(octets.value() == "2");
  storage::batch as_delivery;
  count_retry(as_delivery, message, record, -1);
  count_retry(as_delivery, message, record_of(store, {message.id, 0}), -1);
  REQUIRE(storage::commit_and_wait(store, std::move(as_delivery), storage::priority::progress));
  CHECK(counted_retries(store) == 0);
}

TEST_CASE("spool check: contradictions are told", "[backup]") {
  storage::memory_store store;
  const auto message = waiting_message(1, 2);
  add(store, message);
  storage::batch damage;
  SECTION("a recipient in no queue") {
    damage.erase(storage::family::queue, storage::first_queue_key(message, 0));
  }
  SECTION("no body") {
    damage.erase(storage::family::spool, storage::body_key(message.id));
  }
  SECTION("a queue that holds a message twice") {
    const recipient_id id{message.id, 1};
    damage.put(storage::family::queue, storage::deferred_key(backup_taken, id),
               encode(storage::queue_entry{id}));
  }
  SECTION("a queue that holds what is not there") {
    const recipient_id id{message_id{backup_taken, 1, 77}, 0};
    damage.put(storage::family::queue, storage::deferred_key(backup_taken, id),
               encode(storage::queue_entry{id}));
  }
  SECTION("a record that cannot be read") {
    damage.put(storage::family::spool, storage::recipient_key({message.id, 0}), "\xff\xff");
  }
  REQUIRE(storage::commit_and_wait(store, std::move(damage), storage::priority::progress));
  const auto found = check_spool(store);
  REQUIRE(found);
  CHECK(found.value().faults_count >= 1);
  CHECK_FALSE(found.value().faults.empty());
}
