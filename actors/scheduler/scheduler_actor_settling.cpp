// What this node had of tasks when it ended: each message of a segment is either its own to send,
// or somebody else's meanwhile.

#include <charconv>

#include <fmt/format.h>

#include "actors/scheduler/scheduler_actor_host.hpp"
#include "storage/copies.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

namespace {

constexpr std::string_view expanding = "expanding/";
constexpr std::size_t marks_max = 10'000;
constexpr milliseconds tick_every{200};
constexpr milliseconds again_after{1000};

} // namespace

std::string expanding_prefix() {
  return std::string{expanding};
}

std::string expanding_key(const segment_name& name) {
  return std::string{expanding} + segment_key(name);
}

std::optional<segment_name> parse_expanding_key(std::string_view key) {
  if (!key.starts_with(expanding))
    return std::nullopt;
  const auto parsed = parse_task_key(key.substr(expanding.size()));
  if (!parsed || parsed->what != parsed_task_key::kind::segment)
    return std::nullopt;
  return parsed->name;
}

void scheduler_host::settle() {
  const auto prefix = expanding_prefix();
  const auto marks =
      ports_.store->scan(storage::family::segments, prefix, storage::prefix_end(prefix), marks_max);
  if (!marks) {
    ports_.log->write(log_level::error, "tasks_unsettled",
                      {{"what", std::string_view{marks.error().what}}});
    return later(again_after, [this] { settle(); });
  }
  std::vector<std::pair<segment_name, message_id>> found;
  for (const auto& [key, value] : marks.value())
    if (const auto name = parse_expanding_key(key); name && value.size() == message_id::octets)
      found.emplace_back(*name, message_id::from_octets(value));
  if (found.empty())
    return begin_work();
  settling_ = found.size();
  for (const auto& [name, message] : found)
    settle_one(name, message);
}

void scheduler_host::settle_one(const segment_name& name, const message_id& message) {
  // Withdrawn for want of a second copy, or adopted by others: a mark alone is no message.
  const auto present = ports_.store->get(storage::family::spool, storage::message_key(message));
  if (present && !present.value()) {
    erase_mark(name);
    return settled_one();
  }
  mirror_.change(
      [this, name, message] { return book_.expand(name, config_.self, message); },
      [this, name, message](const result<void>& outcome) {
        if (outcome) {
          erase_mark(name);
          return settled_one();
        }
        if (!is_lost(name, message))
          return later(again_after, [this, name, message] { settle_one(name, message); });
        const auto stored =
            ports_.store->get(storage::family::spool, storage::message_key(message));
        const auto record = stored && stored.value() ? storage::decode_message(*stored.value())
                                                     : result<storage::spooled_message>{error{}};
        if (record)
          withdraw(name, record.value(), read_ended(record.value()));
        else
          erase_mark(name);
        settled_one();
      });
}

// A change may fail for many reasons; only the book says whose a segment is.
bool scheduler_host::is_lost(const segment_name& name, const message_id& message) const {
  const auto* const found = book_.find(name);
  return found == nullptr || found->node != config_.self ||
         (found->expanded && found->message != message);
}

void scheduler_host::settled_one() {
  if (--settling_ == 0)
    begin_work();
}

void scheduler_host::begin_work() {
  settled_ = true;
  follow_all();
  release_claims_of_gone();
  take_up_claims();
  tell_holds();
  tick();
}

void scheduler_host::erase_mark(const segment_name& name) {
  storage::batch changes;
  changes.erase(storage::family::segments, expanding_key(name));
  ports_.store->commit(std::move(changes), storage::priority::upkeep, [](const result<void>&) {});
}

// Nothing of it was sent: who has ended did so when it was spooled.
storage::ended_recipients
scheduler_host::read_ended(const storage::spooled_message& message) const {
  const auto prefix = storage::recipient_prefix(message.id);
  const auto found = ports_.store->scan(storage::family::spool, prefix, storage::prefix_end(prefix),
                                        message.mail.recipients.size());
  storage::ended_recipients ended;
  if (found)
    for (const auto& [key, value] : found.value())
      if (auto state = storage::decode_recipient(value))
        ended.emplace_back(storage::recipient_index(key), std::move(state).value());
  return ended;
}

void scheduler_host::withdraw(const segment_name& name, const storage::spooled_message& message,
                              const storage::ended_recipients& ended) {
  storage::batch changes;
  storage::withdraw_message(changes, message);
  storage::statistics_tally uncounted;
  uncounted.add_acceptance(message, ended, -1);
  uncounted.write(changes);
  changes.erase(storage::family::segments, expanding_key(name));
  ports_.store->commit(std::move(changes), storage::priority::progress, [](const result<void>&) {});
}

void scheduler_host::tick() {
  for (const auto id : book_.firing())
    look_at(id);
  claim_more();
  if (ports_.time->steady_now() >= next_segment_look_)
    look_at_segments();
  later(tick_every, [this] { tick(); });
}

} // namespace warmfront
