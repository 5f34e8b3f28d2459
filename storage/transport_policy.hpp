// What a node keeps of receivers' transport policies, and its counters of sessions under them.
// Pure: builds keys and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"

namespace warmfront::storage {

/// An MTA-STS policy as it was fetched.
struct stored_policy {
  std::string id;   ///< of the record that announced it
  std::string text; ///< the policy
  wall_time fetched_at{};
  wall_time expires_at{};

  friend bool operator==(const stored_policy&, const stored_policy&) = default;
};

/// Of `family::events`. All start with the same prefix.
[[nodiscard]] std::string sts_policy_key(const domain_name& domain);
[[nodiscard]] std::string sts_policies_prefix();
/// The domain of a key that starts with the prefix.
[[nodiscard]] domain_name parse_sts_policy_key(std::string_view key);

[[nodiscard]] std::string encode(const stored_policy& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<stored_policy> decode_policy(std::string_view octets);

/// A counter of sessions, of `family::counters`. The numbers are those of `net/trust`.
struct tls_counter_key {
  utc_day day{};
  domain_name domain; ///< whose policy it is
  std::uint8_t policy = 0;
  std::uint8_t result = 0;

  friend auto operator<=>(const tls_counter_key&, const tls_counter_key&) = default;
};
[[nodiscard]] std::string encode(const tls_counter_key& key);
/// None for other keys.
[[nodiscard]] std::optional<tls_counter_key> parse_tls_counter_key(std::string_view key);
/// All counters of a day start with this.
[[nodiscard]] std::string tls_counters_prefix(utc_day day);

} // namespace warmfront::storage
