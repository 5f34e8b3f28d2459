// How the embedded control store lays out its keys and encodes its records. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "storage/control_store.hpp"

namespace warmfront::storage {

/// Keys: `k` + key, `h` + revision, `l` + lease, `p` for the position; numbers big endian, so that
/// the order of octets is the order of numbers.
namespace control_keys {
inline constexpr std::string_view entries = "k";
inline constexpr std::string_view history = "h";
inline constexpr std::string_view leases = "l";
inline constexpr std::string_view position = "p";

[[nodiscard]] std::string entry(std::string_view key);
[[nodiscard]] std::string of_revision(revision at);
[[nodiscard]] std::string of_lease(lease_id lease);
/// The number behind the prefix of a history or lease key.
[[nodiscard]] std::uint64_t number_of(std::string_view key);
} // namespace control_keys

struct control_position {
  revision at = 0;
  lease_id last_lease = 0;
  friend bool operator==(const control_position&, const control_position&) = default;
};

[[nodiscard]] std::string encode_entry(const control_record& record);
[[nodiscard]] std::string encode_events(const std::vector<control_event>& events);
[[nodiscard]] std::string encode_lease(std::chrono::milliseconds time_to_live);
[[nodiscard]] std::string encode_position(const control_position& position);

/// Decoders answer `storage_corrupt` for octets that are no such record.
[[nodiscard]] result<control_record> decode_entry(std::string key, std::string_view octets);
[[nodiscard]] result<std::vector<control_event>> decode_events(std::string_view octets);
[[nodiscard]] result<std::chrono::milliseconds> decode_lease(std::string_view octets);
[[nodiscard]] result<control_position> decode_position(std::string_view octets);

} // namespace warmfront::storage
