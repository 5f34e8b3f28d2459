// The control store of a cluster of one: kept in the family `control` of a store.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "actors/core/clock.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

class control_core;

struct embedded_control_options {
  /// Transactions of the past that a watch can ask for; older ones are `not_found`.
  std::size_t history_max = 10'000;
};

/// Runs a task later: one at a time, in order, never inside the call.
using task_runner = std::function<void(std::function<void()>)>;

/// Every operation is a task of the runner, so that transactions follow one another; a transaction
/// is answered, and seen by watches, when its commit is durable. Revisions, leases and the history
/// survive a restart; a lease's time to live starts anew then.
class embedded_control_store final : public control_store {
public:
  /// Reads what is there. `over` and `time` must outlive the object and every task.
  /// @returns the error of the store, or `storage_corrupt` for a record that does not parse.
  [[nodiscard]] static result<std::unique_ptr<embedded_control_store>>
  open(store& over, const clock& time, task_runner run, embedded_control_options options = {});
  ~embedded_control_store() override;

  void range(std::string prefix,
             std::function<void(const result<control_snapshot>&)> done) override;
  void transact(control_transaction what,
                std::function<void(const result<transaction_outcome>&)> done) override;
  std::unique_ptr<watch_handle> watch(std::string prefix, revision from,
                                      watch_callback changed) override;
  void grant_lease(milliseconds time_to_live,
                   std::function<void(const result<lease_id>&)> done) override;
  void keep_lease(lease_id lease, std::function<void(const result<void>&)> done) override;
  void revoke_lease(lease_id lease, std::function<void(const result<void>&)> done) override;

  /// Ends the leases whose time is over. To be called every few hundred milliseconds.
  void tick();

  /// Whether nothing waits and no commit is under way. Only from within a task.
  [[nodiscard]] bool idle() const;

private:
  explicit embedded_control_store(std::shared_ptr<control_core> of);
  std::shared_ptr<control_core> core_;
};

/// The embedded control store with a thread of its own, which also ends leases. Its destructor
/// finishes what was asked and stops the thread. `over` and `time` must outlive it.
[[nodiscard]] result<std::unique_ptr<control_store>>
open_embedded_control_store(store& over, const clock& time, embedded_control_options options = {});

} // namespace warmfront::storage
