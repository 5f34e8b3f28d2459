// The requests to the API that create, change and delete declared things. Pure.
#pragma once

#include <vector>

#include "admin/cli/command.hpp"
#include "admin/cli/declared_state.hpp"

namespace warmfront::admin::cli {

[[nodiscard]] std::vector<api_request> requests_to_create(const declared_item& wanted);
/// `wanted` over what is so: what is not said stays. `ips`: those that a pool has.
[[nodiscard]] std::vector<api_request> requests_to_change(const declared_item& wanted,
                                                          const declared_item& actual,
                                                          const ordered_json& ips);
[[nodiscard]] std::vector<api_request> requests_to_delete(const declared_item& actual);

/// Whether the API can change a field of a thing that exists.
[[nodiscard]] bool can_change(thing what, std::string_view field) noexcept;

} // namespace warmfront::admin::cli
