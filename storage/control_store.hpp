// The cluster's control state: accounts, keys, pools, plans, ledger leases. One interface, three
// implementations that pass the same contract tests: RocksDB embedded, memory with faults, etcd.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::storage {

/// Grows by one with every transaction that changed something. 0: before the first.
using revision = std::uint64_t;
/// Names a lease; 0: none.
using lease_id = std::uint64_t;

struct control_record {
  std::string key;
  std::string value;
  revision created = 0;  ///< of the transaction that created the key
  revision modified = 0; ///< of the transaction that changed it last
  lease_id lease = 0;    ///< the key goes when this lease ends
  friend bool operator==(const control_record&, const control_record&) = default;
};

/// A transaction: when every comparison holds, all changes happen at one revision; else nothing
/// does.
struct control_transaction {
  /// The key's `modified` must be this; 0: the key must not exist.
  struct comparison {
    std::string key;
    revision modified = 0;
  };
  struct change {
    std::string key;
    std::optional<std::string> value; ///< none: delete
    lease_id lease = 0;
  };
  std::vector<comparison> when;
  std::vector<change> then; ///< at most 100, each key once
};

struct transaction_outcome {
  bool applied = false; ///< false: a comparison failed, read again and retry
  revision at = 0;      ///< the store's revision after it
};

/// A consistent view of a prefix.
struct control_snapshot {
  std::vector<control_record> records; ///< in key order
  revision at = 0;                     ///< watch from `at + 1` to miss nothing
};

/// One change seen by a watch; `record.value` is empty when `deleted`.
struct control_event {
  control_record record;
  bool deleted = false;
};

/// What a watch delivers: the events of one or more whole transactions, in order; or an error.
/// `errc::not_found` says that the asked revision is compacted away: read again, then watch anew.
/// After any error the watch is over.
using watch_callback = std::function<void(const result<std::vector<control_event>>&)>;

/// Ends its watch when destroyed; no call starts after that.
class watch_handle {
public:
  virtual ~watch_handle() = default;
};

/// Thread-safe. Callbacks come from any thread, never from inside the call itself, and must not
/// block. `errc::unavailable`: no answer now; a transaction may or may not have happened.
class control_store {
public:
  virtual ~control_store() = default;

  virtual void range(std::string prefix,
                     std::function<void(const result<control_snapshot>&)> done) = 0;
  virtual void transact(control_transaction what,
                        std::function<void(const result<transaction_outcome>&)> done) = 0;
  /// Every change of keys with the prefix from revision `from` on, past ones first.
  [[nodiscard]] virtual std::unique_ptr<watch_handle> watch(std::string prefix, revision from,
                                                            watch_callback changed) = 0;

  virtual void grant_lease(std::chrono::milliseconds time_to_live,
                           std::function<void(const result<lease_id>&)> done) = 0;
  /// Starts the time to live anew; `errc::not_found` when the lease has ended.
  virtual void keep_lease(lease_id lease, std::function<void(const result<void>&)> done) = 0;
  /// Ends a lease and deletes its keys.
  virtual void revoke_lease(lease_id lease, std::function<void(const result<void>&)> done) = 0;
};

} // namespace warmfront::storage
