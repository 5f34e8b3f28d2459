// Mail that is not to be sent before a time.
#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;

namespace {

message_id submit_later(delivery_world& world, milliseconds later,
                        std::optional<storage::message_copy> copy = std::nullopt) {
  return world.submit({"r@b.example", "s@c.example"}, mail_class::triggered, "shared",
                      "s@a.example", copy, world.time.wall_now() + later);
}

void let_pass(delivery_world& world, milliseconds time) {
  for (auto left = time; left.count() > 0; left -= milliseconds{100}) {
    world.advance(milliseconds{100});
    world.run();
  }
}

} // namespace

TEST_CASE("scheduled mail: leaves when its time comes, and not before", "[delivery][schedule]") {
  delivery_world world{1};
  const auto id = submit_later(world, seconds{2});
  let_pass(world, milliseconds{1900});
  CHECK(world.delivered.empty());
  CHECK(world.queue_entries() == 2);
  CHECK_FALSE(world.record(id));
  let_pass(world, milliseconds{200});
  CHECK(world.delivered.size() == 2);
  CHECK(world.state(id, 1) == recipient_state::delivered);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("scheduled mail: a crash changes nothing, and a time that has passed is now",
          "[delivery][schedule]") {
  delivery_world world{2};
  submit_later(world, seconds{2});
  world.run();
  world.crash(99);
  let_pass(world, milliseconds{1900});
  CHECK(world.delivered.empty());
  world.crash(99);
  world.time.advance(seconds{5});
  let_pass(world, milliseconds{200});
  CHECK(world.delivered.size() == 2);
}

TEST_CASE("scheduled mail: without permits it waits in a lane as others do",
          "[delivery][schedule]") {
  delivery_world world{3};
  world.quota_per_day = 1;
  submit_later(world, milliseconds{300});
  let_pass(world, milliseconds{500});
  CHECK(world.delivered.size() == 1);
  let_pass(world, milliseconds{1500});
  CHECK(world.delivered.size() == 2);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("scheduled mail: is cancelled before its time", "[delivery][schedule]") {
  delivery_world world{4};
  const auto id = submit_later(world, seconds{1});
  world.run();
  world.flow().cancel(id, [](const result<void>&) {});
  let_pass(world, milliseconds{1500});
  CHECK(world.delivered.empty());
  CHECK(world.state(id, 0) == recipient_state::cancelled);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("scheduled mail: who adopts it sends it at its time", "[delivery][schedule]") {
  delivery_world world{5};
  auto mail = std::make_shared<spooled_mail>();
  mail->record.id = message_id{world.time.wall_now(), 9, 77};
  mail->record.mail.reverse_path = "s@a.example";
  mail->record.mail.recipients = {{"r@b.example", notify::never, {}}};
  mail->record.pool = pool_name{"shared"};
  mail->record.first_lane.pool = mail->record.pool;
  mail->record.send_at = world.time.wall_now() + seconds{1};
  mail->content = std::make_shared<const std::string>("Subject: x\r\n\r\nbody\r\n");
  adopted_mail adopted{mail, {}};
  adopted.recipients.resize(1);
  world.flow().adopt({adopted}, {}, [](const result<void>& durable) { CHECK(durable); });
  let_pass(world, milliseconds{900});
  CHECK(world.delivered.empty());
  let_pass(world, milliseconds{300});
  CHECK(world.delivered.size() == 1);
  CHECK(world.queue_entries() == 0);
}
