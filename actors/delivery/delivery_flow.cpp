#include "actors/delivery/delivery_flow.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "actors/core/address.hpp"

namespace warmfront {

namespace {

constexpr auto retry_commit_after = milliseconds{1000};

lane_closure closure_for(const permit_verdict& verdict) {
  using kind = permit_verdict::kind;
  switch (verdict.what) {
  case kind::exhausted:
  case kind::blocked:
    return {lane_closure::cause::exhausted, verdict.blocking, verdict.until};
  case kind::paused:
    return {lane_closure::cause::paused, verdict.blocking, {}};
  case kind::no_source:
    return {lane_closure::cause::no_source, {}, {}};
  default:
    return {lane_closure::cause::pending, verdict.blocking, {}};
  }
}

assignment_request request_for(const delivery_item& item) {
  const auto& message = item.message();
  assignment_request request;
  request.pool = message.pool;
  request.recipient = item.recipient().address;
  request.sender_domain = domain_name{domain_of(message.mail.reverse_path)};
  request.importance = message.importance;
  request.provider = item.provider;
  if (item.record) {
    request.previous = item.record->source;
    for (const auto& spent : item.record->charged)
      request.charged.push_back({spent.subject, spent.day});
  }
  return request;
}

} // namespace

delivery_flow::delivery_flow(delivery_config config, delivery_effects& effects,
                             std::unique_ptr<random_source> random)
    : config_{std::move(config)}, effects_{effects}, random_{std::move(random)},
      lanes_{config_.lanes}, dispatcher_{config_.dispatch}, due_from_{storage::deferred_prefix()} {}

void delivery_flow::restore(const std::vector<stored_lane>& stored) {
  for (const auto& each : stored)
    lanes_.restore(each.where, each.first, each.tail);
}

// ---- in -----------------------------------------------------------------------------------

void delivery_flow::ask_again() {
  for (auto& item : std::exchange(due_pending_, {}))
    (lanes_.holds(item.message().first_lane.task) ? due_pending_ : due_ready_)
        .push_back(std::move(item));
}

void delivery_flow::hold_tasks(std::set<task_id> held) {
  lanes_.hold_tasks(std::move(held));
  ask_again();
  pump();
}

void delivery_flow::permits_changed() {
  if (!std::exchange(told_over_limit_, {}).empty())
    effects_.limits_lifted();
  lanes_.reopen(effects_.wall_now(), true);
  ask_again();
  pump();
}

void delivery_flow::tick() {
  lanes_.reopen(effects_.wall_now(), false);
  ask_again();
  move_congested();
  forget_placed();
  pump();
  if (effects_.steady_now() >= next_sweep_)
    sweep();
}

void delivery_flow::pump() {
  if (draining_)
    return finish_drain();
  if (!sends())
    return;
  assign();
  load_lanes();
  load_due();
}

// ---- permits ------------------------------------------------------------------------------

void delivery_flow::assign() {
  if (assigning_)
    return;
  auto items = std::exchange(due_ready_, {});
  std::ranges::move(std::exchange(routed_, {}), std::back_inserter(items));
  const auto in_hand = lanes_.in_hand_count();
  if (in_hand < config_.in_hand_max && items.size() < config_.assign_max) {
    auto more =
        lanes_.take(std::min(config_.assign_max - items.size(), config_.in_hand_max - in_hand));
    std::move(more.begin(), more.end(), std::back_inserter(items));
  }
  std::vector<outcome> ended;
  std::erase_if(items, [&](delivery_item& item) {
    if (item.live->cancelled)
      ended.push_back(warmfront::cancel(std::move(item), effects_.wall_now()));
    else if (item.is_suppressed)
      ended.push_back(suppress(std::move(item), effects_.wall_now()));
    else if (item.unwritten)
      ended.push_back(refuse_unwritten(std::move(item), effects_.wall_now()));
    else
      return false;
    return true;
  });
  settle(std::move(ended));
  // Which limits hold depends on the receiver; who cannot be routed needs no permit.
  if (!items.empty()) {
    items = dispatcher_.route(std::move(items), effects_.steady_now());
    after_dispatch();
  }
  if (items.empty())
    return;
  assigning_ = true;
  assign_sources question;
  question.requests.reserve(items.size());
  for (const auto& item : items)
    question.requests.push_back(request_for(item));
  auto asked = std::make_shared<std::vector<delivery_item>>(std::move(items));
  effects_.assign(std::move(question),
                  [this, asked, of = pools_seen_](const permits_taken& answer) {
                    assigning_ = false;
                    is_outdated_ = of != pools_seen_;
                    assigned(std::move(*asked), answer);
                  });
}

void delivery_flow::assigned(std::vector<delivery_item> items, const permits_taken& answer) {
  std::vector<delivery_item> granted;
  std::vector<outcome> moved;
  const bool answered = answer.verdicts.size() == items.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& item = items[i];
    const auto verdict = answered ? answer.verdicts[i]
                                  : permit_verdict{permit_verdict::kind::pending, {}, {}, {}, {}};
    if (verdict.what != permit_verdict::kind::granted) {
      denied(std::move(item), verdict, moved);
      continue;
    }
    item.source = verdict.source;
    item.charges = verdict.charges;
    item.permits_end = verdict.valid_until;
    granted.push_back(std::move(item));
  }
  settle(std::move(moved));
  dispatcher_.add(std::move(granted), effects_.steady_now(), effects_.wall_now());
  after_dispatch();
  if (answered)
    return pump();
  effects_.later(retry_commit_after, [this] { permits_changed(); });
}

