// Several nodes' ledger books over one control store, each behind its own bad network.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/warmup/ledger_commands.hpp"
#include "actors/warmup/ledger_writer.hpp"
#include "actors/warmup/plans.hpp"
#include "storage/memory/faulty_control_store.hpp"
#include "storage/memory/memory_control_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/silent_log.hpp"

namespace warmfront::testing {

/// Passes calls on, and keeps transactions on their way for as long as the test likes.
class late_control_store final : public storage::control_store {
public:
  explicit late_control_store(storage::control_store& target) : target_{target} {}

  void range(std::string prefix,
             std::function<void(const result<storage::control_snapshot>&)> done) override {
    target_.range(std::move(prefix), std::move(done));
  }
  void transact(storage::control_transaction what,
                std::function<void(const result<storage::transaction_outcome>&)> done) override {
    ++transactions_;
    if (holding_)
      held_.emplace_back(std::move(what), std::move(done));
    else
      target_.transact(std::move(what), std::move(done));
  }
  std::unique_ptr<storage::watch_handle> watch(std::string prefix, storage::revision from,
                                               storage::watch_callback changed) override {
    return target_.watch(std::move(prefix), from, std::move(changed));
  }
  void grant_lease(std::chrono::milliseconds,
                   std::function<void(const result<storage::lease_id>&)>) override {}
  void keep_lease(storage::lease_id, std::function<void(const result<void>&)>) override {}
  void revoke_lease(storage::lease_id, std::function<void(const result<void>&)>) override {}

  /// Whether transactions from now on stay on their way.
  void hold(bool holding) { holding_ = holding; }
  /// The oldest that is on its way arrives.
  void arrive() {
    if (held_.empty())
      return;
    auto [what, done] = std::move(held_.front());
    held_.pop_front();
    target_.transact(std::move(what), std::move(done));
  }
  [[nodiscard]] std::size_t held() const { return held_.size(); }
  [[nodiscard]] std::size_t transactions() const { return transactions_; }

private:
  storage::control_store& target_;
  bool holding_ = false;
  std::size_t transactions_ = 0;
  std::deque<std::pair<storage::control_transaction,
                       std::function<void(const result<storage::transaction_outcome>&)>>>
      held_;
};

/// One node: what survives a crash, and the life it leads now. Does what the warm-up actor does.
class lease_node {
public:
  lease_node(std::string name, storage::control_store& control, manual_clock& world,
             std::function<storage::control_fault()> choose)
      : world_{world}, late_{control}, path_{late_, std::move(choose)} {
    rules_.node = node_name{std::move(name)};
    rules_.alone = false;
  }

  void start() {
    life_ = std::make_unique<life>(*this);
    REQUIRE(life_->writer.read());
    life_->plans.start();
  }
  /// Memory is lost, and of the commits under way all but the `surviving` oldest.
  void crash(std::size_t surviving = 0) {
    life_.reset();
    own_.crash(surviving);
  }
  /// Begins to stop cleanly: nothing more is granted, and `is_stopped` follows.
  void stop() {
    if (!life_->stopping)
      life_->writer.finish([now = life_.get()] { now->stopped = true; });
    life_->stopping = true;
    flush();
  }
  [[nodiscard]] bool is_up() const { return life_ != nullptr; }
  [[nodiscard]] bool is_stopped() const { return life_ && life_->stopped; }
  /// The control store counts as away.
  void recall() { life_->recalled = life_->recalled || life_->book.remembers_all(); }

