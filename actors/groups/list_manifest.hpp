// The whole of a group in one version: its segments, and what is in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/error.hpp"

namespace warmfront {

inline constexpr std::size_t manifest_segments_max = 100'000;
/// The variables of all lists that a group was made of.
inline constexpr std::size_t manifest_variables_max = 1'000;
/// The receiving domains that are counted one by one.
inline constexpr std::size_t manifest_domains_max = 200;

struct listed_segment {
  chunk_id content;
  std::uint32_t recipients = 0; ///< 1 to `segment_recipients_max`
  std::uint64_t octets = 0;

  friend bool operator==(const listed_segment&, const listed_segment&) = default;
};

/// How many recipients have something.
struct list_count {
  std::string name;
  std::uint64_t recipients = 0;

  friend bool operator==(const list_count&, const list_count&) = default;
};

struct list_manifest {
  std::vector<listed_segment> segments; ///< in the order of the list
  std::uint64_t recipients = 0;
  /// In order of appearance; a value that is empty counts, one that is absent does not.
  std::vector<list_count> variables;
  std::vector<list_count> domains; ///< see `domain_tally`
  std::uint64_t recipients_elsewhere = 0;

  friend bool operator==(const list_manifest&, const list_manifest&) = default;
};

/// The same lists give the same octets, at most `storage::chunk_octets_max`.
[[nodiscard]] std::string encode(const list_manifest& value);
/// Fails with `storage_corrupt`, also when the numbers do not add up, or `storage_newer` for a
/// schema that this release does not know.
[[nodiscard]] result<list_manifest> decode_manifest(std::string_view octets);

} // namespace warmfront
