// The log of events on this node, for webhooks and the event stream. Pure: builds keys and values.
// Events are logged for accounts of which somebody reads them, and kept for a while.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/mail_event.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// Who writes: each stream has one writer, which numbers what it writes in the order of its
/// commits, so that a reader who has seen a number has seen all before that there will ever be.
/// Numbers are left out only where a commit failed. Append only.
enum class event_stream : std::uint8_t { intake = 1, delivery, feedback };

struct event_position {
  event_stream stream = event_stream::intake;
  std::uint64_t number = 0; ///< from 1
  friend auto operator<=>(const event_position&, const event_position&) = default;
};

[[nodiscard]] std::string encode(const mail_event& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<mail_event> decode_mail_event(std::string_view octets);

/// All events of a stream start with this; keys of `family::events`, as all below.
[[nodiscard]] std::string event_prefix(event_stream stream);
[[nodiscard]] std::string event_key(const event_position& where);
[[nodiscard]] std::optional<event_position> parse_event_key(std::string_view key);

/// The number of the last event of a stream, removed ones included; 0 when there was none. Reads
/// the disk.
[[nodiscard]] result<std::uint64_t> last_event(const store& disk, event_stream stream);
/// The number of the first event that is not older than `at`, or the one that comes next when all
/// are older. Reads the disk a few times, however many events there are: they are about in order.
[[nodiscard]] result<std::uint64_t> first_event_since(const store& disk, event_stream stream,
                                                      wall_time at);
/// Removes the events of a stream whose numbers are below `number`. What has not been written yet
/// keeps its number: `number` is at most one more than that of the last event.
void remove_events(batch& to, event_stream stream, std::uint64_t number);

/// Gives out the numbers of a stream. Each batch is committed at once, in the order of `append`.
class event_writer {
public:
  /// @returns what continues after the last event on the disk, and after those already removed.
  [[nodiscard]] static result<event_writer> open(const store& disk, event_stream stream);
  void append(batch& to, const mail_event& event);

private:
  event_writer(event_stream stream, std::uint64_t last) : stream_{stream}, last_{last} {}
  event_stream stream_;
  std::uint64_t last_;
};

/// Logs the events that somebody reads; without a writer none.
class event_recorder {
public:
  event_recorder() = default;
  explicit event_recorder(event_writer writer) : writer_{writer} {}

  /// Of whom events are read from now on: of all, or of these (null: of nobody).
  void set_readers(bool all, const std::vector<account_name>* accounts);
  [[nodiscard]] bool is_read(const account_name& account) const;
  /// @returns whether the event is in the batch: somebody reads it.
  bool record(batch& to, const mail_event& event);

private:
  std::optional<event_writer> writer_;
  bool all_ = false;
  std::set<account_name> accounts_;
};

} // namespace warmfront::storage
