#include "tests/actors/delivery/delivery_world.hpp"

#include <algorithm>
#include <string>

#include "actors/core/address.hpp"

namespace warmfront::testing {

namespace {

const ip_address source{"192.0.2.1"};
const ledger_subject subject{"192.0.2.1"};

} // namespace

delivery_world::delivery_world(std::uint64_t seed, storage::memory_store::acknowledgement mode)
    : store{mode}, seed_{seed}, random_{seed} {
  start();
}

void delivery_world::start() {
  ++life_;
  steps_.clear();
  reads_.clear();
  was_read_ = {};
  timers_.clear();
  connections_.clear();
  delivery_config config;
  config.hostname = "mta.example";
  config.retry.first = milliseconds{300};
  config.retry.last = milliseconds{2000};
  config.retry.expire_after = milliseconds{20'000};
  config.lanes = {40, 1u << 20, 12, milliseconds{500}};
  config.in_hand_max = 60;
  config.assign_max = 16;
  config.congestion_delay = milliseconds{400};
  config.dispatch.connections_per_site = 3;
  config.dispatch.site_backoff_first = milliseconds{200};
  config.dispatch.site_backoff_last = milliseconds{1000};
  flow_ = std::make_unique<delivery_flow>(config, *this,
                                          std::make_unique<seeded_random>(seed_ + life_));
  const auto stored = stored_lanes(store);
  next_sequence_.clear();
  for (const auto& lane : stored.value())
    if (lane.where.appended_by == storage::lane::writer::intake)
      next_sequence_[lane.where] = lane.tail;
  flow_->restore(stored.value());
  flow_->resume_actions();
  step([this] { flow_->tick(); });
}

message_id delivery_world::submit(const std::vector<std::string>& recipients, mail_class importance,
                                  const std::string& pool, const std::string& from,
                                  std::optional<storage::message_copy> copy,
                                  std::optional<wall_time> send_at) {
  auto mail = std::make_shared<spooled_mail>();
  auto& record = mail->record;
  record.id = message_id{time.wall_now(), 1, random_.next()};
  record.mail.reverse_path = from;
  for (const auto& each : recipients)
    record.mail.recipients.push_back({each, notify::unspecified, {}});
  record.pool = pool_name{pool};
  record.importance = importance;
  record.accepted_at = time.wall_now();
  record.copy = copy;
  record.send_at = send_at;
  record.first_lane = {record.pool, {}, {}, importance, storage::lane::writer::intake};
  if (!send_at) {
    record.first_sequence = next_sequence_[record.first_lane];
    next_sequence_[record.first_lane] += recipients.size();
  }
  mail->content = std::make_shared<const std::string>("Subject: x\r\n\r\nbody\r\n");
  spool(mail);
  return record.id;
}

message_id delivery_world::merge(const storage::mail_merge& what, notify wanted) {
  auto mail = std::make_shared<spooled_mail>();
  auto& record = mail->record;
  record.id = message_id{time.wall_now(), 1, random_.next()};
  record.mail.reverse_path = what.from;
  for (const auto& each : what.rows)
    record.mail.recipients.push_back({each.to, wanted, {}});
  record.pool = pool_name{"shared"};
  record.importance = mail_class::batch;
  record.accepted_at = time.wall_now();
  record.is_merge = true;
  record.first_lane = {record.pool, {}, {}, mail_class::batch, storage::lane::writer::intake};
  record.first_sequence = next_sequence_[record.first_lane];
  next_sequence_[record.first_lane] += what.rows.size();
  mail->content = std::make_shared<const std::string>(storage::encode(what));
  spool(mail);
  return record.id;
}

void delivery_world::spool(const std::shared_ptr<spooled_mail>& mail) {
  for (std::uint32_t i = 0; i < mail->record.mail.recipients.size(); ++i)
    if (suppressed.contains(mail->record.mail.recipients[i].address)) {
      storage::recipient_record state;
      state.state = static_cast<std::uint8_t>(recipient_state::suppressed);
      mail->ended.emplace_back(i, std::move(state));
    }
  storage::batch changes;
  storage::add_message(changes, mail->record, *mail->content, mail->ended);
  storage::statistics_tally tally;
  tally.add_acceptance(mail->record, mail->ended);
  tally.write(changes);
  store.commit(std::move(changes), storage::priority::growth,
               [this, mail, life = life_](const result<void>& durable) {
                 if (durable && handing_over && life == life_)
                   step([this, mail] { flow_->arrived({mail}); });
               });
}

std::map<storage::counted, std::int64_t> delivery_world::counted() const {
  std::map<storage::counted, std::int64_t> sums;
  const auto counters = store.scan(storage::family::counters, "", "", 10'000).value();
  std::map<storage::counted, std::int64_t> by_way;
  for (const auto& each : counters) {
    if (each.key.starts_with(storage::retry_counters_prefix))
      continue;
    if (const auto key = storage::parse_statistics_key(each.key))
      sums[key->what] += std::stoll(each.value);
    else
      by_way[storage::parse_way_key(each.key).value().what] += std::stoll(each.value);
  }
  if (by_way != sums)
    throw std::logic_error{"the two tables tell of different mail"};
  return sums;
}

void delivery_world::suppress(const std::string& address) {
  storage::stored_suppression entry;
  entry.address = address;
  entry.reason = 4;
  storage::batch changes;
  changes.put(storage::family::suppressions, storage::suppression_entry_key({}, address),
              storage::encode_suppression_entry(entry));
  store.commit(std::move(changes), storage::priority::progress, [](const result<void>&) {});
  run();
  static_cast<void>(suppressions.open(store).has_value());
  suppressions.note_account({});
}

bool delivery_world::run_one() {
  // The flow, the store and the reader take turns at random: no order between them is promised.
  const auto first = random_.next() % 3;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto who = (first + i) % 3;
    if (who == 0 && store.settle(1) > 0)
      return true;
    if (who == 1 && run_reader())
      return true;
    if (who == 2 && !steps_.empty()) {
      const auto next = std::move(steps_.front());
      steps_.pop_front();
      next();
      return true;
    }
  }
  return false;
}

bool delivery_world::run_reader() {
  if (was_read_) {
    step(std::exchange(was_read_, {}));
    return true;
  }
  if (reads_.empty())
    return false;
  was_read_ =
      reads_.front()(spool_reader{store, {"mta1.example.net"}, {&suppressions, time.wall_now()}});
  reads_.pop_front();
  return true;
}

void delivery_world::run() {
  while (run_one()) {
  }
}

void delivery_world::run_some(std::size_t steps) {
  while (steps-- > 0 && run_one()) {
  }
}

void delivery_world::advance(milliseconds by) {
  time.advance(by);
  auto timers = std::exchange(timers_, {});
  for (auto& [due, what] : timers) {
    if (due <= time.steady_now())
      step(std::move(what));
    else
      timers_.emplace_back(due, std::move(what));
  }
  step([this] { flow_->tick(); });
}

void delivery_world::answer_again() {
  unanswered.clear();
  for (const auto& [id, host] : std::map{connections_})
    abandon(id, milliseconds{0});
}

void delivery_world::crash(std::size_t surviving) {
  flow_.reset();
  store.crash(surviving);
  start();
}

std::optional<storage::recipient_record> delivery_world::record(const message_id& id,
                                                                std::uint32_t index) const {
  const auto found = store.get(storage::family::spool, storage::recipient_key({id, index}));
  if (!found.value())
    return std::nullopt;
  return storage::decode_recipient(*found.value()).value();
}

recipient_state delivery_world::state(const message_id& id, std::uint32_t index) const {
  const auto found = record(id, index);
  return found ? static_cast<recipient_state>(found->state) : recipient_state::queued;
}

std::size_t delivery_world::queue_entries() const {
  return store.scan(storage::family::queue, "", "", 1'000'000).value().size();
}

// ---- effects ------------------------------------------------------------------------------

void delivery_world::commit(storage::batch changes, std::function<void(const result<void>&)> then) {
  store.commit(std::move(changes), storage::priority::progress,
               [this, then = std::move(then), life = life_](const result<void>& durable) {
                 if (life == life_)
                   step([then, durable] { then(durable); });
               });
}

void delivery_world::read(std::function<std::function<void()>(const spool_reader&)> job) {
  ++reads;
  reads_.push_back(std::move(job));
}

std::int64_t delivery_world::day_now() const {
  return time.wall_now().time_since_epoch() / std::chrono::duration_cast<microseconds>(day);
}

permit_verdict delivery_world::verdict(const assignment_request& request) {
  permit_verdict given;
  if (!has_source)
    return given;
  if (permits_pending) {
    given.what = permit_verdict::kind::pending;
    return given;
  }
  const auto today = day_now();
  if (blocked && request.importance == mail_class::batch) {
    given.what = permit_verdict::kind::blocked;
    given.blocking = subject;
    return given;
  }
  if (const auto limited = quota_of.find(request.provider.str()); limited != quota_of.end()) {
    if (used_of_[{today, limited->first}] >= limited->second) {
      given = {permit_verdict::kind::exhausted, {}, {}, subject, {}};
      given.until = wall_time{std::chrono::duration_cast<microseconds>(day) * (today + 1)};
      given.provider = request.provider;
      return given;
    }
    ++used_of_[{today, limited->first}];
  }
  given.what = permit_verdict::kind::granted;
  given.source = source;
  if (!quota_per_day)
    return given;
  const charge permit{subject, static_cast<std::uint32_t>(today)};
  const auto end = wall_time{std::chrono::duration_cast<microseconds>(day) * (today + 1)};
  given.valid_until = end;
  if (std::find(request.charged.begin(), request.charged.end(), permit) != request.charged.end())
    return given;
  if (used_[today] >= *quota_per_day)
    return {permit_verdict::kind::exhausted, {}, {}, subject, end};
  ++used_[today];
  given.charges.push_back(permit);
  return given;
}

void delivery_world::assign(assign_sources what, std::function<void(permits_taken)> then) {
  ++assignments_asked;
  step([this, what = std::move(what), then = std::move(then)] {
    permits_taken answer;
    for (const auto& each : what.requests)
      answer.verdicts.push_back(verdict(each));
    step([answer, then] { then(answer); });
  });
}

void delivery_world::refund(std::vector<charge> charges) {
  for (const auto& each : charges)
    --used_[each.day];
}

void delivery_world::resolve(const std::string& domain, std::function<void(site_route)> then) {
  step([this, domain, then = std::move(then)] {
    if (unroutable.contains(domain))
      return then({domain, {}, {550, "5.1.2", "there is no such domain"}});
    then({"mx." + domain,
          {{"mx." + domain, "198.51.100.1", 25}},
          {},
          provider_name{"mx." + domain}});
  });
}

void delivery_world::report(net::transport_event event) {
  auto shared = std::make_shared<net::transport_event>(std::move(event));
  step([this, shared] {
    std::vector<net::transport_event> events;
    events.push_back(std::move(*shared));
    flow_->on_transport(std::move(events));
  });
}

void delivery_world::open(net::connection_id id, net::connection_plan plan) {
  const auto domain = plan.hops.front().host.substr(3);
  if (unreachable.contains(domain))
    return report({id, net::connection_failed{plan.hops.front(), {0, "", "refused"}}});
  connections_[id] = domain;
  report({id, net::connection_opened{plan.hops.front(), false, ""}});
}

void delivery_world::transmit(net::connection_id id, std::vector<outgoing_order> mails) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || unanswered.contains(found->second))
    return;
  for (auto& mail : mails)
    step([this, id, mail = std::move(mail.what)] { deliver(id, mail); });
}

