// Looks at this machine and its neighbours, for `warmfront doctor`. Changes nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "admin/cli/finding.hpp"
#include "storage/etcd/etcd_control_store.hpp"

namespace warmfront::admin::cli {

/// Tries to bind the address, as the node would, and lets it go.
[[nodiscard]] port_facts probe_port(const std::string& key, const std::string& address);
[[nodiscard]] folder_facts probe_folder(const std::string& path);

/// Who the node runs as.
struct node_user {
  ::uid_t id = 0;
  std::vector<::gid_t> groups;
  std::string name;
};
/// For root, who may read what the node may not: whose the data folder is. None where the own
/// rights tell as much, or there is no folder yet.
[[nodiscard]] std::optional<node_user> probe_node_user(const std::string& data_folder);

/// `reader`: who else has to be able to read it.
[[nodiscard]] certificate_facts
probe_certificate(const std::string& key, const config::tls_config& files,
                  const std::optional<node_user>& reader = std::nullopt);
[[nodiscard]] secret_file_facts
probe_secret_file(const std::string& what, const std::string& path, bool is_required,
                  const std::optional<node_user>& reader = std::nullopt);
/// What the kernel says of the clock.
[[nodiscard]] std::optional<bool> probe_synchronised();

struct open_file_limits {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
};
[[nodiscard]] open_file_limits probe_open_files();

/// Connects to an address and port 25 and waits for the greeting. @returns why there was none;
/// empty: there was one.
[[nodiscard]] std::string probe_greeting(const std::string& address,
                                         std::chrono::milliseconds patience);

/// What time an etcd says it is, by the Date field of an answer; `unavailable` when it cannot be
/// reached. `options` has its certificates.
[[nodiscard]] result<wall_time> probe_etcd_time(const std::string& endpoint,
                                                const storage::etcd_options& options);

} // namespace warmfront::admin::cli
