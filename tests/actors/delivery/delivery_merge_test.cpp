// Mail merges: one message, and for each of its recipients a mail of their own.

#include <catch2/catch.hpp>

#include "actors/delivery/merge_writer.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;

namespace {

storage::mail_merge greeting(std::size_t recipients) {
  storage::mail_merge merge;
  merge.from = "news@a.example";
  merge.content = {"Hello {{name}}", "<p>{{name}} from {{city}}</p>", ""};
  merge.headers = {{"X-Campaign", "spring"}};
  merge.defaults = {{"city", "Paris"}};
  merge.names = {"name", "city"};
  for (std::size_t i = 0; i < recipients; ++i)
    merge.rows.push_back(
        {"r" + std::to_string(i) + "@b.example", {"N" + std::to_string(i), std::nullopt}});
  return merge;
}

} // namespace

TEST_CASE("mail merge: everybody gets a mail of their own", "[delivery][merge]") {
  delivery_world world{1};
  auto merge = greeting(3);
  merge.rows[1].values[1] = "Oslo & Bergen";
  const auto id = world.merge(merge);
  world.run();
  REQUIRE(world.contents.size() == 3);
  using Catch::Contains;
  const auto& first = world.contents["r0@b.example"];
  CHECK_THAT(first, Contains("Subject: Hello N0\r\n") && Contains("To: r0@b.example\r\n") &&
                        Contains("N0 from Paris") && Contains("X-Campaign: spring\r\n") &&
                        Contains("Message-ID: <" + id.str() + ".0@mta1.example.net>\r\n"));
  CHECK_THAT(first, !Contains("r1@"));
  CHECK_THAT(world.contents["r1@b.example"], Contains("N1 from Oslo &amp; Bergen"));
  CHECK(world.state(id, 2) == recipient_state::delivered);
  CHECK(world.queue_entries() == 0);
  CHECK_FALSE(world.store.get(storage::family::spool, storage::body_key(id)).value());
}

TEST_CASE("mail merge: a retry is written anew, the same but for MIME's boundaries",
          "[delivery][merge]") {
  delivery_world world{2};
  auto merge = greeting(1);
  int attempts = 0;
  world.fate_of = [&](const auto&) { return ++attempts == 1 ? fate::defer : fate::deliver; };
  world.merge(merge);
  world.run();
  const auto first = world.contents["r0@b.example"];
  world.advance(milliseconds{1000});
  world.run();
  CHECK(attempts == 2);
  CHECK(world.contents["r0@b.example"] == first);
}

