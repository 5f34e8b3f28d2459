// From what a cluster is to be and what it is to the requests that make it so. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "admin/cli/command.hpp"
#include "admin/cli/declared_state.hpp"

namespace warmfront::admin::cli {

enum class change_kind : std::uint8_t { create, change, remove };
/// `create`, `change`, `delete`.
[[nodiscard]] std::string_view to_string(change_kind kind) noexcept;

struct field_change {
  std::string field;
  ordered_json before; ///< null: there was none
  ordered_json after;  ///< null: there will be none
};

/// A change of one thing: the requests, in their order.
struct change_step {
  change_kind kind = change_kind::create;
  thing what = thing::plan;
  std::string name;
  std::vector<field_change> fields;
  std::vector<api_request> requests;
};

struct change_plan {
  std::vector<change_step> steps;
  std::vector<std::string> kept; ///< `pool old`: exists, though the document does not have it
};

/// The steps from `actual` to `wanted`, in an order in which each finds what it needs: plans before
/// pools before IPs, a pool before those that overflow into it, domains before their addresses;
/// an IP leaves one dedicated pool before it comes into another. Things that are not in `wanted`
/// stay, unless `prune`: then those of the kinds it speaks of go, last made first; the pool
/// `shared` stays. `conflict` for what the API cannot change (a domain's account or tags, a
/// sender's name), `invalid_argument` for pools that overflow in a circle.
[[nodiscard]] result<change_plan> plan_changes(const declared_state& wanted,
                                               const declared_state& actual, bool prune);

/// The plan for people: a line for each thing, one for each field, and the sum.
[[nodiscard]] std::string to_text(const change_plan& plan);
[[nodiscard]] ordered_json to_json(const change_plan& plan);
/// `pool news`.
[[nodiscard]] std::string to_text(const change_step& step);

} // namespace warmfront::admin::cli
