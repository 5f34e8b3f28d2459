// What is known here of the mail that feedback is about, and what each piece of feedback changes.
// Pure but for reading the spool: runs where that may block.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/messages/feedback.hpp"
#include "actors/messages/messages.hpp"
#include "actors/messages/suppressions.hpp"
#include "storage/spool.hpp"
#include "storage/statistics.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// Something that is to be counted.
struct feedback_fact {
  mail_event event;
  std::vector<ledger_subject> ledgers; ///< that its last permits were of
  bool is_marked = false;              ///< the first of its kind for its recipient: leaves a mark
};

/// What a batch comes to.
struct feedback_plan {
  std::vector<feedback_fact> facts;
  std::vector<put_suppressions> suppressions; ///< to be durable before the facts are written
  std::vector<std::uint32_t> unknown;         ///< by their place: the message is not here
  std::uint64_t repeated = 0;                 ///< said before
  std::uint64_t pointless = 0;                ///< contradicts what is known, or names nobody
};

/// Whether an item is acted upon by who does not have the message.
enum class absent_message : std::uint8_t { is_unknown, is_taken_from_token };

/// Decides what feedback means. Within one plan nothing counts twice; between plans marks on the
/// disk say so, hence a plan is durable before the next one is made. Not thread-safe.
class feedback_book {
public:
  /// `store` outlives it.
  explicit feedback_book(const storage::store& store) : store_{store} {}

  /// Fails as the store does.
  [[nodiscard]] result<feedback_plan> plan(const std::vector<feedback_item>& items,
                                           absent_message rule);

private:
  using shared_message = std::shared_ptr<const storage::spooled_message>;
  struct subject_found {
    mail_subject about;
    std::optional<storage::recipient_record> state;
  };
  [[nodiscard]] result<shared_message> read_message(const message_id& id);
  [[nodiscard]] result<std::optional<subject_found>> find(const feedback_item& item);
  [[nodiscard]] result<void> add(const feedback_item& item, std::uint32_t place,
                                 absent_message rule, feedback_plan& to);
  [[nodiscard]] result<bool> was_said(const feedback_fact& fact);

  const storage::store& store_;
  /// Marks of the plan being made.
  std::unordered_set<std::string> planned_;
  /// Messages read last: those of a task have a thousand recipients each. Null: not here.
  std::list<std::pair<message_id, shared_message>> recent_;
};

/// Marks and counters; not the log of events. @returns what it counts.
storage::statistics_tally write_facts(storage::batch& to, const std::vector<feedback_fact>& facts);

/// What they say of the quality of ledgers, added up.
[[nodiscard]] std::vector<ledger_outcomes> quality_of(const std::vector<feedback_fact>& facts);

} // namespace warmfront
