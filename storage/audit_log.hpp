// The log of changes made through the management API of this node. Reads the disk; what is written
// goes into batches. Kept for a while, and no more than so many: the oldest go first.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/audit_record.hpp"
#include "actors/core/error.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// Whose records they are: of who runs the cluster; of strangers, whom anybody can be; of senders
/// and viewers. They are bounded apart: none pushes out those of others. Append only.
enum class audit_stream : std::uint8_t { operators = 1, strangers, tenants };
inline constexpr std::array audit_streams{audit_stream::operators, audit_stream::strangers,
                                          audit_stream::tenants};

/// What tells a record of a node from its others, in the order of time.
struct audit_position {
  std::uint64_t micros = 0; ///< since 1970
  std::uint32_t number = 0; ///< differs within a microsecond
  friend auto operator<=>(const audit_position&, const audit_position&) = default;
};

[[nodiscard]] std::string encode(const audit_record& value);
/// The record without its id. Fails with `storage_corrupt`, or `storage_newer` for a schema this
/// release does not know.
[[nodiscard]] result<audit_record> decode_audit_record(std::string_view octets);

/// Keys of `family::events`: the newest record of a stream comes first.
[[nodiscard]] std::string audit_prefix(audit_stream stream);
[[nodiscard]] std::string audit_key(audit_stream stream, const audit_position& where);
[[nodiscard]] std::optional<audit_position> parse_audit_key(std::string_view key);

/// 24 hexadecimal digits, a hyphen and the node: ids sort by time.
[[nodiscard]] std::string audit_id(const audit_position& where, std::string_view node);
/// None for what `audit_id` does not make.
[[nodiscard]] std::optional<audit_position> parse_audit_id(std::string_view id);

/// How much is kept.
struct audit_limits {
  milliseconds keep = std::chrono::days{400};
  std::uint64_t records_max = 1'000'000;
  std::uint64_t strangers_max = 50'000;
};

/// What is asked of the log. Empty texts: any.
struct audit_question {
  wall_time from = wall_time::min();
  wall_time to = wall_time::max(); ///< the first moment that is not asked for
  std::string actor;               ///< a key's id, or an account
  std::string resource;            ///< with all below it: `pools` has `pools/p1`
  std::string action;
  std::string after; ///< only what is older than this record
  std::size_t limit = 100;
};
struct found_audit {
  std::vector<audit_record> items; ///< newest first
  std::string next;                ///< the `after` of what follows; empty: nothing does
};

/// One writer. Not thread-safe.
class audit_log {
public:
  /// `disk` outlives the log. Reads how many records there are.
  [[nodiscard]] static result<audit_log> open(const store& disk, std::string node,
                                              audit_limits limits);

  /// Reads again how many records there are: after a commit that failed.
  [[nodiscard]] result<void> recount();
  /// Adds a record, of a stranger when it has no role, and removes some of the oldest of its stream
  /// when there are too many. Each batch is committed at once, in the order of the calls.
  /// @returns its id.
  [[nodiscard]] result<std::string> append(batch& to, const audit_record& value);
  /// Removes what is too old, a thousand records at most. @returns whether there may be more.
  [[nodiscard]] result<bool> prune(batch& to, wall_time now);
  /// Looks at 20 000 records at most: a page may end before it is full. `invalid_argument` for an
  /// `after` that is no id.
  [[nodiscard]] result<found_audit> find(const audit_question& asked) const;
  [[nodiscard]] std::uint64_t count(audit_stream stream) const;

private:
  struct stream_state {
    std::uint64_t count = 0;
    std::string end; ///< all from this key on is removed; empty: nothing is
  };
  audit_log(const store& disk, std::string node, audit_limits limits)
      : disk_{&disk}, node_{std::move(node)}, limits_{limits} {}
  [[nodiscard]] stream_state& state_of(audit_stream stream);
  [[nodiscard]] std::uint64_t most_of(audit_stream stream) const;
  [[nodiscard]] result<bool> remove_oldest(batch& to, audit_stream stream,
                                           std::uint64_t older_than_micros);

  const store* disk_;
  std::string node_;
  audit_limits limits_;
  std::array<stream_state, audit_streams.size()> states_{};
  std::uint32_t number_ = 0;
};

} // namespace warmfront::storage
