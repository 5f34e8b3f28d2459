// The words of the command line: the table of commands for CLI11, and what that came to.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "admin/cli/command.hpp"
#include "admin/cli/run.hpp"

namespace warmfront::admin::cli {

/// Gives the program all commands of the table; what is said is put into `target`, which has to
/// live as long.
void add_commands(CLI::App& app, invocation& target);

/// Gives the help of every command its example, whoever added the command before.
void add_examples(CLI::App& app);

/// Everything the program understands, whoever added it: `{version, options[], commands[{noun,
/// verb, about, arguments[], options[], example, route}]}`. Manual pages, the handbook and shell
/// completion are made of it.
[[nodiscard]] ordered_json describe(const CLI::App& app, std::string_view version);

/// `--watch` alone means `--watch=2`: an optional value would take the next word, whatever it is.
[[nodiscard]] std::vector<std::string> with_watch_interval(int count, const char* const* words);

} // namespace warmfront::admin::cli
