// What the feedback actor does around book and exchange. Only for its own sources.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/feedback/feedback_actor.hpp"
#include "actors/feedback/feedback_book.hpp"
#include "actors/feedback/feedback_exchange.hpp"
#include "storage/event_log.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread. What comes in while something is being
/// written waits and is written together, so that a plan knows all marks before it, and an fsync is
/// paid by many.
class feedback_host final : public feedback_effects {
public:
  using self_pointer = feedback_shell::stateful_pointer<feedback_state>;

  feedback_host(self_pointer self, feedback_ports ports);

  void start();
  void record(record_feedback m, caf::typed_response_promise<answer<done>> promise);
  void connect(const connect_listeners& m);
  void set_readers(const event_readers_changed& m);
  void receive(const frames_received& m);
  [[nodiscard]] feedback_exchange& exchange() { return exchange_; }

  [[nodiscard]] steady_time steady_now() const override { return ports_.time->steady_now(); }
  void send(const node_name& to, peer_frame frame) override;
  void keep(std::vector<feedback_item> items, absent_message rule, kept_callback then) override;

private:
  /// What one call of `keep` brought.
  struct waiting {
    std::vector<feedback_item> items;
    absent_message rule;
    kept_callback then;
  };
  /// What is written together: the first `waiting` of one rule.
  struct turn {
    std::vector<waiting> parts;
    feedback_plan plan;
  };
  using shared_turn = std::shared_ptr<turn>;

  void begin_turn();
  void suppress(const shared_turn& of);
  void write(const shared_turn& of);
  void end_turn(const shared_turn& of, const result<void>& outcome);
  void tell(const feedback_plan& plan);
  void say(const feedback_fact& fact);
  void tick();
  void sweep();
  [[nodiscard]] bool is_read(const account_name& account) const;

  self_pointer self_;
  feedback_ports ports_;
  std::function<void(milliseconds, std::function<void()>)> run_;
  feedback_book book_;
  feedback_exchange exchange_;
  std::optional<storage::event_writer> events_; ///< none: the log could not be opened yet
  std::deque<waiting> queue_;
  std::size_t queued_items_ = 0;
  bool is_writing_ = false;
  bool all_read_ = false;
  std::set<account_name> readers_;
  steady_time next_sweep_{};
  suppressions_actor suppressions_; ///< null: nothing is suppressed
  webhooks_actor webhooks_;         ///< null: nobody reads events
  warmup_actor warmup_;             ///< null: nobody wants to know of quality
};

} // namespace warmfront
