// One process of the simulated cluster: what the shells of replication, delivery and intake do.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/fence.hpp"
#include "actors/delivery/delivery_flow.hpp"
#include "actors/replication/replication.hpp"
#include "storage/memory/memory_store.hpp"

namespace warmfront::testing {

class replication_world;

/// Destroyed by a crash; nothing of it happens after that.
class replication_host final : public replication_effects, public delivery_effects {
public:
  replication_host(replication_world& world, node_name name, std::uint16_t number,
                   storage::memory_store& disk);

  void submit(std::size_t recipients, bool copy_required);
  /// One random thing that there is to do; false: nothing.
  bool run_one();
  void tick();
  /// From the network, in order per peer.
  void hear(const node_name& peer, bool droppable, std::function<void(replication&)> what);
  /// The session is gone; what was on the way may have come before that.
  void lose(const node_name& peer, std::uint64_t chance);
  void contact();
  void set_pools(std::vector<pool> pools);
  [[nodiscard]] replication& rules() noexcept { return *rules_; }
  [[nodiscard]] bool may_act() const;
  fence gate;

  // ---- both
  [[nodiscard]] steady_time steady_now() const override;
  // ---- replication_effects
  void commit(storage::batch changes, storage::priority urgency,
              std::function<void(const result<void>&)> then) override;
  void tidy(storage::batch changes) override;
  void read(std::function<std::function<void()>(const copy_reader&)> job) override;
  void send(const node_name& to, std::uint16_t kind, std::string octets) override;
  void change(std::function<result<storage::control_transaction>()> build,
              std::function<void(const result<void>&)> then) override;
  void own(std::vector<adopted_mail> mails, storage::batch with,
           std::function<void(const result<void>&)> then) override;
  void place(std::vector<placed_copy> copies,
             std::function<void(const result<void>&)> then) override;
  void yield(yield_mails what, std::function<void(const result<yielded_mails>&)> then) override;
  void drained(bool drained) override;
  void holders_changed(std::vector<copy_holder> holders) override;
  void allow_sending(bool allowed) override;
  // ---- delivery_effects
  [[nodiscard]] wall_time wall_now() const override;
  void commit(storage::batch changes, std::function<void(const result<void>&)> then) override;
  void read(std::function<std::function<void()>(const spool_reader&)> job) override;
  void assign(assign_sources what, std::function<void(permits_taken)> then) override;
  void refund(std::vector<charge>) override {}
  void log_event(storage::batch&, const mail_event&) override {}
  void counted(const storage::statistics_tally&) override {}
  void count(std::vector<ledger_outcomes>) override {}
  void resolve(const std::string& domain, std::function<void(site_route)> then) override;
  void open(net::connection_id id, net::connection_plan plan) override;
  void transmit(net::connection_id id, std::vector<outgoing_order> mails) override;
  void abandon(net::connection_id id, milliseconds grace) override;
  void later(milliseconds delay, std::function<void()> step) override;
  void happened(const outcome&) override {}
  void progressed(std::vector<copy_progress> outcomes) override;
  void over_limit(const mail_over_limit&) override {}
  void limits_lifted() override {}
  [[nodiscard]] bool may_send() const override { return may_act(); }
  void failed(const error& why) override;

private:
  using work = std::function<void()>;
  struct waiting_mail;

  void post(std::deque<work>& to, work what);
  bool run_reader();
  void finish_submission(const std::shared_ptr<waiting_mail>& mail);
  void hand_over(waiting_mail& settled);
  void report(net::transport_event event);
  void deliver(net::connection_id id, const net::transmission& mail);

  replication_world& world_;
  const node_name name_;
  const std::uint16_t number_;
  storage::memory_store& disk_;
  // Callbacks of the disk may outlive this object.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::deque<work> replication_turns_;
  std::deque<work> delivery_turns_;
  std::deque<std::function<work()>> reads_;
  work was_read_;
  std::deque<work> changes_;
  std::deque<work> wire_;
  std::map<std::string, std::deque<work>> heard_;
  std::map<std::string, std::size_t> droppable_; ///< frames of the present session
  std::multimap<steady_time, work> timers_;
  std::deque<std::shared_ptr<waiting_mail>> submissions_;
  std::vector<copy_holder> holders_;
  pool_owners owners_;
  std::map<storage::lane, std::uint64_t> next_sequence_;
  std::unique_ptr<delivery_flow> flow_;
  std::unique_ptr<replication> rules_;
};

} // namespace warmfront::testing
