// Doing what the command line said: files, requests, answers, exit codes.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "admin/cli/command.hpp"
#include "admin/cli/exit_code.hpp"
#include "admin/cli/profile.hpp"
#include "admin/cli/render.hpp"

namespace warmfront::admin::cli {

/// What the command line said.
struct invocation {
  connection options;
  std::string format = "table";
  std::optional<double> watch_seconds; ///< none: it is shown once
  const command* what = nullptr;
  given_values given;
  std::function<result<std::string>()> locally; ///< set by commands that need no node
  /// All commands as data, for those that are about them.
  std::function<ordered_json()> reference;
  std::string words;     ///< as typed, for headings
  bool declined = false; ///< a count was not confirmed
};

/// Does it, prints, and says what to exit with.
int run(invocation& asked);

/// Prints an error as the format has it, and says what to exit with: 3 for a node that cannot be
/// reached, 2 for what was given wrongly, otherwise 1.
int complain(const error& failure, const std::string& format);

/// The content of a file, or of standard input for `-`.
[[nodiscard]] result<std::string> read_all(const std::string& name);

/// A variable of the environment; empty when it is not set.
[[nodiscard]] std::string environment_variable(const char* name);

} // namespace warmfront::admin::cli
