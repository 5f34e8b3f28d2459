// What the embedded control store decides and keeps; its shell brings the threads.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
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
  /// together become durable by one commit, each of them seeing the ones before it. While one group
  /// of them is committed the next is prepared; when a commit fails, so does what was built on it.
  void add(std::function<void()> run) { add(std::move(run), false); }
  void add_transaction(std::function<void()> run) { add(std::move(run), true); }

  result<control_snapshot> range(const std::string& prefix) const;
  void transact(const control_transaction& what,
                std::function<void(const result<transaction_outcome>&)> done);
  void watch(const std::shared_ptr<control_watch>& by);
  void grant(milliseconds time_to_live, std::function<void(const result<lease_id>&)> done);
  result<void> keep(lease_id lease);
  void revoke(lease_id lease, std::function<void(const result<void>&)> done);
  /// From any thread: leases whose time has passed end. It is no operation that others wait for.
  void look_at_leases();
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
  /// What transactions ask of an entry: its value is only read by `range`.
  struct entry_facts {
    revision created = 0;
    revision modified = 0;
    lease_id lease = 0;
  };
  struct prepared {
    batch changes;
    control_position next;
    revision oldest = 0; ///< of the history, afterwards
    std::vector<control_event> events;
    std::vector<std::pair<lease_id, std::string>> released; ///< keys that leave a lease
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
  /// Where the store stands after something.
  struct standing {
    control_position at;
    revision oldest = 0;
  };
  static standing standing_after(const prepared& what);
  void commit(batch changes, standing after, finished then);
  void committed(const finished& then, const result<void>& done);
  void settle(const prepared& what);
  /// Where the store stands when all that is under way has happened.
  [[nodiscard]] prepared nothing() const;
  [[nodiscard]] bool holds(const control_transaction& what) const;
  /// Changes `entries_` as well; when the commit fails they are read again.
  [[nodiscard]] result<prepared> prepare(const std::vector<control_transaction::change>& changes);
  void change_entry(const control_transaction::change& change, prepared& into);
  result<void> read_entries();
  std::optional<error> find_lost_entries();
  void take_back();
  void end_leases();
  [[nodiscard]] bool alive(lease_id lease) const;
  static error no_such_lease(lease_id lease);
  template <class Visit>
  result<void> each(std::string_view prefix, std::string_view from, Visit visit) const;

  store& store_;
  const clock& clock_;
  const task_runner run_;
  const embedded_control_options options_;
  control_position position_;
  revision oldest_ = 1;               ///< the first that the history still has
  std::vector<member> group_;         ///< prepared, to be committed next
  std::optional<standing> under_way_; ///< after what is committed now
  /// All keys, as what is prepared leaves them.
  std::unordered_map<std::string, entry_facts> entries_;
  std::optional<error> entries_lost_; ///< they could not be read again
  std::map<lease_id, lease_state> leases_;
  lease_id ending_ = 0; ///< its end is being committed: nothing can be put under it any more
  std::vector<std::shared_ptr<control_watch>> watches_;
  std::deque<operation> waiting_;
  bool committing_ = false;
};

} // namespace warmfront::storage
