// One ledger on this node: how many permits of its day are left, and what must become durable
// before more are given.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/messages/messages.hpp"
#include "actors/messages/operations.hpp"
#include "actors/warmup/ledger_record.hpp"
#include "actors/warmup/permit_share.hpp"
#include "actors/warmup/plans.hpp"
#include "actors/warmup/progress.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What holds for all ledgers of a node.
struct warmup_rules {
  node_name node{"n1"};
  microseconds day{std::chrono::hours{24}}; ///< length of a plan day
  std::uint32_t reserve_percent = 10;       ///< of a limited day, kept from batch mail; 0..99
  std::uint32_t live_nodes = 1;             ///< among which a shared day is divided; > 0
  bool alone = true;                        ///< no other node ever leases anything
  /// The data of this node, then alone, was restored from a backup then: what was spent of days
  /// that had begun, nobody knows.
  std::optional<wall_time> restored_at = {};
  /// The days of a ledger whose plan is not known.
  [[nodiscard]] day_rule days() const { return day_rule{day}; }
};

/// Permits are given from memory, below a durable mark that runs ahead in chunks: after a crash
/// everything below the mark counts as used (burnt, never given twice). A day's permits need a
/// lease in the control store as well. Order on opening a day: first the mark, then the lease, so
/// that a lease without a mark means that the node's own data was lost: the lease is burnt then.
/// The day in memory never goes backward either.
///
/// A lease is given back in the same order: first it is durable here that no more than what was
/// used may be spent (`memory`), then the control store's grant is lowered. That transaction may
/// arrive late, even after a restart: what was given back counts as gone until the day's record
/// has changed, after which a late one fails its comparison.
///
/// Where the plan limits providers, each limit has a mark and a lease of its own, written with
/// those of the whole ledger. Not thread-safe.
class alignas(64) permit_ledger {
public:
  /// A mark to be made durable, and older days whose marks are no longer needed.
  struct raise {
    std::uint32_t day = 0;
    permit_mark to;
    std::vector<std::uint32_t> forget;
  };
  /// Which of the ledger's limits concern a mail beside that of all mail.
  using provider_index = std::uint32_t;
  static constexpr provider_index no_provider = 0xffffffff;
  struct refusal {
    permit_state state = permit_state::granted;
    bool of_provider = false; ///< mail to other providers may still go
  };

  permit_ledger(std::string subject, const warmup_rules& rules);

  // ---- what the stores say ----
  /// A mark found on disk. @pre before the first `apply`.
  void load_mark(std::uint32_t day, permit_mark mark);
  /// What was counted on this node. @pre before the first `apply`.
  void load_quality(const day_quality& quality) { loaded_quality_ = quality; }
  /// The ledger's record and its plan; none of that name: nothing is granted.
  void apply(const ledger_record& record, storage::revision at, plan_pointer rule);
  /// The plan changed.
  void apply_plan(plan_pointer rule);
  /// The leases of a day.
  void apply_day(std::uint32_t day, const ledger_day_record& leases, storage::revision at);
  /// What this node remembers of the ledger, for as long as the control store does not answer.
  /// @pre before the first `apply`, after `load_mark`.
  void recall(const ledger_memory& memory, plan_pointer rule);
  /// What to remember.
  [[nodiscard]] ledger_memory memory() const;
  /// The record of an earlier day is gone.
  void day_deleted(std::uint32_t day);
  /// The ledger was deleted: it limits nothing any more.
  void remove() { exists_ = false; }
  /// Another share, or another number of live nodes.
  void set_share(lease_share share) {
    share_ = share;
    recompute();
  }

  // ---- permits ----
  /// Moves to the day, and to the step of an evenly spread one, that the clock says.
  void advance(wall_time now) {
    if (now >= changes_at_)
      move(now);
  }
  /// How many more a class may get today, when all that can be leased is leased. None: no limit.
  /// Only what was known at the last `advance`: the caller checks `day_ends`.
  [[nodiscard]] std::optional<std::uint64_t> room(mail_class importance) const;
  /// The limit for a provider, if there is one today. @pre `advance` was called.
  [[nodiscard]] provider_index find_provider(const provider_name& provider) {
    return limits_providers_ ? find_limit_of(provider) : no_provider;
  }
  /// @pre `advance` was called; `provider` is of this day.
  [[nodiscard]] refusal ask(mail_class importance, provider_index provider = no_provider) const {
    if (const auto state = total_.ask(importance); state != permit_state::granted)
      return {stopped_ ? stop_ : state, false};
    if (provider == no_provider)
      return {};
    const auto state = providers_[provider].share.ask(importance);
    return {state, state != permit_state::granted};
  }
  /// @pre `ask` said granted. @returns whose limit was charged, too: the provider's, or the one
  /// that it shares; empty: none.
  provider_name take(provider_index provider = no_provider);
  /// Gives a permit of today back. @returns whether there was one.
  bool refund(const charge& permit);
  /// When what `ask` refused for is over by itself; for `exhausted`, `blocked` and `paced`.
  [[nodiscard]] wall_time refused_until(permit_state state) const {
    return state == permit_state::paced ? changes_at_ : day_ends_;
  }

