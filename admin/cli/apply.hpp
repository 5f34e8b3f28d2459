// `warmfront apply` and `export`: declared state against a node.
#pragma once

#include <functional>
#include <string>

#include "actors/core/error.hpp"
#include "admin/cli/change_plan.hpp"
#include "admin/cli/client.hpp"

namespace warmfront::admin::cli {

/// Sends one request to the node.
using api_caller = std::function<result<api_response>(const api_request&)>;

/// What `apply` may do, and where it tells what it does.
struct apply_options {
  bool only_shows = false; ///< `--dry-run`
  bool prune = false;
  bool as_json = false;
  std::function<void(const std::string&)> print;    ///< to standard output
  std::function<void(const std::string&)> complain; ///< to standard error
};

/// Reads what there is: plans, pools, identities with their senders, templates with their texts,
/// webhooks. `refused` with what the node said when it refuses.
[[nodiscard]] result<ordered_json> list_all(const api_caller& ask);

/// The state of a cluster as YAML that `apply` takes, with a comment at its head.
[[nodiscard]] result<std::string> export_state(const api_caller& ask);

/// Makes the cluster what the text says. Stops at the first refusal, and says what was done before.
/// @returns what to exit with: `would_change` only when it shows what it would do.
[[nodiscard]] result<int> apply_state(const std::string& text, const api_caller& ask,
                                      const apply_options& options);

} // namespace warmfront::admin::cli
