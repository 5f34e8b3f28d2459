// Which MTA-STS policies are known, when they are looked for, and what holds meanwhile (RFC 8461).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "net/dns/resolver.hpp"
#include "net/trust/sts_answer.hpp"
#include "storage/transport_policy.hpp"

namespace warmfront {

struct policy_rules {
  std::size_t domains_max = 50'000;  ///< known at once; those asked for least lately go
  std::size_t waiting_max = 10'000;  ///< questions at once; one more gets what is known
  seconds record_lifetime{300};      ///< a record is looked up again after this
  seconds refresh_after{86'400};     ///< a policy is fetched again, or after half its life
  seconds failure_delay_first{300};  ///< RFC 8461 §3.3: no fetch for five minutes …
  seconds failure_delay_last{3'600}; ///< … doubled up to this
};

/// Names a question; chosen by the caller.
using policy_ticket = std::uint64_t;

/// Ask the DNS for the TXT records of `_mta-sts.DOMAIN`.
struct look_up_record {
  domain_name domain;
};
struct fetch_policy {
  domain_name domain;
};
/// Questions are answered; none: no policy holds.
struct tell_policy {
  std::vector<policy_ticket> to;
  std::optional<trust::sts_policy> policy;
};
struct keep_policy {
  domain_name domain;
  storage::stored_policy policy;
};
struct drop_policy {
  domain_name domain;
};
/// A policy could not be had: to be counted and said in the log.
struct policy_failed {
  domain_name domain;
  trust::sts_failure failure;
  bool has_older = false; ///< the one known before holds on
};
using policy_action = std::variant<look_up_record, fetch_policy, tell_policy, keep_policy,
                                   drop_policy, policy_failed>;
using policy_actions = std::vector<policy_action>;

/// Decides; the shell executes the actions in order. Not thread-safe.
///
/// A policy that was fetched holds until it expires, whatever becomes of its record and its host:
/// who can suppress those must not get the mail in clear text (RFC 8461 §5.1).
class policy_book {
public:
  explicit policy_book(policy_rules rules = {}) : rules_{rules} {}

  /// A policy of the disk, before anything else. Expired ones are forgotten at once.
  void restore(const domain_name& domain, storage::stored_policy policy, wall_time now);

  void find(const domain_name& domain, policy_ticket ticket, wall_time now,
            policy_actions& actions);
  void on_record(const domain_name& domain, const dns::record_answer& answer, wall_time now,
                 policy_actions& actions);
  void on_policy(const domain_name& domain, const result<http::incoming_answer>& answer,
                 wall_time now, policy_actions& actions);

  [[nodiscard]] std::size_t size() const noexcept { return known_.size(); }

private:
  struct known_policy {
    storage::stored_policy stored;
    trust::sts_policy policy;
  };
  struct domain_entry {
    std::optional<known_policy> known;
    std::optional<wall_time> checked_at;
    bool busy = false;     ///< its record or its policy is being asked for
    std::string announced; ///< the id of the policy being fetched
    wall_time blocked_until{};
    std::uint32_t failures = 0;
    std::vector<policy_ticket> waiting;
    wall_time used_at{};
  };

  [[nodiscard]] std::optional<trust::sts_policy> holding(const domain_entry& of,
                                                         wall_time now) const;
  void answer(domain_entry& of, wall_time now, policy_actions& actions);
  void conclude(domain_entry& of, wall_time now, policy_actions& actions);
  [[nodiscard]] bool is_due(const domain_entry& of, const std::string& id, wall_time now) const;
  void note_failure(const domain_name& domain, domain_entry& of, trust::sts_failure failure,
                    wall_time now, policy_actions& actions);
  void make_room(policy_actions& actions);

  policy_rules rules_;
  std::map<domain_name, domain_entry> known_;
  std::size_t waiting_ = 0;
};

} // namespace warmfront
