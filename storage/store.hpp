// The node's own data: ordered keys in families, written in atomic batches by group commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::storage {

/// A column family. Append only: the numbers are used on disk.
enum class family : std::uint8_t {
  control,      ///< the embedded control store, or the mirror of a remote one
  spool,        ///< envelopes, bodies and the states of recipients
  queue,        ///< index of waiting recipients
  ledger,       ///< durable high-water marks of permits
  events,       ///< what happened, for reports
  counters,     ///< sums, kept by a merge operator
  segments,     ///< recipient lists in immutable chunks
  suppressions, ///< who is not sent to
};
inline constexpr std::size_t family_count = 8;

struct key_value {
  std::string key;
  std::string value;
  friend bool operator==(const key_value&, const key_value&) = default;
};

/// Changes that become durable together or not at all. Applied in the order in which they were
/// added.
class batch {
public:
  enum class kind : std::uint8_t { put, erase, erase_once, erase_range, add };
  struct change {
    kind what;
    family where;
    std::string key;
    std::string value; ///< `erase_range`: the first key that stays; `add`: a signed decimal number
  };

  void put(family where, std::string key, std::string value);
  /// Removes a key, present or not.
  void erase(family where, std::string key);
  /// Removes a key that was put exactly once since it was last absent: cheaper, and it leaves no
  /// trace when both meet in memory. Undefined for a key that was overwritten.
  void erase_once(family where, std::string key);
  /// Removes the keys in [from, before).
  void erase_range(family where, std::string from, std::string before);
  /// Adds to a 64-bit counter, absent counters being 0. Only in `family::counters`.
  void add(std::string key, std::int64_t amount);
  /// Appends the changes of `other`.
  void append(batch&& other);

  [[nodiscard]] const std::vector<change>& changes() const noexcept { return changes_; }
  [[nodiscard]] bool empty() const noexcept { return changes_.empty(); }
  /// Octets of all keys and values: what the log will grow by, about.
  [[nodiscard]] std::size_t octets() const noexcept { return octets_; }

private:
  std::vector<change> changes_;
  std::size_t octets_ = 0;
};

/// Called once, when the batch is durable or has failed; on the commit thread, in the order of the
/// calls to `commit`. Must not block. After `storage_failed` nothing is durable any more and every
/// later commit fails the same way; after `storage_full` later commits may succeed.
using commit_callback = std::function<void(const result<void>&)>;

/// How urgent space is needed by a batch.
enum class priority : std::uint8_t {
  growth,   ///< new mail: refused with `storage_full` once the reserve would be touched
  progress, ///< outcomes, removals, ledgers: may use the reserve, since they end in less data
  upkeep,   ///< as progress, and nobody waits: durable with the next commit, or a moment later
};

/// The state of the disk, cheap to ask.
struct storage_health {
  bool accepts_growth = true;   ///< false: the reserve of free space is reached
  std::optional<error> failure; ///< set once the store has failed for good
  std::uint64_t free_octets = 0;
};

/// Thread-safe. One object owns the data directory; reads see every batch whose callback was
/// called.
class store {
public:
  virtual ~store() = default;

  /// Queues a batch and returns at once. Batches queued meanwhile share one fsync.
  virtual void commit(batch changes, priority urgency, commit_callback done) = 0;

  /// The value of a key. Reads memory or disk: not for I/O threads when the value may be large.
  [[nodiscard]] virtual result<std::optional<std::string>> get(family where,
                                                               std::string_view key) const = 0;
  /// At most `limit` entries of [from, before) in key order; an empty `before` means to the end.
  [[nodiscard]] virtual result<std::vector<key_value>>
  scan(family where, std::string_view from, std::string_view before, std::size_t limit) const = 0;
  /// The last entry of [from, before), when there is one.
  [[nodiscard]] virtual result<std::optional<key_value>> last(family where, std::string_view from,
                                                              std::string_view before) const = 0;

  [[nodiscard]] virtual storage_health health() const = 0;
};

/// Waits for one commit. For start-up, shutdown and tests; never on an actor or I/O thread.
[[nodiscard]] result<void> commit_and_wait(store& target, batch changes, priority urgency);

/// The least key greater than every key that starts with `prefix`; empty when there is none.
[[nodiscard]] std::string prefix_end(std::string_view prefix);

} // namespace warmfront::storage