  // ---- quality ----
  /// Adds what became of mail, on the present day.
  void count(const quality_counts& more);
  /// The record as today's quality changes it; none: it does not, or the day is not open.
  [[nodiscard]] std::optional<ledger_record> judged(wall_time now) const;
  [[nodiscard]] day_quality quality() const { return {day_, quality_}; }
  /// Whether others could do with hearing what was used and what became of it.
  [[nodiscard]] bool has_news() const;

  // ---- days that ended ----
  /// Notes the present day as one that has ended, though nobody has asked for a permit since.
  void close_day_at(wall_time now);
  /// A day that has ended, to be kept; null: there is none. Each is told once.
  [[nodiscard]] std::shared_ptr<const ledger_day> take_closed() {
    return std::exchange(closed_, nullptr);
  }
  /// The present day, as this node knows it.
  [[nodiscard]] ledger_day as_day() const;

  // ---- what must be made durable ----
  /// Whether it is time for `next_raise`.
  [[nodiscard]] bool is_raise_due() const {
    return (total_.is_raise_due() || provider_raise_due_) && !raising_;
  }
  /// The next mark to write; then one of the next two must be called. @pre `is_raise_due`.
  [[nodiscard]] raise next_raise();
  /// @returns whether more can be given now.
  bool mark_written(std::uint32_t day, const permit_mark& to);
  void mark_failed(std::uint32_t day) { raising_ = raising_ && day != day_; }
  /// Whether it is time to ask for a lease with `lease`; then `lease_answered` must be called.
  [[nodiscard]] bool begins_lease() {
    const bool begins = wants_lease() && !leasing_;
    leasing_ = leasing_ || begins;
    return begins;
  }
  /// The transaction that leases this node's share of what is left of the day; empty when nothing
  /// is wanted any more.
  [[nodiscard]] storage::control_transaction lease() const;
  void lease_answered() { leasing_ = false; }
  /// The transaction that tells the others what was used and what became of it.
  [[nodiscard]] storage::control_transaction report_use() const;

  // ---- what comes back ----
  /// Whether permits are leased here that are not used.
  [[nodiscard]] bool has_unused() const {
    return total_.limit() && total_.mine() && leases_at_ != 0 && *total_.mine() > total_.used();
  }
  /// Stops spending, to give the rest back: then `memory` must become durable, then `give_back` be
  /// carried out, then `give_back_ended` be called. @pre `has_unused`.
  void begin_give_back();
  [[nodiscard]] bool is_giving_back() const noexcept { return giving_back_; }
  /// The transaction that lowers the grant to what was used; empty when there is nothing to give.
  [[nodiscard]] storage::control_transaction give_back() const;
  void give_back_ended();
  /// The exact mark, when the durable one is above it.
  [[nodiscard]] std::optional<raise> settle();

  // ---- what is so ----
  [[nodiscard]] bool exists() const noexcept { return exists_; }
  /// Whether this node has a lease of the day, be it of nothing for a day without limit.
  [[nodiscard]] bool is_open() const noexcept { return total_.mine().has_value(); }
  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  /// Whether it is paused, or blocked for its quality.
  [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }
  /// As stored.
  [[nodiscard]] const ledger_record& record() const noexcept { return record_; }
  /// As it is once the present day is open.
  [[nodiscard]] const ledger_record& today() const noexcept {
    return opening_ ? *opening_ : record_;
  }
  [[nodiscard]] const plan_pointer& rule() const noexcept { return plan_; }
  [[nodiscard]] day_rule days() const { return plan_ ? plan_->days : rules_->days(); }
  [[nodiscard]] storage::revision revision() const noexcept { return record_at_; }
  [[nodiscard]] std::uint32_t day() const noexcept { return day_; }
  [[nodiscard]] wall_time day_ends() const noexcept { return day_ends_; }
  [[nodiscard]] std::optional<std::uint64_t> limit() const noexcept { return total_.limit(); }
  [[nodiscard]] std::uint64_t used() const noexcept { return total_.used(); }
  /// What all nodes together are known to have used of the day, and what became of it.
  [[nodiscard]] day_result result() const;
  /// Permits given to nodes today.
  [[nodiscard]] std::uint64_t leased() const noexcept;
  /// What was burnt because the lease had no mark; reset by the call.
  [[nodiscard]] std::uint64_t take_burnt() { return std::exchange(burnt_news_, 0); }
  /// The ledger, then its limits for providers.
  [[nodiscard]] std::vector<ledger_report> reports(wall_time now) const;

private:
  struct provider_share {
    provider_name provider;
    permit_share share;
    /// Of the plan; null: it does not limit this provider today.
    const std::vector<std::uint64_t>* days = nullptr;
    [[nodiscard]] bool limited() const { return days != nullptr; }
    bool named = false; ///< else one of every other
    bool asked = false; ///< there was mail to it today: only then it needs a mark
    /// What it is called in grants.
    [[nodiscard]] const provider_name& leased_as() const {
      return named ? provider : every_other_provider;
    }
    std::uint64_t kept = permit_share::unlimited; ///< see `kept_`
    [[nodiscard]] bool is_raise_due() const { return limited() && asked && share.is_raise_due(); }
  };

