// The cluster's own certificate authority: it signs one certificate for each node, and no others.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::net {

/// A certificate and its private key, both PEM.
struct certified_key {
  std::string certificate;
  std::string key;
};

/// An authority: ECDSA P-256, self-signed, for ten years, allowed to sign nodes only (no authority
/// beneath it). `unavailable` when the system has no randomness.
[[nodiscard]] result<certified_key> make_authority();

/// A node's certificate, for calling and for being called: its common name and first DNS name are
/// `name`; `addresses` are further DNS names or IP addresses, such as those etcd listens on.
/// `invalid_argument` for an authority that cannot be read, a bad name or address.
[[nodiscard]] result<certified_key> make_node(const certified_key& authority,
                                              const std::string& name,
                                              const std::vector<std::string>& addresses,
                                              std::chrono::days lifetime = std::chrono::days{825});

} // namespace warmfront::net
