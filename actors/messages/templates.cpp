#include "actors/messages/templates.hpp"

namespace warmfront {

std::string_view to_string(template_state value) noexcept {
  switch (value) {
  case template_state::approved:
    return "approved";
  case template_state::waiting:
    return "waiting";
  case template_state::rejected:
    return "rejected";
  }
  return "waiting";
}

} // namespace warmfront
