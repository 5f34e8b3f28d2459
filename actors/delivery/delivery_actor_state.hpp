// What the delivery actor holds: the flow, and its effects executed by CAF, storage and transport.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor.hpp>

#include "actors/delivery/delivery_actor.hpp"
#include "actors/delivery/retry_counts.hpp"

namespace warmfront {

/// Lives on the actor's thread. Callbacks of other threads carry only numbers and values: what
/// belongs to the flow never leaves its turn.
class delivery_state : public delivery_effects {
public:
  static inline const char* name = "delivery";
  using self_pointer = delivery_shell::stateful_pointer<delivery_state>;

  explicit delivery_state(self_pointer self) : self_{self} {}
  void start(delivery_config config, delivery_ports ports, std::unique_ptr<random_source> random,
             const std::vector<stored_lane>& stored);
  void stop() { transport_.reset(); }

  [[nodiscard]] delivery_flow& flow() { return *flow_; }
  [[nodiscard]] const retry_counts& retries() const { return retries_; }
  [[nodiscard]] const delivery_ports& ports() const { return ports_; }
  void connect(const connect_listeners& m) {
    intake_ = caf::actor_cast<intake_actor>(m.intake);
    scheduler_ = caf::actor_cast<scheduler_actor>(m.scheduler);
    suppressions_ = caf::actor_cast<suppressions_actor>(m.suppressions);
    webhooks_ = caf::actor_cast<webhooks_actor>(m.webhooks);
  }
  void set_readers(const event_readers_changed& m) {
    ports_.events.set_readers(m.all, m.accounts.get());
  }
  void adopted(const merges_adopted& what);
  void set_sender_domains(std::shared_ptr<const std::map<domain_name, sender_domain>> domains);
  void
  set_signing_keys(std::shared_ptr<const std::map<domain_name, std::vector<signing_key>>> keys);
  void set_pools(std::shared_ptr<const std::vector<pool>> pools) { pools_ = std::move(pools); }
  /// Null when there is no such pool.
  [[nodiscard]] const pool* find_pool(const pool_name& wanted) const;
  /// The addresses of a pool, empty when there is no such pool.
  [[nodiscard]] std::vector<ip_address> addresses_of(const pool_name& wanted) const;

  [[nodiscard]] wall_time wall_now() const override { return ports_.time->wall_now(); }
  [[nodiscard]] steady_time steady_now() const override { return ports_.time->steady_now(); }
  void commit(storage::batch changes, std::function<void(const result<void>&)> then) override;
  void read(std::function<std::function<void()>(const spool_reader&)> job) override;
  void assign(assign_sources what, std::function<void(permits_taken)> then) override;
  void refund(std::vector<charge> charges) override;
  void log_event(storage::batch& to, const mail_event& event) override;
  void counted(const storage::statistics_tally& tally) override;
  void count(std::vector<ledger_outcomes> outcomes) override;
  void resolve(const std::string& domain, std::function<void(site_route)> then) override;
  void open(net::connection_id id, net::connection_plan plan) override;
  void transmit(net::connection_id id, std::vector<outgoing_order> mails) override;
  void abandon(net::connection_id id, milliseconds grace) override;
  void later(milliseconds delay, std::function<void()> step) override;
  void happened(const outcome& what) override;
  void progressed(std::vector<copy_progress> outcomes) override;
  void over_limit(const mail_over_limit& what) override;
  void limits_lifted() override;
  void none_deferred() override;
  void acted(const queue_action_report& what) override;
  void sessions_made(std::vector<trust::tls_session> sessions) override;
  [[nodiscard]] bool may_send() const override;
  void failed(const error& why) override { ports_.failed(why); }

private:
  void tell_unknown(const outcome& what);
  /// Asks who wants no unsubscribe links, now and then.
  void keep_asking_unsubscribes();
  void change_outgoing(const std::function<void(outgoing_rules&)>& change);
  void prepare(net::connection_id id, std::shared_ptr<std::vector<outgoing_order>> mails);
  void prepared(net::connection_id id, std::vector<outgoing_order>& mails);
  void note_unsigned(const outgoing_order& mail, const error& why);

  self_pointer self_;
  delivery_ports ports_;
  merge_settings merges_;
  intake_actor intake_;             ///< null: nobody accepts mail
  scheduler_actor scheduler_;       ///< null: there are no tasks
  webhooks_actor webhooks_;         ///< null: nobody hears of events
  bool has_events_ = false;         ///< in the batch that is being built
  suppressions_actor suppressions_; ///< null: nobody wants to know of unknown recipients
  std::shared_ptr<const std::vector<pool>> pools_;
  retry_counts retries_;
  std::unique_ptr<delivery_flow> flow_;
  std::unique_ptr<net::mail_transport> transport_;
  std::shared_ptr<const outgoing_mail> outgoing_;
  std::size_t next_signer_ = 0;
  std::set<std::string> told_unsigned_; ///< causes that are in the log
  std::uint64_t next_commit_ = 0;
  std::unordered_map<std::uint64_t, std::function<void(const result<void>&)>> commits_;
};

} // namespace warmfront
