// The leases of the embedded control store.
#include <utility>

#include <fmt/core.h>

#include "storage/control_core.hpp"

namespace warmfront::storage {

error control_core::no_such_lease(lease_id lease) {
  return {errc::not_found, fmt::format("use lease {}: it does not exist or has ended", lease),
          "ask for a new lease"};
}

void control_core::grant(milliseconds time_to_live,
                         std::function<void(const result<lease_id>&)> done) {
  if (time_to_live <= milliseconds::zero()) {
    done(error{errc::invalid_argument, "grant a lease: its time to live must be positive", {}});
    return;
  }
  const control_position next{position_.at, position_.last_lease + 1};
  batch changes;
  changes.put(family::control, control_keys::of_lease(next.last_lease), encode_lease(time_to_live));
  changes.put(family::control, std::string{control_keys::position}, encode_position(next));
  commit(std::move(changes), {next, oldest_},
         [this, next, time_to_live, done = std::move(done)](const result<void>& granted) {
           if (!granted) {
             done(granted.error());
             return;
           }
           position_ = next;
           leases_[next.last_lease] = {time_to_live, clock_.steady_now() + time_to_live, {}};
           done(next.last_lease);
         });
}

result<void> control_core::keep(lease_id lease) {
  if (!alive(lease)) {
    return no_such_lease(lease);
  }
  auto& state = leases_[lease];
  state.ends_at = clock_.steady_now() + state.time_to_live;
  return success();
}

void control_core::revoke(lease_id lease, std::function<void(const result<void>&)> done) {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) {
    done(no_such_lease(lease));
    return;
  }
  if (const auto lost = find_lost_entries()) {
    done(*lost);
    return;
  }
  std::vector<control_transaction::change> deletions;
  for (const auto& key : found->second.keys) {
    deletions.push_back({key, std::nullopt, 0});
  }
  auto ready = prepare(deletions);
  if (!ready) {
    done(ready.error());
    return;
  }
  ready.value().changes.erase(family::control, control_keys::of_lease(lease));
  auto what = std::make_shared<prepared>(std::move(ready).value());
  auto changes = std::move(what->changes);
  ending_ = lease;
  commit(std::move(changes), standing_after(*what),
         [this, what, lease, done = std::move(done)](const result<void>& ended) {
           ending_ = 0;
           if (ended) {
             settle(*what);
             leases_.erase(lease);
           }
           done(ended);
         });
}

void control_core::look_at_leases() {
  run_([self = shared_from_this()] {
    self->end_leases();
    self->advance();
  });
}

void control_core::end_leases() {
  const auto now = clock_.steady_now();
  for (const auto& [lease, state] : leases_) {
    if (state.ends_at <= now) {
      // One after the other: what fails now is due again at the next tick.
      waiting_.push_back(
          {[this, ending = lease] { revoke(ending, [](const result<void>&) {}); }, false});
    }
  }
}

} // namespace warmfront::storage
