// The tasks as they are, and what commands, time and nodes make of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/recurring/misfire.hpp"
#include "actors/scheduler/task_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What an occurrence is made of, found when it fires.
struct occurrence_content {
  std::uint32_t template_version = 0;
  chunk_id content;
  std::uint32_t group_version = 0;
  chunk_id list;
  std::uint64_t recipients = 0;
  std::uint32_t segments = 0;
  std::string failure; ///< why it cannot begin; empty: it can
};

/// A segment to be claimed.
struct wanted_segment {
  std::uint32_t number = 0;
  std::uint32_t recipients = 0;
};

/// What the control store says of a message that comes from another node.
enum class merge_verdict : std::uint8_t {
  kept,      ///< a segment names it: whoever has it sends it
  undecided, ///< who made it may still name it: that claim has to be released first
  lost,      ///< no segment will ever name it
};
/// `segments`: all of the message's task, read after it was durable where it was made, without
/// claims that came later: a claim comes before its message. `maker` empty: anybody.
[[nodiscard]] merge_verdict judge_merge(const std::vector<task_segment>& segments,
                                        const message_id& id, const node_name& maker);

/// Rules (invariant I3): an occurrence is made by a transaction that fails when it is there; a
/// segment has one claim at a time, and counts once. Every change is such a transaction.
class task_book {
public:
  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `invalid_argument` for a recurrence that means nothing, or for a request that has the name of
  /// another one; `limit_exceeded` for too many tasks that are not over. Nothing to do when a
  /// request of that name has made its task already.
  [[nodiscard]] result<storage::control_transaction> build(const create_task& command,
                                                           wall_time now) const;
  /// `not_found`, `conflict` when it is over. Nothing to do where it is so. What was cancelled
  /// counts at once, but for segments that a node has.
  [[nodiscard]] result<storage::control_transaction> build(const act_on_task& command,
                                                           wall_time now) const;
  /// `not_found`, `conflict` when it is not over or something of it is still being sent.
  [[nodiscard]] result<storage::control_transaction> build(const delete_task& command) const;

  // ---- what time and nodes change ----
  /// Makes an occurrence, once. `conflict` when it is there, or the task does not fire any more.
  /// `given_up`: how many before it the misfire policy leaves out.
  [[nodiscard]] result<storage::control_transaction> fire(task_id id, const occurrence& which,
                                                          const occurrence_content& content,
                                                          wall_time now,
                                                          std::uint64_t given_up = 0) const;
  /// Notes what was given up by the misfire policy.
  [[nodiscard]] storage::control_transaction give_up(task_id id, const occurrence& until,
                                                     std::uint64_t count) const;
  /// Claims segments of `next_segments` for a node. `conflict` when one is taken already.
  [[nodiscard]] result<storage::control_transaction>
  claim(const occurrence_name& name, const node_name& by,
        const std::vector<wanted_segment>& which) const;
  /// A node has made a claimed segment durable. `conflict` when it is not the node's any more.
  [[nodiscard]] result<storage::control_transaction>
  expand(const segment_name& name, const node_name& by, const message_id& message) const;
  /// Gives a claim back that is not expanded, so that somebody else can have it. Nothing to do when
  /// it is not that node's, or expanded. Of a cancelled task it counts as cancelled.
  [[nodiscard]] storage::control_transaction release(const segment_name& name, const node_name& of,
                                                     wall_time now) const;
  /// The message of a segment is on another node now. Nothing to do when no segment names it.
  [[nodiscard]] storage::control_transaction follow(const message_id& message,
                                                    const node_name& to) const;
  /// All recipients of a segment have ended. Nothing to do when that is known.
  [[nodiscard]] storage::control_transaction
  end(const segment_name& name, const outcome_counts& outcomes, wall_time now) const;
  /// A task that will not fire again and has nothing left to send is finished.
  [[nodiscard]] storage::control_transaction finish(task_id id, wall_time now) const;

  // ---- what is so ----
  [[nodiscard]] const task* find(task_id id) const;
  /// What a request of that name has made; null when there is none.
  [[nodiscard]] const task* find_named(const account_name& account, std::string_view key) const;
  [[nodiscard]] const task_occurrence* find(const occurrence_name& name) const;
  [[nodiscard]] const task_segment* find(const segment_name& name) const;
  /// The segment that names a message.
  [[nodiscard]] const task_segment* find(const message_id& message) const;
  /// In order of their ids. `not_found` for an id that there is not, or not for that account.
  [[nodiscard]] result<std::vector<task_report>> list(const list_tasks& filter) const;
  /// Those that may fire.
  [[nodiscard]] std::vector<task_id> firing() const;
  /// Those whose segments may be claimed, oldest first.
  [[nodiscard]] std::vector<occurrence_name> claimable() const;
  /// The segments that may be claimed next, at most so many.
  [[nodiscard]] std::vector<std::uint32_t> next_segments(const occurrence_name& name,
                                                         std::size_t most) const;
  /// The segments that a node has.
  [[nodiscard]] std::vector<task_segment> segments_of(const node_name& node) const;
  [[nodiscard]] std::vector<task_segment> all_segments() const;
  /// Those whose mail must not begin now.
  [[nodiscard]] std::vector<task_id> on_hold() const;
  /// Recipients of segments that nobody has claimed yet.
  [[nodiscard]] std::uint64_t unclaimed(const task_occurrence& of) const;

private:
  template <class T>
  struct stored {
    T value;
    storage::revision at = 0;
  };
  using stored_task = stored<task>;
  using stored_occurrence = stored<task_occurrence>;

  [[nodiscard]] result<const stored_task*> require(task_id id, const account_name& account) const;
  [[nodiscard]] auto occurrences_of(task_id id) const {
    return std::pair{occurrences_.lower_bound({id, 0}), occurrences_.upper_bound({id, UINT64_MAX})};
  }
  [[nodiscard]] bool has_segments(task_id id) const;
  [[nodiscard]] std::size_t in_work(const occurrence_name& name) const;
  void settle(task_occurrence& of, std::size_t left_in_work, wall_time now) const;
  void cancel_occurrences(storage::control_transaction& transaction, task_id id,
                          wall_time now) const;
  void forget_oldest(storage::control_transaction& transaction, task_id id) const;

  std::map<task_id, stored_task> tasks_;
  std::map<occurrence_name, stored_occurrence> occurrences_;
  std::map<segment_name, stored<task_segment>> segments_;
  std::uint64_t last_id_ = 0;
  storage::revision last_id_at_ = 0;
};

} // namespace warmfront
