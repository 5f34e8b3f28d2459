// Second copies of mails: those this node keeps for others, and what others do not know yet of
// this node's. Pure: builds keys and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/ids.hpp"
#include "storage/spool.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// The holder of a message's copy: rendezvous hashing, so that a holder that comes or goes moves
/// its share only. Holder 0 when there is none.
[[nodiscard]] message_copy choose_holder(const std::vector<message_copy>& holders,
                                         const message_id& id);

// ---- at the primary, in `family::queue`: the value is empty ------------------------------------

/// The holder has not confirmed the message yet.
[[nodiscard]] std::string unsent_copy_key(std::uint16_t holder, const message_id& id);
/// All of a holder's, or of all holders.
[[nodiscard]] std::string unsent_copy_prefix(std::uint16_t holder);
/// The holder has not confirmed this state of the recipient yet. Every state has a key of its own:
/// a confirmation of an earlier one says nothing of it.
[[nodiscard]] std::string unsent_progress_key(std::uint16_t holder, const recipient_id& id,
                                              const recipient_record& state);
/// All of a message's recipients.
[[nodiscard]] std::string unsent_progress_prefix(std::uint16_t holder, const message_id& id);
[[nodiscard]] std::string unsent_progress_prefix(std::uint16_t holder);

struct unsent_mark {
  std::uint16_t holder = 0;
  recipient_id recipient; ///< of a copy: index 0
};
/// Takes either key apart; none when it is neither.
[[nodiscard]] std::optional<unsent_mark> parse_unsent_key(std::string_view key);

/// A mail that may be another node's by now: the holder has not confirmed its copy, and has adopted
/// what it kept. It is in no queue until the holder has said which (in `family::queue`).
[[nodiscard]] std::string parked_key(std::uint16_t holder, const message_id& id);
[[nodiscard]] std::string parked_prefix(std::uint16_t holder);

/// A mail that this node has given up for the holder of its copy, and keeps a copy of, until the
/// holder has said that it is its own now (in `family::queue`). Its value is the bond of that copy.
[[nodiscard]] std::string offered_key(std::uint16_t holder, const message_id& id);
[[nodiscard]] std::string offered_prefix(std::uint16_t holder);

/// A mail was taken over from a node, which may not know that yet: until it does the mail is not
/// passed on, so that the question whether it was taken has an answer (in `family::queue`).
[[nodiscard]] std::string taken_key(std::uint16_t from, const message_id& id);
/// All of a message's.
[[nodiscard]] std::string taken_prefix(const message_id& id);
[[nodiscard]] std::string all_taken_prefix();
struct taken_mail {
  std::uint16_t from = 0;
  message_id id;
};
/// Takes a key of `taken_key` apart.
[[nodiscard]] taken_mail parse_taken_key(std::string_view key);

/// A holder is asked to drop its copy, so that another one can have it; until it has answered it
/// may or may not have one (in `family::queue`).
[[nodiscard]] std::string recalled_key(std::uint16_t holder, const message_id& id);
[[nodiscard]] std::string recalled_prefix(std::uint16_t holder);

/// The id in a key of `parked_key`, `offered_key` or `recalled_key`.
[[nodiscard]] message_id marked_message(std::string_view key);

/// A mail merge came from another node, and the segment of its task may still name that one (in
/// `family::segments`). Its value is the task's number.
[[nodiscard]] std::string moved_merge_key(const message_id& id);
[[nodiscard]] std::string all_moved_merges_prefix();

/// What is known of a holder that has adopted mails of this node (in `family::spool`).
[[nodiscard]] std::string adoption_key(std::uint16_t holder);

/// Removes a mail that was never to be sent, with its queue entries and states. Its holder may have
/// the copy though its answer did not come: it is told that the mail has ended.
void withdraw_message(batch& to, const spooled_message& message);

// ---- at the holder, in `family::spool` -----------------------------------------------------

/// The message record, as the primary has it.
[[nodiscard]] std::string held_message_key(std::uint16_t primary, const message_id& id);
[[nodiscard]] std::string held_body_key(std::uint16_t primary, const message_id& id);
[[nodiscard]] std::string held_recipient_key(std::uint16_t primary, const recipient_id& id);
/// All recipients of a held message start with this.
[[nodiscard]] std::string held_recipient_prefix(std::uint16_t primary, const message_id& id);
/// All messages held for a primary start with this.
[[nodiscard]] std::string held_messages_prefix(std::uint16_t primary);
/// The id in a key of `held_message_key`.
[[nodiscard]] std::optional<message_id> parse_held_message_key(std::string_view key);

} // namespace warmfront::storage
