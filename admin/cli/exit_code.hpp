// What the command line ends with: a contract with scripts.
#pragma once

namespace warmfront::admin::cli {

enum exit_code : int {
  done = 0,
  failed = 1, ///< refused or failed
  wrong_usage = 2,
  unreachable = 3,  ///< no node answered
  would_change = 4, ///< `apply --dry-run` alone: the cluster is not what the file says
};

} // namespace warmfront::admin::cli
