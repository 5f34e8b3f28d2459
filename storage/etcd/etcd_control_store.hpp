// The control store of a cluster of several nodes: etcd, over its JSON gateway.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "storage/control_store.hpp"

namespace warmfront::storage {

struct etcd_options {
  /// Client addresses of members of one etcd: `http://host:2379` or `https://…`. The first that
  /// answers is used until it fails, then the next.
  std::vector<std::string> endpoints;
  /// All keys of the cluster are below this; several clusters can share an etcd.
  std::string prefix = "warmfront/";
  /// PEM files, for `https://` only. The authority is the only one that is believed. The files are
  /// read anew for every connection, so that they may be replaced.
  std::string ca_file;
  std::string certificate_file; ///< shown to etcd; empty when it asks for none
  std::string key_file;
  /// Patience with one endpoint for connecting and for each part of an answer.
  milliseconds request_timeout{3'000};
  /// A watch without a word for so long connects anew, and goes on where it was.
  milliseconds watch_idle{10'000};
};

/// Does not connect yet: etcd may be away. See `control_store` for what the calls promise; further:
/// - A transaction is sent to another endpoint only when it was certainly not sent before;
///   everything else is asked of each endpoint once, until one has timed out.
/// - Watches go on over lost connections, each event once; they end only with `not_found`,
///   `refused` or `limit_exceeded`.
/// - Leases count whole seconds, rounded up. etcd gives at least about two.
/// - The destructor answers open questions with `unavailable` and waits for calls that run, except
///   those it is called from.
/// Uses the process-wide thread pool of cpprestsdk, with two threads if it is the first.
/// @returns `invalid_argument` for an endpoint that is no URL, or for files that cannot be used.
[[nodiscard]] result<std::unique_ptr<control_store>> open_etcd_control_store(etcd_options options);

} // namespace warmfront::storage