void delivery_flow::denied(delivery_item item, const permit_verdict& verdict,
                           std::vector<outcome>& moved) {
  if (item.live->cancelled) {
    moved.push_back(warmfront::cancel(std::move(item), effects_.wall_now()));
    return;
  }
  if (const auto why = refusal_for(verdict, item.message())) {
    moved.push_back(refuse(std::move(item), *why, effects_.wall_now()));
    return;
  }
  const bool pending = verdict.what == permit_verdict::kind::pending;
  // When one provider's limit is reached, mail to others overtakes: from a lane of its own.
  const bool stays = item.position && (verdict.provider.empty() || pending ||
                                       item.position->where.provider == verdict.provider);
  if (stays) {
    const auto where = item.position->where;
    lanes_.put_back(std::move(item));
    lanes_.close(where, closure_for(verdict));
    return;
  }
  if (pending) {
    due_pending_.push_back(std::move(item));
    return;
  }
  // A retry that needs a later day's permit joins those who are held.
  auto where = lane_for(item, {});
  where.provider = verdict.provider;
  const auto sequence = lanes_.reserve(where);
  moved.push_back(requeue(std::move(item), {std::move(where), sequence}, recipient_state::held,
                          effects_.wall_now()));
}

storage::lane delivery_flow::lane_for(const delivery_item& item, domain_name destination) const {
  const auto& message = item.message();
  storage::lane where{message.pool, message.first_lane.sender_domain, std::move(destination),
                      message.importance, storage::lane::writer::delivery};
  where.task = message.first_lane.task;
  if (item.position)
    where.provider = item.position->where.provider;
  return where;
}

void delivery_flow::move_congested() {
  const auto now = effects_.wall_now();
  std::vector<outcome> moved;
  for (auto& item : lanes_.take_congested(effects_.steady_now(), config_.assign_max)) {
    auto where = lane_for(item, domain_name{item.destination});
    const auto sequence = lanes_.reserve(where);
    moved.push_back(
        requeue(std::move(item), {std::move(where), sequence}, recipient_state::queued, now));
  }
  settle(std::move(moved));
}

// ---- connections --------------------------------------------------------------------------

void delivery_flow::on_transport(std::vector<net::transport_event> events) {
  const auto steady = effects_.steady_now();
  const auto wall = effects_.wall_now();
  for (auto& event : events)
    dispatcher_.on_event(std::move(event), steady, wall);
  after_dispatch();
  pump();
}

void delivery_flow::after_dispatch() {
  for (auto& action : dispatcher_.take_actions()) {
    if (auto* route = std::get_if<resolve_route>(&action))
      effects_.resolve(route->domain, [this, domain = route->domain](site_route found) {
        dispatcher_.resolved(domain, std::move(found), effects_.steady_now(), effects_.wall_now());
        after_dispatch();
        pump();
      });
    else if (auto* connection = std::get_if<open_connection>(&action))
      effects_.open(connection->id, std::move(connection->plan));
    else if (auto* mails = std::get_if<transmit_mail>(&action))
      effects_.transmit(mails->id, std::move(mails->orders));
  }
  tell_sessions(dispatcher_.take_sessions());
  std::ranges::move(dispatcher_.take_routed(), std::back_inserter(routed_));
  std::vector<outcome> outcomes;
  for (auto& each : dispatcher_.take_attempts()) {
    outcomes.push_back(judge(std::move(each), config_.retry, effects_.wall_now(), *random_));
    auto& last = outcomes.back();
    // Most mail is tried where it was accepted: that costs nothing.
    last.record.tried_by = last.item.message().id.node() == config_.node ? 0 : config_.node;
  }
  for (auto& item : dispatcher_.take_returned())
    take_back(std::move(item), outcomes);
  settle(std::move(outcomes));
}

