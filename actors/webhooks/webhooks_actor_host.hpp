// What the webhooks actor does around its book and its courier. Inside this folder only.
#pragma once

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/webhooks/event_file.hpp"
#include "actors/webhooks/event_readers.hpp"
#include "actors/webhooks/webhook_book.hpp"
#include "actors/webhooks/webhook_courier.hpp"
#include "actors/webhooks/webhooks_actor.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread.
class webhooks_host {
public:
  using self_pointer = webhooks_shell::stateful_pointer<webhooks_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;

  webhooks_host(self_pointer self, webhooks_ports ports);

  void start();
  /// Runs `work` now, or once everything is read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }
  void connect(const connect_listeners& m);
  /// There may be something to send.
  void wake();

  void put(const put_webhook& m, promise_of<webhook_report> promise);
  void remove(const delete_webhook& m, promise_of<done> promise);
  void test(const test_webhook& m, promise_of<webhook_tested> promise);
  [[nodiscard]] result<std::vector<webhook_report>> list(const list_webhooks& m);
  [[nodiscard]] result<std::vector<dead_letter>> list(const list_dead_letters& m);
  [[nodiscard]] result<replayed> replay(const replay_dead_letters& m);
  [[nodiscard]] result<event_page> read(const read_events& m);

private:
  void note(const result<void>& outcome);
  void note_changes();
  void tick();
  void work();
  void prune();
  void tell_readers();
  [[nodiscard]] courier_ports make_courier_ports();
  [[nodiscard]] std::vector<std::string> secrets_of(std::uint64_t number) const;
  [[nodiscard]] webhook_report report_of(const stored_webhook& value);

  self_pointer self_;
  webhooks_ports ports_;
  deferred_run run_later_;
  webhook_book book_;
  control_mirror mirror_;
  webhook_courier courier_;
  event_interest interest_;
  std::optional<event_file> file_;
  std::vector<caf::actor> loggers_; ///< who logs events
  std::optional<std::set<account_name>> told_readers_;
  bool told_all_ = false;
  bool is_awake_ = false;
  bool is_changed_ = true;
  wall_time pruned_at_{};
  per_stream<std::uint64_t> pruned_{};
};

} // namespace warmfront
