// A world around one delivery flow: a store that can crash, ledgers of a few lines, an evil net.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/delivery/delivery_flow.hpp"
#include "storage/changed_counters.hpp"
#include "storage/event_log.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/statistics.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

/// What the net does with a transmission.
enum class fate { deliver, defer, bounce, lose_before, lose_in_doubt };

/// Executes the flow's effects deterministically. Steps wait in a queue until `run`.
class delivery_world final : public delivery_effects {
public:
  explicit delivery_world(std::uint64_t seed,
                          storage::memory_store::acknowledgement mode =
                              storage::memory_store::acknowledgement::when_settled);

  // ---- what a test does
  /// A mail to these recipients, committed as intake does it, and told to the flow when durable.
  message_id submit(const std::vector<std::string>& recipients,
                    mail_class importance = mail_class::triggered,
                    const std::string& pool = "shared", const std::string& from = "s@a.example",
                    std::optional<storage::message_copy> copy = std::nullopt,
                    std::optional<wall_time> send_at = std::nullopt);
  /// The same, of a mail merge; the rows' `to` are addresses.
  message_id merge(const storage::mail_merge& what, notify wanted = notify::never);
  /// Runs everything that waits, one step at a time, until nothing is left.
  void run();
  /// Runs at most so many steps.
  void run_some(std::size_t steps);
  /// The process dies; `surviving` commits had reached the disk. A new one starts on the store.
  void crash(std::size_t surviving);
  void advance(milliseconds by);
  /// Nobody sends to the address from now on.
  void suppress(const std::string& address);
  /// Time-outs of the net end every connection to hosts that never finish.
  void answer_again();

  [[nodiscard]] delivery_flow& flow() { return *flow_; }
  [[nodiscard]] std::optional<storage::recipient_record> record(const message_id& id,
                                                                std::uint32_t index = 0) const;
  [[nodiscard]] recipient_state state(const message_id& id, std::uint32_t index = 0) const;
  [[nodiscard]] std::size_t queue_entries() const;
  /// What the statistics say, over all days and domains.
  [[nodiscard]] std::map<storage::counted, std::int64_t> counted() const;

  // ---- the rules of this world, to be changed by a test
  std::optional<std::uint64_t> quota_per_day; ///< of the only ledger; none: no limit
  milliseconds day{1000};
  std::function<fate(const std::string& recipient)> fate_of = [](const auto&) {
    return fate::deliver;
  };
  std::set<std::string> suppressed;  ///< recipients that intake leaves out
  std::set<std::string> unreachable; ///< domains whose hosts do not answer
  std::set<std::string> unroutable;  ///< domains that do not exist
  std::set<std::string> unanswered;  ///< domains whose hosts never finish
  bool has_source = true;
  bool permits_pending = false; ///< permits are on their way, for ever
  bool blocked = false;         ///< batch mail is not to be sent today
  /// The day's quota of mail to hosts of one domain, of which nothing is charged.
  std::map<std::string, std::uint64_t> quota_of;
  bool sending = true;      ///< whether the node's fence holds
  bool handing_over = true; ///< whether intake tells of mail once it is durable

  // ---- what happened
  std::map<std::string, int> delivered; ///< by recipient, as the receiver counts
  std::map<std::string, int> doubtful;  ///< deliveries the sender does not know of
  /// Who was on the wire on a day: a retry of the same day is not charged again.
  std::map<std::int64_t, std::set<std::string>> sent_on_day;
  std::vector<std::string> order;              ///< recipients as they were sent
  std::map<std::string, std::string> contents; ///< what each was sent last
  std::vector<error> failures;
  std::vector<mail_over_limit> over_limits;         ///< as intake knows them
  storage::event_recorder event_log;                ///< logs nothing unless it is set
  storage::changed_counters changed;                ///< as told
  std::map<ledger_subject, quality_counts> quality; ///< as told
  std::vector<copy_progress> told; ///< outcomes whose messages have a copy elsewhere
  std::size_t assignments_asked = 0;
  std::size_t reads = 0;
  manual_clock time;
  storage::memory_store store;
  storage::suppression_reader suppressions;

  // ---- delivery_effects
  [[nodiscard]] wall_time wall_now() const override { return time.wall_now(); }
  [[nodiscard]] steady_time steady_now() const override { return time.steady_now(); }
  void commit(storage::batch changes, std::function<void(const result<void>&)> then) override;
  void read(std::function<std::function<void()>(const spool_reader&)> job) override;
  void assign(assign_sources what, std::function<void(permits_taken)> then) override;
  void refund(std::vector<charge> charges) override;
  void log_event(storage::batch& to, const mail_event& event) override {
    event_log.record(to, event);
  }
  void counted(const storage::statistics_tally& tally) override { changed.note(tally); }
  void count(std::vector<ledger_outcomes> outcomes) override {
    for (const auto& each : outcomes)
      quality[each.subject] += each.counts;
  }
  void resolve(const std::string& domain, std::function<void(site_route)> then) override;
  void open(net::connection_id id, net::connection_plan plan) override;
  void transmit(net::connection_id id, std::vector<outgoing_order> mails) override;
  void abandon(net::connection_id id, milliseconds grace) override;
  void later(milliseconds delay, std::function<void()> step) override;
  void happened(const outcome&) override {}
  void progressed(std::vector<copy_progress> outcomes) override {
    told.insert(told.end(), outcomes.begin(), outcomes.end());
  }
  void over_limit(const mail_over_limit& what) override { over_limits.push_back(what); }
  void limits_lifted() override { over_limits.clear(); }
  [[nodiscard]] bool may_send() const override { return sending; }
  void failed(const error& why) override { failures.push_back(why); }

private:
  void start();
  void spool(const std::shared_ptr<spooled_mail>& mail);
  void step(std::function<void()> what) { steps_.push_back(std::move(what)); }
  bool run_one();
  bool run_reader();
  [[nodiscard]] std::int64_t day_now() const;
  permit_verdict verdict(const assignment_request& request);
  void deliver(net::connection_id id, const net::transmission& mail);
  net::transmission_finished judge(const net::transmission& mail);
  void report(net::transport_event event);

  std::uint64_t seed_;
  seeded_random random_;
  std::unique_ptr<delivery_flow> flow_;
  std::deque<std::function<void()>> steps_;
  // What the reader's thread has to do, and what it has read and not handed over yet: between the
  // two anything may become durable, and be told to the flow.
  std::deque<std::function<std::function<void()>(const spool_reader&)>> reads_;
  std::function<void()> was_read_;
  std::vector<std::pair<steady_time, std::function<void()>>> timers_;
  std::map<net::connection_id, std::string> connections_; // id → host
  std::map<std::int64_t, std::uint64_t> used_;            // durable, as the high-water mark is
  std::map<std::pair<std::int64_t, std::string>, std::uint64_t> used_of_;
  std::map<storage::lane, std::uint64_t> next_sequence_;
  std::uint64_t life_ = 0; // callbacks of earlier lives are dropped
};

} // namespace warmfront::testing
