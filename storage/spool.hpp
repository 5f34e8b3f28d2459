// The spool: envelopes, bodies, the states of recipients, and the index of those who wait.
// Pure: builds keys and values; who commits them decides when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/envelope.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/tracking.hpp"
#include "storage/attempts.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// A FIFO on disk of waiting recipients that need the same permits.
struct lane {
  /// Who appends: each lane has one writer, which alone gives out its sequence numbers.
  enum class writer : std::uint8_t { intake = 0, delivery = 1 };

  pool_name pool;
  domain_name sender_domain; ///< set when the sender's domain has a ledger
  domain_name destination;   ///< set when the lane is for one congested destination
  mail_class importance = mail_class::triggered;
  writer appended_by = writer::intake;
  provider_name provider = {};  ///< set when the lane is for one receiving provider
  task_id task = task_id::none; ///< set when the lane is of one task

  friend auto operator<=>(const lane&, const lane&) = default;
};

/// Where the second copy of a message is. A bond numbers a time in which one node keeps copies for
/// another: copies of an ended bond count for nothing.
struct message_copy {
  std::uint16_t holder = 0; ///< number of the node; 0: a copy is wanted, nobody has it yet
  std::uint32_t bond = 0;

  friend bool operator==(const message_copy&, const message_copy&) = default;
};

/// A message came to another node.
struct message_move {
  wall_time at{};
  std::uint16_t node = 0; ///< that has had it since
  bool from_dead = false; ///< taken over; else handed over
  friend bool operator==(const message_move&, const message_move&) = default;
};
/// Of one message's moves so many are kept: the last ones.
inline constexpr std::size_t message_moves_max = 8;

/// An accepted message without its body.
struct spooled_message {
  message_id id;
  envelope mail;
  submission_source source;
  pool_name pool;
  mail_class importance = mail_class::triggered;
  wall_time accepted_at{};
  std::uint64_t octets = 0;         ///< of the content
  lane first_lane;                  ///< where its recipients were queued at first, …
  std::uint64_t first_sequence = 0; ///< … recipient i at this + i
  std::optional<message_copy> copy; ///< none: this message has one copy by choice
  /// Each recipient gets a mail of its own: the body is a `mail_merge`.
  bool is_merge = false;
  /// Not to be sent before: its recipients were queued in the deferred index at first, not in a
  /// lane.
  std::optional<wall_time> send_at = {};
  template_name from_template = {}; ///< that it was made from; empty: none
  tracking track = {};              ///< of its readers
  std::vector<message_move> moves = {};
  std::uint64_t header_id = 0; ///< `header_id_of` the Message-ID that its client gave; 0: none

  friend bool operator==(const spooled_message&, const spooled_message&) = default;
};

/// A permit spent on a ledger's day (see `charge` of the actors).
struct spent_permit {
  ledger_subject subject;
  std::uint32_t day = 0;
  friend bool operator==(const spent_permit&, const spent_permit&) = default;
};

/// The last thing that happened to a recipient. Absent until something did.
struct recipient_record {
  std::uint8_t state = 0; ///< the actors' `recipient_state`
  std::uint32_t attempts = 0;
  std::string last_reply;
  std::string remote_host;
  ip_address source;
  wall_time changed_at{};
  std::optional<wall_time> first_attempt_at;
  std::optional<wall_time> next_attempt_at; ///< set while deferred
  std::vector<spent_permit> charged;        ///< by the last attempt
  std::string queue_key;                    ///< where it waits now; empty when it does not
  provider_name provider = {};              ///< that the last attempt went to, as it is counted
  std::string bounce_class = {}; ///< of the last refusal, as text: `invalid`, `spam`, …
  std::string tls = {};          ///< of the last connection: `TLSv1.3 TLS_AES_256_GCM_SHA384 dane`
  std::uint16_t tried_by = 0;    ///< node of the last attempt; 0: the one in the message's id
  std::vector<past_attempt> past = {}; ///< oldest first, the last attempt not among them

  friend bool operator==(const recipient_record&, const recipient_record&) = default;
};

/// One waiting recipient, as the index holds it.
struct queue_entry {
  recipient_id recipient;
  friend bool operator==(const queue_entry&, const queue_entry&) = default;
};

/// A digest by which a message is found by the Message-ID in its header; never 0. The same on every
/// node and in every release. Angle brackets around it make no difference.
[[nodiscard]] std::uint64_t header_id_of(std::string_view message_id) noexcept;

// ---- keys ---------------------------------------------------------------------------------

[[nodiscard]] std::string message_key(const message_id& id);
/// All messages' keys start with this.
[[nodiscard]] std::string all_messages_prefix();
[[nodiscard]] std::string body_key(const message_id& id);
[[nodiscard]] std::string recipient_key(const recipient_id& id);
/// All recipient records of a message start with this.
[[nodiscard]] std::string recipient_prefix(const message_id& id);

/// The index at the end of a recipient's key.
[[nodiscard]] std::uint32_t recipient_index(std::string_view key);

/// All entries of a lane start with this.
[[nodiscard]] std::string lane_prefix(const lane& value);
[[nodiscard]] std::string lane_key(const lane& value, std::uint64_t sequence);
/// The key of a recipient that is due at a time.
[[nodiscard]] std::string deferred_key(wall_time due, const recipient_id& id);
[[nodiscard]] std::string deferred_prefix();
/// The first deferred key that is due after `now`.
[[nodiscard]] std::string deferred_bound(wall_time now);
/// Where a recipient was queued at first.
[[nodiscard]] std::string first_queue_key(const spooled_message& message, std::uint32_t index);
/// All lanes' keys start with this.
[[nodiscard]] std::string all_lanes_prefix();

struct lane_position {
  lane where;
  std::uint64_t sequence = 0;
};
/// Takes a lane's key apart; none when it is not one.
[[nodiscard]] std::optional<lane_position> parse_lane_key(std::string_view key);
[[nodiscard]] std::optional<wall_time> parse_deferred_key(std::string_view key);
[[nodiscard]] std::optional<message_id> parse_message_key(std::string_view key);

// ---- values -------------------------------------------------------------------------------

[[nodiscard]] std::string encode(const spooled_message& value);
[[nodiscard]] std::string encode(const recipient_record& value);
[[nodiscard]] std::string encode(const queue_entry& value);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<spooled_message> decode_message(std::string_view octets);
[[nodiscard]] result<recipient_record> decode_recipient(std::string_view octets);
[[nodiscard]] result<queue_entry> decode_queue_entry(std::string_view octets);

/// What is decided of recipients, by their index, in ascending order.
using ended_recipients = std::vector<std::pair<std::uint32_t, recipient_record>>;

/// Adds a new mail: message record, body, and one queue entry per recipient. Of recipients that
/// have `ended` the record is written instead; when all have, there is no body and nothing to copy.
void add_message(batch& to, const spooled_message& message, std::string content,
                 const ended_recipients& ended = {});

} // namespace warmfront::storage
