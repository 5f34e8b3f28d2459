// What came back about recipients: the first event of each kind, so that it counts once and the
// report of a message can show it. Keys of `family::events`. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/mail_event.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

[[nodiscard]] std::string feedback_mark_key(const recipient_id& of, event_kind kind);
/// All marks of a message start with this.
[[nodiscard]] std::string feedback_mark_prefix(const message_id& of);
/// Puts the mark of an event: its recipient and kind are the key.
void add_feedback_mark(batch& to, const mail_event& event);
/// Of a message, at most `most`, by recipient.
[[nodiscard]] result<std::vector<mail_event>>
read_feedback_marks(const store& from, const message_id& of, std::size_t most);
/// Removes the marks of all messages that were accepted before a time: their ids sort by it.
void remove_feedback_marks(batch& to, wall_time accepted_before);

} // namespace warmfront::storage
