// What the commands do that are more than one request, or none.
#pragma once

#include <string>
#include <vector>

#include "admin/cli/run.hpp"

namespace warmfront::admin::cli {

/// @pre the command has no method.
int run_own_command(const invocation& asked);

/// Answers a shell: what may stand where the last word is, by the words after `warmfront`. Says
/// nothing where it does not know, or no node tells it within a second.
int complete(const invocation& asked, const std::vector<std::string>& words);

} // namespace warmfront::admin::cli
