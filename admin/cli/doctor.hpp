// `warmfront doctor`: everything that is checked, in its order.
#pragma once

#include <functional>
#include <string>

#include "admin/cli/client.hpp"
#include "admin/cli/finding.hpp"

namespace warmfront::admin::cli {

struct doctor_options {
  std::string config_file;
  std::string server;      ///< empty: the admin address of the configuration
  std::string key;         ///< empty: `admin.key` of the data folder, where it can be read
  std::string mail_domain; ///< empty: port 25 of others is not tried
};

/// Asks a node: server, key, path.
using node_question = std::function<result<api_response>(
    const std::string& server, const std::string& key, const std::string& path)>;

/// Looks at everything, and says what it found. Changes nothing; takes some seconds where the
/// network does not answer.
[[nodiscard]] findings_list examine(const doctor_options& options, const node_question& ask);

} // namespace warmfront::admin::cli
