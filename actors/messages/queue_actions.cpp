#include "actors/messages/queue_actions.hpp"

namespace warmfront {

std::string_view to_string(queue_action action) noexcept {
  switch (action) {
  case queue_action::retry:
    return "retry";
  case queue_action::expire:
    return "expire";
  case queue_action::cancel:
    return "cancel";
  }
  return "unknown";
}

std::optional<queue_action> parse_queue_action(std::string_view text) noexcept {
  for (const auto each : {queue_action::retry, queue_action::expire, queue_action::cancel})
    if (to_string(each) == text)
      return each;
  return std::nullopt;
}

} // namespace warmfront
