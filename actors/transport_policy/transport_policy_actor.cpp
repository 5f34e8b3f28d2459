#include "actors/transport_policy/transport_policy_actor.hpp"

#include <utility>

#include "actors/messages/run_later.hpp"
#include "actors/transport_policy/transport_policy_state.hpp"
#include "storage/counter.hpp"

namespace warmfront {

namespace {

constexpr std::size_t scan_entries = 1'000;
/// Sessions between two writes; a crash loses those counts, and nothing else.
constexpr std::chrono::milliseconds write_delay{1'000};
constexpr std::chrono::hours forget_every{24};
constexpr std::chrono::seconds fetch_within{30};
constexpr std::chrono::days reported_days_max{60};

template <class Take>
result<void> each_entry(const storage::store& store, storage::family where, std::string from,
                        const std::string& before, Take take) {
  for (;;) {
    WARMFRONT_TRY(page, store.scan(where, from, before, scan_entries));
    for (const auto& each : page)
      take(each);
    if (page.size() < scan_entries)
      return success();
    from = page.back().key + '\0';
  }
}

/// Counters in the order of their keys become reports.
class report_collector {
public:
  explicit report_collector(domain_name only) : only_{std::move(only)} {}

  void take(const storage::key_value& entry) {
    const auto key = storage::parse_tls_counter_key(entry.key);
    const auto count = storage::parse_counter(entry.value);
    if (!key || !count || *count <= 0 || (!only_.empty() && key->domain != only_))
      return;
    const auto policy = trust::to_policy_type(key->policy);
    const auto result = trust::to_tls_result(key->result);
    if (!policy || !result)
      return; // of a later release
    const bool continues = !reports_.empty() && reports_.back().day == key->day &&
                           reports_.back().domain == key->domain &&
                           reports_.back().policy == *policy;
    if (!continues)
      reports_.push_back({key->day, *policy, key->domain});
    if (*result == trust::tls_result::success)
      reports_.back().successes += static_cast<std::uint64_t>(*count);
    else
      reports_.back().failures.emplace_back(*result, static_cast<std::uint64_t>(*count));
  }
  std::vector<tls_report> take_reports() { return std::move(reports_); }

private:
  domain_name only_;
  std::vector<tls_report> reports_;
};

} // namespace

void transport_policy_state::start(transport_policy_ports ports) {
  ports_ = std::move(ports);
  book_ = policy_book{ports_.rules};
  later_ = run_later(self_);
  restore();
  forget_old();
}

void transport_policy_state::restore() {
  const auto now = ports_.time->wall_now();
  storage::batch expired;
  const auto prefix = storage::sts_policies_prefix();
  const auto read = each_entry(*ports_.store, storage::family::events, prefix,
                               storage::prefix_end(prefix), [&](const storage::key_value& entry) {
                                 auto policy = storage::decode_policy(entry.value);
                                 if (policy && now < policy.value().expires_at)
                                   book_.restore(storage::parse_sts_policy_key(entry.key),
                                                 std::move(policy.value()), now);
                                 else
                                   expired.erase(storage::family::events, entry.key);
                               });
  if (!read)
    ports_.log->write(log_level::warn, "sts_policies_unread",
                      {{"what", std::string_view{read.error().what}}});
  if (!expired.empty())
    commit(std::move(expired), "sts_policies_kept");
}

void transport_policy_state::find(const find_sts_policy& question) {
  const auto ticket = next_++;
  asking_.emplace(ticket, question.then);
  policy_actions actions;
  book_.find(question.domain, ticket, ports_.time->wall_now(), actions);
  perform(std::move(actions));
}

void transport_policy_state::perform(policy_actions actions) {
  for (const auto& action : actions)
    std::visit([this](const auto& what) { perform(what); }, action);
}

void transport_policy_state::perform(const look_up_record& what) {
  look_up("_mta-sts." + what.domain.str(), dns::record_type::txt,
          [this, domain = what.domain](const dns::record_answer& found) {
            policy_actions actions;
            book_.on_record(domain, found, ports_.time->wall_now(), actions);
            perform(std::move(actions));
          });
}

void transport_policy_state::look_up(const std::string& asked, dns::record_type type,
                                     std::function<void(const dns::record_answer&)> then) {
  ports_.look_up(asked, type, [later = later_, then = std::move(then)](dns::record_answer found) {
    later({}, [then, found = std::move(found)] { then(found); });
  });
}

// The policy host is looked up where mail hosts are, not by the system's own resolver.
void transport_policy_state::perform(const fetch_policy& what) {
  const auto host = "mta-sts." + what.domain.str();
  look_up(host, dns::record_type::a,
          [this, host, domain = what.domain](const dns::record_answer& ipv4) {
            look_up(host, dns::record_type::aaaa,
                    [this, domain, found = ipv4.values](const dns::record_answer& ipv6) {
                      auto addresses = found;
                      addresses.insert(addresses.end(), ipv6.values.begin(), ipv6.values.end());
                      fetch(domain, std::move(addresses));
                    });
          });
}

void transport_policy_state::fetch(const domain_name& domain, std::vector<std::string> addresses) {
  const auto finish = [this, domain](const result<http::incoming_answer>& answered) {
    policy_actions actions;
    book_.on_policy(domain, answered, ports_.time->wall_now(), actions);
    perform(std::move(actions));
  };
  if (addresses.empty())
    return finish(error{errc::unavailable, "mta-sts." + domain.str() + " has no address", {}});
  http::outgoing_request request;
  request.url = trust::sts_policy_url(domain.str());
  request.within = fetch_within;
  request.answer_octets_max = trust::sts_policy_octets_max;
  request.addresses = std::move(addresses);
  ports_.client->call(std::move(request),
                      [later = later_, finish](result<http::incoming_answer> answered) {
                        later({}, [finish, answered = std::move(answered)] { finish(answered); });
                      });
}

void transport_policy_state::perform(const tell_policy& what) {
  for (const auto ticket : what.to)
    if (auto asked = asking_.extract(ticket); !asked.empty())
      asked.mapped()(what.policy);
}

void transport_policy_state::perform(const keep_policy& what) {
  storage::batch changes;
  changes.put(storage::family::events, storage::sts_policy_key(what.domain),
              storage::encode(what.policy));
  commit(std::move(changes), "sts_policy_not_kept");
}

void transport_policy_state::perform(const drop_policy& what) {
  storage::batch changes;
  changes.erase(storage::family::events, storage::sts_policy_key(what.domain));
  commit(std::move(changes), "sts_policy_kept");
}

void transport_policy_state::perform(const policy_failed& what) {
  ports_.log->write(log_level::warn, "sts_policy_failed",
                    {{"domain", std::string_view{what.domain.str()}},
                     {"result", to_string(what.failure.counted)},
                     {"what", std::string_view{what.failure.why}},
                     {"older_holds", what.has_older}});
  count({{{trust::policy_type::sts, what.domain.str(), what.failure.counted}}});
}

// The policy is in memory, and on the disk of other nodes or to be fetched again: nobody waits.
void transport_policy_state::commit(storage::batch changes, const char* event) {
  ports_.store->commit(
      std::move(changes), storage::priority::upkeep,
      [log = ports_.log, event](const result<void>& durable) {
        if (!durable)
          log->write(log_level::warn, event, {{"what", std::string_view{durable.error().what}}});
      });
}

void transport_policy_state::count(const count_tls_sessions& what) {
  if (counted_.empty() && !what.sessions.empty())
    later_(write_delay, [this] { write_counters(); });
  const auto day = day_of(ports_.time->wall_now());
  for (const auto& each : what.sessions)
    ++counted_[storage::encode(storage::tls_counter_key{day, domain_name{each.domain},
                                                        static_cast<std::uint8_t>(each.policy),
                                                        static_cast<std::uint8_t>(each.result)})];
}

void transport_policy_state::write_counters() {
  storage::batch changes;
  for (const auto& [key, times] : std::exchange(counted_, {}))
    changes.add(key, times);
  commit(std::move(changes), "tls_sessions_uncounted");
}

void transport_policy_state::forget_old() {
  storage::batch changes;
  changes.erase_range(
      storage::family::counters, storage::tls_counters_prefix({}),
      storage::tls_counters_prefix(day_of(ports_.time->wall_now()) - tls_counters_kept));
  commit(std::move(changes), "old_tls_counters_kept");
  later_(forget_every, [this] { forget_old(); });
}

answer<std::vector<tls_report>> transport_policy_state::list(const list_tls_reports& asked) const {
  if (asked.to < asked.from || asked.to - asked.from > reported_days_max)
    return {error{errc::invalid_argument, "the days asked for are none, or more than 60",
                  "ask for fewer days", "from"}};
  report_collector collected{asked.domain};
  const auto read =
      each_entry(*ports_.store, storage::family::counters, storage::tls_counters_prefix(asked.from),
                 storage::tls_counters_prefix(asked.to + std::chrono::days{1}),
                 [&](const storage::key_value& entry) { collected.take(entry); });
  if (!read)
    return {read.error()};
  return {collected.take_reports()};
}

transport_policy_shell::behavior_type
transport_policy_behavior(transport_policy_shell::stateful_pointer<transport_policy_state> self,
                          transport_policy_ports ports) {
  auto& state = self->state;
  state.start(std::move(ports));
  return {
      [&state](const find_sts_policy& m) { state.find(m); },
      [&state](const count_tls_sessions& m) { state.count(m); },
      [&state](const list_tls_reports& m) { return state.list(m); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
