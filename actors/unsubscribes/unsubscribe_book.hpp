// The unsubscribe settings as they are, and what commands make of them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/unsubscribes.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

inline constexpr std::string_view unsubscribes_prefix = "unsubscribes/";
/// Of one account.
inline constexpr std::size_t unsubscribe_settings_max = 1000;

[[nodiscard]] std::string unsubscribe_key(const account_name& account, std::string_view address);
/// Account and address are in the key.
[[nodiscard]] std::string encode(const unsubscribe_setting& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<unsubscribe_setting> decode_unsubscribe(std::string_view key,
                                                             std::string_view octets);

class unsubscribe_book {
public:
  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `not_found`, `limit_exceeded`, `invalid_argument` for what is no address.
  [[nodiscard]] result<storage::control_transaction>
  build(const put_unsubscribe_setting& command) const;
  /// `not_found`.
  [[nodiscard]] result<storage::control_transaction>
  build(const delete_unsubscribe_setting& command) const;

  // ---- what is so ----
  /// By account and address.
  [[nodiscard]] std::vector<unsubscribe_setting>
  list(const list_unsubscribe_settings& filter) const;

private:
  struct stored {
    unsubscribe_setting value;
    storage::revision at = 0;
  };
  std::map<std::pair<account_name, std::string>, stored> settings_;
};

} // namespace warmfront
