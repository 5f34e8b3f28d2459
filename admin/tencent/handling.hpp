// Which handler answers an action, and what its failures are called. Pure.
#pragma once

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "admin/api/route.hpp"
#include "admin/tencent/action_table.hpp"
#include "admin/tencent/envelope.hpp"
#include "admin/tencent/gateway_error.hpp"

namespace warmfront::admin::tencent {

/// Questions that make the answers so far forgotten: only theirs are given to the next step.
struct ask_anew {
  std::vector<ask> questions;
};

/// What comes next for a call: questions, whose answers are appended, or what it is answered.
using step = std::variant<std::vector<ask>, ask_anew, ordered_json, gateway_error>;

/// Answers a call step by step, as handlers of routes do. The parameters are in `request.body`.
using action_handler = step (*)(call& request, const answers& given);

/// What a role's failure is called in an action's answer.
struct failure_code {
  errc when = errc::invalid_argument;
  std::string_view code;
};

struct handling {
  std::string_view action;
  action_handler serve = nullptr;
  std::span<const failure_code> codes{};
};

/// One for each action, in the order of their names.
[[nodiscard]] std::span<const handling> all_handlings() noexcept;
/// @pre the action is one of `all_actions()`.
[[nodiscard]] const handling& handling_of(const action& called) noexcept;

/// What a failure is called for the caller: as the handling says, else by its kind.
[[nodiscard]] gateway_error to_gateway_error(const handling& how, const error& failure);

/// Whether an action only tells how things are.
[[nodiscard]] bool only_reads(const action& called) noexcept;
/// Whether a key may call an action for its account.
/// @returns `AuthFailure.UnauthorizedOperation`.
[[nodiscard]] checked<void> check_role(const action& called, key_role role);

/// A call on its way: what was called, and how its answer is marked.
struct served_call {
  answer_ids ids;
  const action* called = nullptr; ///< null until the caller is known
};

/// The next step of a call. @pre `now.called` is set.
[[nodiscard]] outcome next_step(const served_call& now, call& request, answers& given);

} // namespace warmfront::admin::tencent
