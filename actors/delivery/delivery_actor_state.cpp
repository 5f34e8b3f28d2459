#include "actors/delivery/delivery_actor_state.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace warmfront {

namespace {

constexpr std::chrono::seconds assign_timeout{10};

constexpr std::size_t retry_groups_read = 10'000;

} // namespace

worker_actor::behavior_type worker_behavior() {
  return {[](const run_step& message) { message.step(); }};
}

void delivery_state::start(delivery_config config, delivery_ports ports,
                           std::unique_ptr<random_source> random,
                           const std::vector<stored_lane>& stored) {
  ports_ = std::move(ports);
  merges_ = {config.hostname, config.merged_octets_max};
  change_outgoing([this](outgoing_rules& rules) { rules = ports_.outgoing; });
  flow_ = std::make_unique<delivery_flow>(std::move(config), *this, std::move(random));
  flow_->restore(stored);
  // As many as there are pools and named providers: read at once.
  if (const auto counted = ports_.store->scan(
          storage::family::counters, storage::retry_counters_prefix,
          storage::prefix_end(storage::retry_counters_prefix), retry_groups_read))
    retries_.load(counted.value());
  const auto me = caf::actor_cast<caf::actor>(self_);
  transport_ = ports_.make_transport([this, me](std::vector<net::transport_event> events) {
    auto shared = std::make_shared<std::vector<net::transport_event>>(std::move(events));
    caf::anon_send(me, run_step{[this, shared] { flow_->on_transport(std::move(*shared)); }});
  });
  keep_asking_unsubscribes();
  flow_->resume_actions();
}

const pool* delivery_state::find_pool(const pool_name& wanted) const {
  if (!pools_)
    return nullptr;
  const auto found = std::ranges::find(*pools_, wanted, &pool::name);
  return found == pools_->end() ? nullptr : &*found;
}

std::vector<ip_address> delivery_state::addresses_of(const pool_name& wanted) const {
  std::vector<ip_address> addresses;
  if (const auto* const found = find_pool(wanted))
    for (const auto& address : found->addresses)
      if (address.weight > 0 && warmfront::may_send(address.state))
        addresses.push_back(address.address);
  return addresses;
}

void delivery_state::commit(storage::batch changes, std::function<void(const result<void>&)> then) {
  const auto number = next_commit_++;
  if (auto retried = retry_counts::changes_in(changes); !retried.empty())
    then = [this, retried = std::move(retried), then = std::move(then)](const auto& durable) {
      if (durable)
        retries_.apply(retried);
      then(durable);
    };
  if (std::exchange(has_events_, false) && webhooks_)
    commits_.emplace(number, [this, then = std::move(then)](const result<void>& durable) {
      caf::anon_send(webhooks_, events_logged{});
      then(durable);
    });
  else
    commits_.emplace(number, std::move(then));
  const auto me = caf::actor_cast<caf::actor>(self_);
  ports_.store->commit(std::move(changes), storage::priority::progress,
                       [this, me, number](const result<void>& durable) {
                         caf::anon_send(me, run_step{[this, number, durable] {
                                          auto node = commits_.extract(number);
                                          node.mapped()(durable);
                                        }});
                       });
}

void delivery_state::read(std::function<std::function<void()>(const spool_reader&)> job) {
  const auto me = caf::actor_cast<caf::actor>(self_);
  caf::anon_send(ports_.reader,
                 run_step{[store = ports_.store, merges = merges_, me, job = std::move(job),
                           check = suppression_check{ports_.suppressions, wall_now()}] {
                   caf::anon_send(me, run_step{job(spool_reader{*store, merges, check})});
                 }});
}

void delivery_state::log_event(storage::batch& to, const mail_event& event) {
  has_events_ = ports_.events.record(to, event) || has_events_;
}

void delivery_state::counted(const storage::statistics_tally& tally) {
  if (ports_.changed != nullptr)
    ports_.changed->note(tally);
}

void delivery_state::assign(assign_sources what, std::function<void(permits_taken)> then) {
  self_->request(ports_.ip_pool, assign_timeout, std::move(what))
      .then([then](permits_taken& answer) { then(std::move(answer)); },
            [then](const caf::error&) { then({}); });
}

void delivery_state::refund(std::vector<charge> charges) {
  self_->send(ports_.warmup, refund_permits{std::move(charges)});
}

void delivery_state::count(std::vector<ledger_outcomes> outcomes) {
  self_->send(ports_.warmup, count_outcomes{std::move(outcomes)});
}

void delivery_state::resolve(const std::string& domain, std::function<void(site_route)> then) {
  const auto me = caf::actor_cast<caf::actor>(self_);
  ports_.router->resolve(domain, [me, then = std::move(then)](site_route found) {
    caf::anon_send(me, run_step{[then, found = std::move(found)] { then(found); }});
  });
}