// Not sent, and not to be sent with the permits it has: they end, or the node does.
void delivery_flow::take_back(delivery_item item, std::vector<outcome>& ended) {
  std::vector<charge> unused;
  for (auto& permit : item.charges)
    if (!charged_before(item, permit))
      unused.push_back(std::move(permit));
  if (!unused.empty())
    effects_.refund(std::move(unused));
  item.charges.clear();
  item.permits_end = wall_time::max();
  if (item.live->cancelled) {
    ended.push_back(warmfront::cancel(std::move(item), effects_.wall_now()));
    return;
  }
  if (!item.position) {
    due_ready_.push_back(std::move(item));
    return;
  }
  item.source = {};
  lanes_.put_back(std::move(item));
}

// ---- outcomes -----------------------------------------------------------------------------

void delivery_flow::settle(std::vector<outcome> outcomes) {
  if (outcomes.empty())
    return;
  ++commits_;
  auto group = std::make_shared<settling>();
  group->outcomes = std::move(outcomes);
  for (const auto& each : group->outcomes)
    if (auto mail = notification_for(each))
      group->notifications.push_back(std::move(mail));
  commit(std::move(group));
}

void delivery_flow::commit(std::shared_ptr<settling> group) {
  storage::batch changes;
  group->counts = {};
  for (auto& each : group->outcomes) {
    each.informed = informs(each);
    write_outcome(changes, each);
    record_events(changes, *group, each);
  }
  group->counts.write(changes);
  for (const auto& mail : group->notifications)
    storage::add_message(changes, mail->record, *mail->content);
  effects_.commit(std::move(changes), [this, group](const result<void>& durable) {
    if (durable)
      return settled(*group);
    if (durable.error().code != errc::storage_full)
      return effects_.failed(durable.error());
    // What happened on the wire cannot be undone: it is written when there is space again.
    effects_.later(retry_commit_after, [this, group] {
      renumber(*group);
      commit(group);
    });
  });
}

// Later commits may have overtaken this one; what enters a lane gets a number behind theirs.
void delivery_flow::renumber(settling& group) {
  for (auto& each : group.outcomes)
    if (each.next_position)
      move_to(each, lanes_.reserve(each.next_position->where));
  for (auto& mail : group.notifications)
    mail->record.first_sequence = lanes_.reserve(mail->record.first_lane);
}

void delivery_flow::settled(settling& group) {
  --commits_;
  std::vector<charge> refunds;
  std::vector<copy_progress> progress;
  std::vector<ledger_outcomes> quality;
  for (auto& each : group.outcomes) {
    std::move(each.refunds.begin(), each.refunds.end(), std::back_inserter(refunds));
    lanes_.released(each.item);
    if (!each.item.position)
      due_released(each.item.queue_key);
    if (each.next_position)
      lanes_.appended(*each.next_position);
    else if (each.record.next_attempt_at)
      deferred_until(*each.record.next_attempt_at, each.next_key);
    const auto [first, last] = cancelling_.equal_range(each.item.id().message);
    std::for_each(first, last, [](auto& reading) { reading.second = true; });
    count(each);
    add_quality(quality, each);
    effects_.happened(each);
    if (is_final(each.state()) && !each.last_of_message && !reads_.empty())
      lingering_.emplace_back(reads_begun_, each.item.live);
    if (each.informed)
      progress.push_back({*each.informed, each.item.id(), each.record, each.last_of_message, {}});
  }
  if (!progress.empty())
    effects_.progressed(std::move(progress));
  if (!refunds.empty())
    effects_.refund(std::move(refunds));
  if (!quality.empty())
    effects_.count(std::move(quality));
  effects_.counted(group.counts);
  std::vector<std::shared_ptr<const spooled_mail>> mails{group.notifications.begin(),
                                                         group.notifications.end()};
  if (!mails.empty())
    arrived(mails);
  else
    pump();
}

void delivery_flow::due_released(const std::string& key) {
  due_in_hand_.erase(key);
  if (due_loading_)
    due_gone_.insert(key);
}

void delivery_flow::deferred_until(wall_time due, const std::string& key) {
  next_due_ = std::min(next_due_, due);
  if (due_loading_ && (due_meanwhile_.empty() || key < due_meanwhile_))
    due_meanwhile_ = key;
  // After the wall clock was set back a new key may be below those already read.
  if (key < due_from_)
    due_from_ = key;
}

} // namespace warmfront
