#include "actors/messages/provisioning.hpp"

namespace warmfront {

std::string_view to_string(step_state state) noexcept {
  switch (state) {
  case step_state::requested:
    return "requested";
  case step_state::checking:
    return "checking";
  case step_state::canary:
    return "canary";
  case step_state::warming:
    return "warming";
  case step_state::active:
    return "active";
  case step_state::draining:
    return "draining";
  case step_state::retired:
    return "retired";
  case step_state::rolled_back:
    return "rolled_back";
  }
  return "unknown";
}

std::string_view to_string(run_state state) noexcept {
  switch (state) {
  case run_state::running:
    return "running";
  case run_state::paused:
    return "paused";
  case run_state::rolling_back:
    return "rolling_back";
  case run_state::rolled_back:
    return "rolled_back";
  case run_state::finished:
    return "finished";
  }
  return "unknown";
}

std::string_view to_string(check_verdict verdict) noexcept {
  switch (verdict) {
  case check_verdict::passed:
    return "passed";
  case check_verdict::failed:
    return "failed";
  case check_verdict::unknown:
    break;
  }
  return "unknown";
}

} // namespace warmfront
