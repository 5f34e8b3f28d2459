// What waits for the feedback role: batches, bounds, and who is told.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "admin/public/feedback_queue.hpp"
#include "admin/public/feedback_queue_actor.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using admin::feedback_queue;

namespace {

feedback_item numbered(std::uint32_t index) {
  feedback_item item;
  item.event.about.recipient.index = index;
  return item;
}

/// Stands for the feedback role.
struct recorder_state {
  std::vector<std::size_t> batches;
  bool fails = false;
};

feedback_actor::behavior_type recorder(feedback_actor::pointer, recorder_state* state) {
  return {
      [state](const record_feedback& m) {
        state->batches.push_back(m.items.size());
        return state->fails ? answer<done>{error{errc::unavailable, "no", {}}}
                            : answer<done>{done{}};
      },
      [](const event_readers_changed&) {},
      [](const connect_listeners&) {},
      [](const members_changed&) {},
      [](const peer_joined&) {},
      [](const peer_lost&) {},
      [](const frames_received&) { return done{}; },
  };
}

struct queue_fixture : testing::actor_fixture {
  recorder_state role;
  testing::silent_log log;
  std::shared_ptr<feedback_queue> queue;
  feedback_actor feedback;
  admin::feedback_queue_actor subject;

  explicit queue_fixture(feedback_queue::limits limits = {}) {
    queue = std::make_shared<feedback_queue>(limits);
    feedback = spawn(recorder, &role);
    subject = spawn(admin::feedback_queue_behavior, queue, feedback, static_cast<event_log*>(&log),
                    admin::feedback_queue_settings{});
    settle();
  }
  ~queue_fixture() {
    kill(subject);
    kill(feedback);
  }
  void add(std::uint32_t index, admin::recorded then = nullptr) {
    if (queue->add(numbered(index), std::move(then)) == feedback_queue::outcome::added_first)
      admin::wake(subject);
  }
};

} // namespace

TEST_CASE("feedback queue: it is bounded, and tells when it was empty", "[public]") {
  feedback_queue queue{{2, 1, 3}};
  CHECK(queue.add(numbered(0), nullptr) == feedback_queue::outcome::added_first);
  CHECK(queue.add(numbered(1), nullptr) == feedback_queue::outcome::added);
  std::vector<bool> told;
  const auto tell = [&](bool done) { told.push_back(done); };
  CHECK(queue.add(numbered(2), tell) == feedback_queue::outcome::full);
  CHECK(told == std::vector<bool>{false});
  auto batch = queue.take_batch();
  REQUIRE(batch.size() == 1);
  CHECK(batch[0].item.event.about.recipient.index == 0);
  CHECK(queue.put_back(std::move(batch)) == 0);
  CHECK(queue.take_batch()[0].item.event.about.recipient.index == 1);
  for (int attempt = 2; attempt <= 3; ++attempt)
    CHECK(queue.put_back(queue.take_batch()) == (attempt == 3 ? 1 : 0));
  CHECK(queue.empty());
  CHECK(queue.add(numbered(3), tell) == feedback_queue::outcome::added_first);
  queue.close();
  CHECK(told == std::vector<bool>{false, false});
  CHECK(queue.add(numbered(4), nullptr) == feedback_queue::outcome::full);
}

TEST_CASE("feedback queue actor: what comes in within a moment goes together", "[public]") {
  queue_fixture f;
  int told = 0;
  for (std::uint32_t i = 0; i < 1500; ++i)
    f.add(i, [&](bool done) { told += done ? 1 : 0; });
  f.settle();
  CHECK(f.role.batches.empty());
  f.advance(milliseconds{5});
  CHECK(f.role.batches == std::vector<std::size_t>{1000, 500});
  CHECK(told == 1500);
  f.add(1);
  f.advance(milliseconds{5});
  CHECK(f.role.batches.size() == 3);
}

TEST_CASE("feedback queue actor: who waits is told of a failure, the rest is tried again",
          "[public]") {
  queue_fixture f;
  f.role.fails = true;
  std::vector<bool> told;
  f.add(0);
  f.add(1, [&](bool done) { told.push_back(done); });
  f.advance(milliseconds{5});
  CHECK(told == std::vector<bool>{false});
  f.advance(milliseconds{1001});
  CHECK(f.role.batches == std::vector<std::size_t>{2, 1});
  CHECK(f.log.written(log_level::warn) == 1); // once for all of it
  f.role.fails = false;
  f.advance(milliseconds{1001});
  CHECK(f.role.batches == std::vector<std::size_t>{2, 1, 1});
  CHECK(f.queue->empty());
}
