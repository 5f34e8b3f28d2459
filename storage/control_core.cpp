#include "storage/control_core.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "storage/control_check.hpp"

namespace warmfront::storage {

namespace {

constexpr std::size_t page = 1000;
/// Transactions that become durable together: enough to share a sync, few enough to answer soon.
constexpr std::size_t group_max = 64;

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
  WARMFRONT_TRY(read_entries());
  for (const auto& [key, entry] : entries_) {
    if (const auto lease = leases_.find(entry.lease); lease != leases_.end()) {
      lease->second.keys.insert(key);
    }
  }
  return success();
}

result<void> control_core::read_entries() {
  entries_.clear();
  return each(control_keys::entries, control_keys::entries,
              [this](const key_value& entry) -> result<void> {
                WARMFRONT_TRY(record, decode_entry(entry.key.substr(1), entry.value));
                entries_[record.key] = {record.created, record.modified, record.lease};
                return success();
              });
}

/// Why nothing can be decided now; none: it can.
std::optional<error> control_core::find_lost_entries() {
  if (entries_lost_) {
    take_back();
  }
  return entries_lost_;
}

/// What was prepared did not happen.
void control_core::take_back() {
  const auto read = read_entries();
  entries_lost_ = read ? std::nullopt : std::optional{read.error()};
}

void control_core::add(std::function<void()> run, bool is_transaction) {
  run_([self = shared_from_this(), next = operation{std::move(run), is_transaction}] {
    self->waiting_.push_back(next);
    self->advance();
  });
}

void control_core::advance() {
  while (!waiting_.empty() && group_.size() < group_max) {
    // Whatever else is asked sees only what is durable.
    if (!waiting_.front().is_transaction && (committing_ || !group_.empty())) {
      break;
    }
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next.run();
  }
  if (!committing_ && !group_.empty()) {
    commit_group();
  }
}

void control_core::join(prepared what, finished then) {
  group_.push_back({std::move(what), std::move(then)});
}

void control_core::commit_group() {
  auto group = std::make_shared<std::vector<member>>(std::exchange(group_, {}));
  batch changes;
  for (auto& each : *group) {
    changes.append(std::move(each.what.changes));
  }
  const auto after = standing_after(group->back().what);
  commit(std::move(changes), after, [this, group](const result<void>& done) {
    for (const auto& each : *group) {
      if (done) {
        settle(each.what);
      }
      each.then(done);
    }
  });
}

void control_core::commit(batch changes, standing after, finished then) {
  committing_ = true;
  under_way_ = after;
  // Control records are few and small, and a full disk is mended with them: they use the reserve.
  store_.commit(std::move(changes), priority::progress,
                [self = shared_from_this(), then = std::move(then)](const result<void>& done) {
                  self->run_([self, then, done] { self->committed(then, done); });
                });
}

void control_core::committed(const finished& then, const result<void>& done) {
  committing_ = false;
  under_way_.reset();
  if (done && !group_.empty()) {
    commit_group(); // first: the disk works while others are told
  }
  then(done);
  if (!done) {
    for (const auto& each : std::exchange(group_, {})) {
      each.then(done); // it was built on what did not happen
    }
    take_back();
  }
  advance();
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

bool control_core::holds(const control_transaction& what) const {
  return std::ranges::all_of(what.when, [this](const control_transaction::comparison& each) {
    const auto found = entries_.find(each.key);
    return (found == entries_.end() ? 0 : found->second.modified) == each.modified;
  });
}

bool control_core::alive(lease_id lease) const {
  const auto found = leases_.find(lease);
  return found != leases_.end() && lease != ending_ && clock_.steady_now() < found->second.ends_at;
}

result<control_core::prepared>
control_core::prepare(const std::vector<control_transaction::change>& changes) {
  for (const auto& change : changes) {
    if (change.lease != 0 && change.value && !alive(change.lease)) {
      return no_such_lease(change.lease);
    }
  }
  auto ready = nothing();
  const auto last = ready.next;
  ready.next.at = last.at + 1;
  const auto oldest_before = ready.oldest;
  ready.events.reserve(changes.size());
  for (const auto& change : changes) {
    change_entry(change, ready);
  }
  if (ready.events.empty()) {
    ready.next.at = last.at;
    return ready;
  }
  ready.changes.put(family::control, control_keys::of_revision(ready.next.at),
                    encode_events(ready.events));
  // Two a time: the history also shrinks when a later start allows less of it.
  while (ready.oldest + options_.history_max <= ready.next.at && ready.oldest < oldest_before + 2) {
    ready.changes.erase_once(family::control, control_keys::of_revision(ready.oldest++));
  }
  ready.changes.put(family::control, std::string{control_keys::position},
                    encode_position(ready.next));
  return ready;
}

void control_core::change_entry(const control_transaction::change& change, prepared& into) {
  const auto before = entries_.find(change.key);
  const bool was_there = before != entries_.end();
  if (!was_there && !change.value) {
    return;
  }
  if (was_there && before->second.lease != 0) {
    into.released.emplace_back(before->second.lease, change.key);
  }
  control_record after{change.key, change.value.value_or(""), 0, into.next.at, 0};
  if (change.value) {
    after.created = was_there ? before->second.created : into.next.at;
    after.lease = change.lease;
    into.changes.put(family::control, control_keys::entry(change.key), encode_entry(after));
    entries_[change.key] = {after.created, after.modified, after.lease};
  } else {
    into.changes.erase(family::control, control_keys::entry(change.key));
    entries_.erase(before);
  }
  into.events.push_back({std::move(after), !change.value});
}

void control_core::settle(const prepared& what) {
  position_ = what.next;
  oldest_ = what.oldest;
  for (const auto& [from, key] : what.released) {
    if (const auto lease = leases_.find(from); lease != leases_.end()) {
      lease->second.keys.erase(key);
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
    if (const auto lost = find_lost_entries()) {
      return *lost;
    }
    if (!holds(what)) {
      return std::optional<prepared>{};
    }
    WARMFRONT_TRY(ready, prepare(what.then));
    return std::optional{std::move(ready)};
  };
  auto ready = prepared_changes();
  if (!ready) {
    done(ready.error());
    return;
  }
  const bool applied = ready.value().has_value();
  if (!committing_ && group_.empty() && (!applied || ready.value()->events.empty())) {
    done(transaction_outcome{applied, position_.at});
    return;
  }
  // Also one that changes nothing: what it has seen must become durable first.
  auto change = applied ? *std::move(ready).value() : nothing();
  const auto at = change.next.at;
  join(std::move(change), [applied, at, done = std::move(done)](const result<void>& committed) {
    done(committed ? result<transaction_outcome>{transaction_outcome{applied, at}}
                   : result<transaction_outcome>{committed.error()});
  });
}

control_core::standing control_core::standing_after(const prepared& what) {
  return {what.next, what.oldest};
}

control_core::prepared control_core::nothing() const {
  const auto last = !group_.empty() ? standing_after(group_.back().what)
                                    : under_way_.value_or(standing{position_, oldest_});
  prepared same;
  same.next = last.at;
  same.oldest = last.oldest;
  return same;
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

} // namespace warmfront::storage
