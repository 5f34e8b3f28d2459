// The resolver over libunbound: asks the DNS, keeps its cache, gives up in time.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/random.hpp"
#include "net/asio/io_threads.hpp"
#include "net/dns/mx_route.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront::net {

struct unbound_options {
  std::vector<std::string> servers; ///< `127.0.0.1@5353`; empty: those of /etc/resolv.conf
  /// DS or DNSKEY records in zone-file form. Without any, answers are not validated; with one, an
  /// answer that fails validation is `unavailable`.
  std::vector<std::string> trust_anchors;
  std::string trust_anchor_file;             ///< the same in a file; empty: none
  dns::route_limits limits;                  ///< loopback is always allowed for `resolve_host`
  std::chrono::milliseconds timeout{10'000}; ///< for a whole route; a dead server takes 17 s
  std::size_t lookups_max = 1000;            ///< under way at once; one more is `unavailable`
};

/// Answers come on one of `threads`, which must outlive the resolver; none comes once the resolver
/// is destroyed (not from an answer). @returns an error that names the option libunbound refused.
[[nodiscard]] result<std::unique_ptr<dns::resolver>>
make_unbound_resolver(unbound_options options, io_threads& threads,
                      std::unique_ptr<random_source> random);

} // namespace warmfront::net
