// The recipient groups as they are, and what commands make of them.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "actors/groups/group_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A list that was read and stored, on its way to become a version.
struct group_draft {
  chunk_id list;
  std::uint64_t recipients = 0;
  std::uint32_t segments = 0;
  std::vector<group_variable> variables;
};

/// Rules: a name is unique within its account; a version follows the one it was made from.
class group_book {
public:
  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `already_exists`, `limit_exceeded` (ten thousand in an account), `invalid_argument`.
  [[nodiscard]] result<storage::control_transaction> build(const create_group& command,
                                                           wall_time now) const;
  /// `not_found`.
  [[nodiscard]] result<storage::control_transaction> build(const delete_group& command) const;
  /// The version after `base`. `conflict` when it is not the current one any more.
  [[nodiscard]] result<storage::control_transaction>
  build(const account_name& account, const group_name& name, std::uint32_t base,
        const group_draft& draft, wall_time now) const;

  // ---- what is so ----
  /// Null: there is none.
  [[nodiscard]] const group_report* find(const account_name& account, const group_name& name) const;
  /// By account and name. `not_found` for a name that there is not.
  [[nodiscard]] result<std::vector<group_report>> list(const list_groups& filter) const;

private:
  struct stored {
    group_report value;
    storage::revision at = 0;
  };
  using identity = std::pair<account_name, group_name>;

  std::map<identity, stored> groups_;
  std::uint64_t last_id_ = 0;
  storage::revision last_id_at_ = 0;
};

[[nodiscard]] error no_group(const group_name& name);

} // namespace warmfront
