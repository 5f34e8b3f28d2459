// When tasks fire, and of what their occurrences are made.

#include "actors/scheduler/scheduler_actor_host.hpp"
#include "net/mime/mail_template.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds role_within{10};
constexpr milliseconds look_again_after{1000};

bool may_pass(const error& failure) {
  return failure.code == errc::timed_out || failure.code == errc::unavailable ||
         failure.code == errc::stopping;
}

error no_role(const char* which) {
  return {errc::timed_out, std::string{which} + " did not answer in time", "try again"};
}

/// The template as the task changes it, and what the group has.
result<occurrence_content> content_of(const task& of, const compiled_template& by,
                                      const group_report& group) {
  auto source = by.source;
  if (!of.subject.empty())
    source.subject = of.subject;
  WARMFRONT_TRY(compiled, mime::mail_template::compile(source));
  WARMFRONT_TRY(check_variables(compiled.required(), of, group));
  occurrence_content content;
  content.template_version = by.version;
  content.content = by.about.current().content;
  content.group_version = group.version;
  content.list = group.list;
  content.recipients = group.recipients;
  content.segments = group.segments;
  return content;
}

} // namespace

void scheduler_host::find_content(const task& of, const then_content& then) {
  if (pools_ && std::ranges::find(*pools_, of.pool, &pool::name) == pools_->end())
    return then(error{errc::invalid_argument, "there is no pool `" + of.pool.str() + "`",
                      "create it, or name another one", "pool"});
  const use_template asked{of.account, of.from_template, std::nullopt};
  self_->request(ports_.templates, role_within, asked)
      .then(
          [this, of, then](const answer<std::shared_ptr<const compiled_template>>& by) {
            if (!by.value)
              return then(by.value.error());
            self_->request(ports_.groups, role_within, use_group{of.account, of.group})
                .then(
                    [of, then, found = by.value.value()](const answer<group_report>& group) {
                      if (!group.value)
                        return then(group.value.error());
                      then(content_of(of, *found, group.value.value()));
                    },
                    [then](const caf::error&) { then(no_role("the recipient groups")); });
          },
          [then](const caf::error&) { then(no_role("the templates")); });
}

void scheduler_host::look_at(task_id id) {
  const auto at = now();
  const auto next = next_look_.find(id);
  if (firing_.contains(id) || (next != next_look_.end() && at < next->second))
    return;
  const auto of = *book_.find(id);
  const auto found = due(of.when, of.last_handled, at, config_.misfire);
  if (!found) {
    ports_.log->write(
        log_level::error, "task_unreadable",
        {{"task", static_cast<std::int64_t>(id)}, {"what", std::string_view{found.error().what}}});
    next_look_[id] = at + std::chrono::hours{1};
    return;
  }
  const auto& now_due = found.value();
  if (!now_due.fire.empty())
    return fire(of, now_due);
  // A change of the task, or of what is sent of it, lets it be looked at again.
  next_look_[id] = now_due.next_at.value_or(wall_time::max());
  if (now_due.skipped > 0) {
    firing_.insert(id);
    mirror_.change(
        [this, id, now_due]() -> result<storage::control_transaction> {
          return book_.give_up(id, *now_due.last_handled, now_due.skipped);
        },
        [this, id](const result<void>&) { firing_.erase(id); });
  } else if (!now_due.next_at) {
    firing_.insert(id);
    mirror_.change(
        [this, id]() -> result<storage::control_transaction> { return book_.finish(id, now()); },
        [this, id](const result<void>&) { firing_.erase(id); });
  }
}

void scheduler_host::fire(const task& of, const due_occurrences& due) {
  firing_.insert(of.id);
  check_sender(of, [this, of, due](const result<std::string>& objection) {
    if (!objection) {
      firing_.erase(of.id);
      next_look_[of.id] = now() + look_again_after;
    } else if (!objection.value().empty()) {
      pause(of.id, objection.value(), [this, id = of.id] { firing_.erase(id); });
    } else {
      make_occurrence(of, due);
    }
  });
}

void scheduler_host::make_occurrence(const task& of, const due_occurrences& due) {
  const auto which = due.fire.front();
  find_content(of, [this, id = of.id, which,
                    skipped = due.skipped](const result<occurrence_content>& found) {
    if (!found && may_pass(found.error())) {
      firing_.erase(id);
      next_look_[id] = now() + look_again_after;
      return;
    }
    occurrence_content content;
    if (found)
      content = found.value();
    else
      content.failure = to_string(found.error());
    mirror_.change([this, id, which, content,
                    skipped] { return book_.fire(id, which, content, now(), skipped); },
                   [this, id, which, failure = content.failure](const result<void>& outcome) {
                     firing_.erase(id);
                     if (!outcome)
                       return; // another node was faster, or it is looked at again
                     ports_.log->write(failure.empty() ? log_level::info : log_level::warn,
                                       "task_fired",
                                       {{"task", static_cast<std::int64_t>(id)},
                                        {"occurrence", static_cast<std::int64_t>(which.number)},
                                        {"what", std::string_view{failure}}});
                   });
  });
}

void scheduler_host::tell_holds() {
  if (!settled_)
    return;
  auto holds = book_.on_hold();
  if (holds_told_ && holds == told_holds_)
    return;
  holds_told_ = true;
  told_holds_ = holds;
  self_->send(ports_.delivery,
              hold_tasks{std::make_shared<const std::vector<task_id>>(std::move(holds))});
}

} // namespace warmfront
