// What the scheduler's actor does around its book. Inside `actors/scheduler` only.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/groups/list_manifest.hpp"
#include "actors/groups/list_segment.hpp"
#include "actors/scheduler/expansion.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/scheduler/task_book.hpp"

namespace warmfront {

/// A key of family `segments` that is there while a message of a segment is durable here and it is
/// not known yet whether this node may send it; its value is the message's id.
[[nodiscard]] std::string expanding_key(const segment_name& name);
[[nodiscard]] std::string expanding_prefix();
[[nodiscard]] std::optional<segment_name> parse_expanding_key(std::string_view key);

/// Lives in the actor's state and only on its thread.
class scheduler_host {
public:
  using self_pointer = scheduler_shell::stateful_pointer<scheduler_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;
  using then_content = std::function<void(result<occurrence_content>)>;

  scheduler_host(self_pointer self, scheduler_config config, scheduler_ports ports);

  void start();
  /// Runs `work` now, or once the tasks are read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }

  // ---- from admin
  void create(const create_task& m, promise_of<task_report> promise);
  void act(const act_on_task& m, promise_of<task_report> promise);
  void remove(const delete_task& m, promise_of<done> promise);
  void list(const list_tasks& m, promise_of<std::vector<task_report>> promise);

  // ---- from others
  void set_pools(const pools_changed& m) { pools_ = m.pools; }
  void set_members(const members_changed& m);
  void merge_ended(const message_id& id);
  void judge(const judge_merges& m, promise_of<judged_merges> promise);
  void adopted(const merges_adopted& m);

private:
  /// A claimed segment on its way to become a message.
  struct expansion {
    segment_name name;
    task of;
    chunk_id list;
    storage::mail_merge merge;
  };
  using expansion_pointer = std::shared_ptr<expansion>;

  void note(const result<void>& outcome);
  void changed(const storage::control_event& event);
  void loaded(const storage::control_snapshot& all);
  control_mirror::change_callback tell(task_id id, promise_of<task_report> promise);
  void later(milliseconds delay, std::function<void()> work) { run_(delay, std::move(work)); }
  [[nodiscard]] wall_time now() const { return ports_.time->wall_now(); }

  // ---- what was left at the last end of this node (scheduler_actor_settling.cpp)
  void settle();
  void settle_one(const segment_name& name, const message_id& message);
  void settled_one();
  [[nodiscard]] bool is_lost(const segment_name& name, const message_id& message) const;
  void begin_work();

  // ---- firing (scheduler_actor_firing.cpp)
  void tick();
  void look_at(task_id id);
  void fire(const task& of, const due_occurrences& due);
  void make_occurrence(const task& of, const due_occurrences& due);
  void find_content(const task& of, const then_content& then);
  void tell_holds();

  // ---- whether receivers would take it (scheduler_actor_rules.cpp)
  /// `objection`: why an occurrence must not begin; empty: it may. An error: ask again.
  using then_checked = std::function<void(const result<std::string>& objection)>;
  void check_sender(const task& of, const then_checked& then);
  void judge_sender(const task& of, const result<sending_check>& found, const then_checked& then);
  void pause(task_id id, const std::string& reason, const std::function<void()>& then);

  // ---- sending (scheduler_actor_sending.cpp)
  void claim_more();
  void claim(const occurrence_name& name, std::size_t most);
  [[nodiscard]] bool can_send(const pool_name& name) const;
  void take_up_claims();
  void expand_next(task_id id);
  void expand(const segment_name& name);
  void read_texts(const expansion_pointer& work, const chunk_id& content);
  void read_rows(const expansion_pointer& work, const chunk_id& segment);
  void read_files(const expansion_pointer& work);
  void spool(const expansion_pointer& work);
  void spooled(const segment_name& name, const result<std::shared_ptr<const spooled_mail>>& mail);
  /// `ended`: of its recipients when it was spooled.
  void withdraw(const segment_name& name, const storage::spooled_message& message,
                const storage::ended_recipients& ended);
  [[nodiscard]] storage::ended_recipients read_ended(const storage::spooled_message& message) const;
  void erase_mark(const segment_name& name);
  void hand_over(const segment_name& name, const std::shared_ptr<const spooled_mail>& mail);
  void expanded_one(task_id id, milliseconds pause = {});
  void retry_expansion(const segment_name& name, const error& why);

  // ---- ending (scheduler_actor_ending.cpp)
  void look_at_segments();
  void count_outcomes(const task_segment& of);
  void end_segment(const segment_name& name, const outcome_counts& outcomes);
  void cancel_segment(const task_segment& of);

  // ---- from and to other nodes (scheduler_actor_moving.cpp)
  struct judgement;
  void judge_next(const std::shared_ptr<judgement>& work);
  void judge_by(const std::shared_ptr<judgement>& work, const std::vector<task_segment>& segments);
  [[nodiscard]] node_name maker_of(const message_id& id) const;
  void follow_all();
  void follow(const message_id& id);
  [[nodiscard]] bool is_gone(const node_name& node) const;
  void release(const segment_name& name, const node_name& of);
  void release_claims_of_gone();
  void count_missing(const task_segment& of);

  // ---- what is read
  void fetch(const chunk_id& id, std::function<void(result<chunk_octets>)> then);

  self_pointer self_;
  scheduler_config config_;
  scheduler_ports ports_;
  deferred_run run_;
  task_book book_;
  control_mirror mirror_;
  bool begun_ = false;
  bool settled_ = false; ///< what was left at the last end is known to be this node's, or gone
  std::size_t settling_ = 0;
  bool drains_ = false;
  std::shared_ptr<const std::vector<pool>> pools_;
  std::vector<task_id> told_holds_;
  bool holds_told_ = false;
  std::map<task_id, wall_time> next_look_; ///< before it nothing of a task becomes due
  std::set<task_id> firing_;               ///< on their way
  bool counting_backlogs_ = false;
  std::uint64_t handed_over_ = 0;           ///< segments, since the start
  std::map<task_id, expansion_pace> paces_; ///< of tasks that are being sent
  std::set<task_id> claiming_;
  std::map<task_id, std::deque<segment_name>> to_expand_; ///< claimed; the first is on its way
  std::set<segment_name> expanding_;                      ///< all of these
  std::set<message_id> cancelled_;                        ///< were told to be
  std::map<message_id, steady_time> missing_since_;       ///< of segments of this node
  std::set<node_name> members_;                           ///< whose claims hold
  std::set<node_name> removed_;                           ///< and gone for good
  std::map<std::uint16_t, node_name> numbers_;            ///< in the ids of messages
  steady_time next_segment_look_{};
};

} // namespace warmfront
