#include "actors/webhooks/webhook_courier.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "actors/core/displayable.hpp"
#include "actors/core/octets.hpp"
#include "actors/webhooks/event_json.hpp"
#include "actors/webhooks/webhook_signature.hpp"

namespace warmfront {

namespace {

using storage::family;

/// Events of others that are passed over for one webhook before the next one has its turn.
constexpr std::size_t looked_at_max = 5'000;
constexpr seconds write_every{1};
constexpr seconds look_every{60};
constexpr const char* takes_nothing = "the receiver has not taken anything for a day";
constexpr seconds answer_within{20};
constexpr std::size_t error_octets_max = 300;

webhook_verdict verdict_of(const result<http::incoming_answer>& got) {
  if (!got)
    return {false, displayable(got.error().what, error_octets_max)};
  const auto status = got.value().status;
  return {status >= 200 && status < 300, "the receiver answered " + std::to_string(status)};
}

} // namespace

webhook_courier::webhook_courier(courier_ports ports, webhook_rules rules)
    : ports_{std::move(ports)}, rules_{rules}, pages_{*ports_.store, *ports_.log} {}

// ---- what webhooks there are --------------------------------------------------------------

void webhook_courier::set_webhooks(const std::vector<const stored_webhook*>& all) {
  if (std::exchange(is_first_, false))
    clear_orphans(all);
  std::vector<std::uint64_t> numbers;
  for (const auto* each : all) {
    const auto number = each->value.number;
    numbers.push_back(number);
    const auto found = posts_.find(number);
    if (!each->value.is_active)
      close_post(number);
    else if (found == posts_.end())
      open_post(each->value);
    else
      found->second.to = each->value;
  }
  for (const auto number : known_)
    if (!std::binary_search(numbers.begin(), numbers.end(), number)) {
      posts_.erase(number);
      remove_webhook_data(pending_, number);
    }
  known_ = std::move(numbers);
  commit(storage::priority::upkeep);
}

/// Webhooks that went while this node was away.
void webhook_courier::clear_orphans(const std::vector<const stored_webhook*>& all) {
  for (const std::string_view prefix : {"wc", "ws"}) {
    const auto found = ports_.store->scan(family::events, prefix, storage::prefix_end(prefix),
                                          std::numeric_limits<std::size_t>::max());
    if (!found)
      continue;
    for (const auto& each : found.value()) {
      const auto number = read_number(std::string_view{each.key}.substr(2, 8));
      const bool is_there = std::any_of(
          all.begin(), all.end(), [&](const auto* one) { return one->value.number == number; });
      if (!is_there)
        remove_webhook_data(pending_, number);
    }
  }
}

per_stream<std::uint64_t> webhook_courier::read_cursors(std::uint64_t webhook, bool& is_new) {
  per_stream<std::uint64_t> cursors{};
  for (const auto stream : event_streams) {
    const auto stored = ports_.store->get(family::events, webhook_keys::cursor(webhook, stream));
    const bool is_there = stored && stored.value() && stored.value()->size() == 8;
    is_new = is_new || !is_there;
    cursors.at(index_of(stream)) = is_there ? read_number(*stored.value()) : pages_.last(stream);
  }
  return cursors;
}

std::size_t webhook_courier::count(std::string prefix) const {
  const auto end = storage::prefix_end(prefix);
  std::size_t sum = 0;
  for (;;) {
    const auto found = ports_.store->scan(family::events, prefix, end, 1000);
    if (!found || found.value().empty())
      return sum;
    sum += found.value().size();
    prefix = found.value().back().key + '\0';
  }
}

void webhook_courier::open_post(const webhook& to) {
  bool is_new = false;
  const auto cursors = read_cursors(to.number, is_new);
  post made{
      to,
      ++generations_,
      webhook_lane{rules_, cursors, count(webhook_keys::parked_prefix(to.number)), *ports_.random},
      {},
      is_new,
      cursors,
      {},
      0,
      0,
      0};
  if (is_new) // what is logged after this must not be missed after a crash
    for (const auto stream : event_streams) {
      std::string value;
      append_number(value, cursors.at(index_of(stream)), 8);
      pending_.put(family::events, webhook_keys::cursor(to.number, stream), std::move(value));
    }
  made.dead = count(webhook_keys::dead_prefix(to.number));
  const auto stored = ports_.store->get(family::events, webhook_keys::progress(to.number));
  if (stored && stored.value())
    if (auto progress = decode_webhook_progress(*stored.value()))
      made.progress = std::move(progress).value();
  posts_.emplace(to.number, std::move(made));
  ports_.wake();
}

void webhook_courier::close_post(std::uint64_t number) {
  posts_.erase(number);
  for (const auto stream : event_streams)
    pending_.erase(family::events, webhook_keys::cursor(number, stream));
}

// ---- a turn -------------------------------------------------------------------------------

bool webhook_courier::turn() {
  const auto now = ports_.time->wall_now();
  pages_.begin_turn();
  bool is_more = false;
  for (auto& [number, each] : posts_)
    is_more = pump(each, now) || is_more;
  write_down(now);
  return is_more;
}

bool webhook_courier::pump(post& to, wall_time now) {
  if (to.lane.is_down() && to.lane.room(now) == 0) {
    if (now < to.looked_at + look_every && now >= to.looked_at)
      return false;
    to.looked_at = now;
    bury_parked(to, now);
  }
  send_parked(to, now);
  std::size_t looked_at = 0;
  for (bool reads = true; reads && looked_at < looked_at_max;) {
    reads = false;
    for (const auto stream : event_streams) {
      const auto read = read_log(to, stream, now);
      looked_at += read;
      reads = reads || read > 0;
    }
    while (auto item = to.lane.begin_next(now))
      send(to, std::move(*item));
  }
  return looked_at >= looked_at_max;
}

void webhook_courier::send_parked(post& to, wall_time now) {
  auto room = to.lane.room_for_parked(now);
  if (to.lane.parked() == 0 || room == 0)
    return;
  const auto number = to.to.number;
  const auto prefix = webhook_keys::parked_prefix(number);
  const auto until = to.lane.parked_until(now);
  const auto end = until == wall_time::max()
                       ? storage::prefix_end(prefix)
                       : webhook_keys::parked(number, until + microseconds{1}, {});
  // Those in flight are still there.
  const auto found = ports_.store->scan(family::events, prefix, end, room + to.lane.begun_parked());
  if (found && found.value().empty())
    to.lane.no_parked_left();
  for (std::size_t at = 0; found && at < found.value().size() && room > 0; ++at) {
    const auto& [key, octets] = found.value()[at];
    auto parked = decode_parked_event(octets);
    if (!parked) { // nobody can read it
      pending_.erase(family::events, key);
      to.lane.count_parked(-1);
    } else if (to.lane.begin_parked(key)) {
      --room;
      send(to, {std::move(parked.value().event), std::nullopt, key, parked.value().attempts,
                parked.value().since});
    }
  }
}

std::size_t webhook_courier::read_log(post& to, storage::event_stream stream, wall_time now) {
  std::size_t looked_at = 0;
  for (const auto& each : pages_.read(stream, to.lane.next_of(stream))) {
    if (!wants(to.to, each.value)) {
      to.lane.read_until(stream, each.number + 1);
    } else if (to.lane.is_hopeless(each.value, now)) {
      to.lane.read_until(stream, each.number + 1);
      bury(to, each.value, takes_nothing, now);
    } else if (to.lane.wants_more(now)) {
      to.lane.take(each, stream);
    } else {
      break;
    }
    ++looked_at;
  }
  return looked_at;
}

void webhook_courier::bury_parked(post& to, wall_time now) {
  const auto prefix = webhook_keys::parked_prefix(to.to.number);
  const auto found =
      ports_.store->scan(family::events, prefix, storage::prefix_end(prefix), looked_at_max);
  if (!found || to.lane.parked() == 0)
    return;
  for (const auto& [key, octets] : found.value())
    if (const auto parked = decode_parked_event(octets);
        parked && to.lane.is_hopeless(parked.value(), now) && to.lane.begin_parked(key)) {
      to.lane.abandon(key);
      unpark(to, key);
      bury(to, parked.value().event, takes_nothing, now);
    }
}

void webhook_courier::unpark(post& to, const std::string& key) {
  pending_.erase(family::events, key);
  unparked_.emplace_back(to.generation, key);
  is_urgent_ = true;
}

// ---- sending ------------------------------------------------------------------------------

result<http::outgoing_request> webhook_courier::request(const webhook& to, const std::string& id,
                                                        std::string body) const {
  const auto stamp = webhook_timestamp(ports_.time->wall_now());
  std::string signatures;
  for (const auto& secret : ports_.secrets(to.number))
    if (const auto signature = sign_webhook(secret, id, stamp, body))
      signatures += (signatures.empty() ? "" : " ") + *signature;
  if (signatures.empty())
    return error{errc::unavailable, "this node cannot read the webhook's secret",
                 "give all nodes of the cluster the same [secrets] key_file"};
  http::outgoing_request made;
  made.method = "POST";
  made.url = to.url;
  made.headers = {{"Content-Type", "application/json"},
                  {"webhook-id", id},
                  {"webhook-timestamp", stamp},
                  {"webhook-signature", signatures}};
  made.body = std::move(body);
  made.within = answer_within;
  return made;
}

void webhook_courier::send(post& to, webhook_item item) {
  auto ready = request(to.to, item.event.id(), webhook_body(item.event));
  auto then = [this, number = to.to.number, generation = to.generation,
               item = std::move(item)](result<http::incoming_answer> got) {
    // `this` is used only on the owner's thread, and not when it is gone.
    on_answer(number, generation, item, got);
  };
  if (!ready)
    return ports_.run([then, why = ready.error()] { then(why); });
  ports_.http->call(std::move(ready).value(),
                    [run = ports_.run, then](result<http::incoming_answer> got) {
                      run([then, got = std::move(got)]() { then(got); });
                    });
}

void webhook_courier::on_answer(std::uint64_t number, std::uint64_t generation,
                                const webhook_item& item,
                                const result<http::incoming_answer>& got) {
  const auto found = posts_.find(number);
  if (found == posts_.end() || found->second.generation != generation)
    return; // nobody wants it any more
  auto& to = found->second;
  const auto now = ports_.time->wall_now();
  const auto verdict = verdict_of(got);
  const auto settled = to.lane.end(item, verdict, now);
  if (!item.parked_key.empty())
    unpark(to, item.parked_key);
  if (settled.what == webhook_settlement::kind::parked) {
    pending_.put(family::events, webhook_keys::parked(number, settled.due, item.event.id()),
                 encode(parked_event{item.event, item.attempts + 1, item.since}));
    is_urgent_ = true;
  } else if (settled.what == webhook_settlement::kind::dead) {
    bury(to, item.event, verdict.error, now);
  }
  note(to, verdict, now);
  if (got && got.value().status == 410)
    ports_.end(number, "the receiver answered 410");
  ports_.wake();
}

void webhook_courier::note(post& to, const webhook_verdict& verdict, wall_time now) {
  to.has_news = true;
  ++(verdict.is_taken ? to.taken : to.refused);
  const auto number = static_cast<std::int64_t>(to.to.number);
  if (verdict.is_taken) {
    if (std::exchange(to.progress.failing_since, std::nullopt))
      ports_.log->write(log_level::info, "webhook_takes_again", {{"webhook", number}});
    to.progress.last_success_at = now;
    return;
  }
  if (!to.progress.failing_since) {
    to.progress.failing_since = now;
    ports_.log->write(log_level::warn, "webhook_fails",
                      {{"webhook", number},
                       {"account", std::string_view{to.to.account.str()}},
                       {"what", std::string_view{verdict.error}}});
  }
  to.progress.last_error = verdict.error;
}

void webhook_courier::bury(post& to, const mail_event& event, const std::string& why,
                           wall_time now) {
  pending_.put(family::events, webhook_keys::dead(to.to.number, now, event.id()),
               encode(given_up_event{event, now, why}));
  ++to.dead;
  is_urgent_ = true;
}

// ---- the disk -----------------------------------------------------------------------------

/// Cursors are behind: what was taken since goes twice after a crash, under the same id.
void webhook_courier::write_down(wall_time now) {
  if (!is_urgent_ && now < written_at_ + write_every && now >= written_at_)
    return;
  for (auto& [number, each] : posts_) {
    for (const auto stream : event_streams) {
      auto& written = each.written.at(index_of(stream));
      const auto cursor = each.lane.cursor(stream);
      if (std::exchange(written, cursor) == cursor)
        continue;
      std::string value;
      append_number(value, cursor, 8);
      pending_.put(family::events, webhook_keys::cursor(number, stream), std::move(value));
    }
    if (std::exchange(each.has_news, false))
      pending_.put(family::events, webhook_keys::progress(number), encode(each.progress));
  }
  written_at_ = now;
  commit(std::exchange(is_urgent_, false) ? storage::priority::progress
                                          : storage::priority::upkeep);
}

void webhook_courier::commit(storage::priority urgency) {
  if (pending_.empty())
    return;
  ports_.store->commit(std::exchange(pending_, {}), urgency,
                       [this, run = ports_.run,
                        unparked = std::exchange(unparked_, {})](const result<void>& outcome) {
                         run([this, outcome, unparked] { written(outcome, unparked); });
                       });
}

void webhook_courier::written(const result<void>& outcome,
                              const std::vector<std::pair<std::uint64_t, std::string>>& unparked) {
  if (!outcome && !std::exchange(has_complained_, true))
    ports_.log->write(log_level::error, "webhooks_not_written",
                      {{"what", std::string_view{outcome.error().what}}});
  for (auto& [number, each] : posts_)
    for (const auto& [generation, key] : unparked)
      if (each.generation == generation)
        each.lane.forget_parked(key);
}

std::uint64_t webhook_courier::needed_from(storage::event_stream stream) const {
  auto least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [number, each] : posts_)
    least = std::min(least, each.lane.cursor(stream) + 1);
  return least;
}

} // namespace warmfront
