#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_world.hpp"
#include "tests/actors/delivery/lanes_world.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

storage::lane lane_of_task(std::uint64_t task) {
  auto where = make_lane(mail_class::batch);
  where.task = task_id{task};
  return where;
}

} // namespace

TEST_CASE("lanes of tasks: all wait until it is known which may go", "[lanes][tasks]") {
  lanes queue{lane_limits{}};
  queue.arrived(make_item(lane_of_task(1), 0));
  queue.arrived(make_item(batch, 0));
  CHECK(queue.take(9).size() == 1);
  CHECK_FALSE(queue.knows_tasks());
  CHECK_FALSE(queue.next_load());
  queue.hold_tasks({task_id{2}});
  load(queue, queue.next_load().value());
  CHECK(queue.take(9).front().position->where.task == task_id{1});
}

TEST_CASE("lanes of tasks: a held one gives its window up, another goes on", "[lanes][tasks]") {
  lanes queue{lane_limits{}};
  queue.hold_tasks({});
  queue.arrived(make_item(lane_of_task(1), 0));
  queue.arrived(make_item(lane_of_task(1), 1));
  queue.arrived(make_item(lane_of_task(2), 0));
  queue.hold_tasks({task_id{1}});
  CHECK(sequences(queue.take(9)) == numbers{0});
  CHECK(queue.status(lane_of_task(1))->on_hold);
  CHECK(queue.status(lane_of_task(1))->waiting == 2);
  CHECK_FALSE(queue.next_load());
  queue.hold_tasks({});
  load(queue, queue.next_load().value());
  CHECK(sequences(queue.take(9)) == numbers{0, 1});
}

TEST_CASE("lanes of tasks: what is put back while its task is held waits on disk",
          "[lanes][tasks]") {
  lanes queue{lane_limits{}};
  queue.hold_tasks({});
  queue.arrived(make_item(lane_of_task(1), 0));
  auto taken = queue.take(1);
  queue.hold_tasks({task_id{1}});
  queue.put_back(std::move(taken.front()));
  CHECK(queue.take(1).empty());
  queue.hold_tasks({});
  load(queue, queue.next_load().value());
  CHECK(sequences(queue.take(1)) == numbers{0});
}
