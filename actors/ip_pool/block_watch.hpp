// When refusals that name an address mean that it is blocked.
#pragma once

#include <map>
#include <set>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// One large provider is enough. Anybody can run a mail host and write anything into a refusal, so
/// of all others it takes three within a day: no single receiver stops a sender. Not thread-safe.
class block_watch {
public:
  /// @returns whether the address is blocked now. It has forgotten it then.
  [[nodiscard]] bool note(const ip_address& address, const provider_name& provider, wall_time now);

private:
  struct reports {
    wall_time first_at{};
    std::set<provider_name> by;
  };
  std::map<ip_address, reports> reports_;
};

/// Whether a provider is one of the table and not just an MX set.
[[nodiscard]] bool is_known_provider(const provider_name& provider);

} // namespace warmfront
