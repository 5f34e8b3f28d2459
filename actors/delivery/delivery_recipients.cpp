// What came back about the recipients of a message, after it was delivered.

#include <algorithm>
#include <utility>

#include "actors/delivery/delivery_reports.hpp"
#include "storage/feedback_marks.hpp"

namespace warmfront {

namespace {

/// Each recipient has at most one mark of each kind.
constexpr std::size_t feedback_shown_max = 10'000;

} // namespace

result<stored_message> spool_reader::read_whole_story(const message_id& id) const {
  WARMFRONT_TRY(stored, read_message(id));
  WARMFRONT_TRY(feedback, storage::read_feedback_marks(store_, id, feedback_shown_max));
  stored.feedback = std::move(feedback);
  return std::move(stored);
}

void add_feedback(message_report& to, const std::vector<mail_event>& feedback) {
  for (const auto& event : feedback)
    if (const auto index = event.about.recipient.index; index < to.recipients.size())
      to.recipients[index].feedback.push_back(event);
  for (auto& each : to.recipients)
    std::ranges::sort(each.feedback, {}, &mail_event::at);
}

} // namespace warmfront
