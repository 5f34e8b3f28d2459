// Looks at the DNS: on a schedule, by hand, and before a batch begins.
#include <algorithm>
#include <functional>

#include "actors/identities/identities_actor_host.hpp"
#include "actors/identities/sending_rules.hpp"

namespace warmfront {

namespace {

/// More would be a burst that a name server may not like.
constexpr std::size_t looks_max = 8;
constexpr std::chrono::milliseconds look_around_every{std::chrono::seconds{30}};
constexpr std::chrono::milliseconds first_look_within{std::chrono::minutes{1}};

error no_dns() {
  return {errc::unavailable, "this node has no name server to ask", "set dns.servers"};
}

} // namespace

void identities_host::tick() {
  look_at_due();
  run_later_(std::clamp(config_.check_every / 4, std::chrono::milliseconds{100}, look_around_every),
             [this] { tick(); });
}

// Every node would look at every domain; the one whose wait is the shortest does, and when the
// others' turn comes it has been done.
bool identities_host::is_due(const domain_name& domain) const {
  const auto spread = book_.was_looked_at(domain)
                          ? config_.check_every / 10
                          : std::min(first_look_within, config_.check_every) / 2;
  const auto own = std::hash<std::string>{}(domain.str() + '/' + std::to_string(config_.seed));
  const std::chrono::milliseconds jitter{
      static_cast<std::int64_t>(own % static_cast<std::uint64_t>(spread.count() + 1))};
  const auto wait =
      (book_.was_looked_at(domain) ? config_.check_every : std::chrono::milliseconds{0}) + jitter;
  const auto since = ports_.time->wall_now() - book_.last_look(domain);
  return since >= wait || since < microseconds{0} - clock_slack; // the clock went back
}

void identities_host::look_at_due() {
  for (const auto& domain : book_.domains()) {
    if (looking_.size() >= looks_max)
      return;
    if (!is_due(domain) || looking_.contains(domain))
      continue;
    look_at(domain, false, [this, domain](const result<void>& outcome) {
      if (!outcome && outcome.error().code != errc::not_found)
        ports_.log->write(log_level::warn, "identity_not_checked",
                          {{"domain", std::string_view{domain.str()}},
                           {"what", std::string_view{outcome.error().what}}});
      // What could not be stored is due again with the next tick, not at once.
      if (outcome && !is_due(domain))
        look_at_due();
    });
  }
}

void identities_host::look_at(const domain_name& domain, bool by_hand,
                              std::function<void(const result<void>&)> then) {
  looking_.insert(domain);
  walk_.begin([this, of = book_.subject(domain), by_hand, then = std::move(then),
               at = ports_.time->wall_now()](dns_answers& answers) {
    const auto found = look_at_identity(of, config_.site, answers);
    if (found)
      store(of.domain, *found, at, by_hand, then);
    return found.has_value();
  });
}

void identities_host::store(const domain_name& domain, const identity_findings& found, wall_time at,
                            bool by_hand, std::function<void(const result<void>&)> then) {
  const auto* const before = book_.check_of(domain);
  const bool was_verified = before != nullptr && before->verified;
  mirror_.change(
      [this, domain, found, at, by_hand] {
        return book_.build_look(domain, found, at, by_hand, config_.rotation);
      },
      [this, domain, was_verified, then = std::move(then)](const result<void>& outcome) {
        looking_.erase(domain);
        if (outcome) {
          log_verdict(domain, was_verified);
          make_due_keys(domain);
        }
        publish();
        then(outcome);
      });
}

void identities_host::log_verdict(const domain_name& domain, bool was_verified) {
  const auto* const now = book_.check_of(domain);
  if (now == nullptr || now->verified == was_verified)
    return;
  ports_.log->write(now->verified ? log_level::info : log_level::warn,
                    now->verified ? "identity_verified" : "identity_not_verified_any_more",
                    {{"domain", std::string_view{domain.str()}}});
}

void identities_host::verify(const verify_identity& m, promise_of<identity_report> promise) {
  const auto domain = book_.require_domain(m.account, m.domain);
  if (!domain || !ports_.look_up)
    return static_cast<void>(
        promise.deliver(answer<identity_report>{domain ? no_dns() : domain.error()}));
  look_at(domain.value(), true, tell(m.account, domain.value(), promise));
}

void identities_host::check(const check_sending& m, promise_of<sending_check> promise) {
  const auto owner = book_.covering_identity(m.from);
  if (!owner.account.empty() && owner.account != m.account)
    return static_cast<void>(promise.deliver(answer<sending_check>{
        error{errc::refused, "the sender domain " + m.from.str() + " belongs to another account",
              "send from a domain of this account", "from"}}));
  if (m.asks_dns && !ports_.look_up)
    return static_cast<void>(promise.deliver(answer<sending_check>{no_dns()}));
  sending_subject of;
  of.from = m.from;
  of.sources = m.sources;
  of.is_batch = m.is_batch;
  of.has_one_click = m.has_one_click;
  if (!owner.domain.empty()) {
    of.identity = book_.subject(owner.domain);
    if (const auto* const last = book_.check_of(owner.domain))
      of.last = *last;
    const auto domains = book_.sender_domains();
    of.return_path = domains.at(owner.domain).return_path;
  }
  if (!m.asks_dns) {
    dns_answers nothing;
    nothing.give_up("nobody has looked yet");
    return static_cast<void>(
        promise.deliver(answer<sending_check>{*check_rules(of, config_.site, nothing)}));
  }
  walk_.begin([this, of, promise](dns_answers& answers) mutable {
    auto found = check_rules(of, config_.site, answers);
    if (!found)
      return false;
    promise.deliver(answer<sending_check>{std::move(*found)});
    return true;
  });
}

} // namespace warmfront
