// A control store whose answers come when the test says so, with faults on demand.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/control_store.hpp"

namespace warmfront::testing {

/// Single-threaded. Nothing is answered before `settle`; transactions happen in `transact`.
class manual_control_store final : public storage::control_store {
public:
  void range(std::string prefix,
             std::function<void(const result<storage::control_snapshot>&)> done) override {
    if (fail_ranges_ > 0) {
      --fail_ranges_;
      answers_.push_back([done] { done(unavailable()); });
      return;
    }
    storage::control_snapshot found;
    found.at = revision_;
    for (const auto& [key, record] : records_)
      if (key.starts_with(prefix))
        found.records.push_back(record);
    answers_.push_back([done, found] { done(found); });
  }

  void transact(storage::control_transaction what,
                std::function<void(const result<storage::transaction_outcome>&)> done) override {
    ++transactions_;
    if (fail_transactions_ > 0) {
      --fail_transactions_;
      answers_.push_back([done] { done(unavailable()); });
      return;
    }
    if (before_transaction_)
      std::exchange(before_transaction_, {})();
    const auto outcome = apply(what);
    answers_.push_back([done, outcome] { done(outcome); });
  }

  [[nodiscard]] std::unique_ptr<storage::watch_handle>
  watch(std::string prefix, storage::revision from, storage::watch_callback changed) override {
    auto state = std::make_shared<watcher>(watcher{std::move(prefix), std::move(changed)});
    std::vector<storage::control_event> past;
    for (const auto& event : history_)
      if (event.record.modified >= from && event.record.key.starts_with(state->prefix))
        past.push_back(event);
    if (!past.empty())
      tell(state, past);
    watchers_.push_back(state);
    return std::make_unique<handle>(state);
  }

  void grant_lease(std::chrono::milliseconds,
                   std::function<void(const result<storage::lease_id>&)> done) override {
    answers_.push_back([done] { done(storage::lease_id{1}); });
  }
  void keep_lease(storage::lease_id, std::function<void(const result<void>&)>) override {}
  void revoke_lease(storage::lease_id, std::function<void(const result<void>&)>) override {}

  /// Gives the answers and events that wait. @returns how many.
  std::size_t settle() {
    std::size_t given = 0;
    for (; !answers_.empty(); ++given) {
      const auto next = std::move(answers_.front());
      answers_.pop_front();
      next();
    }
    return given;
  }
  /// A crash of the asker: its answers are never given, its watches end. The data stays.
  void forget_askers() {
    answers_.clear();
    watchers_.clear();
  }
  /// Changes a key behind everybody's back.
  void put(std::string key, std::string value) {
    storage::control_transaction change;
    change.then.push_back({std::move(key), std::move(value)});
    apply(change);
  }
  void erase(std::string key) {
    storage::control_transaction change;
    change.then.push_back({std::move(key), std::nullopt});
    apply(change);
  }
  [[nodiscard]] const storage::control_record* find(const std::string& key) const {
    const auto found = records_.find(key);
    return found == records_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const std::map<std::string, storage::control_record>& records() const {
    return records_;
  }
  [[nodiscard]] std::size_t transactions() const { return transactions_; }
  void fail_next_ranges(std::size_t count) { fail_ranges_ = count; }
  void fail_next_transactions(std::size_t count) { fail_transactions_ = count; }
  /// Runs once, just before the next transaction is looked at: the race that it loses.
  void before_next_transaction(std::function<void()> work) {
    before_transaction_ = std::move(work);
  }
  /// All watches end with an error, as after a lost connection.
  void break_watches() {
    for (const auto& weak : std::exchange(watchers_, {}))
      if (const auto alive = weak.lock())
        answers_.push_back([weak] {
          if (const auto still = weak.lock())
            still->changed(unavailable());
        });
  }

private:
  struct watcher {
    std::string prefix;
    storage::watch_callback changed;
  };
  struct handle final : storage::watch_handle {
    explicit handle(std::shared_ptr<watcher> of) : state{std::move(of)} {}
    std::shared_ptr<watcher> state;
  };

  static error unavailable() {
    return {errc::unavailable, "the control store does not answer", {}};
  }

  storage::transaction_outcome apply(const storage::control_transaction& what) {
    for (const auto& comparison : what.when) {
      const auto* const record = find(comparison.key);
      if ((record == nullptr ? 0 : record->modified) != comparison.modified)
        return {false, revision_};
    }
    ++revision_;
    std::vector<storage::control_event> events;
    for (const auto& change : what.then) {
      storage::control_event event;
      const auto* const before = find(change.key);
      event.record.key = change.key;
      event.record.modified = revision_;
      event.record.created = before != nullptr ? before->created : revision_;
      event.deleted = !change.value;
      if (event.deleted && before == nullptr)
        continue;
      if (event.deleted) {
        records_.erase(change.key);
      } else {
        event.record.value = *change.value;
        records_[change.key] = event.record;
      }
      events.push_back(event);
    }
    history_.insert(history_.end(), events.begin(), events.end());
    for (const auto& weak : watchers_)
      if (const auto alive = weak.lock()) {
        std::vector<storage::control_event> seen;
        for (const auto& event : events)
          if (event.record.key.starts_with(alive->prefix))
            seen.push_back(event);
        if (!seen.empty())
          tell(alive, seen);
      }
    return {true, revision_};
  }
  void tell(const std::shared_ptr<watcher>& whom, std::vector<storage::control_event> events) {
    answers_.push_back([weak = std::weak_ptr{whom}, events = std::move(events)] {
      if (const auto alive = weak.lock())
        alive->changed(events);
    });
  }

  std::map<std::string, storage::control_record> records_;
  std::vector<storage::control_event> history_;
  std::vector<std::weak_ptr<watcher>> watchers_;
  std::deque<std::function<void()>> answers_;
  std::function<void()> before_transaction_;
  storage::revision revision_ = 0;
  std::size_t transactions_ = 0;
  std::size_t fail_ranges_ = 0;
  std::size_t fail_transactions_ = 0;
};

} // namespace warmfront::testing
