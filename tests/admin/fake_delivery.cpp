#include "tests/admin/fake_delivery.hpp"

#include <algorithm>
#include <functional>

#include "actors/messages/queue_actions.hpp"
#include "actors/messages/timeline.hpp"

namespace warmfront::testing {

namespace {

error unknown(std::string what) {
  return {errc::not_found, std::move(what), "look at what there is"};
}

answer<message_report> find_message(fake_world* world, const message_id& id) {
  const std::lock_guard lock{world->guard};
  for (const auto& each : world->messages) {
    if (each.id == id) {
      return {each};
    }
  }
  return {unknown("There is no message \"" + id.str() + "\".")};
}

why_report sample_why(const message_id& id) {
  why_report why{id, "held", {}};
  wait_reason reason;
  reason.kind = "ledger";
  reason.recipient = "bob@example.org";
  reason.ledger = "127.0.0.9";
  reason.day = 1;
  reason.used = 500;
  reason.limit = 500;
  reason.position = 7;
  reason.expected_at = wall_time{seconds{1'767'312'000}};
  reason.text = "127.0.0.9 has sent 500 of 500 mails of day 1; 7 recipients go first";
  why.reasons.push_back(reason);
  return why;
}

answer<message_timeline> timeline_of(fake_world* world, const tell_timeline& m) {
  const auto found = find_message(world, m.id);
  if (!found.value)
    return {found.value.error()};
  const auto& report = found.value.value();
  message_timeline story{m.id, report.account, {}, true};
  timeline_item accepted;
  accepted.at = report.accepted_at;
  accepted.node = 1;
  story.items.push_back(accepted);
  timeline_item tried = accepted;
  tried.kind = timeline_kind::deferred;
  tried.recipient = "bob@example.org";
  tried.attempt = 1;
  tried.source = ip_address{"127.0.0.9"};
  tried.mx = "mx.example.org";
  tried.tls = {"TLSv1.3", "TLS_AES_256_GCM_SHA384", "dane"};
  tried.reply = told_reply{451, "4.3.0", "later"};
  tried.ledger = ledger_subject{"127.0.0.9"};
  tried.day = 2;
  story.items.push_back(tried);
  return {story};
}

waiting_counts sample_counts(const count_waiting& m) {
  waiting_counts counts;
  counts.messages = 2;
  counts.recipients = 3;
  counts.oldest = wall_time{seconds{1'767'225'600}};
  counts.sample.push_back({message_id{*counts.oldest, 1, 7}, "ada@example.net", "bob@example.org",
                           *counts.oldest, m.filter.pool.str()});
  return counts;
}

answer<queue_action_report> start_action(fake_world* world, const start_queue_action& m) {
  const std::lock_guard lock{world->guard};
  queue_action_report report{m.id,        m.action, m.filter, m.by,
                             m.expected,  0,        0,        wall_time{seconds{1'767'225'600}},
                             std::nullopt};
  return {world->queue_actions.emplace(m.id, report).first->second};
}

answer<queue_action_report> show_action(fake_world* world, const show_queue_action& m) {
  const std::lock_guard lock{world->guard};
  const auto found = world->queue_actions.find(m.id);
  return found == world->queue_actions.end()
             ? answer<queue_action_report>{unknown("There is no such action.")}
             : answer<queue_action_report>{found->second};
}

} // namespace

caf::behavior fake_delivery(caf::event_based_actor*, fake_world* world) {
  return {
      [world](const report_message& m) { return find_message(world, m.id); },
      [](const explain_message& m) { return answer<why_report>{sample_why(m.id)}; },
      [world](const list_messages& m) {
        const std::lock_guard lock{world->guard};
        message_page page;
        auto newest_first = world->messages;
        std::ranges::sort(newest_first, std::greater{}, &message_report::id);
        for (const auto& each : newest_first) {
          if (page.items.size() < m.limit && (!m.after || each.id < *m.after)) {
            page.items.push_back(each);
          }
        }
        return answer<message_page>{page};
      },
      [world](const cancel_message& m) { return find_message(world, m.id); },
      [world](const retry_message& m) { return find_message(world, m.id); },
      [world](const tell_timeline& m) { return timeline_of(world, m); },
      [](const count_waiting& m) { return answer<waiting_counts>{sample_counts(m)}; },
      [world](const start_queue_action& m) { return start_action(world, m); },
      [world](const show_queue_action& m) { return show_action(world, m); },
      [](const list_queues&) {
        queue_report queue;
        queue.pool = pool_name{"shared"};
        queue.waiting = 3;
        queue.state = "held";
        return answer<std::vector<queue_report>>{std::vector{queue}};
      },
      [](const hold_tasks&) {},
      [](const count_task_backlogs&) { return std::vector<task_backlog>{}; },
      [](const count_deliveries&) {
        delivery_counts counts;
        counts.delivered = 12;
        return counts;
      },
  };
}

} // namespace warmfront::testing
