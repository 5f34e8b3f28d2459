#include "actors/replication/copy_reader.hpp"

#include <catch2/catch.hpp>

#include "actors/messages/reports.hpp"
#include "actors/replication/adopted_mails.hpp"
#include "storage/memory/memory_store.hpp"

using namespace warmfront;
using storage::family;

namespace {

storage::spooled_message message(std::uint64_t number, storage::message_copy copy) {
  storage::spooled_message made;
  made.id = message_id{wall_time{seconds{1'767'225'600}}, 1, number};
  made.mail.recipients = {{"r@b.example", notify::unspecified, {}}};
  made.pool = pool_name{"shared"};
  made.first_lane.pool = made.pool;
  made.first_sequence = number;
  made.copy = copy;
  return made;
}

void commit(storage::memory_store& to, storage::batch changes) {
  to.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
}

void add(storage::memory_store& to, const storage::spooled_message& what) {
  storage::batch changes;
  storage::add_message(changes, what, "content");
  commit(to, std::move(changes));
}

bool has(const storage::memory_store& in, family where, const std::string& key) {
  return in.get(where, key).value().has_value();
}

} // namespace

TEST_CASE("copy reader: pages of what a holder has not confirmed", "[replication]") {
  storage::memory_store store;
  for (std::uint64_t i = 0; i < 5; ++i)
    add(store, message(i, {2, 1}));
  add(store, message(9, {3, 1}));
  const copy_reader reader{store};
  const auto first = reader.unsent(2, {}, 3).value();
  CHECK(first.mails.size() == 3);
  REQUIRE_FALSE(first.next.empty());
  const auto second = reader.unsent(2, first.next, 3).value();
  CHECK(second.mails.size() == 2);
  CHECK(second.next.empty());
}

TEST_CASE("copy reader: marks of ended messages and of copies gone elsewhere are obsolete",
          "[replication]") {
  storage::memory_store store;
  const auto ended = message(1, {2, 1});
  const auto moved = message(2, {2, 1});
  add(store, ended);
  add(store, moved);
  storage::batch changes;
  changes.erase(family::spool, storage::body_key(ended.id));
  changes.put(family::spool, storage::message_key(moved.id), storage::encode(message(2, {3, 1})));
  commit(store, std::move(changes));
  const auto page = copy_reader{store}.unsent(2, {}, 10).value();
  CHECK(page.mails.empty());
  CHECK(page.obsolete.size() == 2);
}

TEST_CASE(
    "adopted mails: what was confirmed goes, the rest is in no queue until its holder is asked",
    "[replication]") {
  storage::memory_store store;
  const auto adopted = message(1, {2, 1});
  const auto unconfirmed = message(2, {2, 1});
  const auto elsewhere = message(3, {3, 1});
  for (const auto& each : {adopted, unconfirmed, elsewhere})
    add(store, each);
  storage::batch confirmed;
  confirmed.erase(family::queue, storage::unsent_copy_key(2, adopted.id));
  commit(store, std::move(confirmed));
  CHECK(remove_adopted(store, 2, {1}).value() == 1);
  CHECK_FALSE(has(store, family::spool, storage::message_key(adopted.id)));
  CHECK_FALSE(has(store, family::spool, storage::body_key(adopted.id)));
  CHECK_FALSE(
      has(store, family::queue, storage::lane_key(adopted.first_lane, adopted.first_sequence)));
  CHECK(has(store, family::spool, storage::body_key(unconfirmed.id)));
  CHECK(copy_reader{store}.parked(2, 10).value() == std::vector{unconfirmed.id});
  CHECK_FALSE(has(store, family::queue,
                  storage::lane_key(unconfirmed.first_lane, unconfirmed.first_sequence)));
  CHECK_FALSE(has(store, family::queue, storage::unsent_copy_key(2, unconfirmed.id)));
  CHECK(has(store, family::spool, storage::body_key(elsewhere.id)));
  CHECK(remove_adopted(store, 2, {1}).value() == 0);
}

TEST_CASE("adopted mails: what is parked since one death stays parked at the next one",
          "[replication]") {
  storage::memory_store store;
  const auto unconfirmed = message(1, {2, 1});
  add(store, unconfirmed);
  REQUIRE(remove_adopted(store, 2, {1}).value() == 0);
  REQUIRE(copy_reader{store}.parked(2, 10).value() == std::vector{unconfirmed.id});
  CHECK(remove_adopted(store, 2, {1, 3}).value() == 0);
  CHECK(has(store, family::spool, storage::body_key(unconfirmed.id)));
  CHECK(copy_reader{store}.parked(2, 10).value() == std::vector{unconfirmed.id});
}

TEST_CASE("copy reader: a parked mail that was adopted from another holder waits no more",
          "[replication]") {
  storage::memory_store store;
  const auto parked = message(1, {2, 1});
  add(store, parked);
  const copy_reader reader{store};
  CHECK(reader.waits_for({2, 2}, parked.id).value());
  storage::batch adopted;
  adopted.put(family::spool, storage::message_key(parked.id), storage::encode(message(1, {3, 4})));
  commit(store, std::move(adopted));
  CHECK_FALSE(reader.waits_for({2, 2}, parked.id).value());
  storage::batch placed; // at the same holder again, under the bond that counts now
  placed.put(family::spool, storage::message_key(parked.id), storage::encode(message(1, {2, 2})));
  commit(store, std::move(placed));
  CHECK_FALSE(reader.waits_for({2, 2}, parked.id).value());
  CHECK_FALSE(reader.waits_for({2, 2}, message(5, {2, 1}).id).value());
}

TEST_CASE("copy reader: an offered mail that has ended here is not kept for its former owner",
          "[replication]") {
  storage::memory_store store;
  const storage::message_copy back{2, 3};
  const auto taken = message(1, back);
  const auto ended = message(2, back);
  add(store, taken);
  add(store, ended);
  storage::batch end;
  end.erase(family::spool, storage::body_key(ended.id));
  commit(store, std::move(end));
  std::vector<stored_copy> offered;
  for (const auto& each : {taken, ended}) {
    auto mail = std::make_shared<spooled_mail>();
    mail->record = each;
    offered.push_back({std::move(mail), {}});
  }
  const auto found = copy_reader{store}.take(back, offered).value();
  CHECK(found.elsewhere == std::vector{ended.id});
  CHECK(found.unknown.empty());
  CHECK(found.mails.empty());
}

TEST_CASE("copy reader: adopted mail is remembered as taken, offered to the dead node or not",
          "[replication]") {
  storage::memory_store store;
  const auto held = message(1, {7, 1});
  const auto offered = message(2, {7, 1});
  storage::batch changes;
  for (const auto& each : {held, offered}) {
    changes.put(family::spool, storage::held_message_key(2, each.id), storage::encode(each));
    changes.put(family::spool, storage::held_body_key(2, each.id), "content");
  }
  changes.put(family::queue, storage::offered_key(2, offered.id), "1");
  commit(store, std::move(changes));
  auto page = copy_reader{store}.held_for({2, 0}, {2, {1}}, {}, 10).value();
  CHECK(page.mails.size() == 2);
  commit(store, std::move(page.removal));
  for (const auto& each : {held, offered}) {
    CHECK(copy_reader{store}.has_adopted(2, each.id).value());
    CHECK_FALSE(has(store, family::spool, storage::held_body_key(2, each.id)));
  }
}