void delivery_world::deliver(net::connection_id id, const net::transmission& mail) {
  if (!connections_.contains(id))
    return;
  if (mail.not_after && *mail.not_after <= time.steady_now())
    return report({id, net::transmission_returned{mail.id}});
  report({id, judge(mail)});
}

net::transmission_finished delivery_world::judge(const net::transmission& mail) {
  net::transmission_finished finished{mail.id, {}, false, true, false};
  for (const auto& recipient : mail.recipients) {
    sent_on_day[day_now()].insert(recipient.address);
    order.push_back(recipient.address);
    contents[recipient.address] = *mail.content;
    switch (fate_of(recipient.address)) {
    case fate::deliver:
      ++delivered[recipient.address];
      finished.recipients.push_back({250, "2.0.0", "ok"});
      break;
    case fate::defer:
      finished.recipients.push_back({451, "4.3.0", "later"});
      break;
    case fate::bounce:
      finished.recipients.push_back({550, "5.1.1", "nobody of that name"});
      break;
    case fate::lose_before:
      finished.recipients.push_back({0, "", "reset"});
      break;
    case fate::lose_in_doubt:
      ++delivered[recipient.address];
      ++doubtful[recipient.address];
      finished.in_doubt = true;
      finished.recipients.push_back({0, "", "reset"});
      break;
    }
  }
  return finished;
}

void delivery_world::abandon(net::connection_id id, milliseconds) {
  if (connections_.erase(id) > 0)
    report({id, net::connection_closed{{}, {}}});
}

void delivery_world::later(milliseconds delay, std::function<void()> what) {
  timers_.emplace_back(time.steady_now() + delay, std::move(what));
}

} // namespace warmfront::testing
