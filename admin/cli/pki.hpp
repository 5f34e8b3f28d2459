// `warmfront pki`: the cluster's own authority and its nodes' certificates, as files.
#pragma once

#include <string>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::admin::cli {

/// Makes `ca.pem` and `ca.key` (mode 0600) in a folder, which is made when it is missing.
/// `already_exists` when there is an authority, unless `force`. @returns what to tell the user.
[[nodiscard]] result<std::string> make_authority_files(const std::string& folder, bool force);

/// Makes `NAME.pem` and `NAME.key` (mode 0600) beside the authority's files. Fails as
/// `net::make_node`, with `not_found` without an authority, `already_exists` unless `force`.
[[nodiscard]] result<std::string> make_node_files(const std::string& folder,
                                                  const std::string& name,
                                                  const std::vector<std::string>& addresses,
                                                  bool force);

} // namespace warmfront::admin::cli
