// Who may work on a node's files without the node: the user it runs as.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "actors/core/error.hpp"

namespace warmfront::admin::cli {

/// `warmfront`, or `#990` where it has no name.
[[nodiscard]] std::string user_name(::uid_t of);

/// Files that root makes are none that the node can open. `refused` where a folder is there and
/// belongs to another user than who runs `warmfront COMMAND`.
[[nodiscard]] result<void> check_user(const std::filesystem::path& folder,
                                      std::string_view command);

} // namespace warmfront::admin::cli
