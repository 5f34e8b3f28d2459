// The bonds of the cluster: which node's copies count for whom.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

inline constexpr std::string_view bond_prefix = "bonds/";

/// A primary ends a bond by numbering the next one; a holder adopts what it holds of a dead primary
/// by listing the bond and numbering the next one. Both are one compared transaction on one key, so
/// that exactly one of them happens.
struct bond {
  std::uint32_t number = 0; ///< 0: none was made yet
  std::vector<std::uint32_t> adopted;
  friend bool operator==(const bond&, const bond&) = default;

  [[nodiscard]] bool is_adopted(std::uint32_t of) const;
};

[[nodiscard]] std::string bond_key(const node_name& primary, const node_name& holder);
[[nodiscard]] std::string encode(const bond& value);
/// `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<bond> decode_bond(std::string_view octets);

/// All bonds as the control store has them. Not thread-safe.
class bond_book {
public:
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  /// The present bond; number 0 when there is none.
  [[nodiscard]] const bond& find(const node_name& primary, const node_name& holder) const;
  /// Makes the first bond or the next one: copies of earlier ones count for nothing then.
  [[nodiscard]] storage::control_transaction next(const node_name& primary,
                                                  const node_name& holder) const;
  /// Adopts the present bond; nothing to do when there is none. `dead` is the primary's node record
  /// that says so: it must be unchanged.
  [[nodiscard]] storage::control_transaction
  adopt(const node_name& primary, const node_name& holder,
        const storage::control_transaction::comparison& dead) const;

private:
  struct entry {
    bond value;
    storage::revision at = 0;
  };
  using pair = std::pair<std::string, std::string>;
  [[nodiscard]] const entry& entry_of(const node_name& primary, const node_name& holder) const;

  std::map<pair, entry> bonds_;
};

} // namespace warmfront
