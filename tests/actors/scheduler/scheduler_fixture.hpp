// A scheduler among small roles that do what a test says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

namespace warmfront::testing {

inline const account_name acme{"acme"};

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
  std::optional<error> refuses;                   ///< intake takes nothing
  result<sending_check> sender = sending_check{}; ///< what identities say of it
  std::vector<check_sending> asked;
};

/// Says of senders what the test wants.
inline caf::behavior played_identities(caf::event_based_actor*, played_roles* world) {
  return {[world](const check_sending& m) {
    world->asked.push_back(m);
    return answer<sending_check>{world->sender};
  }};
}

inline caf::behavior played_intake(caf::event_based_actor*, played_roles* world) {
  return {[world](const spool_merges& m) {
    for (auto& each : *m.merges) {
      if (world->refuses) {
        each.done(*world->refuses);
        continue;
      }
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

inline caf::behavior played_delivery(caf::event_based_actor*, played_roles* world) {
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

struct scheduler_fixture : actor_fixture {
  manual_control_store control;
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  silent_log log;
  played_roles world;
  chunks_shell chunks;
  templates_shell templates;
  groups_shell groups;
  intake_actor intake;
  delivery_actor delivery;
  scheduler_shell scheduler;
  bulk_rules rules = bulk_rules::off;

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
    ports.identities = caf::actor_cast<identities_actor>(spawn(played_identities, &world));
    scheduler_config config{node_name{"n1"}, true, {}};
    config.rules = rules;
    scheduler = spawn(scheduler_behavior, config, ports);
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

} // namespace warmfront::testing
