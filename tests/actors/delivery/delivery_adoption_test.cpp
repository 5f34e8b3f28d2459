// What a cluster asks of the flow.
#include <catch2/catch.hpp>

#include "storage/copies.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;

namespace {

using storage::family;

adopted_mail foreign_mail(delivery_world& world, const std::vector<std::string>& recipients) {
  auto mail = std::make_shared<spooled_mail>();
  mail->record.id = message_id{world.time.wall_now(), 9, 77};
  mail->record.mail.reverse_path = "s@a.example";
  for (const auto& each : recipients)
    mail->record.mail.recipients.push_back({each, notify::never, {}});
  mail->record.pool = pool_name{"shared"};
  mail->record.first_lane.pool = mail->record.pool;
  mail->record.copy = storage::message_copy{1, 1};
  mail->content = std::make_shared<const std::string>("Subject: x\r\n\r\nbody\r\n");
  adopted_mail made{mail, {}};
  made.recipients.resize(recipients.size());
  return made;
}

storage::recipient_record in(recipient_state state) {
  storage::recipient_record record;
  record.state = static_cast<std::uint8_t>(state);
  record.attempts = 1;
  return record;
}

} // namespace

TEST_CASE("delivery: adopted recipients go on where they were, ended ones do not leave again",
          "[delivery]") {
  delivery_world world{21};
  auto mail =
      foreign_mail(world, {"new@b.example", "held@b.example", "later@b.example", "gone@b.example"});
  mail.recipients[1] = in(recipient_state::held);
  mail.recipients[2] = in(recipient_state::deferred);
  mail.recipients[2]->first_attempt_at = world.time.wall_now();
  mail.recipients[2]->next_attempt_at = world.time.wall_now() + seconds{2};
  mail.recipients[3] = in(recipient_state::delivered);
  bool done = false;
  world.flow().adopt({mail}, {}, [&](const result<void>& durable) { done = durable.has_value(); });
  world.run();
  CHECK(done);
  CHECK(world.delivered["new@b.example"] == 1);
  CHECK(world.delivered["held@b.example"] == 1);
  CHECK(world.delivered["later@b.example"] == 0);
  for (int i = 0; i < 60; ++i) {
    world.advance(milliseconds{50});
    world.run();
  }
  CHECK(world.delivered["later@b.example"] == 1);
  CHECK(world.delivered["gone@b.example"] == 0);
  CHECK(world.queue_entries() == 0);
  CHECK_FALSE(world.store.get(family::spool, storage::body_key(mail.mail->record.id)).value());
}

TEST_CASE("delivery: mail that was here before is adopted, ends and leaves nothing behind",
          "[delivery]") {
  delivery_world world{25};
  auto mail = foreign_mail(world, {"new@b.example", "later@b.example"});
  mail.recipients[1] = in(recipient_state::deferred);
  mail.recipients[1]->first_attempt_at = world.time.wall_now();
  mail.recipients[1]->next_attempt_at = world.time.wall_now() + seconds{2};
  const auto& id = mail.mail->record.id;
  const auto due = storage::deferred_key(*mail.recipients[1]->next_attempt_at, {id, 1});
  storage::batch earlier;
  earlier.put(family::spool, storage::body_key(id), "as it was then");
  earlier.put(family::queue, due, storage::encode(storage::queue_entry{{id, 1}}));
  world.store.commit(std::move(earlier), storage::priority::progress, [](const auto&) {});
  world.store.settle();
  // The store stops the test when it is asked to remove once what was written twice.
  world.flow().adopt({mail}, {}, [](const auto&) {});
  for (int i = 0; i < 60; ++i) {
    world.run();
    world.advance(milliseconds{50});
  }
  CHECK(world.delivered["new@b.example"] == 1);
  CHECK(world.delivered["later@b.example"] == 1);
  CHECK_FALSE(world.store.get(family::spool, storage::body_key(id)).value());
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("delivery: an outcome marks what the holder of the copy has not heard", "[delivery]") {
  delivery_world world{22};
  const auto id = world.submit({"r@b.example"}, mail_class::triggered, "shared", "s@a.example",
                               storage::message_copy{4, 1});
  world.run();
  REQUIRE(world.told.size() == 1);
  CHECK(world.told[0].holder == 4);
  CHECK(world.told[0].last_of_message);
  const auto marks = storage::unsent_progress_prefix(4, id);
  CHECK(world.store.scan(family::queue, marks, storage::prefix_end(marks), 9).value().size() == 1);
}

TEST_CASE("delivery: after a copy was placed its new holder is told, and nobody else",
          "[delivery]") {
  delivery_world world{23};
  world.sending = false;
  const storage::message_copy before{4, 1};
  const auto id =
      world.submit({"r@b.example"}, mail_class::triggered, "shared", "s@a.example", before);
  world.run();
  auto record =
      storage::decode_message(*world.store.get(family::spool, storage::message_key(id)).value())
          .value();
  world.flow().place({{record, {5, 2}}}, [](const auto&) {});
  world.run();
  CHECK_FALSE(world.store.get(family::queue, storage::unsent_copy_key(4, id)).value());
  CHECK(world.store.get(family::queue, storage::unsent_copy_key(5, id)).value());
  world.sending = true;
  world.advance(milliseconds{50});
  world.run();
  REQUIRE(world.told.size() == 1);
  CHECK(world.told[0].holder == 5);
}

TEST_CASE("delivery: nothing begins while sending is not allowed or the fence is closed",
          "[delivery]") {
  delivery_world world{24};
  world.flow().allow_sending(false);
  world.submit({"r@b.example"});
  world.run();
  CHECK(world.order.empty());
  world.sending = false;
  world.flow().allow_sending(true);
  world.run();
  CHECK(world.order.empty());
  world.sending = true;
  world.advance(milliseconds{50});
  world.run();
  CHECK(world.delivered["r@b.example"] == 1);
}