  /// Lets what is due happen. @returns how much.
  std::size_t run() {
    std::size_t done = 0;
    while (life_) {
      auto& queue = *life_->queue;
      const auto next =
          std::ranges::find_if(queue, [&](const auto& each) { return each.first <= now(); });
      if (next == queue.end())
        break;
      const auto work = std::move(next->second);
      queue.erase(next);
      work();
      flush();
      ++done;
    }
    return done;
  }
  permit_verdict take(const std::string& source, const std::string& sender,
                      mail_class importance = mail_class::triggered,
                      const std::string& provider = {}) {
    permit_verdict verdict;
    verdict.what = permit_verdict::kind::pending;
    if (!life_ || !(life_->is_loaded() || life_->recalled))
      return verdict;
    permit_request request;
    request.candidates.emplace_back(source);
    request.sender_domain = domain_name{sender};
    request.importance = importance;
    request.provider = provider_name{provider};
    verdict = life_->book.take(request, wall_now());
    flush();
    return verdict;
  }
  void refund(const std::vector<charge>& charges) {
    life_->book.refund(charges);
    flush();
  }
  template <class Command>
  void command(const Command& what) {
    if (!life_ || !life_->is_loaded())
      return;
    auto& mirror = std::is_same_v<Command, put_plan> ? life_->plans : life_->ledgers;
    mirror.change(
        [this, what]() -> result<storage::control_transaction> {
          if constexpr (requires { build(life_->book, what); })
            return build(life_->book, what);
          else
            return build(life_->book, what, wall_now());
        },
        [](const auto&) {});
  }
  void tick() {
    life_->book.tick(wall_now());
    flush();
  }
  void flush() {
    auto effects = life_->book.take_effects();
    opened_ = opened_ || effects.opened;
    life_->writer.write(effects);
  }

  [[nodiscard]] wall_time wall_now() const { return world_.wall_now() + clock_error_; }
  void set_clock_error(microseconds error) { clock_error_ = error; }
  /// Whether those who wait have been told to ask again since the last call.
  [[nodiscard]] bool was_opened() { return std::exchange(opened_, false); }
  ledger_book& book() { return life_->book; }
  warmup_rules& rules() { return rules_; }
  storage::memory_store& own() { return own_; }
  storage::faulty_control_store& path() { return path_; }
  late_control_store& late() { return late_; }

private:
  using work_queue = std::deque<std::pair<steady_time, std::function<void()>>>;
  struct life {
    explicit life(lease_node& of)
        : book{of.rules_}, plans{of.path_,
                                 std::string{plan_prefix},
                                 {[this](const auto& all) {
                                    REQUIRE(book.load_plans(all));
                                    if (!ledgers.is_loaded())
                                      ledgers.start();
                                  },
                                  [this](const auto& event) { REQUIRE(book.apply_plan(event)); }},
                                 later(of)},
          ledgers{of.path_,
                  std::string{ledger_prefix},
                  {[this](const auto& all) { REQUIRE(book.load_ledgers(all)); },
                   [this](const auto& event) { REQUIRE(book.apply_ledger(event)); }},
                  later(of)},
          writer{book, of.own_, ledgers, later(of), of.log_} {}
    [[nodiscard]] bool is_loaded() const { return plans.is_loaded() && ledgers.is_loaded(); }
    deferred_run later(lease_node& of) {
      return [weak = std::weak_ptr{queue}, &of](std::chrono::milliseconds delay, auto work) {
        if (const auto alive = weak.lock())
          alive->emplace_back(of.now() + delay, std::move(work));
      };
    }

    std::shared_ptr<work_queue> queue = std::make_shared<work_queue>();
    ledger_book book;
    control_mirror plans;
    control_mirror ledgers;
    ledger_writer writer;
    bool recalled = false;
    bool stopping = false;
    bool stopped = false;
  };
  [[nodiscard]] steady_time now() const { return world_.steady_now(); }

  manual_clock& world_;
  warmup_rules rules_;
  silent_log log_;
  bool opened_ = false;
  storage::memory_store own_{storage::memory_store::acknowledgement::when_settled};
  late_control_store late_;
  storage::faulty_control_store path_;
  microseconds clock_error_{0};
  std::unique_ptr<life> life_;
};

/// What the control store says is allowed: the quota of a day is the highest limit that was in
/// force, as the store had it, at any time from the opening of the day to that of the next.
class quota_model {
public:
  using ledger_day = std::pair<std::string, std::uint32_t>;

