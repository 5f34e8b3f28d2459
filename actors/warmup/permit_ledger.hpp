// One ledger on this node: how many permits of its day are left, and what must become durable
// before more are given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/warmup/ledger_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What holds for all ledgers of a node.
struct warmup_rules {
  node_name node{"n1"};
  microseconds day{std::chrono::hours{24}}; ///< length of a plan day
  std::uint32_t reserve_percent = 10;       ///< of a limited day, kept from batch mail; 0..99
  std::uint32_t live_nodes = 1;             ///< among which a shared day is divided; > 0
};

/// Which part of a day this node leases.
enum class lease_share : std::uint8_t {
  part, ///< what is left is divided among the live nodes, a part at a time
  all,  ///< at once: the node owns the address
  none, ///< nothing: another node owns it
};

/// What a ledger says to one more mail.
enum class permit_state : std::uint8_t { granted, exhausted, paused, pending };

/// How many permits a class may use of a day with `quota`: batch mail leaves the reserve, rounded
/// down, to triggered mail.
[[nodiscard]] constexpr std::uint64_t class_bound(std::uint64_t quota, mail_class importance,
                                                  std::uint32_t reserve_percent) {
  return importance == mail_class::triggered
             ? quota
             : quota - (quota / 100 * reserve_percent + quota % 100 * reserve_percent / 100);
}

/// Permits are given from memory, below a durable mark that runs ahead in chunks: after a crash
/// everything below the mark counts as used (burnt, never given twice). A day's permits need a
/// lease in the control store as well. Order on opening a day: first the mark, then the lease, so
/// that a lease without a mark means that the node's own data was lost: the lease is burnt then.
/// The day in memory never goes backward either.
///
/// A lease is given back in the same order: first it is durable here that no more than what was
/// used may be spent (`memory`), then the control store's grant is lowered. That transaction may
/// arrive late, even after a restart: what was given back counts as gone until the day's record
/// has changed, after which a late one fails its comparison. Not thread-safe.
class alignas(64) permit_ledger {
public:
  /// A mark to be made durable, and older days whose marks are no longer needed.
  struct raise {
    std::uint32_t day = 0;
    std::uint64_t to = 0;
    std::vector<std::uint32_t> forget;
  };

  permit_ledger(std::string subject, const warmup_rules& rules);

  // ---- what the stores say ----
  /// A mark found on disk. @pre before the first `apply`.
  void load_mark(std::uint32_t day, std::uint64_t used);
  /// The ledger's record and its plan; no plan of that name: nothing is granted.
  void apply(const ledger_record& record, storage::revision at, const plan* rule);
  /// The plan's limits changed.
  void apply_plan(const plan* rule);
  /// The leases of a day.
  void apply_day(std::uint32_t day, const ledger_day_record& leases, storage::revision at);
  /// What this node remembers of the ledger, for as long as the control store does not answer.
  /// @pre before the first `apply`, after `load_mark`.
  void recall(const ledger_memory& memory);
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
  /// Moves to the day that the clock says, when that is a later one.
  void advance(wall_time now) {
    if (now >= day_ends_)
      start_day(day_at(record_, now, rules_->day));
  }
  /// How many more a class may get today, when all that can be leased is leased. None: no limit.
  /// Only what was known at the last `advance`: the caller checks `day_ends`.
  [[nodiscard]] std::optional<std::uint64_t> room(mail_class importance) const;
  /// @pre `advance` was called.
  [[nodiscard]] permit_state ask(mail_class importance) const {
    const auto bound = importance == mail_class::triggered ? bound_ : bound_batch_;
    return used_ < bound && used_ < durable_ ? permit_state::granted : refusal(bound);
  }
  /// @pre `ask` said granted.
  void take() { ++used_; }
  /// Gives a permit of today back. @returns whether there was one.
  bool refund(std::uint32_t day);

