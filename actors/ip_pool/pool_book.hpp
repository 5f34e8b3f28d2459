// The pools as they are, and what may become of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/messages/messages.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

inline constexpr std::string_view pool_prefix = "pools/";
/// The pool that always exists. It cannot be deleted.
inline constexpr std::string_view shared_pool_name = "shared";

[[nodiscard]] std::string pool_key(const pool_name& name);
[[nodiscard]] std::string encode(const pool& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<pool> decode_pool(pool_name name, std::string_view octets);

/// Brings an address into its stored form. `invalid_argument` for what is not an IP address, a node
/// name or a weight up to 1 000 000.
[[nodiscard]] result<pool_address> normalized(pool_address value);

/// A ledger that must exist before a change is made.
struct needed_ledger {
  ledger_subject subject;
  plan_name plan;
};

/// Rules: names of 1 to 64 lower-case letters, digits, hyphens and underscores; an address is in at
/// most one dedicated pool and never in pools of both kinds; a pool overflows into one that is
/// there, not into itself, and not into another account's; at most 1 000 addresses a pool. Removing
/// the last address is allowed: the pool's mail is held then.
class pool_book {
public:
  /// `self` is set in a cluster: an address belongs to one node, the one that is told to add it
  /// when none is named, and only that node sends from it.
  explicit pool_book(node_name self = {});

  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change: a transaction against what was seen ----
  /// `invalid_argument`, `not_found` (where to overflow to), `conflict` (an address that is
  /// elsewhere, a changed kind, another account's overflow). Addresses must be `normalized`.
  [[nodiscard]] result<storage::control_transaction> build(const put_pool& command) const;
  /// `not_found`, `refused` for the shared pool, `conflict` while another one overflows into it.
  [[nodiscard]] result<storage::control_transaction> build(const delete_pool& command) const;
  /// `not_found` when there is no such pool, `conflict` when the address is elsewhere.
  [[nodiscard]] result<storage::control_transaction> build(const put_pool_address& command) const;
  /// `not_found` when the pool or its address does not exist.
  [[nodiscard]] result<storage::control_transaction>
  build(const delete_pool_address& command) const;

  /// `not_found` when no pool has the address. Nothing to do where the state is what it shall be.
  [[nodiscard]] result<storage::control_transaction> build(const set_address_state& command,
                                                           wall_time now) const;

  /// The command with its addresses `normalized`. Where no plan is named an address keeps the one
  /// it has in the pool; a new one in a dedicated pool gets `standard`, in a shared pool none. One
  /// that is there keeps its state, a new one comes in the state that the command gives it.
  [[nodiscard]] result<put_pool> prepared(put_pool command) const;
  [[nodiscard]] result<put_pool_address> prepared(put_pool_address command) const;
  /// The ledgers that must exist before addresses are stored in a pool: of new ones and of those
  /// whose plan changes.
  [[nodiscard]] std::vector<needed_ledger>
  ledgers_for(const pool_name& name, const std::vector<pool_address>& addresses) const;

  // ---- what is so ----
  [[nodiscard]] const pool* find(const pool_name& name) const;
  [[nodiscard]] result<std::vector<pool>> list(const pool_name& name) const;
  /// The request for permits that an assignment leads to: no candidates when there is no such pool
  /// or it has no usable address.
  [[nodiscard]] permit_request request_for(const assignment_request& assignment) const;

private:
  struct stored {
    pool value;
    storage::revision at = 0; ///< 0: not in the store
    /// Of its addresses, those that this node may send from; kept, since every recipient asks.
    std::vector<pool_address> usable = {};
  };
  [[nodiscard]] result<pool_address> prepared(const pool_address& value, const pool& target) const;
  [[nodiscard]] const pool_address* find_address(const pool_name& name,
                                                 const ip_address& address) const;
  [[nodiscard]] result<void> check_addresses(const pool& value) const;
  [[nodiscard]] result<void> check_overflow(const pool& value) const;
  [[nodiscard]] std::vector<pool_address> usable_of(const pool& of) const;
  [[nodiscard]] result<storage::control_transaction> replace(const pool& changed) const;
  void guard_addresses(storage::control_transaction& transaction, const pool& changed) const;

  node_name self_;
  std::map<pool_name, stored> pools_;
};

} // namespace warmfront
