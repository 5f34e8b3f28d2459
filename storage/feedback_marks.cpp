#include "storage/feedback_marks.hpp"

#include <utility>

#include "actors/core/octets.hpp"
#include "storage/event_log.hpp"

namespace warmfront::storage {

namespace {

// First octet of a key of `family::events`; events and streams have others (event_log.cpp).
constexpr char feedback_mark = 'm';

} // namespace

std::string feedback_mark_prefix(const message_id& of) {
  std::string key{feedback_mark};
  key += of.octet_view();
  return key;
}

std::string feedback_mark_key(const recipient_id& of, event_kind kind) {
  auto key = feedback_mark_prefix(of.message);
  append_number(key, of.index, 4);
  key += static_cast<char>(kind);
  return key;
}

void add_feedback_mark(batch& to, const mail_event& event) {
  to.put(family::events, feedback_mark_key(event.about.recipient, event.kind), encode(event));
}

result<std::vector<mail_event>> read_feedback_marks(const store& from, const message_id& of,
                                                    std::size_t most) {
  const auto prefix = feedback_mark_prefix(of);
  WARMFRONT_TRY(found, from.scan(family::events, prefix, prefix_end(prefix), most));
  std::vector<mail_event> events;
  for (const auto& [key, value] : found) {
    WARMFRONT_TRY(event, decode_mail_event(value));
    events.push_back(std::move(event));
  }
  return events;
}

void remove_feedback_marks(batch& to, wall_time accepted_before) {
  to.erase_range(family::events, std::string{feedback_mark},
                 feedback_mark_prefix(message_id{accepted_before, 0, 0}));
}

} // namespace warmfront::storage