  // ---- what must be made durable ----
  /// Whether it is time for `next_raise`.
  [[nodiscard]] bool is_raise_due() const {
    return durable_ - used_ < raise_below_ && !raising_ && durable_ < grantable_;
  }
  /// The next mark to write; then one of the next two must be called. @pre `is_raise_due`.
  [[nodiscard]] raise next_raise();
  /// @returns whether more can be given now.
  bool mark_written(std::uint32_t day, std::uint64_t to);
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

  // ---- what comes back ----
  /// Whether permits are leased here that are not used.
  [[nodiscard]] bool has_unused() const {
    return limit_ && mine_ && leases_at_ != 0 && *mine_ > used_;
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
  [[nodiscard]] bool is_open() const noexcept { return mine_.has_value(); }
  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  [[nodiscard]] bool is_paused() const noexcept { return paused_; }
  [[nodiscard]] const ledger_record& record() const noexcept { return record_; }
  [[nodiscard]] storage::revision revision() const noexcept { return record_at_; }
  [[nodiscard]] std::uint32_t day() const noexcept { return day_; }
  [[nodiscard]] wall_time day_ends() const noexcept { return day_ends_; }
  [[nodiscard]] std::optional<std::uint64_t> limit() const noexcept { return limit_; }
  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }
  /// Permits given to nodes today.
  [[nodiscard]] std::uint64_t leased() const noexcept;
  /// What was burnt because the lease had no mark; reset by the call.
  [[nodiscard]] std::uint64_t take_burnt() { return std::exchange(burnt_, 0); }
  /// The plan's limit on any day of the ledger; none: no limit.
  [[nodiscard]] std::optional<std::uint64_t> limit_of_day(std::uint32_t day) const;
  [[nodiscard]] ledger_report report(wall_time now) const;

private:
  void start_day(std::uint32_t day);
  /// A lease without a mark: the node's data was lost, and the lease counts as spent.
  void burn_unmarked();
  void recompute();
  void count_grants();
  [[nodiscard]] permit_state refusal(std::uint64_t bound) const;
  [[nodiscard]] bool wants_lease() const { return used_ >= lease_from_ && exists_ && mark_known_; }
  [[nodiscard]] std::uint64_t chunk() const;
  /// The next part of what is left when this node has `mine`.
  [[nodiscard]] std::uint64_t next_part(std::uint64_t mine) const;
  void compute_lease_from();

  // First what a permit reads, in one cache line.
  wall_time day_ends_ = wall_time::min();
  std::uint64_t used_ = 0;
  std::uint64_t durable_ = 0; ///< permits below this may be given
  std::uint64_t bound_ = 0;   ///< of triggered mail; 0: paused or not open
  std::uint64_t bound_batch_ = 0;
  std::uint64_t grantable_ = 0;  ///< what this node's lease may be under the present limit
  std::uint64_t lease_from_ = 0; ///< when this many are used, more must be leased
  std::uint32_t day_ = 0;
  std::uint16_t raise_below_ = 0; ///< fewer than this left below the mark: raise it
  bool exists_ : 1 = false;
  bool paused_ : 1 = false;
  bool raising_ : 1 = false;
  bool leasing_ : 1 = false;
  bool mark_known_ : 1 = false; ///< a mark of this day is durable
  bool lease_short_ : 1 = true; ///< the lease is not all that it may be
  bool giving_back_ : 1 = false;
  bool known_ : 1 = false; ///< from the control store or from memory

  lease_share share_ = lease_share::part;
  std::optional<std::uint64_t> mine_; ///< this node's lease; none: the day is not open here
  std::optional<std::uint64_t> limit_;
  const warmup_rules* rules_;
  std::string subject_;
  ledger_record record_;
  storage::revision record_at_ = 0;
  std::optional<plan> plan_;
  ledger_day_record leases_; ///< of `day_`
  storage::revision leases_at_ = 0;
  /// Given back down to this many, and perhaps not in the control store yet, as long as the day's
  /// record is of `kept_at_`; 0: as it is when first read.
  std::optional<std::uint64_t> kept_;
  storage::revision kept_at_ = 0;
  std::optional<std::uint32_t> older_lease_day_; ///< a day's record that opening the next deletes
  std::uint64_t burnt_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> marks_on_disk_;
};

} // namespace warmfront
