#include "actors/intake/intake_events.hpp"

#include "storage/statistics.hpp"

namespace warmfront {

std::vector<mail_event> events_of_acceptance(const spooled_mail& mail) {
  std::vector<mail_event> events;
  const auto& record = mail.record;
  if (storage::is_own_report(record))
    return events;
  auto next_ended = mail.ended.begin();
  for (std::uint32_t i = 0; i < record.mail.recipients.size(); ++i) {
    mail_event event;
    event.kind = event_kind::accepted;
    event.at = record.accepted_at;
    event.about = storage::subject_of(record, i);
    if (next_ended != mail.ended.end() && next_ended->first == i) {
      event.kind = event_kind::suppressed;
      event.reply = next_ended->second.last_reply;
      ++next_ended;
    }
    events.push_back(std::move(event));
  }
  return events;
}

} // namespace warmfront
