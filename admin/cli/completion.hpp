// Completion in shells: what may stand where the cursor is. Pure; names come from whoever asks a
// node.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// The script for `bash`, `zsh` or `fish`, which asks `warmfront complete WORD…` on every tab;
/// empty for another shell.
[[nodiscard]] std::string completion_script(std::string_view shell);

/// Asks the API for a list; null when there is no answer. `connection` is what the words say:
/// server and key, empty where they do not.
using name_source =
    std::function<ordered_json(const std::string& path, std::vector<std::string> connection)>;

/// Lines `WORD<tab>ABOUT` of what may stand in the place of the last word; none where that is
/// anything, as a text or a file. `reference` is `describe`'s.
[[nodiscard]] std::string completions(const ordered_json& reference,
                                      const std::vector<std::string>& words,
                                      const name_source& names);

} // namespace warmfront::admin::cli
