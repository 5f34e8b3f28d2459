// A control store behind a bad network: what one node sees of it in the simulation.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/control_store.hpp"
#include "storage/control_watch.hpp"

namespace warmfront::storage {

/// What becomes of one call.
enum class control_fault : std::uint8_t {
  none,
  lost_call,   ///< answered `unavailable`, and nothing happened
  lost_answer, ///< answered `unavailable`, though it happened
  delayed,     ///< it happens, but the answer waits for `release`
  dropped,     ///< it happens, and no answer ever comes
};

/// Wraps a store that it does not own and that must outlive it. Answers of its own making, and
/// delayed ones, come inside `deliver` and `release`; the others when the store answers.
class faulty_control_store final : public control_store {
public:
  /// @param choose asked once per call, watches excepted
  faulty_control_store(control_store& target, std::function<control_fault()> choose);

  void range(std::string prefix,
             std::function<void(const result<control_snapshot>&)> done) override;
  void transact(control_transaction what,
                std::function<void(const result<transaction_outcome>&)> done) override;
  std::unique_ptr<watch_handle> watch(std::string prefix, revision from,
                                      watch_callback changed) override;
  void grant_lease(std::chrono::milliseconds time_to_live,
                   std::function<void(const result<lease_id>&)> done) override;
  void keep_lease(lease_id lease, std::function<void(const result<void>&)> done) override;
  void revoke_lease(lease_id lease, std::function<void(const result<void>&)> done) override;

  /// Gives the `unavailable` answers that are due. @returns how many.
  std::size_t deliver();
  /// Gives the delayed answers that have arrived. @returns how many.
  std::size_t release();
  /// Ends all watches with `unavailable`, as a lost connection does.
  void break_watches();

private:
  struct pending; // shared with answers on their way, which may outlive this object
  template <class Value>
  using answer = std::function<void(const result<Value>&)>;
  template <class Value, class Call>
  void pass(answer<Value> done, Call call);

  control_store& target_;
  const std::function<control_fault()> choose_;
  const std::shared_ptr<pending> pending_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<control_watch>> watches_;
};

} // namespace warmfront::storage
