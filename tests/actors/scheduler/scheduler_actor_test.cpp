#include "actors/scheduler/scheduler_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/scheduler/scheduler_actor_host.hpp"
#include "actors/templates/templates_actor.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/statistics.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};

/// What intake and delivery of a small world do, and what they were told.
struct played_roles {
  storage::memory_store* store = nullptr;
  bool answers = true; ///< else intake spools and says nothing, as when the node dies
  std::uint64_t messages = 0;
  std::vector<std::shared_ptr<const spooled_mail>> handed_over;
  std::vector<task_id> held;
  bool suppresses = false; ///< intake leaves out the first recipient
  bool sends = false;      ///< what is handed over leaves at once; else it waits
  std::map<message_id, message_report> reports;
};

caf::behavior played_intake(caf::event_based_actor*, played_roles* world) {
  return {[world](const spool_merges& m) {
    for (auto& each : *m.merges) {
      auto mail = std::make_shared<spooled_mail>();
      mail->record.id = message_id{wall_time{}, 1, ++world->messages};
      mail->record.mail = each.mail;
      mail->record.is_merge = true;
      mail->record.first_lane.task = each.task;
      mail->content = std::make_shared<const std::string>(each.body);
      if (world->suppresses)
        mail->ended.emplace_back(0, storage::recipient_record{});
      storage::batch changes;
      storage::add_message(changes, mail->record, each.body, mail->ended);
      storage::statistics_tally counted;
      counted.add_acceptance(mail->record, mail->ended);
      counted.write(changes);
      changes.put(storage::family::segments, each.mark, std::string{mail->record.id.octet_view()});
      world->store->commit(std::move(changes), storage::priority::growth,
                           [world, mail, done = each.done](const result<void>& durable) {
                             if (!durable)
                               done(durable.error());
                             else if (world->answers)
                               done(std::shared_ptr<const spooled_mail>{mail});
                           });
    }
  }};
}

caf::behavior played_delivery(caf::event_based_actor*, played_roles* world) {
  return {[world](const mails_spooled& m) {
            world->handed_over.insert(world->handed_over.end(), m.mails.begin(), m.mails.end());
          },
          [world](const hold_tasks& m) { world->held = *m.tasks; },
          [world](const count_task_backlogs&) {
            std::map<task_id, task_backlog> waiting;
            for (const auto& each : world->handed_over) {
              auto& of = waiting[each->record.first_lane.task];
              of.task = each->record.first_lane.task;
              of.waiting += each->record.mail.recipients.size();
            }
            std::vector<task_backlog> all;
            for (const auto& [id, each] : waiting)
              if (!world->sends)
                all.push_back(each);
            return all;
          },
          [world](const cancel_message& m) { return answer<message_report>{world->reports[m.id]}; },
          [world](const report_message& m) {
            message_report waits;
            waits.recipients.resize(1000);
            const auto told = world->reports.find(m.id);
            return answer<message_report>{told == world->reports.end() ? waits : told->second};
          }};
}

struct scheduler_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  warmfront::testing::silent_log log;
  played_roles world;
  chunks_shell chunks;
  templates_shell templates;
  groups_shell groups;
  intake_actor intake;
  delivery_actor delivery;
  scheduler_shell scheduler;

  scheduler_fixture() {
    world.store = &store;
    also_settle([this] { return control.settle() + store.settle(); });
    chunks = spawn(chunks_behavior, static_cast<storage::store*>(&store));
    templates = spawn(templates_behavior,
                      templates_ports{&control, &time(), &log, chunks_actor{chunks}, false});
    groups = spawn(groups_behavior, groups_ports{&control, &time(), &log, chunks_actor{chunks}});
    intake = caf::actor_cast<intake_actor>(spawn(played_intake, &world));
    delivery = caf::actor_cast<delivery_actor>(spawn(played_delivery, &world));
    start();
    put_template("Hello {{name}}");
    import(2500);
  }
  ~scheduler_fixture() {
    kill(scheduler);
    kill(groups);
    kill(templates);
    kill(chunks);
  }
  void start() {
    scheduler_ports ports;
    ports.store = &store;
    ports.control = &control;
    ports.time = &time();
    ports.log = &log;
    ports.templates = templates;
    ports.groups = groups;
    ports.chunks = chunks;
    ports.intake = intake;
    ports.delivery = delivery;
    scheduler = spawn(scheduler_behavior, scheduler_config{node_name{"n1"}, true, {}}, ports);
    pool shared;
    shared.name = pool_name{"shared"};
    shared.addresses = {{ip_address{"192.0.2.1"}, node_name{"n1"}, 1, plan_name{"warm"}}};
    caf::anon_send(scheduler, pools_changed{std::make_shared<const std::vector<pool>>(
                                  std::vector<pool>{shared})});
    settle();
  }
  void put_template(const std::string& text) {
    REQUIRE(ask<answer<template_report>>(templates, put_template_command(text)).value);
  }
  static warmfront::put_template put_template_command(const std::string& text) {
    return {acme, template_name{"T"}, {"S", "", text}};
  }
  void import(int recipients) {
    std::string text = "email,name\n";
    for (int i = 0; i < recipients; ++i)
      text += "r" + std::to_string(i) + "@b.example,N" + std::to_string(i) + "\n";
    REQUIRE(ask<answer<import_report>>(groups,
                                       import_list{acme, group_name{"G"}, list_format::csv, true,
                                                   std::make_shared<octets_in_memory>(text)})
                .value);
  }
  result<task_report> create(const std::function<void(task&)>& change = {}) {
    create_task command;
    auto& value = command.value;
    value.account = acme;
    value.from_template = template_name{"T"};
    value.group = group_name{"G"};
    value.from = "n@a.example";
    value.pool = pool_name{"shared"};
    value.when.start_at = std::chrono::floor<seconds>(time().wall_now());
    if (change)
      change(value);
    return ask<answer<task_report>>(scheduler, command).value;
  }
  task_report show(task_id id) {
    return ask<answer<std::vector<task_report>>>(scheduler, list_tasks{id, {}, 1, true})
        .value.value()
        .front();
  }
  void act(task_id id, task_change what) {
    REQUIRE(ask<answer<task_report>>(scheduler, act_on_task{id, {}, what}).value);
  }
  /// All recipients of a message end so.
  void end(const message_id& id, recipient_state how) {
    for (const auto& each : world.handed_over)
      if (each->record.id == id) {
        auto& report = world.reports[id];
        report.id = id;
        report.recipients.resize(each->record.mail.recipients.size());
        for (auto& recipient : report.recipients)
          recipient.state = how;
      }
    caf::anon_send(scheduler, merge_ended{id});
    settle();
  }
  std::size_t marks() {
    return store
        .scan(storage::family::segments, expanding_prefix(),
              storage::prefix_end(expanding_prefix()), 100)
        .value()
        .size();
  }
};

} // namespace

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
