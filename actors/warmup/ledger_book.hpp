// All ledgers of the cluster as this node sees them, and the permits it gives out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/messages/messages.hpp"
#include "actors/warmup/permit_ledger.hpp"
#include "actors/warmup/subject_index.hpp"
#include "storage/control_store.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// The rules of the warm-up actor. No I/O: what has to be written is collected as `effects`, and
/// nothing depends on it before it is reported written. Time is passed in. Not thread-safe.
class ledger_book {
public:
  using ledger_index = std::uint32_t;

  /// A mark that a batch makes durable.
  struct written_mark {
    ledger_index ledger = 0;
    std::uint32_t day = 0;
    permit_mark to;
  };
  /// A ledger of which a batch makes durable what is to be remembered.
  struct written_memory {
    ledger_index ledger = 0;
    std::uint64_t number = 0; ///< grows with every write of that ledger
  };
  /// What the owner has to do now.
  struct effects {
    storage::batch marks;                   ///< to commit; then `marks_written` or `marks_failed`
    std::vector<written_mark> written;      ///< what `marks` says
    storage::batch memory;                  ///< to commit; then `memory_written` or `memory_failed`
    std::vector<written_memory> remembered; ///< what `memory` says
    std::vector<ledger_index> leases;       ///< to ask for with `lease`; then `lease_answered`
    std::vector<ledger_index> give_backs;   ///< for `give_back`; then `give_back_ended`
    std::vector<ledger_index> moves;        ///< for `moved`; then `move_answered`
    std::vector<ledger_index> told;         ///< for `report_use`, without an answer
    storage::batch days;                    ///< that ended, to be kept; nobody waits for it
    bool opened = false;                    ///< somebody who was turned away may ask again
    bool domains_changed = false;
    std::vector<std::pair<ledger_subject, ledger_move>> moved;   ///< as the control store says
    std::vector<std::pair<ledger_subject, std::uint64_t>> burnt; ///< leases without a mark
  };

  explicit ledger_book(warmup_rules rules);
  ledger_book(const ledger_book&) = delete;
  ledger_book& operator=(const ledger_book&) = delete;

