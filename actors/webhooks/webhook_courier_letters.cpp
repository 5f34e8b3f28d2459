// What became of events that were not taken: reports, dead letters, replays.
#include <algorithm>
#include <limits>

#include "actors/webhooks/event_json.hpp"
#include "actors/webhooks/webhook_courier.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t letters_at_once = 1'000;
constexpr std::size_t letters_shown_max = 1'000;
constexpr std::size_t waiting_counted_max = 5'000;

} // namespace

void webhook_courier::describe(webhook_report& report) {
  const auto number = report.value.number;
  const auto found = posts_.find(number);
  if (found == posts_.end()) {
    report.dead_letters = count(webhook_keys::dead_prefix(number));
    report.waiting = count(webhook_keys::parked_prefix(number));
    return;
  }
  const auto& its = found->second;
  report.dead_letters = its.dead;
  report.last_error = its.progress.last_error;
  report.last_success_at = its.progress.last_success_at;
  report.failing_since = its.progress.failing_since;
  report.taken = its.taken;
  report.refused = its.refused;
  report.waiting = its.lane.parked();
  std::size_t looked_at = 0;
  for (const auto stream : event_streams) {
    auto from = its.lane.cursor(stream) + 1;
    for (bool is_more = true; is_more && looked_at < waiting_counted_max;) {
      const auto page = pages_.read(stream, from);
      is_more = !page.empty();
      looked_at += page.size();
      for (const auto& each : page)
        report.waiting += wants(its.to, each.value) ? 1 : 0;
      if (is_more)
        from = page.back().number + 1;
    }
  }
}

result<std::vector<dead_letter>>
webhook_courier::dead_letters(const list_dead_letters& which) const {
  const auto prefix = webhook_keys::dead_prefix(which.webhook);
  auto from = prefix;
  if (!which.after.empty()) {
    const auto last = webhook_keys::dead_key_of(which.webhook, which.after);
    if (!last)
      return error{errc::invalid_argument, "this names no dead letter",
                   "take it from `next` of the page before", "after"};
    from = *last + '\0';
  }
  const auto limit = std::min<std::size_t>(which.limit, letters_shown_max);
  WARMFRONT_TRY(found,
                ports_.store->scan(family::events, from, storage::prefix_end(prefix), limit));
  std::vector<dead_letter> letters;
  for (const auto& each : found) {
    WARMFRONT_TRY(letter, decode_given_up_event(each.value));
    letters.push_back({webhook_keys::letter_of(each.key), which.webhook, letter.at, letter.error,
                       webhook_body(letter.event)});
  }
  return letters;
}

std::uint64_t webhook_courier::revive(post& to, const std::vector<storage::key_value>& letters,
                                      storage::batch& moved) {
  const auto now = ports_.time->wall_now();
  std::uint64_t sum = 0;
  for (const auto& each : letters) {
    const auto letter = decode_given_up_event(each.value);
    if (!letter || to.lane.parked() >= rules_.parked_max)
      continue;
    moved.erase(family::events, each.key);
    moved.put(family::events, webhook_keys::parked(to.to.number, now, letter.value().event.id()),
              encode(parked_event{letter.value().event, 0, now}));
    to.lane.count_parked(1);
    to.dead -= std::min<std::size_t>(to.dead, 1);
    ++sum;
  }
  return sum;
}

result<std::uint64_t> webhook_courier::replay(const replay_dead_letters& which) {
  const auto found_post = posts_.find(which.webhook);
  if (found_post == posts_.end())
    return error{errc::conflict, "the webhook is not active", "enable it first"};
  const auto prefix = webhook_keys::dead_prefix(which.webhook);
  auto from = prefix;
  auto end = storage::prefix_end(prefix);
  if (!which.id.empty()) {
    const auto one = webhook_keys::dead_key_of(which.webhook, which.id);
    if (!one)
      return error{errc::invalid_argument, "this names no dead letter", {}, "letter"};
    from = *one;
    end = *one + '\0';
  }
  std::uint64_t sum = 0;
  for (;;) {
    WARMFRONT_TRY(found, ports_.store->scan(family::events, from, end, letters_at_once));
    if (found.empty())
      break;
    from = found.back().key + '\0';
    storage::batch moved;
    sum += revive(found_post->second, found, moved);
    WARMFRONT_TRY(
        storage::commit_and_wait(*ports_.store, std::move(moved), storage::priority::progress));
  }
  ports_.wake();
  return sum;
}

void webhook_courier::sweep() {
  const auto now = ports_.time->wall_now();
  for (const auto number : known_) {
    pending_.erase_range(family::events, webhook_keys::dead_prefix(number),
                         webhook_keys::dead(number, now - dead_kept, {}));
    const auto prefix = webhook_keys::dead_prefix(number);
    const auto there = count(prefix);
    if (const auto found = posts_.find(number); found != posts_.end())
      found->second.dead = there;
    if (there <= dead_max)
      continue;
    const auto oldest = ports_.store->scan(family::events, prefix, storage::prefix_end(prefix),
                                           there - dead_max + 1);
    if (oldest && !oldest.value().empty())
      pending_.erase_range(family::events, prefix, oldest.value().back().key);
  }
  commit(storage::priority::upkeep);
}

} // namespace warmfront
