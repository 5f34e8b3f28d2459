// The runs as they are, and what commands make of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/messages/messages.hpp"
#include "actors/messages/provisioning.hpp"
#include "actors/provisioning/provisioning_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What a new run is checked against.
struct provisioning_surroundings {
  const std::vector<pool>* pools = nullptr;
  const std::vector<plan>* plans = nullptr;
  node_name self; ///< owns addresses for which no node is named
  wall_time now{};
};

/// Rules: an address is in at most one run that is not over; what is added is in no pool that
/// excludes it, what is removed is in the pool; the pool keeps an address that may send; of the
/// runs that are over the last hundred are kept.
class provisioning_book {
public:
  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `not_found` (pool, plan, an address to remove), `conflict` (an address that is elsewhere or in
  /// another run, a pool that would be left empty), `invalid_argument`. The run gets the id given.
  [[nodiscard]] result<storage::control_transaction>
  build(const start_provisioning& command, const std::string& id,
        const provisioning_surroundings& around) const;
  /// `not_found`, `conflict` when the run is over or rolls back. Nothing to do where it is so.
  [[nodiscard]] result<storage::control_transaction> build(const act_on_provisioning& command,
                                                           wall_time now) const;
  /// Stores a changed run, or nothing when it is not any more what it was before.
  [[nodiscard]] storage::control_transaction replace(const provisioning& before,
                                                     const provisioning& changed) const;

  // ---- what is so ----
  /// Newest first. `not_found` for an id that there is not.
  [[nodiscard]] result<std::vector<provisioning>> list(const std::string& id) const;
  [[nodiscard]] const provisioning* find(const std::string& id) const;
  /// The last run that names an address; null: there is none.
  [[nodiscard]] const provisioning* last_about(const ip_address& address) const;
  /// Those that are not over, oldest first.
  [[nodiscard]] std::vector<provisioning> under_way() const;

private:
  struct stored {
    provisioning value;
    storage::revision at = 0;
  };
  [[nodiscard]] result<void> check_step(const provisioning_step& step, const pool& target,
                                        const provisioning_surroundings& around) const;
  [[nodiscard]] result<void> check_free(const ip_address& address) const;
  void forget_oldest(storage::control_transaction& transaction) const;
  void guard_addresses(storage::control_transaction& transaction, const std::string& id) const;

  std::map<std::string, stored> runs_;
  storage::revision last_begun_at_ = 0; ///< of `provisionings/last`
};

/// An id for a run that begins now: 16 hexadecimal digits, later ones are greater.
[[nodiscard]] std::string provisioning_id(wall_time now);

} // namespace warmfront
