#include "actors/feedback/feedback_actor.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

#include "actors/feedback/feedback_actor_host.hpp"
#include "actors/messages/run_later.hpp"
#include "storage/feedback_marks.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr milliseconds feedback_tick{500};
constexpr std::chrono::seconds suppress_within{20};
/// A turn has no more; one call of `keep` is never divided.
constexpr std::size_t turn_items_max = 5'000;
/// More than that waits nowhere: who brings it is told to try again.
constexpr std::size_t queued_items_max = 100'000;

error too_much_feedback() {
  return {errc::unavailable, "too much feedback waits to be written", "try again"};
}

} // namespace

feedback_host::feedback_host(self_pointer self, feedback_ports ports)
    : self_{self}, ports_{std::move(ports)}, run_{run_later(self)}, book_{*ports_.store},
      exchange_{ports_.config.self, *this} {}

void feedback_host::start() {
  next_sweep_ = steady_now() + ports_.config.sweep_every;
  tick();
}

void feedback_host::tick() {
  run_(feedback_tick, [this] {
    exchange_.tick();
    if (steady_now() >= next_sweep_)
      sweep();
    tick();
  });
}

void feedback_host::record(record_feedback m, caf::typed_response_promise<answer<done>> promise) {
  exchange_.record(std::move(m.items), [promise](const result<void>& outcome) mutable {
    promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
  });
}

void feedback_host::connect(const connect_listeners& m) {
  suppressions_ = caf::actor_cast<suppressions_actor>(m.suppressions);
  webhooks_ = caf::actor_cast<webhooks_actor>(m.webhooks);
  warmup_ = caf::actor_cast<warmup_actor>(m.warmup);
}

void feedback_host::set_readers(const event_readers_changed& m) {
  all_read_ = m.all;
  readers_.clear();
  if (m.accounts)
    readers_.insert(m.accounts->begin(), m.accounts->end());
}

bool feedback_host::is_read(const account_name& account) const {
  return all_read_ || readers_.contains(account);
}

void feedback_host::receive(const frames_received& m) {
  for (const auto& frame : m.frames)
    if (const auto read = exchange_.received(m.from, frame); !read)
      ports_.log->write(log_level::error, "peer_frame_unreadable",
                        {{"peer", std::string_view{m.from.str()}},
                         {"text", std::string_view{read.error().what}}});
}

void feedback_host::send(const node_name& to, peer_frame frame) {
  if (ports_.send)
    ports_.send({to, {std::move(frame)}});
}

// ---- writing --------------------------------------------------------------------------------

void feedback_host::keep(std::vector<feedback_item> items, absent_message rule,
                         kept_callback then) {
  if (queued_items_ + items.size() > queued_items_max)
    return then(too_much_feedback());
  queued_items_ += items.size();
  queue_.push_back({std::move(items), rule, std::move(then)});
  if (!is_writing_)
    begin_turn();
}

void feedback_host::begin_turn() {
  if (queue_.empty())
    return;
  const auto of = std::make_shared<turn>();
  const auto rule = queue_.front().rule;
  std::vector<feedback_item> items;
  while (!queue_.empty() && queue_.front().rule == rule &&
         (items.empty() || items.size() + queue_.front().items.size() <= turn_items_max)) {
    auto& part = queue_.front();
    items.insert(items.end(), part.items.begin(), part.items.end());
    of->parts.push_back(std::move(part));
    queue_.pop_front();
  }
  queued_items_ -= items.size();
  is_writing_ = true;
  auto plan = book_.plan(items, rule);
  if (!plan)
    return end_turn(of, plan.error());
  of->plan = std::move(plan).value();
  suppress(of);
}

// Before the marks: what was marked is not said again, so it has to be suppressed by then.
void feedback_host::suppress(const shared_turn& of) {
  if (of->plan.suppressions.empty() || !suppressions_)
    return write(of);
  struct progress {
    std::size_t left;
    result<void> outcome = success();
  };
  const auto all = std::make_shared<progress>(progress{of->plan.suppressions.size(), success()});
  const auto one_done = [this, of, all](const result<void>& outcome) {
    if (!outcome)
      all->outcome = outcome;
    if (--all->left > 0)
      return;
    all->outcome ? write(of) : end_turn(of, all->outcome);
  };
  for (const auto& each : of->plan.suppressions)
    self_->request(suppressions_, suppress_within, each)
        .then(
            [one_done](const answer<std::vector<suppression_report>>& made) {
              one_done(made.value ? success() : result<void>{made.value.error()});
            },
            [one_done](const caf::error&) {
              one_done(error{errc::timed_out, "suppress a recipient: no answer", "try again"});
            });
}

