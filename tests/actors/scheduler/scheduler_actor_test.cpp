#include "actors/scheduler/scheduler_actor.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/scheduler/scheduler_fixture.hpp"

using namespace warmfront;
using warmfront::testing::acme;
using warmfront::testing::scheduler_fixture;

TEST_CASE("scheduler actor: a task fires, and its first segment is delivery's", "[tasks]") {
  scheduler_fixture of;
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  REQUIRE(of.world.handed_over.size() == 1);
  const auto& record = of.world.handed_over[0]->record;
  CHECK(record.mail.recipients.size() == 1000);
  CHECK(record.mail.recipients[7].address == "r7@b.example");
  CHECK(record.first_lane.task == id);
  const auto merge = storage::decode_mail_merge(*of.world.handed_over[0]->content).value();
  CHECK(merge.content.text == "Hello {{name}}");
  CHECK(merge.rows[7].values.front() == "N7");
  const auto shown = of.show(id);
  REQUIRE(shown.segments.size() == 1);
  CHECK(shown.segments[0].expanded);
  CHECK(shown.segments[0].message == record.id);
  CHECK(of.marks() == 0);
}

TEST_CASE("scheduler actor: when all have ended the task is finished, each counted once",
          "[tasks]") {
  scheduler_fixture of;
  of.world.sends = true;
  const auto id = of.create().value().value.id;
  for (int round = 0; round < 20 && of.world.handed_over.size() < 3; ++round)
    of.advance(milliseconds{400});
  REQUIRE(of.world.handed_over.size() == 3);
  for (const auto& each : std::vector{of.world.handed_over}) {
    of.end(each->record.id, recipient_state::delivered);
    of.end(each->record.id, recipient_state::delivered);
  }
  of.advance(milliseconds{1000});
  const auto shown = of.show(id);
  CHECK(shown.value.state == task_state::finished);
  CHECK(shown.occurrences[0].ended == outcome_counts{2500, 0, 0, 0, 0});
  CHECK(shown.segments.empty());
}

TEST_CASE("scheduler actor: template and list are those of the moment when it fired", "[tasks]") {
  scheduler_fixture of;
  REQUIRE(of.create());
  of.advance(milliseconds{1000});
  of.put_template("Changed {{name}}");
  of.import(10);
  of.world.sends = true;
  of.advance(milliseconds{2000});
  REQUIRE(of.world.handed_over.size() == 3);
  const auto merge = storage::decode_mail_merge(*of.world.handed_over[2]->content).value();
  CHECK(merge.content.text == "Hello {{name}}");
  CHECK(merge.rows.size() == 500);
}

TEST_CASE("scheduler actor: a crash after the spool and before the control store repeats nothing",
          "[tasks]") {
  scheduler_fixture of;
  of.world.answers = false;
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  CHECK(of.world.handed_over.empty());
  CHECK(of.marks() == 1);
  of.kill(of.scheduler);
  of.world.answers = true;
  of.start();
  of.advance(milliseconds{1000});
  // Delivery has the first one from its own disk; the second one comes after it.
  REQUIRE(of.show(id).segments.size() == 2);
  CHECK(of.show(id).segments[0].message == message_id{wall_time{}, 1, 1});
  CHECK(of.show(id).segments[0].expanded);
  REQUIRE(of.world.handed_over.size() == 1);
  CHECK(of.world.handed_over[0]->record.id == of.show(id).segments[1].message);
  CHECK(of.marks() == 0);
}

TEST_CASE("scheduler actor: a crash after the claim expands the segment later", "[tasks]") {
  scheduler_fixture of;
  of.store.set_full(true);
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  CHECK_FALSE(of.show(id).segments.at(0).expanded);
  of.kill(of.scheduler);
  of.store.set_full(false);
  of.start();
  of.advance(milliseconds{1000});
  CHECK(of.world.handed_over.size() == 1);
  CHECK(of.show(id).segments.size() == 1);
}