  // ---- what the stores say ----
  // A record that cannot be read is an error; its ledger then grants nothing.
  /// A mark of the node's store. @pre before `load_memory` and `load_ledgers`.
  [[nodiscard]] result<void> load_mark(std::string_view key, std::string_view value);
  /// What the node's store remembers of the control store. @pre before `load_ledgers`.
  [[nodiscard]] result<void> load_memory(std::string_view key, std::string_view value);
  /// A plan as it was remembered. @pre before `load_memory`.
  [[nodiscard]] result<void> load_plan_memory(std::string_view key, std::string_view value);
  /// What was counted of a day's quality. @pre before `load_memory` and `load_ledgers`.
  [[nodiscard]] result<void> load_quality(std::string_view key, std::string_view value);
  void load_memory_complete() { memory_complete_ = true; }
  /// Whether all ledgers are known as they once were, so that permits can be given without the
  /// control store.
  [[nodiscard]] bool remembers_all() const noexcept { return memory_complete_; }
  /// Whether the control store is one that other nodes use, and that may be away.
  [[nodiscard]] bool shares_control() const;
  [[nodiscard]] result<void> load_plans(const storage::control_snapshot& all);
  [[nodiscard]] result<void> load_ledgers(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply_plan(const storage::control_event& event);
  [[nodiscard]] result<void> apply_ledger(const storage::control_event& event);

  // ---- who may lease what ----
  /// The node of each address. An address without one may be leased by any node.
  void set_owners(std::unordered_map<std::string, node_name> owners);
  /// Nodes among which the day of a domain is divided. @pre `count` > 0.
  void set_live_nodes(std::uint32_t count);
  /// Gives back what is leased here and was not used since the last call, of those shared ledgers
  /// of which there is no more to lease.
  void give_back_idle();

  // ---- permits ----
  [[nodiscard]] permit_verdict take(const permit_request& request, wall_time now);
  void refund(const std::vector<charge>& charges);
  /// Counts what became of mail; a ledger that moves by it is in `effects::moves`.
  void count(const std::vector<ledger_outcomes>& outcomes, wall_time now);
  /// What was counted since the last call, to be written to the node's store.
  [[nodiscard]] storage::batch take_quality();
  /// Days that have ended are kept, also of ledgers that nobody asks.
  void close_days(wall_time now);
  /// The other nodes hear what was used of days that are shared with them, where it is news.
  void tell_use();
  /// Nothing is granted from now on. @returns the exact marks, to be committed last; once they are
  /// durable, `unspent` may be given back.
  [[nodiscard]] storage::batch settle();
  /// For `give_back`, after `settle`.
  [[nodiscard]] std::vector<ledger_index> unspent() const;

  // ---- effects ----
  [[nodiscard]] effects take_effects();
  void marks_written(const std::vector<written_mark>& marks);
  void marks_failed(const std::vector<written_mark>& marks);
  [[nodiscard]] storage::control_transaction lease(ledger_index ledger) const;
  void lease_answered(ledger_index ledger, bool ok);
  void memory_written(const std::vector<written_memory>& memory);
  void memory_failed(const std::vector<written_memory>& memory);
  [[nodiscard]] storage::control_transaction give_back(ledger_index ledger) const {
    return entries_[ledger].ledger.give_back();
  }
  void give_back_ended(ledger_index ledger);
  /// The change of the ledger by its quality; empty when there is none any more.
  [[nodiscard]] storage::control_transaction moved(ledger_index ledger) const;
  void move_answered(ledger_index ledger, bool ok);
  [[nodiscard]] storage::control_transaction report_use(ledger_index ledger) const {
    return entries_[ledger].ledger.report_use();
  }
  /// When `tick` has something to do; none: never, as things are.
  [[nodiscard]] std::optional<wall_time> next_opening() const;
  /// Whether something failed that `tick` will try again.
  [[nodiscard]] bool has_retries() const noexcept { return !retries_.empty(); }
  /// Days that ended open again; what failed is tried again.
  void tick(wall_time now);

  // ---- what is so ----
  [[nodiscard]] std::vector<plan> plans() const;
  [[nodiscard]] const plan* find_plan(const plan_name& name) const;
  /// The plan as ledgers follow it; null when there is none of that name.
  [[nodiscard]] plan_pointer find_rules(const plan_name& name) const;
  [[nodiscard]] bool is_plan_used(const plan_name& name) const;
  /// The revision of a plan's record; 0: there is none, or the plan is built in.
  [[nodiscard]] storage::revision plan_revision(const plan_name& name) const;
  [[nodiscard]] const permit_ledger* find(std::string_view subject) const;
  /// One subject's ledger, or all in order of subject when it is empty.
  [[nodiscard]] std::vector<ledger_report> reports(const ledger_subject& subject,
                                                   wall_time now) const;
  /// What was spent today from these addresses.
  [[nodiscard]] permit_counts count_permits(const std::vector<ip_address>& addresses,
                                            wall_time now) const;
  [[nodiscard]] std::vector<domain_name> domains() const;
  [[nodiscard]] const warmup_rules& rules() const noexcept { return rules_; }

private:
  struct entry {
    permit_ledger ledger;
    bool waiting = false;         ///< somebody was turned away since it last opened
    bool told_pending = false;    ///< who was turned away waits for news before the day ends
    bool give_back_asked = false; ///< in `effects::give_backs`, and not ended yet
    bool moving = false;          ///< in `effects::moves`, and not answered yet
    bool counted = false;         ///< its quality is not written yet
    bool changed = false;         ///< in `changed_`
    wall_time queued_for = wall_time::min(); ///< in `openings_` at this time
  };
  struct custom_plan {
    plan_pointer value;
    storage::revision at = 0; ///< 0: as remembered
  };
  /// What a ledger says to a request.
  struct asked {
    entry* of = nullptr; ///< null: there is no ledger, and nothing to charge
    permit_state state = permit_state::granted;
    bool of_provider = false;
    bool held = false; ///< it was charged today already
    permit_ledger::provider_index provider = permit_ledger::no_provider;
  };
  using opening = std::pair<wall_time, ledger_index>;

  [[nodiscard]] ledger_index index_of(std::string_view subject) const {
    return by_subject_.find(subject, [this](ledger_index at) -> std::string_view {
      return entries_[at].ledger.subject();
    });
  }
  [[nodiscard]] entry* find_entry(std::string_view subject);
  entry& find_or_add(std::string_view subject);
  [[nodiscard]] ledger_index index_of(const entry& of) const {
    return static_cast<ledger_index>(&of - entries_.data());
  }
  [[nodiscard]] asked ask(entry* of, const permit_request& request, wall_time now);
  void turn_away(entry& of, permit_state why);
  void deny(permit_verdict& verdict, const asked& by, const permit_request& request);
  static void grant(permit_verdict& verdict, const asked& from);
  void judge(entry& of, wall_time now);
  /// Opens the first source's day while the domain's day opens: one wait instead of two.
  void warm_up(const permit_request& request, wall_time now);
  void pump(entry& of);
  void keep_day(entry& of);
  /// Writes down what must be remembered of a ledger, when that is news.
  void remember(entry& of);
  /// The same, once for all that happens before the effects are taken.
  void remember_later(entry& of);
  void remember_complete();
  [[nodiscard]] lease_share share_of(std::string_view subject) const;
  void give_back_unowned(entry& of);
  void begin_give_back(entry& of);
  void opened(entry& of);
  void replan(const plan_name& name);
  [[nodiscard]] result<void> keep_plan(const plan_name& name, plan value, storage::revision at);
  result<void> apply_record(const storage::control_record& record);
  result<void> apply_ledger_record(entry& target, const storage::control_record& record);

  warmup_rules rules_;
  std::vector<entry> entries_;
  subject_index by_subject_;
  std::unordered_map<plan_name, plan_pointer> built_in_;
  std::unordered_map<plan_name, custom_plan> custom_plans_;
  std::priority_queue<opening, std::vector<opening>, std::greater<>> openings_;
  std::vector<ledger_index> retries_;
  std::vector<ledger_index> counted_; ///< whose quality is to be written
  std::vector<ledger_index> changed_; ///< to be remembered
  wall_time judged_at_{};
  effects effects_;
  std::unordered_map<std::string, node_name> owners_;
  struct remembered {
    std::string octets; ///< as they were written last
    std::uint64_t writes = 0;
  };
  std::vector<remembered> remembered_;   ///< of each entry
  std::vector<std::uint64_t> looked_at_; ///< what each entry had used when looked at last
  bool memory_complete_ = false;
  bool loaded_ = false;
  bool settled_ = false;
};

} // namespace warmfront
