// Actions by hand on mail that waits: whom they touch, what they leave alone, and that they end.
#include <algorithm>

#include <catch2/catch.hpp>

#include "actors/backup/restored_spool.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;

namespace {

start_queue_action action_of(queue_action what, queue_filter filter = {},
                             const std::string& id = "1") {
  return {id, what, std::move(filter), "k1", 0};
}

void begin_action(delivery_world& world, const start_queue_action& what) {
  world.advance(milliseconds{1}); // what is accepted at this very moment is not meant
  bool told = false;
  world.flow().start_action(what, [&](const auto& begun) { told = begun.has_value(); });
  world.run();
  CHECK(told);
}

waiting_counts counted(delivery_world& world, queue_action what, queue_filter filter = {}) {
  waiting_counts found;
  world.flow().count_waiting({what, std::move(filter)},
                             [&](const auto& counts) { found = counts.value(); });
  world.run();
  return found;
}

queue_filter of_pool(const std::string& name) {
  queue_filter filter;
  filter.pool = pool_name{name};
  return filter;
}

/// Mails that a receiver has put off.
std::vector<message_id> put_off(delivery_world& world, int count,
                                const std::string& from = "s@a.example") {
  world.fate_of = [](const auto&) { return fate::defer; };
  std::vector<message_id> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back(world.submit({"r" + std::to_string(i) + "@b.example"}, mail_class::triggered,
                               "shared", from));
  world.run();
  for (const auto& id : ids)
    REQUIRE(world.state(id) == recipient_state::deferred);
  return ids;
}

} // namespace

TEST_CASE("by hand: a retry makes due now what waits for another attempt", "[by_hand]") {
  delivery_world world{1};
  const auto ids = put_off(world, 5);
  world.fate_of = [](const auto&) { return fate::deliver; };
  CHECK(counted(world, queue_action::retry).recipients == 5);
  begin_action(world, action_of(queue_action::retry));
  world.advance(milliseconds{1});
  world.run();
  for (const auto& id : ids) {
    CHECK(world.state(id) == recipient_state::delivered);
    CHECK(world.record(id)->attempts == 2);
  }
  const auto* const report = world.flow().find_action("1");
  REQUIRE(report != nullptr);
  CHECK(report->recipients == 5);
  CHECK(report->finished_at);
  CHECK(world.failures.empty());
}

TEST_CASE("by hand: one message is tried again alone", "[by_hand]") {
  delivery_world world{2};
  const auto ids = put_off(world, 2);
  world.fate_of = [](const auto&) { return fate::deliver; };
  bool told = false;
  world.flow().retry(ids[0], [&](const auto& due) { told = due.has_value(); });
  world.run();
  world.advance(milliseconds{1});
  world.run();
  CHECK(told);
  CHECK(world.state(ids[0]) == recipient_state::delivered);
  CHECK(world.state(ids[1]) == recipient_state::deferred);
  error refused;
  world.flow().retry(message_id{}, [&](const auto& due) { refused = due.error(); });
  world.run();
  CHECK(refused.code == errc::not_found);
}

