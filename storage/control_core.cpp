#include "storage/control_core.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "storage/control_check.hpp"

namespace warmfront::storage {

namespace {

constexpr std::size_t page = 1000;

error no_such_lease(lease_id lease) {
  return {errc::not_found, fmt::format("use lease {}: it does not exist or has ended", lease),
          "ask for a new lease"};
}

} // namespace

template <class Visit>
result<void> control_core::each(std::string_view prefix, std::string_view from, Visit visit) const {
  const auto end = prefix_end(prefix);
  for (std::string next{from};;) {
    WARMFRONT_TRY(entries, store_.scan(family::control, next, end, page));
    for (const auto& entry : entries) {
      WARMFRONT_TRY(visit(entry));
    }
    if (entries.size() < page) {
      return success();
    }
    next = entries.back().key + '\0';
  }
}

result<void> control_core::load() {
  WARMFRONT_TRY(position, store_.get(family::control, control_keys::position));
  if (position) {
    WARMFRONT_TRY(decoded, decode_position(*position));
    position_ = decoded;
  }
  WARMFRONT_TRY(first, store_.scan(family::control, control_keys::history,
                                   prefix_end(control_keys::history), 1));
  oldest_ = first.empty() ? position_.at + 1 : control_keys::number_of(first.front().key);
  const auto now = clock_.steady_now();
  const auto add_lease = [&](const key_value& entry) -> result<void> {
    WARMFRONT_TRY(time_to_live, decode_lease(entry.value));
    leases_[control_keys::number_of(entry.key)] = {time_to_live, now + time_to_live, {}};
    return success();
  };
  WARMFRONT_TRY(each(control_keys::leases, control_keys::leases, add_lease));
  return each(control_keys::entries, control_keys::entries,
              [&](const key_value& entry) -> result<void> {
                WARMFRONT_TRY(record, decode_entry(entry.key.substr(1), entry.value));
                if (const auto lease = leases_.find(record.lease); lease != leases_.end()) {
                  lease->second.keys.insert(record.key);
                }
                return success();
              });
}

void control_core::add(std::function<void()> operation) {
  run_([self = shared_from_this(), operation = std::move(operation)] {
    self->waiting_.push_back(operation);
    self->advance();
  });
}

void control_core::advance() {
  while (!committing_ && !waiting_.empty()) {
    const auto operation = std::move(waiting_.front());
    waiting_.pop_front();
    operation();
  }
}

void control_core::commit(batch changes, finished then) {
  committing_ = true;
  // Control records are few and small, and a full disk is mended with them: they use the reserve.
  store_.commit(std::move(changes), priority::progress,
                [self = shared_from_this(), then = std::move(then)](const result<void>& done) {
                  self->run_([self, then, done] {
                    self->committing_ = false;
                    then(done);
                    self->advance();
                  });
                });
}

result<control_snapshot> control_core::range(const std::string& prefix) const {
  control_snapshot snapshot;
  snapshot.at = position_.at;
  const auto from = control_keys::entry(prefix);
  WARMFRONT_TRY(each(from, from, [&](const key_value& entry) -> result<void> {
    WARMFRONT_TRY(record, decode_entry(entry.key.substr(1), entry.value));
    snapshot.records.push_back(std::move(record));
    return success();
  }));
  return snapshot;
}

result<std::optional<control_record>> control_core::find(const std::string& key) const {
  WARMFRONT_TRY(octets, store_.get(family::control, control_keys::entry(key)));
  if (!octets) {
    return std::optional<control_record>{};
  }
  WARMFRONT_TRY(record, decode_entry(key, *octets));
  return std::optional{std::move(record)};
}

result<bool> control_core::holds(const control_transaction& what) const {
  for (const auto& comparison : what.when) {
    WARMFRONT_TRY(present, find(comparison.key));
    if ((present ? present->modified : 0) != comparison.modified) {
      return false;
    }
  }
  return true;
}

bool control_core::alive(lease_id lease) const {
  const auto found = leases_.find(lease);
  return found != leases_.end() && clock_.steady_now() < found->second.ends_at;
}

result<control_core::prepared>
control_core::prepare(const std::vector<control_transaction::change>& changes) const {
  prepared ready;
  ready.next = {position_.at + 1, position_.last_lease};
  ready.oldest = oldest_;
  for (const auto& change : changes) {
    if (change.lease != 0 && change.value && !alive(change.lease)) {
      return no_such_lease(change.lease);
    }
    WARMFRONT_TRY(before, find(change.key));
    if (!before && !change.value) {
      continue;
    }
    const control_record after{change.key, change.value.value_or(""),
                               change.value ? (before ? before->created : ready.next.at) : 0,
                               ready.next.at, change.value ? change.lease : 0};
    if (change.value) {
      ready.changes.put(family::control, control_keys::entry(change.key), encode_entry(after));
    } else {
      ready.changes.erase(family::control, control_keys::entry(change.key));
    }
    ready.events.push_back({after, !change.value});
    if (before) {
      ready.before.push_back(*std::move(before));
    }
  }
  if (ready.events.empty()) {
    ready.next.at = position_.at;
    return ready;
  }
  ready.changes.put(family::control, control_keys::of_revision(ready.next.at),
                    encode_events(ready.events));
  // Two a time: the history also shrinks when a later start allows less of it.
  while (ready.oldest + options_.history_max <= ready.next.at && ready.oldest < oldest_ + 2) {
    ready.changes.erase_once(family::control, control_keys::of_revision(ready.oldest++));
  }
  ready.changes.put(family::control, std::string{control_keys::position},
                    encode_position(ready.next));
  return ready;
}

void control_core::apply(prepared what, finished then) {
  auto changes = std::move(what.changes);
  commit(std::move(changes),
         [this, what = std::move(what), then = std::move(then)](const result<void>& done) {
           if (done) {
             settle(what);
           }
           then(done);
         });
}

void control_core::settle(const prepared& what) {
  position_ = what.next;
  oldest_ = what.oldest;
  for (const auto& record : what.before) {
    if (const auto lease = leases_.find(record.lease); lease != leases_.end()) {
      lease->second.keys.erase(record.key);
    }
  }
  for (const auto& event : what.events) {
    if (const auto lease = leases_.find(event.record.lease); lease != leases_.end()) {
      lease->second.keys.insert(event.record.key);
    }
  }
  std::erase_if(watches_, [](const auto& watch) { return !watch->active(); });
  for (const auto& watch : watches_) {
    watch->deliver(what.events);
  }
}

void control_core::transact(const control_transaction& what,
                            std::function<void(const result<transaction_outcome>&)> done) {
  const auto prepared_changes = [&]() -> result<std::optional<prepared>> {
    WARMFRONT_TRY(check_transaction(what));
    WARMFRONT_TRY(as_expected, holds(what));
    if (!as_expected) {
      return std::optional<prepared>{};
    }
    WARMFRONT_TRY(ready, prepare(what.then));
    return std::optional{std::move(ready)};
  };
  auto ready = prepared_changes();
  if (!ready) {
    done(ready.error());
  } else if (!ready.value() || ready.value()->events.empty()) {
    done(transaction_outcome{ready.value().has_value(), position_.at});
  } else {
    const auto at = ready.value()->next.at;
    apply(*std::move(ready).value(), [at, done = std::move(done)](const result<void>& committed) {
      done(committed ? result<transaction_outcome>{transaction_outcome{true, at}}
                     : result<transaction_outcome>{committed.error()});
    });
  }
}

void control_core::watch(const std::shared_ptr<control_watch>& by) {
  if (std::max<revision>(by->from(), 1) < oldest_) {
    by->fail({errc::not_found,
              fmt::format("watch '{}' from revision {}: the history begins at {}", by->prefix(),
                          by->from(), oldest_),
              "read the prefix again and watch from its revision"});
    return;
  }
  const auto replay = [&](const key_value& entry) -> result<void> {
    WARMFRONT_TRY(events, decode_events(entry.value));
    by->deliver(events);
    return success();
  };
  const auto replayed = each(control_keys::history, control_keys::of_revision(by->from()), replay);
  if (!replayed) {
    by->fail(replayed.error());
    return;
  }
  watches_.push_back(by);
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
  commit(std::move(changes),
         [this, next, time_to_live, done = std::move(done)](const result<void>& committed) {
           if (!committed) {
             done(committed.error());
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
  apply(std::move(ready).value(), [this, lease, done = std::move(done)](const result<void>& ended) {
    if (ended) {
      leases_.erase(lease);
    }
    done(ended);
  });
}

void control_core::end_leases() {
  const auto now = clock_.steady_now();
  for (const auto& [lease, state] : leases_) {
    if (state.ends_at <= now) {
      // One after the other: what fails now is due again at the next tick.
      waiting_.emplace_back([this, ending = lease] { revoke(ending, [](const result<void>&) {}); });
    }
  }
}

} // namespace warmfront::storage
