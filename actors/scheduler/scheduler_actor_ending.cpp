// How segments end: all of their recipients have outcomes, or their task was cancelled.

#include <algorithm>

#include "actors/scheduler/scheduler_actor_host.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds report_within{10};
constexpr seconds look_every{30};

void add_recipients(live_progress& to, const message_report& report) {
  for (const auto& each : report.recipients) {
    switch (each.state) {
    case recipient_state::delivered:
      ++to.ended.delivered;
      break;
    case recipient_state::bounced:
      ++to.ended.bounced;
      break;
    case recipient_state::expired:
      ++to.ended.expired;
      break;
    case recipient_state::suppressed:
      ++to.ended.suppressed;
      break;
    case recipient_state::cancelled:
      ++to.ended.cancelled;
      break;
    case recipient_state::deferred:
      ++to.deferred;
      break;
    default:
      ++to.waiting;
    }
  }
}

/// None: a recipient is still on its way.
std::optional<outcome_counts> final_counts(const message_report& report) {
  live_progress counts;
  add_recipients(counts, report);
  return counts.waiting + counts.deferred > 0 ? std::nullopt : std::optional{counts.ended};
}

} // namespace

void scheduler_host::merge_ended(const message_id& id) {
  when_loaded([this, id] {
    for (const auto& each : book_.segments_of(config_.self))
      if (each.expanded && each.message == id)
        count_outcomes(each);
  });
}

// What delivery told while this node could not listen, and what nobody told it.
void scheduler_host::look_at_segments() {
  next_segment_look_ = ports_.time->steady_now() + look_every;
  const auto own = book_.segments_of(config_.self);
  std::erase_if(cancelled_, [&own](const message_id& id) {
    return std::ranges::find(own, id, &task_segment::message) == own.end();
  });
  take_up_claims();
  release_claims_of_gone();
  for (const auto& each : book_.all_segments())
    if (each.expanded && removed_.contains(each.node))
      count_missing(each);
  std::erase_if(missing_since_,
                [this](const auto& each) { return book_.find(each.first) == nullptr; });
  for (const auto& each : own) {
    const auto* const of = book_.find(each.task);
    if (!each.expanded)
      continue;
    if (of != nullptr && of->state == task_state::cancelled && !cancelled_.contains(each.message))
      cancel_segment(each);
    else
      count_outcomes(each);
  }
}

void scheduler_host::count_outcomes(const task_segment& of) {
  const segment_name name{{of.task, of.occurrence}, of.number};
  self_->request(ports_.delivery, report_within, report_message{of.message})
      .then(
          [this, name, of](const answer<message_report>& report) {
            if (report.value) {
              missing_since_.erase(of.message);
              const auto counts = final_counts(report.value.value());
              if (counts && counts->total() == of.recipients)
                end_segment(name, *counts);
              return;
            }
            if (report.value.error().code != errc::not_found)
              return;
            // Its record has gone, which it does long after its end, or is another node's now.
            count_missing(of);
          },
          [](const caf::error&) {});
}

void scheduler_host::list(const list_tasks& m, promise_of<std::vector<task_report>> promise) {
  struct gathering {
    std::vector<task_report> reports;
    std::size_t missing = 1;
    promise_of<std::vector<task_report>> promise;
    void arrived() {
      if (--missing == 0)
        promise.deliver(answer<std::vector<task_report>>{std::move(reports)});
    }
  };
  auto found = book_.list(m);
  if (!found || !m.live)
    return static_cast<void>(promise.deliver(answer<std::vector<task_report>>{std::move(found)}));
  auto all = std::make_shared<gathering>();
  all->reports = std::move(found).value();
  all->promise = promise;
  for (std::size_t i = 0; i < all->reports.size(); ++i)
    for (const auto& each : all->reports[i].segments) {
      if (each.node != config_.self || !each.expanded)
        continue;
      ++all->missing;
      self_->request(ports_.delivery, report_within, report_message{each.message})
          .then(
              [all, i, number = each.occurrence](const answer<message_report>& report) {
                if (report.value)
                  add_recipients(all->reports[i].live[number], report.value.value());
                all->arrived();
              },
              [all](const caf::error&) { all->arrived(); });
    }
  all->arrived();
}

void scheduler_host::end_segment(const segment_name& name, const outcome_counts& outcomes) {
  mirror_.change(
      [this, name, outcomes]() -> result<storage::control_transaction> {
        return book_.end(name, outcomes, now());
      },
      [](const result<void>&) {}); // looked at again
}

void scheduler_host::cancel_segment(const task_segment& of) {
  cancelled_.insert(of.message);
  self_->request(ports_.delivery, report_within, cancel_message{of.message})
      .then(
          [this, of](const answer<message_report>& report) {
            if (!report.value)
              cancelled_.erase(of.message);
            count_outcomes(of);
          },
          [this, of](const caf::error&) { cancelled_.erase(of.message); });
}

} // namespace warmfront
