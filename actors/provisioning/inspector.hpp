// Inspects addresses, with a resolver: asks what an `address_inspection` wants to know.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "actors/provisioning/address_inspection.hpp"

namespace warmfront {

/// Not thread-safe: everything happens on the owner's thread.
class inspector {
public:
  /// Asks the DNS; may answer on any thread.
  using look_up = std::function<void(const dns_question&, dns::record_callback)>;
  /// Runs a function on the owner's thread; see `deferred_run`.
  using run = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  using done = std::function<void(std::vector<address_check>)>;

  inspector(look_up ask, run later) : ask_{std::move(ask)}, run_{std::move(later)} {}

  /// `then` is called once, on the owner's thread, never from inside.
  void inspect(address_inspection::subject of, std::optional<result<void>> binding, done then);

private:
  struct inspection {
    address_inspection rules;
    done then;
  };
  void go_on(const std::shared_ptr<inspection>& of);

  look_up ask_;
  run run_;
};

} // namespace warmfront
