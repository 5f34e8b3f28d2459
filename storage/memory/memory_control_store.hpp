// A control store in memory for tests and the simulation: nothing happens until the test says so.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "storage/embedded_control_store.hpp"
#include "storage/memory/memory_store.hpp"

namespace warmfront::storage {

/// The rules of the embedded control store on a memory store. Calls are queued; `run` executes
/// them, and calls the callbacks, on the thread that calls it.
class memory_control_store final : public control_store {
public:
  /// `time` must outlive it.
  explicit memory_control_store(const clock& time, embedded_control_options options = {});

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

  /// Ends leases that are due, then executes calls and what they cause until nothing is left.
  /// @returns the tasks done.
  std::size_t run();
  /// A crash and a new start: queued calls and watches are gone, without an answer.
  void restart();
  /// The data beneath, to let commits fail.
  [[nodiscard]] memory_store& data() noexcept { return data_; }

private:
  void open();

  const clock& clock_;
  const embedded_control_options options_;
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  memory_store data_;
  std::unique_ptr<embedded_control_store> embedded_;
};

} // namespace warmfront::storage
