#include "storage/memory/memory_store.hpp"

#include <cassert>
#include <utility>

#include "storage/counter.hpp"

namespace warmfront::storage {

void memory_store::commit(batch changes, priority urgency, commit_callback done) {
  {
    const std::scoped_lock lock{mutex_};
    queue_.push_back({std::move(changes), urgency, std::move(done)});
  }
  if (mode_ == acknowledgement::at_once) {
    settle();
  }
}

std::size_t memory_store::settle(std::size_t commits_max) {
  std::unique_lock lock{mutex_};
  if (draining_) {
    return 0; // whoever is draining takes this commit too
  }
  draining_ = true;
  std::size_t settled = 0;
  while (settled < commits_max && !queue_.empty()) {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    const auto outcome = decide(next);
    if (outcome) {
      apply(next.changes);
    }
    ++settled;
    lock.unlock();
    next.done(outcome);
    lock.lock();
  }
  draining_ = false;
  return settled;
}

result<void> memory_store::decide(const waiting& next) {
  if (failed_for_good_) {
    return *failed_for_good_;
  }
  if (failing_ > 0) {
    --failing_;
    if (failure_->code == errc::storage_failed) {
      failed_for_good_ = failure_;
    }
    return *failure_;
  }
  if (full_ && next.urgency == priority::growth) {
    return error{errc::storage_full, "commit to the memory store: it was told to be full", {}};
  }
  return success();
}

void memory_store::apply(const batch& changes) {
  for (const auto& change : changes.changes()) {
    apply(change);
  }
}

void memory_store::apply(const batch::change& change) {
  auto& target = families_[static_cast<std::size_t>(change.where)];
  switch (change.what) {
  case batch::kind::put: {
    const auto [at, inserted] = target.try_emplace(change.key, entry{change.value});
    if (!inserted) {
      at->second.value = change.value;
      ++at->second.puts;
    }
    break;
  }
  case batch::kind::erase:
    target.erase(change.key);
    break;
  case batch::kind::erase_once: {
    const auto at = target.find(change.key);
    if (at != target.end()) {
      // On disk an overwritten key would show its older value again: found here instead.
      assert(at->second.puts == 1 && "erase_once of a key that was overwritten");
      target.erase(at);
    }
    break;
  }
  case batch::kind::erase_range:
    if (change.key < change.value) {
      target.erase(target.lower_bound(change.key), target.lower_bound(change.value));
    }
    break;
  case batch::kind::add: {
    const auto at = target.try_emplace(change.key, entry{"0"}).first;
    const auto sum = add_counters(parse_counter(at->second.value).value_or(0),
                                  parse_counter(change.value).value_or(0));
    at->second.value = std::to_string(sum);
    break;
  }
  }
}

result<std::optional<std::string>> memory_store::get(family where, std::string_view key) const {
  const std::scoped_lock lock{mutex_};
  const auto found = of(where).find(key);
  if (found == of(where).end()) {
    return std::optional<std::string>{};
  }
  return std::optional{found->second.value};
}

memory_store::entries::const_iterator memory_store::end_of(const entries& of,
                                                           std::string_view before) {
  return before.empty() ? of.end() : of.lower_bound(before);
}

result<std::vector<key_value>> memory_store::scan(family where, std::string_view from,
                                                  std::string_view before,
                                                  std::size_t limit) const {
  std::vector<key_value> found;
  if (!before.empty() && before <= from) {
    return found;
  }
  const std::scoped_lock lock{mutex_};
  const auto end = end_of(of(where), before);
  for (auto at = of(where).lower_bound(from); at != end && found.size() < limit; ++at) {
    found.push_back({at->first, at->second.value});
  }
  return found;
}

result<std::optional<key_value>> memory_store::last(family where, std::string_view from,
                                                    std::string_view before) const {
  if (!before.empty() && before <= from) {
    return std::optional<key_value>{};
  }
  const std::scoped_lock lock{mutex_};
  auto at = end_of(of(where), before);
  if (at == of(where).lower_bound(from)) {
    return std::optional<key_value>{};
  }
  --at;
  return std::optional{key_value{at->first, at->second.value}};
}

storage_health memory_store::health() const {
  const std::scoped_lock lock{mutex_};
  storage_health answer;
  answer.accepts_growth = !full_ && !failed_for_good_;
  answer.failure = failed_for_good_;
  answer.free_octets = full_ ? 0 : std::numeric_limits<std::uint64_t>::max();
  return answer;
}

std::size_t memory_store::unsettled() const {
  const std::scoped_lock lock{mutex_};
  return queue_.size();
}

void memory_store::fail_next(std::size_t commits, error with) {
  const std::scoped_lock lock{mutex_};
  failing_ = commits;
  failure_ = std::move(with);
}

void memory_store::set_full(bool full) {
  const std::scoped_lock lock{mutex_};
  full_ = full;
}

void memory_store::crash(std::size_t surviving) {
  const std::scoped_lock lock{mutex_};
  for (std::size_t done = 0; done < surviving && !queue_.empty(); ++done) {
    apply(queue_.front().changes);
    queue_.pop_front();
  }
  queue_.clear();
  failing_ = 0;
  failed_for_good_.reset();
}

} // namespace warmfront::storage