  void move(wall_time now);
  void start_day(std::uint32_t day);
  void close_day();
  void close_loaded_day();
  void open_later_day();
  void name_providers();
  void burn_unmarked();
  void recompute();
  void recompute_provider(provider_share& of, share_terms terms);
  [[nodiscard]] share_terms common_terms() const;
  void forget_kept();
  void set_pace(wall_time now);
  [[nodiscard]] provider_index find_limit_of(const provider_name& provider);
  [[nodiscard]] provider_share& add_provider(const provider_name& provider);
  [[nodiscard]] bool wants_lease() const;
  /// Null when there is none.
  template <class Leases>
  [[nodiscard]] auto own_grant(Leases& leases) const {
    const auto at = std::ranges::find(leases.grants, rules_->node, &ledger_grant::node);
    return at == leases.grants.end() ? nullptr : &*at;
  }
  void lease_providers(ledger_grant& to) const;
  void write_use(ledger_grant& to) const;
  /// Adds the day's record as it shall be, compared with what it was.
  void put_leases(storage::control_transaction& to, const ledger_day_record& leases) const;
  /// Used by mail: without what was burnt.
  [[nodiscard]] std::uint64_t spent() const {
    return total_.used() - std::min(total_.used(), burnt_);
  }
  [[nodiscard]] std::optional<std::uint64_t> limit_of(const ledger_record& record,
                                                      std::uint32_t day) const;
  /// Whether the present day had begun when the data was restored, so that its limits are spent.
  [[nodiscard]] bool is_lost() const;
  [[nodiscard]] ledger_state state_now(const permit_share& share) const;

  // First what a permit reads.
  wall_time changes_at_ = wall_time::min(); ///< the day's end, or the next step of its pace
  wall_time day_ends_ = wall_time::min();
  permit_share total_;
  std::uint32_t day_ = 0;
  bool exists_ : 1 = false;
  bool limits_providers_ : 1 = false; ///< the plan does
  bool stopped_ : 1 = false;          ///< `stop_` says why
  bool raising_ : 1 = false;
  bool leasing_ : 1 = false;
  bool mark_known_ : 1 = false; ///< a mark of this day is durable
  bool provider_raise_due_ : 1 = false;
  bool giving_back_ : 1 = false;
  bool known_ : 1 = false; ///< from the control store or from memory
  permit_state stop_ = permit_state::paused;
  lease_share share_ = lease_share::part;
  std::vector<provider_share> providers_; ///< in order of name

  day_pace pace_;
  const warmup_rules* rules_;
  std::string subject_;
  ledger_record record_;
  std::optional<ledger_record> opening_; ///< `record_` with `day_` opened, until that is stored
  storage::revision record_at_ = 0;
  plan_pointer plan_;
  ledger_day_record leases_; ///< of `day_`
  storage::revision leases_at_ = 0;
  /// Given back down to this many, and perhaps not in the control store yet, as long as the day's
  /// record is of `kept_at_`; 0: as it is when first read.
  std::optional<std::uint64_t> kept_;
  storage::revision kept_at_ = 0;
  std::optional<std::uint32_t> older_lease_day_; ///< a day's record that opening the next deletes
  std::uint64_t burnt_ = 0;                      ///< of the used ones: sent by nobody
  std::uint64_t burnt_news_ = 0;
  day_result ended_; ///< how the opened day went, while a later one is being opened
  quality_counts quality_;
  std::shared_ptr<const ledger_day> closed_;
  std::uint32_t noted_day_ =
      0; ///< of the day whose end `close_day_at` noticed the next one; 0: none
  std::optional<day_quality> loaded_quality_;
  std::vector<std::pair<std::uint32_t, permit_mark>> marks_on_disk_;
};

} // namespace warmfront
