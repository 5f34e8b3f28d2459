// The way of a recipient through delivery: lane, permits, connection, outcome. Owns the queue.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/random.hpp"
#include "actors/delivery/dispatcher.hpp"
#include "actors/delivery/lanes.hpp"
#include "actors/delivery/outcome.hpp"
#include "actors/delivery/queue_job.hpp"
#include "actors/delivery/spool_reader.hpp"
#include "actors/messages/messages.hpp"
#include "actors/messages/pool_owners.hpp"
#include "actors/messages/replicas.hpp"

namespace warmfront {

/// So long after its acceptance a mail may still come from intake, which knows its first copy only
/// and may withdraw it.
inline constexpr milliseconds hand_over_within{60'000};

struct delivery_config {
  std::string hostname;                  ///< named in notifications
  std::uint16_t node = 0;                ///< this node's part of message ids
  pool_name notification_pool{"shared"}; ///< bounce messages leave through this one
  dispatcher_config dispatch;
  lane_limits lanes;
  retry_schedule retry;
  std::size_t in_hand_max = 4000;        ///< recipients between lane and outcome
  std::size_t assign_max = 256;          ///< recipients of one request for permits
  bool copies_wanted = false;            ///< reports to senders get a second copy, too
  node_name self;                        ///< as the pools' addresses name it
  milliseconds congestion_delay{60'000}; ///< a due recipient of a congested destination waits this
  milliseconds history{7 * 86'400'000};  ///< finished messages are forgotten after this
  std::size_t merged_octets_max = 20u << 20; ///< of one mail of a mail merge
};

/// What the flow needs done. Callbacks run in the flow's own turn, never inside the call.
class delivery_effects {
public:
  virtual ~delivery_effects() = default;
  [[nodiscard]] virtual wall_time wall_now() const = 0;
  [[nodiscard]] virtual steady_time steady_now() const = 0;
  virtual void commit(storage::batch changes, std::function<void(const result<void>&)> then) = 0;
  /// Runs `job` where reading may block; what it returns runs in the flow's turn.
  virtual void read(std::function<std::function<void()>(const spool_reader&)> job) = 0;
  /// Permits for recipients; an answer without verdicts is a failure.
  virtual void assign(assign_sources what, std::function<void(permits_taken)> then) = 0;
  virtual void refund(std::vector<charge> charges) = 0;
  /// For the log of those who read events, in the batch of what happened.
  virtual void log_event(storage::batch& to, const mail_event& event) = 0;
  /// What was counted is durable.
  virtual void counted(const storage::statistics_tally& tally) = 0;
  /// What became of mail, by the ledgers whose permits it took.
  virtual void count(std::vector<ledger_outcomes> outcomes) = 0;
  virtual void resolve(const std::string& domain, std::function<void(site_route)> then) = 0;
  virtual void open(net::connection_id id, net::connection_plan plan) = 0;
  virtual void transmit(net::connection_id id, std::vector<outgoing_order> mails) = 0;
  virtual void abandon(net::connection_id id, milliseconds grace) = 0;
  virtual void later(milliseconds delay, std::function<void()> step) = 0;
  /// An outcome is durable.
  virtual void happened(const outcome& what) = 0;
  /// Outcomes are durable whose messages have a copy on another node.
  virtual void progressed(std::vector<copy_progress> outcomes) = 0;
  /// Mail of a rejecting pool is over its limit: more of it need not be accepted.
  virtual void over_limit(const mail_over_limit& what) = 0;
  /// Nothing is known to be over a limit any more.
  virtual void limits_lifted() = 0;
  /// An action by hand begins here, or is over.
  virtual void acted(const queue_action_report&) {}
  /// Sessions for reports on TLS: that they are counted is nothing to wait for.
  virtual void sessions_made(std::vector<trust::tls_session>) {}
  /// Nobody waits for another attempt.
  virtual void none_deferred() {}
  /// Whether this node may begin transactions: not while it may be cut off from its cluster.
  [[nodiscard]] virtual bool may_send() const = 0;
  /// The spool cannot be read or written: the node has to stop.
  virtual void failed(const error& why) = 0;
};

/// One turn at a time; no I/O of its own.
class delivery_flow {
public:
  delivery_flow(delivery_config config, delivery_effects& effects,
                std::unique_ptr<random_source> random);

  /// The lanes on disk, before anything else.
  void restore(const std::vector<stored_lane>& stored);
  void arrived(const std::vector<std::shared_ptr<const spooled_mail>>& mails,
               std::size_t single_copies = 0);
  void permits_changed();
  void on_transport(std::vector<net::transport_event> events);
  /// To be called several times a second: day changes, due retries, housekeeping.
  void tick();
  /// Mails of another node become this node's own, in one batch with other changes.
  void adopt(const std::vector<adopted_mail>& mails, storage::batch with,
             std::function<void(const result<void>&)> then);
  /// The copies of messages go elsewhere from now on: their new holders get all that happens.
  void place(const std::vector<placed_copy>& copies, std::function<void(const result<void>&)> then);
  /// Gives up waiting mails for the holder of their copies; `then` says how many, once durable.
  /// Those of which a recipient is on its way stay until that has ended.
  void yield(const yield_mails& what, std::function<void(const result<yielded_mails>&)> then);
  void set_pools(const std::vector<pool>& pools);
  /// Nothing of these tasks begins from now on; of all others, anything may.
  void hold_tasks(std::set<task_id> held);
  /// While not allowed no transaction begins.
  void allow_sending(bool allowed);
  /// Whether transactions may begin now.
  [[nodiscard]] bool sends() const { return sending_allowed_ && effects_.may_send(); }
  /// Ends what is under way within `grace`, then calls `then`.
  void drain(milliseconds grace, std::function<void()> then);
  /// Cancels the recipients that have not begun; `then` when that is durable, or with `not_found`.
  void cancel(const message_id& id, std::function<void(const result<void>&)> then);

  /// Makes those due now that wait for another attempt; `then` as above.
  void retry(const message_id& id, std::function<void(const result<void>&)> then);
  /// Counts whom an action by hand would touch, for at most a few seconds.
  void count_waiting(const warmfront::count_waiting& what,
                     std::function<void(const result<waiting_counts>&)> then);
  /// Begins an action by hand, unless it was begun before; `then` when it would survive a restart.
  void start_action(const start_queue_action& what,
                    std::function<void(const result<queue_action_report>&)> then);
  /// Goes on with the actions that a restart interrupted. Once, after `restore`.
  void resume_actions();
  /// Null: it was never begun here, or has been forgotten.
  [[nodiscard]] const queue_action_report* find_action(const std::string& id) const;

  [[nodiscard]] const lanes& queue() const noexcept { return lanes_; }
  [[nodiscard]] const dispatcher& links() const noexcept { return dispatcher_; }
  [[nodiscard]] delivery_counts counts() const;

private:
  // What becomes durable in one batch, kept until it is.
  struct settling {
    std::vector<outcome> outcomes;
    std::vector<std::shared_ptr<spooled_mail>> notifications;
    storage::statistics_tally counts = {};
  };

  /// What was placed while the disk is read is remembered until what was read is here.
  void read(std::function<std::function<void()>(const spool_reader&)> job);
  void record_events(storage::batch& to, settling& group, const outcome& what);
  void forget_placed();
  void pump();
  void load_lanes();
  void load_due();
  void due_loaded(loaded_entries found, std::optional<wall_time> next);
  void assign();
  void assigned(std::vector<delivery_item> items, const permits_taken& answer);
  void denied(delivery_item item, const permit_verdict& verdict, std::vector<outcome>& moved);
  void after_dispatch();
  void tell_sessions(std::vector<trust::tls_session> sessions);
  void move_congested();
  void take_back(delivery_item item, std::vector<outcome>& ended);
  void cancel_waiting(const stored_message& stored);
  [[nodiscard]] std::vector<delivery_item> take_waiting(const chosen_mail& of,
                                                        std::shared_ptr<const std::string> content,
                                                        std::uint64_t& busy);
  struct running_action;
  struct counting;
  [[nodiscard]] queue_choice choice_of(queue_action action, const queue_filter& filter) const;
  void count_more(std::shared_ptr<counting> what);
  void act_on(std::shared_ptr<running_action> what);
  void act_on_chosen(std::shared_ptr<running_action> what);
  void act_on_read(running_action& what);
  void keep_action(std::shared_ptr<running_action> what);
  void forget_old_actions(storage::batch& to);
  void ask_again();
  void settle(std::vector<outcome> outcomes);
  void commit(std::shared_ptr<settling> group);
  void renumber(settling& group);
  void settled(settling& group);
  void due_released(const std::string& key);
  void deferred_until(wall_time due, const std::string& key);
  void count(const outcome& what);
  void sweep();
  void finish_drain();
  [[nodiscard]] std::shared_ptr<spooled_mail> notification_for(const outcome& what);
  void adopt_one(const adopted_mail& mail, storage::batch& to,
                 std::vector<storage::lane_position>& appended,
                 std::vector<std::pair<wall_time, std::string>>& deferred);
  struct yielding;
  void read_yielding(std::shared_ptr<yielding> what);
  void read_yielded(std::shared_ptr<yielding> what, std::vector<message_id> ids);
  [[nodiscard]] bool has_arrived(const storage::spooled_message& message) const;
  [[nodiscard]] bool give_up(const adopted_mail& mail, const yield_mails& to,
                             storage::batch& changes, std::vector<std::string>& given);
  void gave_up(const std::vector<std::string>& entries, bool durable);
  [[nodiscard]] delivery_item make_item(loaded_entry entry);
  [[nodiscard]] delivery_item first_item(const std::shared_ptr<live_mail>& live,
                                         std::uint32_t index) const;
  [[nodiscard]] std::shared_ptr<live_mail>
  find_live(const std::shared_ptr<const spooled_mail>& mail, std::uint32_t unfinished);
  [[nodiscard]] std::optional<smtp::reply> refusal_for(const permit_verdict& verdict,
                                                       const storage::spooled_message& message);
  void tell_over_limit(const permit_verdict& verdict, const storage::spooled_message& message);
  [[nodiscard]] storage::lane lane_for(const delivery_item& item, domain_name destination) const;

  delivery_config config_;
  delivery_effects& effects_;
  std::unique_ptr<random_source> random_;
  lanes lanes_;
  dispatcher dispatcher_;
  // Messages of which a recipient is in memory; each leaves when its last one does.
  using live_registry = std::unordered_map<message_id, std::weak_ptr<live_mail>>;
  std::shared_ptr<live_registry> live_ = std::make_shared<live_registry>();
  struct placement {
    storage::message_copy copy;
    std::uint64_t reads_begun = 0; ///< before it
    steady_time until{};           ///< no longer than this on its way from intake
  };
  std::unordered_map<message_id, placement> placed_; // of which others may tell otherwise
  std::set<std::uint64_t> reads_;                    // under way
  // Messages of which a recipient has ended meanwhile, with the reads begun before: what is read of
  // them counts it as waiting still.
  std::vector<std::pair<std::uint64_t, std::shared_ptr<live_mail>>> lingering_;
  std::uint64_t reads_begun_ = 0;
  // Queue entries of mails that were given up, which may still be read: with the reads begun before
  // they left the disk; none: they have not left it yet.
  std::unordered_map<std::string, std::optional<std::uint64_t>> given_up_;
  bool assigning_ = false;
  bool due_loading_ = false;
  std::string due_from_;                  // deferred keys below are in hand or gone
  wall_time next_due_ = wall_time::min(); // not later than the first deferred key on disk
  std::string due_meanwhile_;             // the least key that became durable during a load
  std::unordered_set<std::string> due_in_hand_;
  std::unordered_set<std::string> due_gone_; // left the deferred index while a load was under way
  std::vector<delivery_item> due_ready_;
  std::vector<delivery_item> routed_;      ///< to ask permits for, as the ones above
  std::vector<delivery_item> due_pending_; // asked for again at the next tick or change of permits
  std::multimap<message_id, bool> cancelling_; // being read; whether an outcome came in between
  pool_owners owners_;
  std::set<pool_name> rejecting_pools_;          ///< what is over their limits bounces
  std::vector<mail_over_limit> told_over_limit_; ///< until the permits change
  std::uint64_t pools_seen_ = 0;                 ///< how often they changed
  bool is_outdated_ = false;                     ///< the answer in hand is of earlier pools
  std::map<node_name, std::string> yield_from_;  ///< where the last look for mails for it ended
  std::map<std::string, queue_job> actions_;     ///< by hand; the last ones
  std::size_t commits_ = 0;
  delivery_counts counts_;
  std::function<void()> drained_;
  bool draining_ = false;
  bool sending_allowed_ = true;
  steady_time next_sweep_{};
  std::string sweep_from_;
};

} // namespace warmfront