  explicit quota_model(storage::control_store& truth) {
    watch_ = truth.watch({}, 1, [this](const auto& events) {
      storage::revision last = 0;
      for (const auto& event : events.value()) {
        if (last != 0 && event.record.modified != last)
          look(); // at every transaction's end
        last = event.record.modified;
        apply(event);
      }
      look();
    });
  }
  [[nodiscard]] std::uint64_t quota(const ledger_day& of) const {
    const auto found = quotas_.find(of);
    return found == quotas_.end() ? 0 : found->second;
  }
  /// The same of the mail to one of `providers`.
  [[nodiscard]] std::uint64_t quota(const ledger_day& of, const provider_name& provider) const {
    const auto found = at_provider_.find({of, provider});
    return found == at_provider_.end() ? 0 : found->second;
  }
  static inline const std::vector<std::string> providers{"gmail", "outlook", "mx.a", "mx.b"};
  /// Days whose leases were more than the quota.
  [[nodiscard]] std::size_t overgranted() const { return overgranted_; }

private:
  void apply(const storage::control_event& event) {
    const auto& key = event.record.key;
    if (key.starts_with(plan_prefix)) {
      const plan_name name{key.substr(plan_prefix.size())};
      plans_[name] = decode_plan(name, event.record.value).value();
      return;
    }
    const auto parts = parse_ledger_key(key).value();
    if (!parts.day)
      ledgers_[std::string{parts.subject}] = decode_ledger(event.record.value).value();
    else if (!event.deleted)
      leases_[{std::string{parts.subject}, *parts.day}] =
          decode_ledger_day(event.record.value).value();
  }
  void look() {
    constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
    for (const auto& [subject, ledger] : ledgers_) {
      const ledger_day now{subject, ledger.opened_day};
      const auto rule = plans_.find(ledger.plan);
      const auto limit =
          rule == plans_.end()
              ? unlimited
              : limit_on_day(ledger, rule->second, ledger.opened_day).value_or(unlimited);
      for (const auto& provider : providers)
        look_at(now, ledger, rule == plans_.end() ? nullptr : &rule->second,
                provider_name{provider});
      quotas_[now] = std::max(quotas_[now], limit);
      std::uint64_t sum = 0;
      for (const auto& grant : leases_[now].grants)
        sum += grant.permits;
      overgranted_ += sum > quotas_[now] ? 1 : 0;
    }
  }

  void look_at(const ledger_day& now, const ledger_record& ledger, const plan* rule,
               const provider_name& provider) {
    auto& quota = at_provider_[{now, provider}];
    if (rule == nullptr)
      return;
    auto days = rule->providers.find(provider);
    if (days == rule->providers.end())
      days = rule->providers.find(every_other_provider);
    quota = days == rule->providers.end()
                ? std::numeric_limits<std::uint64_t>::max()
                : std::max(quota, limit_on_day(ledger, days->second, ledger.opened_day));
  }

  std::map<std::pair<ledger_day, provider_name>, std::uint64_t> at_provider_;
  std::map<plan_name, plan> plans_;
  std::map<std::string, ledger_record> ledgers_;
  std::map<ledger_day, ledger_day_record> leases_;
  std::map<ledger_day, std::uint64_t> quotas_;
  std::size_t overgranted_ = 0;
  std::unique_ptr<storage::watch_handle> watch_;
};

/// The whole cluster.
class lease_world {
public:
  explicit lease_world(std::size_t count, std::function<storage::control_fault(std::size_t)> choose)
      : quotas_{control_} {
    for (std::size_t at = 0; at < count; ++at) {
      nodes_.push_back(std::make_unique<lease_node>("n" + std::to_string(at + 1), control_, time_,
                                                    [choose, at] { return choose(at); }));
      nodes_.back()->rules().live_nodes = static_cast<std::uint32_t>(count);
      nodes_.back()->start();
    }
  }
  /// Lets everything happen that needs no time.
  void settle() {
    for (bool busy = true; busy;) {
      control_.run(); // always has something to do: it looks at its clock
      std::size_t done = 0;
      for (const auto& node : nodes_) {
        done += node->own().settle() + node->path().deliver() + node->path().release();
        done += node->run();
      }
      busy = done > 0;
    }
  }
  void pass(microseconds by) {
    time_.advance(by);
    for (const auto& node : nodes_)
      if (node->is_up())
        node->tick();
  }
  lease_node& node(std::size_t at) { return *nodes_[at]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  storage::memory_control_store& control() { return control_; }
  [[nodiscard]] const quota_model& quotas() const { return quotas_; }

private:
  manual_clock time_;
  storage::memory_control_store control_{time_};
  quota_model quotas_;
  std::vector<std::unique_ptr<lease_node>> nodes_;
};

} // namespace warmfront::testing
