#include "actors/scheduler/scheduler_actor_host.hpp"

#include <utility>

#include "actors/messages/run_later.hpp"
#include "net/mime/mailbox.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront {

namespace {

/// What can be said of a task without its template and group.
result<void> check_task(const task& value) {
  WARMFRONT_TRY(check(value.when));
  WARMFRONT_TRY(mime::parse_mailbox(value.from, "from").has_value()
                    ? success()
                    : result<void>{mime::parse_mailbox(value.from, "from").error()});
  WARMFRONT_TRY(mime::check_template_values(value.variables));
  return success();
}

} // namespace

scheduler_host::scheduler_host(self_pointer self, scheduler_config config, scheduler_ports ports)
    : self_{self}, config_{std::move(config)}, ports_{std::move(ports)}, run_{run_later(self)},
      mirror_{
          *ports_.control,
          std::string{tasks_prefix},
          {[this](const auto& all) { loaded(all); }, [this](const auto& event) { changed(event); }},
          run_} {}

void scheduler_host::start() {
  mirror_.start();
}

void scheduler_host::note(const result<void>& outcome) {
  if (!outcome)
    ports_.log->write(log_level::error, "task_record_unreadable",
                      {{"what", std::string_view{outcome.error().what}}});
}

void scheduler_host::loaded(const storage::control_snapshot& all) {
  note(book_.load(all));
  next_look_.clear();
  if (!std::exchange(begun_, true))
    later(milliseconds{0}, [this] { settle(); });
  else
    tell_holds();
}

void scheduler_host::changed(const storage::control_event& event) {
  note(book_.apply(event));
  if (const auto key = parse_task_key(event.record.key)) {
    const auto id = key->name.of.task;
    next_look_.erase(id);
    const auto* const of = book_.find(id);
    if (of != nullptr && of->state == task_state::cancelled)
      next_segment_look_ = {};
    if (of == nullptr || is_over(of->state))
      paces_.erase(id);
  }
  tell_holds();
}

void scheduler_host::set_members(const members_changed& m) {
  members_.clear();
  removed_.clear();
  for (const auto& each : *m.members) {
    numbers_[each.number] = each.name;
    if (each.self)
      drains_ = each.state == node_state::draining;
    if (!each.ended || each.self)
      members_.insert(each.name);
    else if (each.state == node_state::removed)
      removed_.insert(each.name);
  }
  if (settled_)
    release_claims_of_gone();
}

control_mirror::change_callback scheduler_host::tell(task_id id, promise_of<task_report> promise) {
  return [this, id, promise](const result<void>& outcome) mutable {
    if (!outcome)
      return static_cast<void>(promise.deliver(answer<task_report>{outcome.error()}));
    auto found = book_.list({id, {}, 1});
    if (!found)
      return static_cast<void>(promise.deliver(answer<task_report>{found.error()}));
    promise.deliver(answer<task_report>{std::move(found.value().front())});
  };
}

// Whether a task can be sent is found out when it is made, not at night when it fires.
void scheduler_host::create(const create_task& m, promise_of<task_report> promise) {
  // What was made once may stand on a template that is gone by now.
  if (const auto* const known = book_.find_named(m.value.account, m.value.request_key)) {
    const auto repeated = book_.build(m, now());
    return tell(known->id, promise)(repeated ? success() : result<void>{repeated.error()});
  }
  if (const auto checked = check_task(m.value); !checked)
    return static_cast<void>(promise.deliver(answer<task_report>{checked.error()}));
  find_content(m.value, [this, m, promise](const result<occurrence_content>& found) mutable {
    if (!found)
      return static_cast<void>(promise.deliver(answer<task_report>{found.error()}));
    auto made = std::make_shared<task_id>(task_id::none);
    mirror_.change(
        [this, m, made]() -> result<storage::control_transaction> {
          WARMFRONT_TRY(transaction, book_.build(m, now()));
          const auto* const known = book_.find_named(m.value.account, m.value.request_key);
          *made = known != nullptr ? known->id
                                   : parse_task_key(transaction.then.front().key)->name.of.task;
          return std::move(transaction);
        },
        [this, made, promise](const result<void>& outcome) { tell(*made, promise)(outcome); });
  });
}

void scheduler_host::act(const act_on_task& m, promise_of<task_report> promise) {
  mirror_.change([this, m] { return book_.build(m, now()); }, tell(m.id, std::move(promise)));
}

void scheduler_host::remove(const delete_task& m, promise_of<done> promise) {
  mirror_.change([this, m] { return book_.build(m); },
                 [promise](const result<void>& outcome) mutable {
                   promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
                 });
}

void scheduler_host::fetch(const chunk_id& id, std::function<void(result<chunk_octets>)> then) {
  constexpr std::chrono::seconds within{20};
  self_->request(ports_.chunks, within, fetch_chunk{id})
      .then([then](const answer<chunk_octets>& got) { then(got.value); },
            [then](const caf::error&) {
              then(error{errc::timed_out, "the content was not found in time", "try again"});
            });
}

} // namespace warmfront
