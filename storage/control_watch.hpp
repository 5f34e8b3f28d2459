// The watches of the embedded control store: who wants to hear of which keys.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/control_store.hpp"

namespace warmfront::storage {

/// A watch, shared by its handle and the store. Thread-safe.
class control_watch {
public:
  control_watch(std::string prefix, revision from, watch_callback changed);

  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] revision from() const noexcept { return from_; }
  /// Whether it still wants calls.
  [[nodiscard]] bool active() const;
  /// Calls with the events of one transaction that concern it, if any.
  void deliver(const std::vector<control_event>& events);
  /// Calls with an error, the last call.
  void fail(const error& why);
  /// No call starts after this; waits for one that runs, unless it is inside of it.
  void end();

private:
  const std::string prefix_;
  const revision from_;
  const watch_callback changed_;
  mutable std::recursive_mutex mutex_; ///< held during a call
  bool active_ = true;
};

/// The handle of a watch: ends it when destroyed.
[[nodiscard]] std::unique_ptr<watch_handle> make_watch_handle(std::shared_ptr<control_watch> watch);

} // namespace warmfront::storage
