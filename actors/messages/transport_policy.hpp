// Which policies receivers have for the way to them, and how sessions fared under them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "net/trust/sts_policy.hpp"
#include "net/trust/tls_report.hpp"

namespace warmfront {

/// From delivery's router, before it names a domain's hosts. `then` is called once, on the actor's
/// thread or on one of whoever fetches policies; none: no policy holds.
struct find_sts_policy {
  domain_name domain;
  std::function<void(std::optional<trust::sts_policy>)> then;
};

/// From delivery: sessions that were made, and hosts that were left out.
struct count_tls_sessions {
  std::vector<trust::tls_session> sessions;
};

/// Sessions of one day under one domain's policy (RFC 8460 §4.3).
struct tls_report {
  utc_day day{};
  trust::policy_type policy = trust::policy_type::none;
  domain_name domain; ///< whose policy it is
  std::uint64_t successes = 0;
  std::vector<std::pair<trust::tls_result, std::uint64_t>> failures = {};
};

/// Of this node alone, by day, domain and kind of policy.
struct list_tls_reports {
  utc_day from{};
  utc_day to{};       ///< the last day
  domain_name domain; ///< empty: of all
};

} // namespace warmfront
