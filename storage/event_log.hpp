// The log of events on this node, for webhooks and the event stream. Pure: builds keys and values.
// Events are logged for accounts of which somebody reads them, and kept for a while.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/core/mail_event.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// Who writes: each stream has one writer, which numbers what it writes without gaps in the order
/// of its commits, so that a reader who has seen a number has seen all before. Append only.
enum class event_stream : std::uint8_t { intake = 1, delivery, feedback };

struct event_position {
  event_stream stream = event_stream::intake;
  std::uint64_t number = 0; ///< from 1
  friend auto operator<=>(const event_position&, const event_position&) = default;
};

[[nodiscard]] std::string encode(const mail_event& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<mail_event> decode_mail_event(std::string_view octets);

/// All events of a stream start with this; keys of `family::events`.
[[nodiscard]] std::string event_prefix(event_stream stream);
[[nodiscard]] std::string event_key(const event_position& where);
[[nodiscard]] std::optional<event_position> parse_event_key(std::string_view key);

/// Gives out the numbers of a stream.
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

} // namespace warmfront::storage
