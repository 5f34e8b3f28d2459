// MTA-STS: the record that announces a policy, and the policy itself (RFC 8461 §3). Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::trust {

enum class sts_mode : std::uint8_t { none, testing, enforce };
[[nodiscard]] std::string_view to_string(sts_mode value) noexcept;

/// A policy as its host publishes it.
struct sts_policy {
  sts_mode mode = sts_mode::none;
  std::vector<std::string> hosts; ///< `mx.example.net`, `*.example.net`; in lower case
  std::chrono::seconds max_age{0};

  friend bool operator==(const sts_policy&, const sts_policy&) = default;
};

/// Policies are larger only by mistake or malice.
inline constexpr std::size_t sts_policy_octets_max = 64 * 1024;
inline constexpr std::size_t sts_hosts_max = 200;
/// RFC 8461 §3.2: the most that a `max_age` may say.
inline constexpr std::chrono::seconds sts_max_age_max{31'557'600};

/// The `id` among the TXT records of `_mta-sts.DOMAIN`; empty when none announces a policy.
/// `invalid_argument` for more than one announcement and for one that cannot be read: both count
/// as no announcement (§3.1), but somebody should hear of it.
[[nodiscard]] result<std::string> parse_sts_records(const std::vector<std::string>& texts);

/// Reads a policy; lines end with LF or CRLF, unknown fields are skipped, of repeated ones the
/// first counts. `invalid_argument` says what is wrong.
[[nodiscard]] result<sts_policy> parse_sts_policy(std::string_view text);
/// The same policy as text, for the node's own records.
[[nodiscard]] std::string to_text(const sts_policy& policy);

/// Whether a mail host is named: exactly, or by a pattern whose `*` stands for one label (§4.1).
[[nodiscard]] bool allows(const sts_policy& policy, std::string_view host) noexcept;

} // namespace warmfront::trust
