// What happened to a message, as one story.
#include "actors/delivery/timeline.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_items.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;
using warmfront::testing::make_mail;

namespace {

const auto told_at = warmfront::testing::manual_clock{}.wall_now();

std::vector<timeline_kind> kinds_of(const message_timeline& story) {
  std::vector<timeline_kind> kinds;
  for (const auto& each : story.items)
    kinds.push_back(each.kind);
  return kinds;
}

message_timeline story_of(delivery_world& world, const message_id& id) {
  return timeline_of(spool_reader{world.store}.read_whole_story(id).value());
}

stored_message with_record(storage::recipient_record record) {
  stored_message made;
  made.message = make_mail(1, {"r@b.example"})->mail->record;
  made.recipients.emplace_back(std::move(record));
  return made;
}

} // namespace

TEST_CASE("timeline: a reply is taken apart, what is none stays text", "[timeline]") {
  const auto whole = read_reply("451 4.3.0 later");
  CHECK(whole.code == 451);
  CHECK(whole.enhanced == "4.3.0");
  CHECK(whole.text == "later");
  CHECK(read_reply("250").code == 250);
  CHECK(read_reply("250").text.empty());
  CHECK(read_reply("connection lost: reset").code == 0);
  CHECK(read_reply("connection lost: reset").text == "connection lost: reset");
  CHECK(read_reply("450 5.1.1 other class").enhanced.empty());
  CHECK(read_reply("451 \x1b[2Jx").text == "?[2Jx");
  CHECK(read_reply("451 " + std::string(5000, 'x')).text.size() <= 500);
}

TEST_CASE("timeline: a connection is taken apart", "[timeline]") {
  const auto tls = read_tls("TLSv1.3 TLS_AES_256_GCM_SHA384 dane");
  CHECK(tls.version == "TLSv1.3");
  CHECK(tls.cipher == "TLS_AES_256_GCM_SHA384");
  CHECK(tls.verified_by == "dane");
  CHECK(read_tls("TLSv1.3 X pkix").verified_by == "webpki");
  CHECK(read_tls("TLSv1.2").verified_by == "none");
  CHECK(read_tls("").verified_by.empty());
}

TEST_CASE("timeline: a mail delivered at once has two lines", "[timeline]") {
  delivery_world world{1};
  const auto id = world.submit({"r@b.example"});
  world.run();
  const auto story = story_of(world, id);
  REQUIRE(kinds_of(story) == std::vector{timeline_kind::accepted, timeline_kind::delivered});
  CHECK(story.items[1].attempt == 1);
  CHECK(story.items[1].recipient == "r@b.example");
  CHECK(story.items[1].node == id.node());
  CHECK(story.items[1].reply);
}

TEST_CASE("timeline: each attempt has its line, and its time", "[timeline]") {
  delivery_world world{2};
  int attempts = 0;
  world.fate_of = [&](const auto&) { return ++attempts < 4 ? fate::defer : fate::deliver; };
  const auto id = world.submit({"r@b.example"});
  for (int i = 0; i < 400 && attempts < 4; ++i) {
    world.run();
    world.advance(milliseconds{50});
  }
  world.run();
  const auto story = story_of(world, id);
  REQUIRE(kinds_of(story) == std::vector{timeline_kind::accepted, timeline_kind::deferred,
                                         timeline_kind::deferred, timeline_kind::deferred,
                                         timeline_kind::delivered});
  for (std::uint32_t i = 1; i < story.items.size(); ++i) {
    CHECK(story.items[i].attempt == i);
    CHECK(story.items[i].at >= story.items[i - 1].at);
  }
  CHECK(std::ranges::is_sorted(story.items, {}, &timeline_item::at));
}

TEST_CASE("timeline: attempts that are not kept are named as such", "[timeline]") {
  storage::recipient_record record;
  record.state = static_cast<std::uint8_t>(recipient_state::deferred);
  for (std::uint32_t i = 0; i < 20; ++i) {
    storage::remember_attempt(record);
    ++record.attempts;
    record.changed_at = told_at + seconds{i};
  }
  const auto story = timeline_of(with_record(record));
  const auto gap = std::ranges::find(story.items, timeline_kind::attempt, &timeline_item::kind);
  REQUIRE(gap != story.items.end());
  CHECK(gap->text == "attempts 2 to 13 are not kept");
  CHECK(story.items.size() == 1 + 7 + 1 + 1);
}

TEST_CASE("timeline: an attempt names the ledger whose permit it took", "[timeline]") {
  storage::recipient_record record;
  record.state = static_cast<std::uint8_t>(recipient_state::delivered);
  const auto attempt = [&](std::uint32_t day, bool is_charged) {
    storage::remember_attempt(record);
    ++record.attempts;
    record.source = ip_address{"192.0.2.1"};
    record.changed_at = told_at + seconds{record.attempts};
    if (is_charged) {
      record.charged.push_back({ledger_subject{"a.example"}, day + 100});
      record.charged.push_back({ledger_subject{"192.0.2.1"}, day});
    }
  };
  attempt(3, true);
  attempt(3, false); // of the same day: not charged again
  attempt(4, true);
  const auto story = timeline_of(with_record(record));
  REQUIRE(story.items.size() == 4);
  CHECK(story.items[1].ledger.str() == "192.0.2.1");
  CHECK(story.items[1].day == 3u);
  CHECK_FALSE(story.items[2].day);
  CHECK(story.items[3].day == 4u);
}

TEST_CASE("timeline: an end by hand comes behind the attempts", "[timeline]") {
  delivery_world world{3};
  world.fate_of = [](const auto&) { return fate::defer; };
  const auto id = world.submit({"r@b.example"});
  world.run();
  world.flow().cancel(id, [](const auto&) {});
  world.run();
  CHECK(kinds_of(story_of(world, id)) ==
        std::vector{timeline_kind::accepted, timeline_kind::deferred, timeline_kind::cancelled});
}

TEST_CASE("timeline: moves and copies are told", "[timeline]") {
  auto stored = with_record({});
  stored.message.copy = storage::message_copy{7, 1};
  stored.message.moves = {{told_at + seconds{5}, 2, false}, {told_at + seconds{9}, 3, true}};
  const auto story = timeline_of(stored);
  REQUIRE(kinds_of(story) == std::vector{timeline_kind::accepted, timeline_kind::moved,
                                         timeline_kind::copied, timeline_kind::adopted});
  CHECK(story.items[1].node == 2);
  CHECK(story.items[2].node == 7);
  CHECK(story.items[3].node == 3);
}

TEST_CASE("timeline: one recipient's story leaves out the others", "[timeline]") {
  delivery_world world{4};
  const auto id = world.submit({"r@b.example", "q@c.example"});
  world.run();
  const auto stored = spool_reader{world.store}.read_whole_story(id).value();
  CHECK(timeline_of(stored).items.size() == 3);
  const auto one = timeline_of(stored, "q@c.example");
  REQUIRE(one.items.size() == 2);
  CHECK(one.items[1].recipient == "q@c.example");
}
