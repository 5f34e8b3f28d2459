// Looks at the DNS: asks what a look wants to know until it has all of it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "actors/identities/dns_answers.hpp"

namespace warmfront {

/// Not thread-safe: everything happens on the owner's thread.
class dns_walk {
public:
  /// Asks the DNS; may answer on any thread.
  using look_up = std::function<void(const dns_answers::question&, dns::record_callback)>;
  /// Runs a function on the owner's thread, after a delay that may be zero; drops it when the
  /// owner is gone.
  using run = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  /// Works the look out with what is there. @returns whether it wants nothing more.
  using step = std::function<bool(dns_answers&)>;
  /// What is unanswered then counts as failed.
  static constexpr std::chrono::seconds time_max{15};

  dns_walk(look_up ask, run later) : ask_{std::move(ask)}, run_{std::move(later)} {}

  /// Calls `work` until it wants nothing more; then nobody keeps it.
  void begin(step work);

private:
  struct look {
    dns_answers answers;
    step work; ///< empty: over
  };
  void go_on(const std::shared_ptr<look>& of);

  look_up ask_;
  run run_;
};

} // namespace warmfront
