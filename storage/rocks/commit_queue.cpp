#include "storage/rocks/commit_queue.hpp"

#include <cassert>
#include <utility>

namespace warmfront::storage {

namespace {

// What a commit costs beside its octets, so that empty ones are bounded as well.
constexpr std::size_t commit_overhead_octets = 256;

std::size_t weight(const waiting_commit& commit) {
  return commit.changes.octets() + commit_overhead_octets;
}

} // namespace

void commit_queue::push(batch changes, priority urgency, commit_callback done) {
  waiting_commit commit{std::move(changes), urgency, std::move(done)};
  bool wake = false;
  {
    const std::scoped_lock lock{mutex_};
    assert(!closed_);
    if (urgency == priority::growth && octets_ + weight(commit) > octets_max_ &&
        !waiting_.empty()) {
      commit.over_limit = true;
      commit.changes = {};
    }
    octets_ += weight(commit);
    waiting_.push_back(std::move(commit));
    if (urgency != priority::upkeep) {
      awaited_ = true;
      wake = std::exchange(idle_, false);
    }
  }
  if (wake) {
    changed_.notify_one();
  }
}

bool commit_queue::take(std::vector<waiting_commit>& group, std::size_t octets_max,
                        milliseconds patience) {
  group.clear();
  std::unique_lock lock{mutex_};
  if (!awaited_ && !closed_) {
    idle_ = true;
    changed_.wait_for(lock, patience, [this] { return awaited_ || closed_; });
    idle_ = false;
  }
  std::size_t taken = 0;
  while (!waiting_.empty()) {
    const auto next = weight(waiting_.front());
    if (taken > 0 && taken + next > octets_max) {
      break;
    }
    taken += next;
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  octets_ -= taken;
  awaited_ = !waiting_.empty();
  return !group.empty() || !closed_;
}

void commit_queue::pause(milliseconds duration) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, duration, [this] { return closed_; });
}

void commit_queue::close() {
  {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
  }
  changed_.notify_one();
}

} // namespace warmfront::storage
