// What the embedded control store decides and keeps; its shell brings the threads.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/control_records.hpp"
#include "storage/control_watch.hpp"
#include "storage/embedded_control_store.hpp"

namespace warmfront::storage {

/// Lives in tasks only, except for `add`: no locks. Kept alive by the tasks it has posted.
class control_core : public std::enable_shared_from_this<control_core> {
public:
  control_core(store& over, const clock& time, task_runner run, embedded_control_options options)
      : store_{over}, clock_{time}, run_{std::move(run)}, options_{options} {}

  result<void> load();
  /// Queues an operation, from any thread. Operations follow one another; transactions that wait
  /// together become durable by one commit, each of them seeing the ones before it.
  void add(std::function<void()> run) { add(std::move(run), false); }
  void add_transaction(std::function<void()> run) { add(std::move(run), true); }

  result<control_snapshot> range(const std::string& prefix) const;
  void transact(const control_transaction& what,
                std::function<void(const result<transaction_outcome>&)> done);
  void watch(const std::shared_ptr<control_watch>& by);
  void grant(milliseconds time_to_live, std::function<void(const result<lease_id>&)> done);
  result<void> keep(lease_id lease);
  void revoke(lease_id lease, std::function<void(const result<void>&)> done);
  void end_leases();
  /// Whether nothing waits and no commit is under way.
  [[nodiscard]] bool idle() const noexcept {
    return !committing_ && waiting_.empty() && group_.empty();
  }

private:
  struct lease_state {
    milliseconds time_to_live{};
    steady_time ends_at;
    std::set<std::string> keys;
  };
  struct prepared {
    batch changes;
    control_position next;
    revision oldest = 0; ///< of the history, afterwards
    std::vector<control_event> events;
    std::vector<control_record> before; ///< the entries that the events replace
  };
  using finished = std::function<void(const result<void>&)>;
  struct operation {
    std::function<void()> run;
    bool is_transaction = false;
  };
  /// A transaction that becomes durable with others.
  struct member {
    prepared what;
    std::function<void(const result<void>&)> then;
  };

  void add(std::function<void()> run, bool is_transaction);
  void advance();
  void join(prepared what, finished then);
  void commit_group();
  void commit(batch changes, finished then);
  void settle(const prepared& what);
  [[nodiscard]] prepared nothing() const;
  [[nodiscard]] result<std::optional<control_record>> find(const std::string& key) const;
  /// What a transaction has seen already, by key.
  using looked_up = std::unordered_map<std::string, std::optional<control_record>>;
  [[nodiscard]] result<bool> holds(const control_transaction& what, looked_up& seen) const;
  [[nodiscard]] result<prepared> prepare(const std::vector<control_transaction::change>& changes,
                                         looked_up seen) const;
  [[nodiscard]] bool alive(lease_id lease) const;
  template <class Visit>
  result<void> each(std::string_view prefix, std::string_view from, Visit visit) const;

  store& store_;
  const clock& clock_;
  const task_runner run_;
  const embedded_control_options options_;
  control_position position_;
  revision oldest_ = 1; ///< the first that the history still has
  std::vector<member> group_;
  /// Keys as the group leaves them; none: deleted.
  std::map<std::string, std::optional<control_record>, std::less<>> ahead_;
  std::map<lease_id, lease_state> leases_;
  std::vector<std::shared_ptr<control_watch>> watches_;
  std::deque<operation> waiting_;
  bool committing_ = false; ///< operations wait: each one sees the transactions before it
};

} // namespace warmfront::storage
