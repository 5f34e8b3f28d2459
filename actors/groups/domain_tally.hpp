// Recipients per receiving domain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/groups/list_manifest.hpp"

namespace warmfront {

/// Counts the domains that it sees first, `domains_max` of them, and all others as one. A manifest
/// keeps the most common ones: in a group that is continued, what had been among the others before
/// stays there, so a count never says more than there are.
class domain_tally {
public:
  static constexpr std::size_t domains_max = 100'000;

  /// Goes on from what a manifest kept.
  explicit domain_tally(const list_manifest& base);

  /// One recipient more. `address` is normalised.
  void add(std::string_view address);

  /// Puts the `manifest_domains_max` most common domains, those of equal counts in the order of
  /// their names, and the number of all other recipients.
  void put_into(list_manifest& to) const;

private:
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::uint64_t, text_hash, std::equal_to<>> counts_;
  std::uint64_t elsewhere_ = 0;
};

} // namespace warmfront
