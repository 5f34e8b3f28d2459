// Weighted rendezvous hashing: which IP of a pool a recipient's mail leaves from.
#pragma once

#include <string_view>
#include <vector>

#include "actors/messages/reports.hpp"

namespace warmfront {

/// The pool's addresses in order of preference for a recipient. Each address scores -weight / ln(u)
/// with u from a hash of both, and the highest score is first, so that
/// - a share of the recipients proportional to its weight prefers an address;
/// - the same recipient gets the same order as long as addresses and weights stay;
/// - an address that comes or goes, or a changed weight, moves only the recipients that it must.
/// Draining addresses come after all others, but for `previous`: what has no other way.
/// Weight 0 is never chosen, not even for `previous`; else `previous` is first while the pool has
/// it (a retry keeps its IP: greylisting). Recipients are compared without regard to case.
[[nodiscard]] std::vector<ip_address> ranked_sources(const std::vector<pool_address>& addresses,
                                                     std::string_view recipient,
                                                     const ip_address& previous);

} // namespace warmfront
