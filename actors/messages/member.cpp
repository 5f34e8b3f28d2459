#include "actors/messages/member.hpp"

namespace warmfront {

std::string_view to_string(node_state state) noexcept {
  switch (state) {
  case node_state::active:
    return "active";
  case node_state::draining:
    return "draining";
  case node_state::dead:
    return "dead";
  case node_state::removed:
    return "removed";
  }
  return "unknown";
}

} // namespace warmfront
