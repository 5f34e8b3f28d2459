#include "tests/actors/replication/replication_host.hpp"

#include "tests/actors/replication/replication_world.hpp"

namespace warmfront::testing {

using storage::family;

struct replication_host::waiting_mail {
  std::shared_ptr<spooled_mail> mail;
  std::string name;
  bool copy_required = false;
  bool durable = false;
  bool answered = false;
  bool kept = false;
  bool settled = false;
  bool acknowledged = false;
};

replication_host::replication_host(replication_world& world, node_name name, std::uint16_t number,
                                   storage::memory_store& disk)
    : world_{world}, name_{std::move(name)}, number_{number}, disk_{disk} {
  delivery_config delivery;
  delivery.hostname = name_.str();
  delivery.node = number_;
  delivery.copies_wanted = true;
  delivery.self = name_;
  delivery.retry.first = milliseconds{1000};
  delivery.retry.last = milliseconds{4000};
  flow_ = std::make_unique<delivery_flow>(delivery, *this,
                                          std::make_unique<seeded_random>(world.random().next()));
  const auto stored = stored_lanes(disk_);
  for (const auto& lane : stored.value())
    next_sequence_[lane.where] = lane.tail;
  flow_->restore(stored.value());
  replication_config config;
  config.self = name_;
  config.number = number_;
  config.bond_ends_after = milliseconds{8000};
  config.copy_within = milliseconds{3000};
  config.page = 2;
  config.unconfirmed_max = 4;
  rules_ = std::make_unique<replication>(config, *this);
}

bool replication_host::may_act() const {
  return gate.holds(world_.now());
}

void replication_host::submit(std::size_t recipients, bool copy_required) {
  auto waiting = std::make_shared<waiting_mail>();
  waiting->mail = std::make_shared<spooled_mail>();
  waiting->name = world_.next_mail_name();
  waiting->copy_required = copy_required;
  auto& record = waiting->mail->record;
  record.id = message_id{world_.time.wall_now(), number_, world_.random().next()};
  for (std::size_t i = 0; i < recipients; ++i)
    record.mail.recipients.push_back(
        {waiting->name + "r" + std::to_string(i) + "@b.example", notify::never, {}});
  record.pool = pool_name{"shared"};
  record.accepted_at = world_.time.wall_now();
  record.first_lane.pool = record.pool;
  record.first_sequence = next_sequence_[record.first_lane];
  next_sequence_[record.first_lane] += recipients;
  record.copy = choose_holder(holders_, owners_, record.pool, record.id);
  if (copy_required && record.copy->holder == 0)
    return;
  waiting->mail->content = std::make_shared<const std::string>("Subject: x\r\n\r\nbody\r\n");
  // Of some mails the second recipient had ended before: whoever sends it must know that.
  if (recipients == 2 && world_.below(4) == 0) {
    storage::recipient_record state;
    state.state = static_cast<std::uint8_t>(recipient_state::suppressed);
    waiting->mail->ended.emplace_back(1, std::move(state));
    world_.suppressed(record.mail.recipients[1].address);
  }
  submissions_.push_back(waiting);
  storage::batch changes;
  storage::add_message(changes, record, *waiting->mail->content, waiting->mail->ended);
  disk_.commit(std::move(changes), storage::priority::growth,
               [this, waiting, alive = std::weak_ptr{alive_}](const result<void>&) {
                 if (alive.expired())
                   return;
                 waiting->durable = true;
                 finish_submission(waiting);
               });
  post(replication_turns_, [this, waiting] {
    rules_->copy({waiting->mail}, [this, waiting](const std::vector<bool>& kept) {
      waiting->answered = true;
      waiting->kept = kept.front();
      finish_submission(waiting);
    });
  });
}

void replication_host::finish_submission(const std::shared_ptr<waiting_mail>& mail) {
  if (!mail->durable || !mail->answered)
    return;
  const auto& record = mail->mail->record;
  if (!mail->copy_required || mail->kept) {
    world_.acknowledged({record.id, mail->name, record.mail.recipients.size(), false}, *record.copy,
                        mail->kept);
    mail->acknowledged = true;
    return hand_over(*mail);
  }
  hand_over(*mail);
  storage::batch gone;
  gone.erase(family::spool, storage::message_key(record.id));
  gone.erase(family::spool, storage::body_key(record.id));
  for (std::size_t i = 0; i < record.mail.recipients.size(); ++i)
    gone.erase(family::queue, storage::lane_key(record.first_lane, record.first_sequence + i));
  for (const auto& [index, state] : mail->mail->ended)
    gone.erase(family::spool, storage::recipient_key({record.id, index}));
  gone.erase(family::queue, storage::unsent_copy_key(record.copy->holder, record.id));
  gone.put(family::queue, storage::unsent_progress_key(record.copy->holder, {record.id, 0}, {}),
           {});
  const copy_progress ended{record.copy->holder, {record.id, 0}, {}, true, {}};
  disk_.commit(std::move(gone), storage::priority::progress,
               [this, ended, alive = std::weak_ptr{alive_}](const result<void>&) {
                 if (!alive.expired())
                   post(replication_turns_, [this, ended] { rules_->progressed({ended}); });
               });
}

// In the order of sequence numbers, as intake does it.
void replication_host::hand_over(waiting_mail& settled) {
  settled.settled = true;
  for (; !submissions_.empty() && submissions_.front()->settled; submissions_.pop_front())
    if (const auto first = submissions_.front(); first->acknowledged)
      post(delivery_turns_, [this, first] { flow_->arrived({first->mail}); });
}

// ---- turns --------------------------------------------------------------------------------

void replication_host::post(std::deque<work>& to, work what) {
  to.push_back(std::move(what));
}

bool replication_host::run_reader() {
  if (was_read_) {
    std::exchange(was_read_, {})();
    return true;
  }
  if (reads_.empty())
    return false;
  was_read_ = reads_.front()();
  reads_.pop_front();
  return true;
}

bool replication_host::run_one() {
  const auto take = [](std::deque<work>& from) {
    if (from.empty())
      return false;
    const auto what = std::move(from.front());
    from.pop_front();
    what();
    return true;
  };
  while (!timers_.empty() && timers_.begin()->first <= world_.now()) {
    delivery_turns_.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
  constexpr std::uint64_t places = 7;
  const auto first = world_.below(places);
  for (std::uint64_t i = 0; i < places; ++i) {
    const auto which = (first + i) % places;
    if ((which == 0 && disk_.settle(1) > 0) || (which == 1 && run_reader()) ||
        (which == 2 && take(replication_turns_)) || (which == 3 && take(delivery_turns_)) ||
        (which == 4 && take(changes_)) || (which == 5 && take(wire_)))
      return true;
    if (which != 6)
      continue;
    for (auto& [peer, frames] : heard_)
      if (take(frames))
        return true;
  }
  return false;
}

void replication_host::tick() {
  post(replication_turns_, [this] { rules_->tick(); });
  post(delivery_turns_, [this] { flow_->tick(); });
}

void replication_host::hear(const node_name& peer, bool droppable,
                            std::function<void(replication&)> what) {
  auto& count = droppable_[peer.str()];
  count = droppable ? count + 1 : 0;
  heard_[peer.str()].push_back([this, what = std::move(what)] { what(*rules_); });
}

void replication_host::lose(const node_name& peer, std::uint64_t chance) {
  auto& frames = heard_[peer.str()];
  // Whether the session began is never forgotten.
  for (auto droppable = std::min(droppable_[peer.str()], frames.size());
       droppable > 0 && chance % (droppable + 1) > 0; --droppable, chance /= 2)
    frames.pop_back();
  droppable_[peer.str()] = 0;
  frames.push_back([this, peer] { rules_->peer_lost(peer); });
}

void replication_host::contact() {
  post(replication_turns_, [this] { rules_->contact(); });
}

steady_time replication_host::steady_now() const {
  return world_.now();
}
wall_time replication_host::wall_now() const {
  return world_.time.wall_now();
}

// ---- of replication -----------------------------------------------------------------------

void replication_host::tidy(storage::batch changes) {
  disk_.commit(std::move(changes), storage::priority::upkeep, [](const result<void>&) {});
}

void replication_host::commit(storage::batch changes, storage::priority urgency,
                              std::function<void(const result<void>&)> then) {
  disk_.commit(
      std::move(changes), urgency,
      [this, then = std::move(then), alive = std::weak_ptr{alive_}](const result<void>& durable) {
        if (!alive.expired())
          post(replication_turns_, [then, durable] { then(durable); });
      });
}

void replication_host::read(std::function<std::function<void()>(const copy_reader&)> job) {
  reads_.push_back([this, job = std::move(job)]() -> work {
    return [this, then = job(copy_reader{disk_})] { post(replication_turns_, then); };
  });
}

void replication_host::send(const node_name& to, std::uint16_t kind, std::string octets) {
  world_.send(number_, to, kind, std::move(octets));
}

void replication_host::change(std::function<result<storage::control_transaction>()> build,
                              std::function<void(const result<void>&)> then) {
  post(changes_, [this, build = std::move(build), then = std::move(then)] {
    const error no_answer{errc::unavailable, "the control store does not answer", {}};
    auto what = build();
    if (what && what.value().then.empty())
      return post(replication_turns_, [then] { then(success()); });
    const auto applied = world_.transact(number_, what.value());
    if (!applied)
      return post(replication_turns_, [then, no_answer] { then(no_answer); });
    if (!*applied)
      return change(build, then);
    then(success());
  });
}

void replication_host::own(std::vector<adopted_mail> mails, storage::batch with,
                           std::function<void(const result<void>&)> then) {
  auto taken = std::make_shared<std::pair<std::vector<adopted_mail>, storage::batch>>(
      std::move(mails), std::move(with));
  post(delivery_turns_, [this, taken, then = std::move(then)] {
    flow_->adopt(taken->first, std::move(taken->second), [this, then](const result<void>& done) {
      post(replication_turns_, [then, done] { then(done); });
    });
  });
}

void replication_host::place(std::vector<placed_copy> copies,
                             std::function<void(const result<void>&)> then) {
  post(delivery_turns_, [this, copies = std::move(copies), then = std::move(then)] {
    flow_->place(copies, [this, then](const result<void>& done) {
      post(replication_turns_, [then, done] { then(done); });
    });
  });
}

void replication_host::yield(yield_mails what,
                             std::function<void(const result<yielded_mails>&)> then) {
  post(delivery_turns_, [this, what = std::move(what), then = std::move(then)] {
    flow_->yield(what, [this, then](const result<yielded_mails>& count) {
      post(replication_turns_, [then, count] { then(count); });
    });
  });
}

void replication_host::drained(bool drained) {
  world_.drained(number_, drained);
}

void replication_host::set_pools(std::vector<pool> pools) {
  auto shared = std::make_shared<std::vector<pool>>(std::move(pools));
  owners_ = pool_owners{*shared};
  post(replication_turns_, [this, shared] { rules_->set_pools(*shared); });
  post(delivery_turns_, [this, shared] {
    flow_->set_pools(*shared);
    flow_->permits_changed();
  });
}

void replication_host::holders_changed(std::vector<copy_holder> holders) {
  holders_ = std::move(holders);
}

void replication_host::allow_sending(bool allowed) {
  post(delivery_turns_, [this, allowed] { flow_->allow_sending(allowed); });
}

// ---- of delivery --------------------------------------------------------------------------

void replication_host::commit(storage::batch changes,
                              std::function<void(const result<void>&)> then) {
  disk_.commit(
      std::move(changes), storage::priority::progress,
      [this, then = std::move(then), alive = std::weak_ptr{alive_}](const result<void>& durable) {
        if (!alive.expired())
          post(delivery_turns_, [then, durable] { then(durable); });
      });
}

void replication_host::read(std::function<std::function<void()>(const spool_reader&)> job) {
  reads_.push_back([this, job = std::move(job)]() -> work {
    return [this, then = job(spool_reader{disk_})] { post(delivery_turns_, then); };
  });
}

void replication_host::assign(assign_sources what, std::function<void(permits_taken)> then) {
  permits_taken answer;
  answer.verdicts.resize(what.requests.size());
  for (auto& each : answer.verdicts) {
    const bool able = owners_.can_send(name_, pool_name{"shared"});
    each.what = able ? permit_verdict::kind::granted : permit_verdict::kind::no_source;
    each.source = ip_address{"192.0.2.1"};
  }
  post(delivery_turns_, [answer, then = std::move(then)] { then(answer); });
}

void replication_host::resolve(const std::string& domain, std::function<void(site_route)> then) {
  post(delivery_turns_, [domain, then = std::move(then)] {
    then({domain, {{domain, "198.51.100.1", 25}}, {}});
  });
}

void replication_host::report(net::transport_event event) {
  auto shared = std::make_shared<net::transport_event>(std::move(event));
  post(delivery_turns_, [this, shared] {
    std::vector<net::transport_event> events;
    events.push_back(std::move(*shared));
    flow_->on_transport(std::move(events));
  });
}

void replication_host::open(net::connection_id id, net::connection_plan plan) {
  report({id, net::connection_opened{plan.hops.front(), false, ""}});
}

void replication_host::transmit(net::connection_id id, std::vector<outgoing_order> mails) {
  for (auto& mail : mails)
    post(wire_, [this, id, mail = std::move(mail.what)] { deliver(id, mail); });
}

void replication_host::deliver(net::connection_id id, const net::transmission& mail) {
  net::transmission_finished finished{mail.id, {}, false, true, false};
  for (const auto& recipient : mail.recipients)
    finished.recipients.push_back(may_act() ? world_.accept_mail(number_, recipient.address)
                                            : smtp::reply{0, "", "the fence is closed"});
  report({id, finished});
}

void replication_host::abandon(net::connection_id id, milliseconds) {
  report({id, net::connection_closed{{}, {}}});
}

void replication_host::later(milliseconds delay, std::function<void()> step) {
  timers_.emplace(world_.now() + delay, std::move(step));
}

void replication_host::progressed(std::vector<copy_progress> outcomes) {
  post(replication_turns_,
       [this, outcomes = std::move(outcomes)] { rules_->progressed(outcomes); });
}

void replication_host::failed(const error&) {}

} // namespace warmfront::testing