TEST_CASE("by hand: what is cancelled ends without a word", "[by_hand]") {
  delivery_world world{3};
  const auto ids = put_off(world, 3);
  begin_action(world, action_of(queue_action::cancel));
  for (const auto& id : ids)
    CHECK(world.state(id) == recipient_state::cancelled);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("by hand: what is given up is reported to its sender", "[by_hand]") {
  delivery_world world{4};
  const auto ids = put_off(world, 1);
  world.fate_of = [](const auto&) { return fate::deliver; };
  begin_action(world, action_of(queue_action::expire));
  world.run();
  CHECK(world.state(ids[0]) == recipient_state::expired);
  CHECK(world.delivered["s@a.example"] == 1);
  CHECK(world.contents["s@a.example"].find("4.4.7") != std::string::npos);
  CHECK(world.delivered["r0@b.example"] == 0);
}

TEST_CASE("by hand: held mail is in lanes, and is cancelled there", "[by_hand]") {
  delivery_world world{5};
  world.quota_per_day = 0;
  world.day = milliseconds{100'000};
  std::vector<message_id> ids;
  for (int i = 0; i < 40; ++i)
    ids.push_back(world.submit({"r" + std::to_string(i) + "@b.example"}, mail_class::batch));
  world.run();
  queue_filter filter;
  filter.reason = "ledger";
  CHECK(counted(world, queue_action::retry).recipients == 0);
  const auto counts = counted(world, queue_action::cancel, filter);
  CHECK(counts.messages == 40);
  CHECK(counts.recipients == 40);
  CHECK(counts.sample.size() == 3);
  CHECK(counts.complete);
  filter.reason = "backoff";
  CHECK(counted(world, queue_action::cancel, filter).recipients == 0);
  filter.reason = "ledger";
  begin_action(world, action_of(queue_action::cancel, filter));
  for (const auto& id : ids)
    CHECK(world.state(id) == recipient_state::cancelled);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("by hand: a filter leaves the rest alone", "[by_hand]") {
  delivery_world world{6};
  const auto ours = put_off(world, 2, "s@a.example");
  world.fate_of = [](const auto&) { return fate::defer; };
  const auto theirs = world.submit({"x@b.example"}, mail_class::triggered, "shared", "s@z.example");
  world.run();
  queue_filter filter;
  filter.sender_domain = domain_name{"a.example"};
  CHECK(counted(world, queue_action::cancel, filter).recipients == 2);
  CHECK(counted(world, queue_action::cancel, of_pool("other")).recipients == 0);
  CHECK(counted(world, queue_action::cancel, of_pool("shared")).recipients == 3);
  begin_action(world, action_of(queue_action::cancel, filter));
  CHECK(world.state(ours[0]) == recipient_state::cancelled);
  CHECK(world.state(ours[1]) == recipient_state::cancelled);
  CHECK(world.state(theirs) == recipient_state::deferred);
}

TEST_CASE("by hand: what came after the action began is not touched", "[by_hand]") {
  delivery_world world{7};
  put_off(world, 1);
  queue_filter filter;
  filter.accepted_before = world.wall_now() + milliseconds{1};
  world.advance(milliseconds{10});
  const auto late = world.submit({"late@b.example"});
  world.run();
  begin_action(world, action_of(queue_action::cancel, filter));
  CHECK(world.state(late) == recipient_state::deferred);
}

TEST_CASE("by hand: what intake has not handed over yet is left alone", "[by_hand]") {
  delivery_world world{1};
  world.handing_over = false; // the second copy is not answered
  const auto id = world.submit({"r@b.example"});
  world.run();
  begin_action(world, action_of(queue_action::cancel));
  CHECK_FALSE(world.record(id));
  CHECK(world.queue_entries() == 1);
}

TEST_CASE("by hand: mail that was put off before a restart is hastened after it", "[by_hand]") {
  delivery_world world{1};
  const auto id = put_off(world, 1).front();
  world.crash(1'000);
  world.fate_of = [](const auto&) { return fate::deliver; };
  begin_action(world, action_of(queue_action::retry));
  world.run();
  CHECK(world.state(id) == recipient_state::delivered);
}

TEST_CASE("by hand: what a restore holds is touched only when it is asked for by name",
          "[by_hand]") {
  delivery_world world{1, storage::memory_store::acknowledgement::at_once};
  const auto id = put_off(world, 1).front();
  world.crash(0);
  REQUIRE(settle_waiting(world.store, which_mail::all, waiting_mail::hold, world.time.wall_now(),
                         "restored"));
  world.crash(0);
  for (const auto what : {queue_action::retry, queue_action::expire, queue_action::cancel})
    CHECK(counted(world, what).recipients == 0);
  queue_filter held;
  held.reason = "restore";
  CHECK(counted(world, queue_action::cancel, held).recipients == 1);
  world.fate_of = [](const auto&) { return fate::deliver; };
  begin_action(world, action_of(queue_action::retry, held));
  world.run();
  CHECK(world.state(id) == recipient_state::delivered);
}

TEST_CASE("by hand: an action that is asked for twice is done once", "[by_hand]") {
  delivery_world world{8};
  put_off(world, 2);
  begin_action(world, action_of(queue_action::retry));
  const auto after_one = world.flow().find_action("1")->recipients;
  begin_action(world, action_of(queue_action::retry));
  CHECK(world.flow().find_action("1")->recipients == after_one);
}

TEST_CASE("by hand: mail on its way is not touched and ends once, whenever it is",
          "[by_hand][property]") {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    delivery_world world{seed};
    const auto what = static_cast<queue_action>(1 + seed % 3);
    world.fate_of = [&](const std::string& to) {
      return to.front() == 'd' ? fate::defer : fate::deliver;
    };
    std::vector<message_id> ids;
    for (int i = 0; i < 4; ++i)
      ids.push_back(world.submit(
          {"r" + std::to_string(i) + "@b.example", "d" + std::to_string(i) + "@b.example"},
          mail_class::triggered, "shared", ""));
    while (world.store.unsettled() > 0)
      world.store.settle(1); // acknowledged: from here on it must not be lost
    world.advance(milliseconds{1});
    world.run_some(seed % 120);
    world.flow().start_action(action_of(what), [](const auto&) {});
    world.run_some(seed % 37);
    const bool crashes = seed % 4 == 0;
    if (crashes)
      world.crash(seed % (world.store.unsettled() + 1));
    world.fate_of = [](const auto&) { return fate::deliver; };
    for (int i = 0; i < 300 && world.queue_entries() > 0; ++i) {
      world.run();
      world.advance(milliseconds{200});
    }
    world.run();
    CHECK(world.failures.empty());
    CHECK(world.queue_entries() == 0);
    for (const auto& id : ids)
      for (std::uint32_t index = 0; index < 2; ++index) {
        const auto state = world.state(id, index);
        CHECK(is_final(state));
        const auto address =
            (index == 0 ? "r" : "d") + std::to_string(&id - ids.data()) + "@b.example";
        const auto arrived = world.delivered[address];
        if (!crashes)
          CHECK(arrived == (state == recipient_state::delivered ? 1 : 0));
      }
    if (const auto* const report = world.flow().find_action("1"))
      CHECK(report->finished_at);
  }
}

TEST_CASE("by hand: an action goes on after a crash", "[by_hand]") {
  delivery_world world{9};
  const auto ids = put_off(world, 3);
  world.advance(milliseconds{1});
  world.flow().start_action(action_of(queue_action::cancel), [](const auto&) {});
  world.store.settle(1);
  world.crash(0);
  world.run();
  for (const auto& id : ids)
    CHECK(world.state(id) == recipient_state::cancelled);
  REQUIRE(world.flow().find_action("1") != nullptr);
  CHECK(world.flow().find_action("1")->finished_at);
}

TEST_CASE("by hand: what a node remembers of an action comes back", "[by_hand]") {
  queue_job job;
  job.report = {"abc",
                queue_action::expire,
                of_pool("shared"),
                "k1",
                12,
                5,
                1,
                wall_time{seconds{1'767'225'600}},
                std::nullopt};
  job.report.filter.provider = provider_name{"gmail"};
  job.report.filter.reason = "backoff";
  job.report.filter.task = task_id{7};
  job.cursor = std::string{"r\0x", 3};
  const auto read = decode_queue_job(encode(job)).value();
  CHECK(read == job);
  CHECK(read.report.filter == job.report.filter);
  CHECK(decode_queue_job("nothing").error().code == errc::storage_corrupt);
}