void delivery_state::open(net::connection_id id, net::connection_plan plan) {
  transport_->open(id, std::move(plan));
}

void delivery_state::abandon(net::connection_id id, milliseconds grace) {
  transport_->abandon(id, grace);
}

void delivery_state::later(milliseconds delay, std::function<void()> step) {
  self_->delayed_send(self_, delay, run_step{std::move(step)});
}

void delivery_state::progressed(std::vector<copy_progress> outcomes) {
  if (ports_.progressed)
    ports_.progressed(std::move(outcomes));
}

void delivery_state::over_limit(const mail_over_limit& what) {
  if (intake_)
    caf::anon_send(intake_, what);
}

void delivery_state::limits_lifted() {
  if (intake_)
    caf::anon_send(intake_, warmfront::limits_lifted{});
}

void delivery_state::adopted(const merges_adopted& what) {
  if (scheduler_)
    self_->send(scheduler_, what);
}

void delivery_state::sessions_made(std::vector<trust::tls_session> sessions) {
  if (ports_.transport_policy)
    caf::anon_send(ports_.transport_policy, count_tls_sessions{std::move(sessions)});
}

bool delivery_state::may_send() const {
  return ports_.sending == nullptr || ports_.sending->holds(ports_.time->steady_now());
}

// Who a report went to sent the mail: that address is no recipient of the account.
void delivery_state::tell_unknown(const outcome& what) {
  const auto& message = what.item.message();
  if (message.mail.reverse_path.empty())
    return;
  recipients_unknown told;
  told.recipients.push_back(
      {message.source.account, what.item.recipient().address, what.record.last_reply});
  self_->send(suppressions_, std::move(told));
}

// One line per outcome; `held` and moves between lanes are no outcomes.
void delivery_state::none_deferred() {
  if (!retries_.clear())
    return;
  storage::batch wrong;
  wrong.erase_range(storage::family::counters, std::string{storage::retry_counters_prefix},
                    storage::prefix_end(storage::retry_counters_prefix));
  ports_.store->commit(std::move(wrong), storage::priority::upkeep, [](const result<void>&) {});
}

void delivery_state::happened(const outcome& what) {
  retries_.note(what);
  if (what.on_the_wire && what.why == smtp::bounce_class::source_block)
    self_->send(ports_.ip_pool,
                report_block{what.record.source, what.item.provider, what.record.last_reply});
  if (what.last_of_message && what.item.message().is_merge && scheduler_)
    self_->send(scheduler_, merge_ended{what.item.id().message});
  const auto state = what.state();
  if (state == recipient_state::bounced && what.on_the_wire &&
      what.why == smtp::bounce_class::invalid && suppressions_)
    tell_unknown(what);
  const bool end = is_final(state);
  if ((!end && state != recipient_state::deferred) || !ports_.log->enabled(log_level::info))
    return;
  const auto& message = what.item.message();
  const auto id = message.id.str();
  const auto waited =
      std::chrono::duration_cast<milliseconds>(what.record.changed_at - message.accepted_at);
  ports_.log->write(end && state != recipient_state::delivered ? log_level::warn : log_level::info,
                    to_string(state),
                    {{"message", std::string_view{id}},
                     {"recipient", std::string_view{what.item.recipient().address}},
                     {"from", std::string_view{message.mail.reverse_path}},
                     {"account", std::string_view{message.source.account.str()}},
                     {"pool", std::string_view{message.pool.str()}},
                     {"source", std::string_view{what.record.source.str()}},
                     {"host", std::string_view{what.record.remote_host}},
                     {"reply", std::string_view{what.record.last_reply}},
                     {"attempts", std::int64_t{what.record.attempts}},
                     {"octets", static_cast<std::int64_t>(message.octets)},
                     {"elapsed_ms", std::int64_t{waited.count()}}});
}

void delivery_state::acted(const queue_action_report& what) {
  if (!ports_.log->enabled(log_level::info))
    return;
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  ports_.log->write(log_level::info, what.finished_at ? "queue_action_ended" : "queue_action",
                    {{"id", std::string_view{what.id}},
                     {"action", to_string(what.action)},
                     {"key", std::string_view{what.by}},
                     {"pool", std::string_view{what.filter.pool.str()}},
                     {"provider", std::string_view{what.filter.provider.str()}},
                     {"reason", std::string_view{what.filter.reason}},
                     {"sender_domain", std::string_view{what.filter.sender_domain.str()}},
                     {"task", number(static_cast<std::uint64_t>(what.filter.task))},
                     {"recipients", number(what.recipients)},
                     {"busy", number(what.busy)}});
}

} // namespace warmfront
