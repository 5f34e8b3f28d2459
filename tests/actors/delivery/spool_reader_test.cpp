#include "actors/delivery/spool_reader.hpp"

#include <functional>
#include <utility>

#include <catch2/catch.hpp>

#include "actors/delivery/outcome.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/delivery/delivery_items.hpp"

using namespace warmfront;
using storage::family;
using warmfront::testing::make_lane;
using warmfront::testing::make_mail;

namespace {

const auto start = warmfront::testing::manual_clock{}.wall_now();

/// Says what it finds, and lets something happen after a look at the index.
class changing_store final : public storage::store {
public:
  storage::memory_store under;
  mutable std::function<void()> after_scan;

  void commit(storage::batch changes, storage::priority urgency,
              storage::commit_callback done) override {
    under.commit(std::move(changes), urgency, std::move(done));
  }
  result<std::optional<std::string>> get(family where, std::string_view key) const override {
    return under.get(where, key);
  }
  result<std::vector<storage::key_value>> scan(family where, std::string_view from,
                                               std::string_view before,
                                               std::size_t limit) const override {
    auto found = under.scan(where, from, before, limit);
    if (where == family::queue && after_scan)
      std::exchange(after_scan, {})();
    return found;
  }
  result<std::optional<storage::key_value>> last(family where, std::string_view from,
                                                 std::string_view before) const override {
    return under.last(where, from, before);
  }
  storage::storage_health health() const override { return under.health(); }
};

void write(storage::store& to, storage::batch changes) {
  to.commit(std::move(changes), storage::priority::progress,
            [](const result<void>& durable) { REQUIRE(durable); });
}

spooled_mail put_mail(storage::store& to, std::uint64_t number,
                      const std::vector<std::string>& recipients,
                      const storage::lane& where = make_lane(), std::size_t octets = 10) {
  auto mail = *make_mail(number, recipients, octets)->mail;
  mail.record.first_lane = where;
  storage::batch changes;
  storage::add_message(changes, mail.record, *mail.content);
  write(to, std::move(changes));
  return mail;
}

delivery_item item_of(const spooled_mail& mail, std::uint32_t index, std::uint32_t unfinished) {
  delivery_item item;
  item.live = std::make_shared<live_mail>(
      live_mail{std::make_shared<const spooled_mail>(mail), unfinished, false, {}});
  item.index = index;
  item.position = {mail.record.first_lane, mail.record.first_sequence + index};
  item.queue_key = storage::lane_key(item.position->where, item.position->sequence);
  return item;
}

void write(storage::store& to, const outcome& what) {
  storage::batch changes;
  write_outcome(changes, what);
  write(to, std::move(changes));
}

outcome delivered(const spooled_mail& mail, std::uint32_t index, std::uint32_t unfinished = 1) {
  seeded_random random{1};
  return judge({item_of(mail, index, unfinished), {250, "2.0.0", "ok"}, "mx", true, false, false},
               retry_schedule{}, start, random);
}

std::vector<std::uint64_t> sequences(const loaded_entries& found) {
  std::vector<std::uint64_t> numbers;
  for (const auto& entry : found.entries)
    numbers.push_back(entry.position->sequence);
  return numbers;
}

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("spool reader: lanes are found with their first and last entries", "[spool_reader]") {
  storage::memory_store store;
  CHECK(stored_lanes(store).value().empty());
  auto own = make_lane(mail_class::batch, "other");
  own.sender_domain = domain_name{"a.example"};
  own.destination = domain_name{"b.example"};
  own.appended_by = storage::lane::writer::delivery;
  put_mail(store, 7, {"r@b.example", "q@b.example"});
  put_mail(store, 12, {"r@b.example"});
  put_mail(store, 3, {"r@b.example"}, own);
  write(store, postpone(item_of(put_mail(store, 30, {"r@b.example"}), 0, 1), start, "", start));
  const auto found = stored_lanes(store).value();
  REQUIRE(found.size() == 2);
  const auto& shared = found[0].where == own ? found[1] : found[0];
  const auto& other = found[0].where == own ? found[0] : found[1];
  CHECK(shared.where == make_lane());
  CHECK(shared.first == 7);
  CHECK(shared.tail == 13);
  CHECK(other.where == own);
  CHECK(other.first == 3);
  CHECK(other.tail == 4);
}

TEST_CASE("spool reader: a queue key that cannot be read is an error, not a lost mail",
          "[spool_reader]") {
  storage::memory_store store;
  storage::batch changes;
  changes.put(family::queue, storage::all_lanes_prefix() + "junk", "");
  write(store, std::move(changes));
  CHECK(stored_lanes(store).error().code == errc::storage_corrupt);
}

TEST_CASE("spool reader: a piece of a lane comes in order with mails and records",
          "[spool_reader]") {
  storage::memory_store store;
  for (std::uint64_t i = 0; i < 5; ++i)
    put_mail(store, i, {"r" + std::to_string(i) + "@b.example"});
  const spool_reader reader{store};
  const auto part = reader.read_lane({make_lane(), 1, 5, 2, 0}).value();
  CHECK(sequences(part) == numbers{1, 2});
  CHECK_FALSE(part.complete);
  CHECK(part.last_key == storage::lane_key(make_lane(), 2));
  CHECK(part.entries[0].mail->record.mail.recipients[0].address == "r1@b.example");
  CHECK(*part.entries[0].mail->content == std::string(10, 'x'));
  CHECK_FALSE(part.entries[0].record);
  const auto rest = reader.read_lane({make_lane(), 3, 5, 500, 0}).value();
  CHECK(sequences(rest) == numbers{3, 4});
  CHECK(rest.complete);
  CHECK(reader.read_lane({make_lane(), 5, 9, 500, 0}).value().entries.empty());
}

TEST_CASE("spool reader: recipients of one message share it and know how many are unfinished",
          "[spool_reader]") {
  storage::memory_store store;
  const auto mail = put_mail(store, 0, {"r@b.example", "q@b.example", "p@b.example"});
  write(store, delivered(mail, 1, 3));
  const auto found = spool_reader{store}.read_lane({make_lane(), 0, 3, 9, 0}).value();
  CHECK(sequences(found) == numbers{0, 2});
  CHECK(found.entries[0].mail == found.entries[1].mail);
  CHECK(found.entries[0].unfinished == 2);
}

TEST_CASE("spool reader: one piece holds a bounded amount of content", "[spool_reader]") {
  storage::memory_store store;
  constexpr std::size_t large = 6u << 20;
  for (std::uint64_t i = 0; i < 5; ++i)
    put_mail(store, i, {"r@b.example"}, make_lane(), large);
  const auto found = spool_reader{store}.read_lane({make_lane(), 0, 5, 500, 0}).value();
  CHECK(sequences(found) == numbers{0, 1, 2});
  CHECK_FALSE(found.complete);
  CHECK(found.last_key == storage::lane_key(make_lane(), 2));
}

TEST_CASE("spool reader: a recipient that ends while the lane is read is left out",
          "[spool_reader]") {
  changing_store store;
  put_mail(store, 0, {"r@b.example"});
  const auto ending = put_mail(store, 1, {"r@b.example"});
  store.after_scan = [&] { write(store, delivered(ending, 0)); };
  const auto found = spool_reader{store}.read_lane({make_lane(), 0, 2, 9, 0});
  REQUIRE(found);
  CHECK(sequences(found.value()) == numbers{0});
  CHECK(found.value().complete);
  CHECK(found.value().last_key == storage::lane_key(make_lane(), 1));
}

TEST_CASE("spool reader: damage is named, whoever waits", "[spool_reader]") {
  storage::memory_store store;
  const auto mail = put_mail(store, 0, {"r@b.example"});
  storage::batch damage;
  SECTION("no body") {
    damage.erase(family::spool, storage::body_key(mail.record.id));
  }
  SECTION("no message") {
    damage.erase(family::spool, storage::message_key(mail.record.id));
  }
  SECTION("an entry for a recipient that the message does not have") {
    damage.put(family::queue, storage::lane_key(make_lane(), 0),
               storage::encode(storage::queue_entry{{mail.record.id, 9}}));
  }
  SECTION("an entry that is none") {
    damage.put(family::queue, storage::lane_key(make_lane(), 0), "junk");
  }
  write(store, std::move(damage));
  CHECK_FALSE(spool_reader{store}.read_lane({make_lane(), 0, 1, 9, 0}));
}

TEST_CASE("spool reader: what is due comes first, until now, from a key on", "[spool_reader]") {
  storage::memory_store store;
  for (std::uint64_t i = 0; i < 4; ++i)
    write(store, postpone(item_of(put_mail(store, i, {"r@b.example"}), 0, 1),
                          start + seconds{static_cast<std::int64_t>(4 - i)}, "later", start));
  const spool_reader reader{store};
  const auto from = storage::deferred_prefix();
  CHECK(reader.read_due(from, start, 9).value().entries.empty());
  CHECK(reader.first_due(from).value() == start + seconds{1});
  const auto found = reader.read_due(from, start + seconds{3}, 2).value();
  REQUIRE(found.entries.size() == 2);
  CHECK_FALSE(found.complete);
  CHECK(found.entries[0].mail->record.first_sequence == 3);
  CHECK(found.entries[0].record->last_reply == "later");
  CHECK_FALSE(found.entries[0].position);
  CHECK(reader.first_due(found.last_key + '\0').value() == start + seconds{3});
  const auto rest = reader.read_due(found.last_key + '\0', start + seconds{3}, 9).value();
  REQUIRE(rest.entries.size() == 1);
  CHECK(rest.complete);
  CHECK(reader.first_due(storage::prefix_end(from)).value() == std::nullopt);
}

TEST_CASE("spool reader: a message with what happened to its recipients", "[spool_reader]") {
  storage::memory_store store;
  const auto mail = put_mail(store, 0, {"r@b.example", "q@b.example"});
  write(store, delivered(mail, 1, 2));
  const auto found = spool_reader{store}.read_message(mail.record.id).value();
  CHECK(found.message == mail.record);
  CHECK_FALSE(found.recipients[0]);
  CHECK(found.recipients[1]->last_reply == "250 2.0.0 ok");
  CHECK(spool_reader{store}.read_message(message_id{}).error().code == errc::not_found);
}

TEST_CASE("spool reader: messages are listed newest first, page by page", "[spool_reader]") {
  storage::memory_store store;
  std::vector<message_id> ids;
  for (std::uint64_t i = 0; i < 5; ++i)
    ids.push_back(put_mail(store, i, {"r" + std::to_string(i % 2) + "@b.example"}).record.id);
  const spool_reader reader{store};
  list_messages filter;
  filter.limit = 2;
  std::vector<message_id> seen;
  for (int page = 0; page < 3; ++page) {
    const auto found = reader.list(filter, {}).value();
    for (const auto& each : found.items)
      seen.push_back(each.message.id);
    filter.after = found.next;
    CHECK(found.next.has_value() == (page < 2));
  }
  CHECK(seen == std::vector<message_id>(ids.rbegin(), ids.rend()));
}

TEST_CASE("spool reader: a list takes only what fits the filter", "[spool_reader]") {
  storage::memory_store store;
  const auto one = put_mail(store, 0, {"r@b.example", "q@b.example"});
  put_mail(store, 2, {"q@b.example"});
  const auto held = make_lane(mail_class::batch);
  put_mail(store, 3, {"p@b.example"}, held);
  write(store, delivered(one, 0, 2));
  const spool_reader reader{store};
  const auto count = [&](list_messages filter) {
    const auto found = reader.list(filter, {held}).value();
    CHECK_FALSE(found.next);
    return found.items.size();
  };
  CHECK(count({}) == 3);
  CHECK(count({"q@b.example", "", {}, {}, 50}) == 2);
  CHECK(count({"", "s@a.example", {}, {}, 50}) == 3);
  CHECK(count({"", "nobody@a.example", {}, {}, 50}) == 0);
  CHECK(count({"", "", recipient_state::delivered, {}, 50}) == 1);
  CHECK(count({"", "", recipient_state::queued, {}, 50}) == 2);
  CHECK(count({"", "", recipient_state::held, {}, 50}) == 1);
  CHECK(count({"q@b.example", "", recipient_state::delivered, {}, 50}) == 0);
}

TEST_CASE("spool reader: the sweep forgets old finished messages, and only them",
          "[spool_reader]") {
  storage::memory_store store;
  const auto finished = put_mail(store, 0, {"r@b.example", "q@b.example"});
  const auto waiting = put_mail(store, 2, {"r@b.example"});
  const auto late = put_mail(store, 1000, {"r@b.example"});
  write(store, delivered(finished, 0, 2));
  // Read back just as another one ended: nobody took this for the last one.
  write(store, delivered(finished, 1, 2));
  write(store, delivered(late, 0));
  const spool_reader reader{store};
  std::string from;
  do {
    auto swept = reader.sweep_finished(from, start + milliseconds{500}, 1).value();
    from = swept.continue_from;
    write(store, std::move(swept.removals));
  } while (!from.empty());
  CHECK(reader.read_message(finished.record.id).error().code == errc::not_found);
  CHECK_FALSE(store.get(family::spool, storage::body_key(finished.record.id)).value());
  CHECK_FALSE(store.get(family::spool, storage::recipient_key({finished.record.id, 0})).value());
  CHECK(reader.read_message(waiting.record.id));
  CHECK(store.get(family::spool, storage::body_key(waiting.record.id)).value());
  CHECK(reader.read_message(late.record.id));
}
