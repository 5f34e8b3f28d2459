// The command line as a process.
#pragma once

#include <string>

#include "tests/admin/fake_node.hpp"

namespace warmfront::testing {

/// How a run of the command line ended.
struct cli_ended {
  int code = -1;
  std::string output; ///< standard output
  std::string errors; ///< standard error
};

/// Runs it through the shell. `words` and `environment` are trusted text of a test.
[[nodiscard]] cli_ended run_cli(const std::string& words, const std::string& environment = "");
/// The same against a node, with one of its keys.
[[nodiscard]] cli_ended run_cli(const fake_node& node, const std::string& words,
                                const std::string& key = "admin");

/// Checks that a text has another one in it, and shows both when it has not.
void check_has(const std::string& text, const std::string& part);

} // namespace warmfront::testing
