// How many recipients wait to be tried again, by who they are for and where they leave from:
// counted, not enumerated.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "actors/delivery/outcome.hpp"
#include "actors/messages/reports.hpp"
#include "storage/retry_counters.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// Counts a recipient that enters the deferred index or leaves it, as its record says; nothing for
/// others. In the batch in which it does so.
void count_retry(storage::batch& to, const storage::spooled_message& message,
                 const storage::recipient_record& record, std::int64_t change);

/// The same counts in memory: those of the disk at the start, then what batches add. Bounded by the
/// pools and the named providers. Not thread-safe.
class retry_counts {
public:
  void load(const std::vector<storage::key_value>& counters);
  /// What a batch changes; to be handed to `apply` once it is durable.
  [[nodiscard]] static std::vector<storage::batch::change> changes_in(const storage::batch& from);
  void apply(const std::vector<storage::batch::change>& changes);
  /// An outcome is durable: what a receiver said, and when the next attempt is.
  void note(const outcome& what);
  /// Nothing waits for another attempt: whatever the counters say. @returns whether they said
  /// otherwise; then they are to be removed.
  bool clear();

  /// A row for each group of which somebody waits.
  void add_to(std::vector<queue_report>& reports, wall_time now) const;
  /// What was said last to mail of a pool for a provider.
  [[nodiscard]] std::optional<last_answer> last_reply(const pool_name& pool,
                                                      const provider_name& provider) const;

private:
  struct state {
    std::int64_t waiting = 0;
    std::optional<wall_time> next_attempt_at; ///< that is known of
    std::optional<last_answer> said;
  };
  std::map<storage::retry_group, state> groups_;
};

} // namespace warmfront
