// Actions by hand on many mails that wait. They go through the queue page by page; a page is read,
// then read again for the decision, since what happens in between makes the first reading stale.
// Where an action is becomes durable behind what it did: a piece done twice changes nothing.

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/delivery/delivery_flow.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t counted_entries = 2'000; // of one reading
constexpr std::size_t acted_entries = 500;
constexpr std::size_t acted_octets_max = 16u << 20;
constexpr std::size_t samples_shown = 3;
constexpr milliseconds counting_within{4'000};
constexpr milliseconds ask_again_after{1'000};

bool may_be_hastened(const std::optional<storage::recipient_record>& record) {
  return record && static_cast<recipient_state>(record->state) == recipient_state::deferred;
}

outcome acted_on(const queue_action_report& what, delivery_item item, wall_time now) {
  switch (what.action) {
  case queue_action::retry:
    return hasten(std::move(item), what.started_at);
  case queue_action::expire:
    return expire(std::move(item), now);
  case queue_action::cancel:
    break;
  }
  return cancel(std::move(item), now);
}

} // namespace

// ---- one message ----------------------------------------------------------------------------

// Those that nobody else has: they are in hand from here on. With the content, since other
// recipients of the message that are read meanwhile share what this makes of it.
std::vector<delivery_item> delivery_flow::take_waiting(const chosen_mail& of,
                                                       std::shared_ptr<const std::string> content,
                                                       std::uint64_t& busy) {
  const auto& [stored, chosen] = of;
  const auto& message = stored.message;
  auto mail = std::make_shared<spooled_mail>();
  mail->record = message;
  mail->content = std::move(content);
  const auto has_ended = [](const std::optional<storage::recipient_record>& record) {
    return record && is_final(static_cast<recipient_state>(record->state));
  };
  const auto unfinished = static_cast<std::uint32_t>(
      stored.recipients.size() -
      static_cast<std::size_t>(std::ranges::count_if(stored.recipients, has_ended)));
  std::vector<delivery_item> items;
  for (const auto i : chosen) {
    const auto& record = stored.recipients[i];
    if (has_ended(record))
      continue;
    auto key = record ? record->queue_key : storage::first_queue_key(message, i);
    auto position = storage::parse_lane_key(key);
    if ((position ? lanes_.in_hand(*position) : due_in_hand_.contains(key)) ||
        given_up_.contains(key)) {
      ++busy;
      continue;
    }
    if (position)
      lanes_.rewind(position->where); // no copy of it may be left in a window
    auto item = make_item({std::move(key), std::move(position), i,
                           record ? std::make_unique<storage::recipient_record>(*record) : nullptr,
                           mail, unfinished});
    lanes_.take_in_hand(item);
    if (!item.position)
      due_in_hand_.insert(item.queue_key);
    items.push_back(std::move(item));
  }
  return items;
}

void delivery_flow::retry(const message_id& id, std::function<void(const result<void>&)> then) {
  const auto reading = cancelling_.emplace(id, false);
  read([this, id, reading, then = std::move(then)](const spool_reader& reader) {
    auto stored = std::make_shared<result<stored_message>>(reader.read_message(id));
    auto body = std::make_shared<result<std::shared_ptr<const std::string>>>(reader.find_body(id));
    return [this, id, reading, then, stored, body] {
      if (cancelling_.extract(reading).mapped())
        return retry(id, then);
      if (!*stored)
        return then(stored->error());
      if (!*body)
        return then(body->error());
      chosen_mail waiting{std::move(stored->value()), {}};
      for (std::uint32_t i = 0; i < waiting.stored.recipients.size(); ++i)
        if (may_be_hastened(waiting.stored.recipients[i]))
          waiting.chosen.push_back(i);
      std::uint64_t busy = 0;
      std::vector<outcome> due;
      if (body->value())
        for (auto& item : take_waiting(waiting, body->value(), busy))
          due.push_back(hasten(std::move(item), effects_.wall_now()));
      settle(std::move(due));
      effects_.commit({}, then); // commits answer in order
    };
  });
}

// ---- counting -------------------------------------------------------------------------------

queue_choice delivery_flow::choice_of(queue_action action, const queue_filter& filter) const {
  queue_choice choice{action, filter, {}, effects_.wall_now()};
  for (const auto& lane : lanes_.statuses()) {
    if (lanes_.holds(lane.where.task))
      choice.reasons.emplace(lane.where, "task");
    else if (lane.closed && lane.closed->why == lane_closure::cause::no_source)
      choice.reasons.emplace(lane.where, "pool");
    else if (lane.closed && lane.closed->why != lane_closure::cause::pending)
      choice.reasons.emplace(lane.where, "ledger");
  }
  return choice;
}

struct delivery_flow::counting {
  queue_choice choice;
  std::string cursor;
  steady_time until{};
  waiting_counts found;
  std::unordered_set<message_id> seen;
  std::function<void(const result<waiting_counts>&)> then;

  void add(const chosen_mail& mail);
};

void delivery_flow::counting::add(const chosen_mail& mail) {
  const auto& [stored, chosen] = mail;
  const auto& message = stored.message;
  found.recipients += chosen.size();
  if (!seen.insert(message.id).second)
    return;
  ++found.messages;
  if (!found.oldest || message.accepted_at < *found.oldest)
    found.oldest = message.accepted_at;
  if (found.sample.size() == samples_shown)
    return;
  const auto& record = stored.recipients[chosen.front()];
  found.sample.push_back({message.id, message.mail.reverse_path,
                          message.mail.recipients[chosen.front()].address, message.accepted_at,
                          record ? record->last_reply : std::string{}});
}

void delivery_flow::count_waiting(const warmfront::count_waiting& what,
                                  std::function<void(const result<waiting_counts>&)> then) {
  auto counting_now = std::make_shared<counting>();
  counting_now->choice = choice_of(what.action, what.filter);
  counting_now->until = effects_.steady_now() + counting_within;
  counting_now->then = std::move(then);
  count_more(std::move(counting_now));
}

void delivery_flow::count_more(std::shared_ptr<counting> what) {
  read([this, what](const spool_reader& reader) {
    auto page = std::make_shared<result<chosen_mails>>(
        reader.choose_waiting(what->choice, what->cursor, counted_entries));
    return [this, what, page] {
      if (!*page)
        return what->then(page->error());
      for (const auto& each : page->value().mails)
        what->add(each);
      what->cursor = std::move(page->value().next);
      what->found.complete = what->cursor.empty();
      if (what->found.complete || effects_.steady_now() >= what->until)
        return what->then(std::move(what->found));
      count_more(what);
    };
  });
}

// ---- acting ---------------------------------------------------------------------------------

struct delivery_flow::running_action {
  std::string id;
  queue_choice choice;
  std::string next; ///< behind the page
  std::vector<chosen_mail> page;
  std::vector<std::shared_ptr<const std::string>> contents; ///< of the first mails of the page
  std::vector<std::multimap<message_id, bool>::iterator> readings;
};

const queue_action_report* delivery_flow::find_action(const std::string& id) const {
  const auto found = actions_.find(id);
  return found == actions_.end() ? nullptr : &found->second.report;
}

void delivery_flow::forget_old_actions(storage::batch& to) {
  while (actions_.size() >= queue_jobs_max) {
    auto oldest = actions_.end();
    for (auto each = actions_.begin(); each != actions_.end(); ++each)
      if (each->second.report.finished_at &&
          (oldest == actions_.end() ||
           each->second.report.started_at < oldest->second.report.started_at))
        oldest = each;
    if (oldest == actions_.end())
      return;
    to.erase(family::spool, queue_job_key(oldest->first));
    actions_.erase(oldest);
  }
}

void delivery_flow::start_action(const start_queue_action& what,
                                 std::function<void(const result<queue_action_report>&)> then) {
  if (const auto* const known = find_action(what.id))
    return then(*known);
  storage::batch changes;
  forget_old_actions(changes);
  if (actions_.size() >= queue_jobs_max)
    return then(error{errc::limit_exceeded, "too many actions on the queue are under way",
                      "wait until one of them has finished"});
  queue_job job;
  job.report = {what.id, what.action, what.filter,         what.by, what.expected,
                0,       0,           effects_.wall_now(), {}};
  // What comes from now on is not meant: whoever asked has not seen it.
  job.report.filter.accepted_before =
      std::min(what.filter.accepted_before.value_or(wall_time::max()), effects_.wall_now());
  changes.put(family::spool, queue_job_key(what.id), encode(job));
  actions_.emplace(what.id, job);
  effects_.commit(std::move(changes), [this, job, then](const result<void>& durable) {
    if (!durable) {
      actions_.erase(job.report.id);
      return then(durable.error());
    }
    effects_.acted(job.report);
    auto running = std::make_shared<running_action>();
    running->id = job.report.id;
    then(job.report);
    act_on(std::move(running));
  });
}

void delivery_flow::resume_actions() {
  read([this](const spool_reader& reader) {
    auto found = std::make_shared<result<std::vector<queue_job>>>(reader.read_jobs());
    return [this, found] {
      if (!*found)
        return effects_.failed(found->error());
      for (auto& job : found->value()) {
        const auto id = job.report.id;
        const bool goes_on = !job.report.finished_at;
        if (!actions_.emplace(id, std::move(job)).second || !goes_on)
          continue;
        auto running = std::make_shared<running_action>();
        running->id = id;
        act_on(std::move(running));
      }
    };
  });
}

// A node that may be cut off decides nothing: others may have taken over what it holds.
void delivery_flow::act_on(std::shared_ptr<running_action> what) {
  if (draining_)
    return;
  if (!sends())
    return effects_.later(ask_again_after, [this, what] { act_on(what); });
  const auto& job = actions_.at(what->id);
  what->choice = choice_of(job.report.action, job.report.filter);
  what->choice.due_after = job.report.started_at;
  read([this, what, from = job.cursor](const spool_reader& reader) {
    auto page = std::make_shared<result<chosen_mails>>(
        reader.choose_waiting(what->choice, from, acted_entries));
    return [this, what, page] {
      if (!*page)
        return effects_.failed(page->error());
      what->next = std::move(page->value().next);
      what->page = std::move(page->value().mails);
      act_on_chosen(what);
    };
  });
}

void delivery_flow::act_on_chosen(std::shared_ptr<running_action> what) {
  if (what->page.empty())
    return keep_action(what);
  for (const auto& each : what->page)
    what->readings.push_back(cancelling_.emplace(each.stored.message.id, false));
  read([this, what](const spool_reader& reader) {
    auto failure = std::make_shared<result<void>>(
        reader.read_again(what->page, what->contents, acted_octets_max));
    return [this, what, failure] {
      if (!*failure)
        return effects_.failed(failure->error());
      act_on_read(*what);
      act_on_chosen(what);
    };
  });
}

void delivery_flow::act_on_read(running_action& what) {
  std::set<message_id> outdated;
  for (const auto& each : std::exchange(what.readings, {}))
    if (const auto reading = cancelling_.extract(each); reading.mapped())
      outdated.insert(reading.key());
  auto& report = actions_.at(what.id).report;
  const auto now = effects_.wall_now();
  const auto contents = std::exchange(what.contents, {});
  std::vector<outcome> outcomes;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    auto& mail = what.page[i];
    if (report.action == queue_action::retry)
      std::erase_if(mail.chosen, [&](std::uint32_t index) {
        return !may_be_hastened(mail.stored.recipients[index]);
      });
    // Intake may still withdraw what it has not handed over.
    if (!has_arrived(mail.stored.message))
      report.busy += std::erase_if(
          mail.chosen, [&](std::uint32_t index) { return !mail.stored.recipients[index]; });
    if (outdated.contains(mail.stored.message.id))
      report.busy += mail.chosen.size(); // something happened to it this moment
    else if (contents[i])
      for (auto& item : take_waiting(mail, contents[i], report.busy))
        outcomes.push_back(acted_on(report, std::move(item), now));
  }
  what.page.erase(what.page.begin(),
                  what.page.begin() + static_cast<std::ptrdiff_t>(contents.size()));
  report.recipients += outcomes.size();
  settle(std::move(outcomes));
}

void delivery_flow::keep_action(std::shared_ptr<running_action> what) {
  auto& job = actions_.at(what->id);
  job.cursor = what->next;
  if (what->next.empty())
    job.report.finished_at = effects_.wall_now();
  storage::batch changes;
  changes.put(family::spool, queue_job_key(what->id), encode(job));
  effects_.commit(std::move(changes), [this, what](const result<void>& durable) {
    if (!durable && durable.error().code != errc::storage_full)
      return effects_.failed(durable.error());
    if (!durable)
      return effects_.later(ask_again_after, [this, what] { keep_action(what); });
    if (!what->next.empty())
      return act_on(what);
    effects_.acted(actions_.at(what->id).report);
  });
}

} // namespace warmfront
