// What the control store keeps about nodes: records, keys, codecs. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/member.hpp"

namespace warmfront {

/// `nodes/NAME`.
struct node_record {
  std::uint16_t number = 0; ///< from 1
  std::string address;
  std::string key_fingerprint;
  std::uint64_t epoch = 1; ///< from 1
  node_state state = node_state::active;
  bool drain_requested = false; ///< survives a death
  bool drained = false;
  bool ended = false; ///< see `member::ended`
  wall_time registered_at{};
  wall_time changed_at{};
  friend bool operator==(const node_record&, const node_record&) = default;
};

/// `alive/NAME`: exists as long as the node's lease.
struct node_life {
  std::uint64_t epoch = 1;
  std::string instance; ///< names the data directory that the process has locked
  friend bool operator==(const node_life&, const node_life&) = default;
};

inline constexpr std::string_view node_prefix = "nodes/";
inline constexpr std::string_view life_prefix = "alive/";
inline constexpr std::string_view cluster_prefix = "cluster/";
inline constexpr std::string_view last_node_number_key = "cluster/last_node_number";

[[nodiscard]] std::string node_key(const node_name& name);
[[nodiscard]] std::string life_key(const node_name& name);

[[nodiscard]] std::string encode(const node_record& value);
[[nodiscard]] std::string encode(const node_life& value);
[[nodiscard]] std::string encode_node_number(std::uint16_t number);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<node_record> decode_node(std::string_view octets);
[[nodiscard]] result<node_life> decode_life(std::string_view octets);
[[nodiscard]] result<std::uint16_t> decode_node_number(std::string_view octets);

} // namespace warmfront
