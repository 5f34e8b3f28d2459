#include "actors/messages/suppressions.hpp"

namespace warmfront {

std::string_view to_string(suppression_reason reason) noexcept {
  switch (reason) {
  case suppression_reason::manual:
    return "manual";
  case suppression_reason::hard_bounce:
    return "hard_bounce";
  case suppression_reason::complaint:
    return "complaint";
  case suppression_reason::unsubscribe:
    return "unsubscribe";
  }
  return "unknown";
}

std::optional<suppression_reason> parse_suppression_reason(std::string_view text) noexcept {
  for (const auto reason : {suppression_reason::manual, suppression_reason::hard_bounce,
                            suppression_reason::complaint, suppression_reason::unsubscribe})
    if (text == to_string(reason))
      return reason;
  return std::nullopt;
}

} // namespace warmfront