TEST_CASE("scheduler actor: what somebody else has meanwhile is withdrawn, not sent", "[tasks]") {
  scheduler_fixture of;
  of.world.answers = false;
  of.world.suppresses = true;
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  const auto counted = [&] {
    std::int64_t sum = 0;
    const auto counters = of.store.scan(storage::family::counters, "", "", 10).value();
    for (const auto& each : counters)
      if (storage::parse_statistics_key(each.key))
        sum += std::stoll(each.value);
    return sum;
  };
  CHECK(counted() == 1000);
  of.kill(of.scheduler);
  const segment_name name{{id, 0}, 0};
  const task_segment theirs{id, 0, 0, node_name{"n2"}, true, message_id{wall_time{}, 2, 9}, 1000};
  of.control.transact({{}, {{segment_key(name), encode(theirs), 0}}}, [](const auto&) {});
  of.settle();
  of.world.answers = true;
  of.start();
  of.advance(milliseconds{400});
  CHECK(of.marks() == 0);
  const message_id ours{wall_time{}, 1, 1};
  CHECK_FALSE(of.store.get(storage::family::spool, storage::message_key(ours)).value());
  CHECK_FALSE(of.store.get(storage::family::spool, storage::recipient_key({ours, 0})).value());
  CHECK(counted() == 1000 * static_cast<std::int64_t>(of.world.handed_over.size()));
}

TEST_CASE("scheduler actor: paused, delivery holds its lanes and nothing is claimed", "[tasks]") {
  scheduler_fixture of;
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  of.act(id, task_change::pause);
  CHECK(of.world.held == std::vector{id});
  of.world.sends = true;
  of.advance(milliseconds{2000});
  CHECK(of.world.handed_over.size() == 1);
  of.act(id, task_change::resume);
  CHECK(of.world.held.empty());
  of.advance(milliseconds{2000});
  CHECK(of.world.handed_over.size() == 3);
}

TEST_CASE("scheduler actor: cancelled, what waits here is cancelled and counted", "[tasks]") {
  scheduler_fixture of;
  const auto id = of.create().value().value.id;
  of.advance(milliseconds{1000});
  const auto message = of.world.handed_over.at(0)->record.id;
  auto& report = of.world.reports[message];
  report.recipients.resize(1000);
  for (std::size_t i = 0; i < 1000; ++i)
    report.recipients[i].state = i < 100 ? recipient_state::delivered : recipient_state::cancelled;
  of.act(id, task_change::cancel);
  of.advance(milliseconds{1000});
  const auto shown = of.show(id);
  CHECK(shown.occurrences[0].state == occurrence_state::cancelled);
  CHECK(shown.occurrences[0].ended == outcome_counts{100, 0, 0, 0, 2400});
}

TEST_CASE("scheduler actor: what cannot be sent is refused when it is made", "[tasks]") {
  scheduler_fixture of;
  CHECK(of.create([](task& t) { t.from_template = template_name{"none"}; }).error().field ==
        "template");
  CHECK(of.create([](task& t) { t.group = group_name{"none"}; }).error().field == "group");
  CHECK(of.create([](task& t) { t.pool = pool_name{"none"}; }).error().field == "pool");
  CHECK(of.create([](task& t) { t.subject = "{{code}}"; }).error().field == "variables.code");
  CHECK(of.create([](task& t) { t.from = "nobody"; }).error().field == "from");
  CHECK(of.create([](task& t) { t.when.repeat = recurrence::every{std::chrono::hours{0}}; })
            .error()
            .field == "repeat.every");
}

TEST_CASE("scheduler actor: a template that has gone lets an occurrence fail, and says so",
          "[tasks]") {
  scheduler_fixture of;
  const auto id = of.create([&](task& t) { t.when.start_at += seconds{5}; }).value().value.id;
  REQUIRE(of.ask<answer<done>>(of.templates, delete_template{acme, template_name{"T"}}).value);
  of.advance(milliseconds{7000});
  const auto shown = of.show(id);
  REQUIRE(shown.occurrences.size() == 1);
  CHECK(shown.occurrences[0].state == occurrence_state::failed);
  CHECK_THAT(shown.occurrences[0].reason, Catch::Contains("template"));
}

TEST_CASE("scheduler actor: missed times are made up for as the task says", "[tasks]") {
  scheduler_fixture of;
  const auto hours_ago = [&](misfire_policy policy) {
    return of
        .create([&](task& t) {
          t.when.start_at -= std::chrono::hours{3};
          t.when.repeat = recurrence::every{std::chrono::hours{1}};
          t.when.misfire = policy;
        })
        .value()
        .value.id;
  };
  const auto once = hours_ago(misfire_policy::once);
  const auto all = hours_ago(misfire_policy::catch_up);
  const auto skip = hours_ago(misfire_policy::skip);
  of.advance(milliseconds{5000});
  CHECK(of.show(all).occurrences.size() == 4);
  // The third hour is just now, and on time.
  CHECK(of.show(skip).occurrences.size() == 1);
  CHECK(of.show(skip).value.given_up == 3);
  CHECK(of.show(once).occurrences.size() == 2);
  CHECK(of.show(once).value.given_up == 2);
}