TEST_CASE("mail merge: who can get no mail is an outcome, and the others get theirs",
          "[delivery][merge]") {
  delivery_world world{3};
  auto merge = greeting(3);
  merge.rows[1].values[0].reset();
  const auto id = world.merge(merge);
  world.run();
  CHECK(world.state(id, 0) == recipient_state::delivered);
  CHECK(world.state(id, 1) == recipient_state::bounced);
  CHECK_THAT(world.record(id, 1)->last_reply,
             Catch::StartsWith("554 5.6.0 ") && Catch::Contains("\"name\""));
  CHECK(world.state(id, 2) == recipient_state::delivered);
  CHECK(world.delivered.size() == 2);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("mail merge: the day's quota holds, and what waits survives a crash",
          "[delivery][merge]") {
  delivery_world world{4};
  world.quota_per_day = 30;
  world.day = milliseconds{10'000};
  const auto id = world.merge(greeting(100));
  world.run();
  CHECK(world.order.size() == 30);
  world.crash(0);
  world.run();
  CHECK(world.order.size() == 30);
  for (int day = 0; day < 3; ++day) {
    world.advance(milliseconds{10'000});
    world.run();
  }
  CHECK(world.delivered.size() == 100);
  CHECK(world.contents["r99@b.example"].find("Subject: Hello N99") != std::string::npos);
  CHECK(world.state(id, 99) == recipient_state::delivered);
}

TEST_CASE("mail merge: a bounce returns the mail of its recipient", "[delivery][merge]") {
  delivery_world world{5};
  world.fate_of = [](const std::string& to) {
    return to == "r1@b.example" ? fate::bounce : fate::deliver;
  };
  world.merge(greeting(2), notify::failure);
  for (int i = 0; i < 20; ++i) {
    world.run();
    world.advance(milliseconds{50});
  }
  CHECK(world.delivered["news@a.example"] == 1);
  CHECK_THAT(world.contents["news@a.example"], Catch::Contains("Subject: Hello N1"));
}

TEST_CASE("mail merge: what is not cancelled in time is sent, the rest is not",
          "[delivery][merge]") {
  delivery_world world{6};
  world.quota_per_day = 1;
  world.day = milliseconds{100'000};
  const auto id = world.merge(greeting(3));
  world.run();
  world.flow().cancel(id, [](const result<void>& done) { CHECK(done); });
  world.run();
  CHECK(world.state(id, 0) == recipient_state::delivered);
  CHECK(world.state(id, 1) == recipient_state::cancelled);
  CHECK(world.state(id, 2) == recipient_state::cancelled);
  CHECK(world.queue_entries() == 0);
}

TEST_CASE("mail merge: a body that is none is a fault of the disk", "[delivery][merge]") {
  storage::spooled_message message;
  message.is_merge = true;
  message.mail.recipients.resize(2);
  CHECK(merge_writer::make(message, "nonsense", {"h"}).error().code == errc::storage_corrupt);
  CHECK(merge_writer::make(message, storage::encode(greeting(1)), {"h"}).error().code ==
        errc::storage_corrupt);
  auto broken = greeting(2);
  broken.content.html = "{{oops";
  CHECK(merge_writer::make(message, storage::encode(broken), {"h"}).error().code ==
        errc::storage_corrupt);
}

TEST_CASE("mail merge: attachments and answers are everybody's", "[delivery][merge]") {
  auto merge = greeting(2);
  merge.reply_to = {"answers@a.example"};
  merge.attachments = {{"a.txt", "text/plain", "hello", ""}};
  storage::spooled_message message;
  message.is_merge = true;
  message.mail.recipients.resize(2);
  const auto writer =
      merge_writer::make(message, storage::encode(merge), {"h.example", 100'000}).value();
  for (std::uint32_t i = 0; i < 2; ++i)
    CHECK_THAT(writer.write(i).value(),
               Catch::Contains("Reply-To: answers@a.example") && Catch::Contains("aGVsbG8="));
  CHECK(merge_writer::make(message, storage::encode(merge), {"h.example", 100})
            .value()
            .write(0)
            .error()
            .code == errc::limit_exceeded);
}

TEST_CASE("mail merge: who is suppressed is left out of it, also after a restart",
          "[delivery][merge]") {
  delivery_world world{9};
  world.suppressed = {"r1@b.example"};
  world.has_source = false;
  const auto id = world.merge(greeting(3));
  world.run();
  world.crash(world.store.unsettled());
  world.has_source = true;
  world.flow().permits_changed();
  world.run();
  CHECK(world.contents.size() == 2);
  CHECK(world.state(id, 1) == recipient_state::suppressed);
  CHECK(world.state(id, 2) == recipient_state::delivered);
  CHECK(world.queue_entries() == 0);
  CHECK_FALSE(world.store.get(storage::family::spool, storage::body_key(id)).value());
  using storage::counted;
  CHECK(world.counted() == std::map<counted, std::int64_t>{{counted::accepted, 2},
                                                           {counted::suppressed, 1},
                                                           {counted::delivered, 2}});
}

TEST_CASE("delivery: a mail that is over when it arrives is nothing to do", "[delivery]") {
  delivery_world world{10};
  world.suppressed = {"r@b.example"};
  const auto id = world.submit({"r@b.example"});
  world.run();
  CHECK(world.state(id) == recipient_state::suppressed);
  CHECK(world.order.empty());
  CHECK(world.flow().counts().accepted_recipients == 0);
}

TEST_CASE("delivery: who is suppressed while a mail waits gets nothing, however long it waited",
          "[delivery]") {
  delivery_world world{11};
  world.quota_per_day = 0;
  const auto held = world.submit({"a@b.example", "B@b.example"});
  const auto merged = world.merge(greeting(2));
  world.fate_of = [](const auto& recipient) {
    return recipient == "late@c.example" ? fate::defer : fate::deliver;
  };
  world.run();
  CHECK(world.state(held, 0) != recipient_state::delivered);
  world.advance(milliseconds{5'000});
  world.run();
  world.suppress("b@b.example");
  world.suppress("r0@b.example");
  world.quota_per_day.reset();
  world.flow().permits_changed();
  world.run();
  CHECK(world.state(held, 0) == recipient_state::delivered);
  CHECK(world.state(held, 1) == recipient_state::suppressed);
  CHECK(world.state(merged, 0) == recipient_state::suppressed);
  CHECK(world.state(merged, 1) == recipient_state::delivered);
  const auto retried = world.submit({"late@c.example"});
  world.run();
  world.suppress("late@c.example");
  world.advance(milliseconds{60 * 60'000});
  world.run();
  CHECK(world.state(retried) == recipient_state::suppressed);
  CHECK(world.queue_entries() == 0);
  using storage::counted;
  CHECK(world.counted() == std::map<counted, std::int64_t>{{counted::accepted, 2},
                                                           {counted::suppressed, 3},
                                                           {counted::delivered, 2},
                                                           {counted::deferred, 1}});
}

TEST_CASE("delivery: a report to a sender is sent, whoever is suppressed", "[delivery]") {
  delivery_world world{12};
  world.suppress("r@b.example");
  world.has_source = false;
  const auto report = world.submit({"r@b.example"}, mail_class::triggered, "shared", "");
  world.run();
  world.crash(world.store.unsettled());
  world.has_source = true;
  world.flow().permits_changed();
  world.run();
  CHECK(world.state(report) == recipient_state::delivered);
}
