#include "actors/transport_policy/policy_book.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace warmfront {

void policy_book::restore(const domain_name& domain, storage::stored_policy stored, wall_time now) {
  auto policy = trust::parse_sts_policy(stored.text);
  if (!policy || stored.expires_at <= now)
    return;
  auto& of = known_[domain];
  of.used_at = stored.fetched_at;
  of.known = known_policy{std::move(stored), std::move(policy.value())};
}

std::optional<trust::sts_policy> policy_book::holding(const domain_entry& of, wall_time now) const {
  const bool holds = of.known && now < of.known->stored.expires_at &&
                     of.known->policy.mode != trust::sts_mode::none;
  return holds ? std::optional{of.known->policy} : std::nullopt;
}

void policy_book::answer(domain_entry& of, wall_time now, policy_actions& actions) {
  if (of.waiting.empty())
    return;
  waiting_ -= of.waiting.size();
  actions.emplace_back(tell_policy{std::exchange(of.waiting, {}), holding(of, now)});
}

void policy_book::conclude(domain_entry& of, wall_time now, policy_actions& actions) {
  of.busy = false;
  of.checked_at = now;
  answer(of, now, actions);
}

void policy_book::find(const domain_name& domain, policy_ticket ticket, wall_time now,
                       policy_actions& actions) {
  if (!known_.contains(domain))
    make_room(actions);
  auto& of = known_[domain];
  of.used_at = now;
  // A clock that went back makes what was just looked up old.
  const bool is_fresh =
      of.checked_at && *of.checked_at <= now && now < *of.checked_at + rules_.record_lifetime;
  if ((is_fresh && !of.busy) || waiting_ >= rules_.waiting_max) {
    actions.emplace_back(tell_policy{{ticket}, holding(of, now)});
    return;
  }
  of.waiting.push_back(ticket);
  ++waiting_;
  if (!std::exchange(of.busy, true))
    actions.emplace_back(look_up_record{domain});
}

bool policy_book::is_due(const domain_entry& of, const std::string& id, wall_time now) const {
  if (!of.known || now >= of.known->stored.expires_at || of.known->stored.id != id)
    return true;
  const auto half_life = (of.known->stored.expires_at - of.known->stored.fetched_at) / 2;
  return now >=
         of.known->stored.fetched_at + std::min<microseconds>(half_life, rules_.refresh_after);
}

void policy_book::on_record(const domain_name& domain, const dns::record_answer& found,
                            wall_time now, policy_actions& actions) {
  const auto entry = known_.find(domain);
  if (entry == known_.end())
    return;
  auto& of = entry->second;
  auto id = found.kind == dns::answer_kind::found ? trust::parse_sts_records(found.values)
                                                  : result<std::string>{std::string{}};
  if (!id)
    note_failure(domain, of, {trust::tls_result::sts_policy_invalid, id.error().what}, now,
                 actions);
  if (!id || id.value().empty() || !is_due(of, id.value(), now) || now < of.blocked_until)
    return conclude(of, now, actions);
  // A refresh keeps nobody waiting: what is known is what was announced.
  if (of.known && now < of.known->stored.expires_at && of.known->stored.id == id.value())
    answer(of, now, actions);
  of.announced = std::move(id.value());
  actions.emplace_back(fetch_policy{domain});
}

void policy_book::on_policy(const domain_name& domain,
                            const result<http::incoming_answer>& answered, wall_time now,
                            policy_actions& actions) {
  const auto entry = known_.find(domain);
  if (entry == known_.end())
    return;
  auto& of = entry->second;
  auto read = trust::read_sts_answer(answered);
  if (auto* failure = std::get_if<trust::sts_failure>(&read)) {
    note_failure(domain, of, std::move(*failure), now, actions);
    return conclude(of, now, actions);
  }
  auto& policy = std::get<trust::sts_policy>(read);
  of.failures = 0;
  of.blocked_until = {};
  storage::stored_policy stored{std::move(of.announced), trust::to_text(policy), now,
                                now + policy.max_age};
  actions.emplace_back(keep_policy{domain, stored});
  of.known = known_policy{std::move(stored), std::move(policy)};
  conclude(of, now, actions);
}

void policy_book::note_failure(const domain_name& domain, domain_entry& of,
                               trust::sts_failure failure, wall_time now, policy_actions& actions) {
  const auto doublings = std::min<std::uint32_t>(of.failures, 8);
  // Said and counted when it begins and when it is tried again, not for every look.
  if (now >= of.blocked_until)
    actions.emplace_back(policy_failed{domain, std::move(failure), holding(of, now).has_value()});
  else
    return;
  ++of.failures;
  of.blocked_until =
      now + std::min(rules_.failure_delay_first * (1 << doublings), rules_.failure_delay_last);
}

void policy_book::make_room(policy_actions& actions) {
  if (known_.size() < rules_.domains_max)
    return;
  // A tenth at once, or each new domain would cost a walk.
  std::vector<std::tuple<bool, wall_time, domain_name>> idle;
  for (const auto& [domain, of] : known_)
    if (!of.busy)
      idle.emplace_back(of.known.has_value(), of.used_at, domain);
  const auto count = std::min(idle.size(), rules_.domains_max / 10 + 1);
  std::ranges::partial_sort(idle, idle.begin() + static_cast<std::ptrdiff_t>(count));
  idle.resize(count);
  for (const auto& [has_policy, used_at, domain] : idle) {
    const auto entry = known_.find(domain);
    if (has_policy)
      actions.emplace_back(drop_policy{domain});
    known_.erase(entry);
  }
}

} // namespace warmfront