void feedback_host::write(const shared_turn& of) {
  if (of->plan.facts.empty())
    return end_turn(of, success());
  storage::batch changes;
  auto counted = write_facts(changes, of->plan.facts);
  for (const auto& fact : of->plan.facts) {
    if (!is_read(fact.event.about.account))
      continue;
    if (!events_) {
      auto opened = storage::event_writer::open(*ports_.store, storage::event_stream::feedback);
      if (!opened)
        return end_turn(of, opened.error());
      events_ = std::move(opened).value();
    }
    events_->append(changes, fact.event);
  }
  ports_.store->commit(std::move(changes), storage::priority::progress,
                       [run = run_, this, of, changed = ports_.changed,
                        counted = std::move(counted)](const result<void>& durable) {
                         if (durable && changed != nullptr)
                           changed->note(counted);
                         run(milliseconds{0}, [this, of, durable] { end_turn(of, durable); });
                       });
}

void feedback_host::end_turn(const shared_turn& of, const result<void>& outcome) {
  is_writing_ = false;
  if (outcome)
    tell(of->plan);
  else
    ports_.log->write(log_level::error, "feedback_not_written",
                      {{"text", std::string_view{outcome.error().what}}});
  // Places are those of the whole turn.
  std::size_t first = 0;
  auto unknown = of->plan.unknown.begin();
  for (auto& part : of->parts) {
    std::vector<std::uint32_t> own;
    for (; unknown != of->plan.unknown.end() && *unknown < first + part.items.size(); ++unknown)
      own.push_back(*unknown - static_cast<std::uint32_t>(first));
    first += part.items.size();
    part.then(outcome ? result<std::vector<std::uint32_t>>{std::move(own)}
                      : result<std::vector<std::uint32_t>>{outcome.error()});
  }
  if (!is_writing_)
    begin_turn();
}

// ---- who hears of it ------------------------------------------------------------------------

void feedback_host::tell(const feedback_plan& plan) {
  auto quality = quality_of(plan.facts);
  if (warmup_ && !quality.empty())
    self_->send(warmup_, count_outcomes{std::move(quality)});
  bool is_logged = false;
  for (const auto& fact : plan.facts) {
    is_logged = is_logged || is_read(fact.event.about.account);
    say(fact);
  }
  if (webhooks_ && is_logged)
    self_->send(webhooks_, events_logged{});
  if (plan.repeated + plan.pointless > 0)
    ports_.log->write(log_level::info, "feedback_passed_over",
                      {{"repeated", static_cast<std::int64_t>(plan.repeated)},
                       {"pointless", static_cast<std::int64_t>(plan.pointless)}});
}

void feedback_host::say(const feedback_fact& fact) {
  const auto& event = fact.event;
  const bool is_engagement = event.kind == event_kind::opened || event.kind == event_kind::clicked;
  const auto level = is_engagement ? log_level::debug : log_level::info;
  if (!ports_.log->enabled(level))
    return;
  const auto id = event.about.recipient.message.str();
  const auto name =
      event.kind == event_kind::bounced ? std::string_view{"bounced_later"} : to_string(event.kind);
  ports_.log->write(level, name,
                    {{"message", std::string_view{id}},
                     {"recipient", std::string_view{event.about.address}},
                     {"account", std::string_view{event.about.account.str()}},
                     {"class", std::string_view{event.bounce_class}},
                     {"status", std::string_view{event.status}},
                     {"reply", std::string_view{event.reply}},
                     {"host", std::string_view{event.remote_host}},
                     {"source", std::string_view{event.about.source.str()}}});
}

void feedback_host::sweep() {
  next_sweep_ = steady_now() + ports_.config.sweep_every;
  storage::batch removals;
  storage::remove_feedback_marks(removals, ports_.time->wall_now() - ports_.config.marks_kept);
  ports_.store->commit(std::move(removals), storage::priority::upkeep, [](const result<void>&) {});
}

// ---- the actor ------------------------------------------------------------------------------

feedback_shell::behavior_type
feedback_behavior(feedback_shell::stateful_pointer<feedback_state> self, feedback_ports ports) {
  self->state.host = std::make_shared<feedback_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      [self, host](const record_feedback& m) {
        auto promise = self->make_response_promise<answer<done>>();
        host->record(m, promise);
        return promise;
      },
      [host](const event_readers_changed& m) { host->set_readers(m); },
      [host](const connect_listeners& m) { host->connect(m); },
      [host](const members_changed& m) { host->exchange().set_members(*m.members); },
      [host](const peer_joined& m) { host->exchange().joined(m.peer); },
      [host](const peer_lost& m) { host->exchange().lost(m.peer); },
      [host](const frames_received& m) {
        host->receive(m);
        return done{};
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
