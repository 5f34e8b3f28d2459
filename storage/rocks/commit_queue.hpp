// The commits that wait for the commit thread, bounded in octets.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "actors/core/clock.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

struct waiting_commit {
  batch changes;
  priority urgency = priority::growth;
  commit_callback done;
  bool over_limit = false; ///< came when the queue was full: only its callback is due
};

/// Thread-safe: many producers, one consumer.
class commit_queue {
public:
  explicit commit_queue(std::size_t octets_max) : octets_max_{octets_max} {}

  /// Queues a commit. Growth beyond the limit is marked `over_limit`; its changes are dropped.
  void push(batch changes, priority urgency, commit_callback done);

  /// Waits at most `patience` for commits that somebody awaits (others than `upkeep`), then moves
  /// the oldest into `group`: at most `octets_max` of changes, but at least one commit when there
  /// is one.
  /// @returns false when the queue is closed and empty.
  bool take(std::vector<waiting_commit>& group, std::size_t octets_max, milliseconds patience);
  /// Waits for the whole `duration`, whatever is pushed meanwhile; only `close` ends it early.
  void pause(milliseconds duration);
  /// Nothing is pushed from now on.
  void close();

private:
  const std::size_t octets_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<waiting_commit> waiting_;
  std::size_t octets_ = 0;
  bool awaited_ = false; ///< one of them, at least
  bool idle_ = false;    ///< the consumer waits for commits: only then is waking it worth a call
  bool closed_ = false;
};

} // namespace warmfront::storage
