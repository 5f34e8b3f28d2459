// Gives the space of removed data back while new mail is refused for want of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace warmfront::storage {

/// A thread that compacts when it is asked to, at most about once a second. RocksDB keeps the space
/// of removed bodies until a compaction; on a full disk nobody else would cause one.
class space_reclaimer {
public:
  /// `work` may take long; it ends early once `cancelled` is set.
  explicit space_reclaimer(std::function<void(std::atomic<bool>& cancelled)> work);
  /// Cancels what is under way.
  ~space_reclaimer();
  space_reclaimer(const space_reclaimer&) = delete;
  space_reclaimer& operator=(const space_reclaimer&) = delete;

  /// Asks for a run; several requests are one. Returns at once.
  void request();
  /// Cancels the run under way, if any; later ones are not affected.
  void interrupt() noexcept { cancelled_ = true; }

private:
  void run();

  const std::function<void(std::atomic<bool>&)> work_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace warmfront::storage
