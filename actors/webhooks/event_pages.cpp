#include "actors/webhooks/event_pages.hpp"

#include <algorithm>
#include <utility>

namespace warmfront {

void event_pages::begin_turn() {
  for (auto& each : pages_)
    if (each.is_last)
      each = {};
}

std::span<const logged_event> event_pages::read(storage::event_stream stream, std::uint64_t from) {
  auto& held = pages_.at(index_of(stream));
  const bool is_there = held.from != 0 && from >= held.from &&
                        (from < held.before || (held.is_last && from == held.before));
  if (!is_there)
    load(held, stream, from);
  const auto first =
      std::lower_bound(held.events.begin(), held.events.end(), from,
                       [](const logged_event& each, std::uint64_t at) { return each.number < at; });
  return std::span{held.events}.subspan(static_cast<std::size_t>(first - held.events.begin()));
}

void event_pages::load(page& into, storage::event_stream stream, std::uint64_t from) {
  into = {};
  into.from = from;
  into.before = from;
  const auto found = disk_.scan(storage::family::events, storage::event_key({stream, from}),
                                storage::prefix_end(storage::event_prefix(stream)), page_events);
  if (!found) {
    complain(found.error());
    into.is_last = true;
    return;
  }
  into.is_last = found.value().size() < page_events;
  for (const auto& each : found.value()) {
    const auto where = storage::parse_event_key(each.key);
    if (!where)
      continue;
    into.before = where->number + 1;
    auto event = storage::decode_mail_event(each.value);
    if (event)
      into.events.push_back({where->number, std::move(event).value()});
    else
      complain(event.error());
  }
}

std::uint64_t event_pages::last(storage::event_stream stream) {
  const auto found = storage::last_event(disk_, stream);
  if (!found)
    complain(found.error());
  return found ? found.value() : 0;
}

void event_pages::complain(const error& why) {
  if (!std::exchange(has_complained_, true))
    log_.write(log_level::error, "events_unreadable", {{"what", std::string_view{why.what}}});
}

} // namespace warmfront
