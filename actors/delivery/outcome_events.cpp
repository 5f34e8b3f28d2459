// Outcomes as events: what is counted, and what others hear of.

#include "actors/delivery/delivery_flow.hpp"
#include "actors/delivery/outcome.hpp"

namespace warmfront {

namespace {

std::optional<event_kind> kind_of(const outcome& what) {
  switch (what.state()) {
  case recipient_state::deferred:
    // Put off without an attempt, nothing has happened to it.
    return what.attempted ? std::optional{event_kind::deferred} : std::nullopt;
  case recipient_state::delivered:
    return event_kind::delivered;
  case recipient_state::bounced:
    return event_kind::bounced;
  case recipient_state::expired:
    return event_kind::expired;
  case recipient_state::suppressed:
    return event_kind::suppressed;
  case recipient_state::cancelled:
    return event_kind::cancelled;
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<mail_event> event_of(const outcome& what) {
  const auto kind = kind_of(what);
  const auto& message = what.item.message();
  if (!kind || storage::is_own_report(message))
    return std::nullopt;
  mail_event event;
  event.kind = *kind;
  event.at = what.record.changed_at;
  event.about = storage::subject_of(message, what.item.index, &what.record);
  if (kind == event_kind::bounced || kind == event_kind::deferred) {
    event.bounce_class = smtp::to_string(what.why);
    event.status = what.reply.status;
  }
  if (kind != event_kind::cancelled && kind != event_kind::suppressed) {
    event.reply = what.record.last_reply;
    event.remote_host = what.record.remote_host;
  }
  if (kind == event_kind::deferred)
    event.attempt = what.record.attempts;
  return event;
}

void add_statistics(storage::statistics_tally& to, const outcome& what, const mail_event& event) {
  if (event.kind != event_kind::suppressed)
    return to.add(event);
  // It was counted as accepted when it was taken over, and is one that should not have been.
  auto at_first = event;
  at_first.at = what.item.message().accepted_at;
  at_first.about = storage::subject_of(what.item.message(), what.item.index);
  to.add(at_first);
  at_first.kind = event_kind::accepted;
  to.add(at_first, -1);
}

void delivery_flow::record_events(storage::batch& to, settling& group, const outcome& what) {
  const auto event = event_of(what);
  if (!event)
    return;
  add_statistics(group.counts, what, *event);
  effects_.log_event(to, *event);
}

} // namespace warmfront
