#include "actors/delivery/delivery_reports.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "actors/core/address.hpp"
#include "storage/held_mail.hpp"

namespace warmfront {

namespace {

bool held_by_ledger(const std::optional<lane_status>& lane) {
  return lane && lane->closed &&
         (lane->closed->why == lane_closure::cause::exhausted ||
          lane->closed->why == lane_closure::cause::paused);
}

storage::lane_position first_position(const storage::spooled_message& message, std::size_t index) {
  return {message.first_lane, message.first_sequence + index};
}

// Where a recipient's entry is: a lane, or nothing when it is in the deferred index.
std::optional<storage::lane_position> position_of(const stored_message& stored, std::size_t index) {
  const auto& record = stored.recipients[index];
  if (!record && stored.message.send_at)
    return std::nullopt;
  if (!record)
    return first_position(stored.message, index);
  return storage::parse_lane_key(record->queue_key);
}

recipient_state state_of(const stored_message& stored, std::size_t index, const lanes& queue) {
  const auto& record = stored.recipients[index];
  if (record && static_cast<recipient_state>(record->state) >= recipient_state::deferred)
    return static_cast<recipient_state>(record->state);
  if (!record && stored.message.send_at)
    return recipient_state::held;
  const auto position = position_of(stored, index);
  if (!position || queue.in_hand(*position))
    return recipient_state::queued;
  return held_by_ledger(queue.status(position->where)) ? recipient_state::held
                                                       : recipient_state::queued;
}

std::string closure_text(const lane_status& lane) {
  const auto& closure = *lane.closed;
  const auto& provider = lane.where.provider;
  switch (closure.why) {
  case lane_closure::cause::exhausted:
    return fmt::format("the ledger of {} has no permits left{}{} before {}", closure.blocking.str(),
                       provider.empty() ? "" : " for ", provider.str(), to_rfc3339(closure.until));
  case lane_closure::cause::paused:
    return fmt::format("the ledger of {} is paused", closure.blocking.str());
  case lane_closure::cause::no_source:
    return "the pool has no IP address that may send";
  case lane_closure::cause::pending:
    return "permits are being fetched";
  }
  return {};
}

wait_reason lane_reason(const lane_status& lane, std::uint64_t ahead) {
  wait_reason reason;
  reason.position = ahead;
  if (!lane.closed) {
    reason.kind = "queue";
    reason.text = fmt::format("{} go before it", ahead);
    return reason;
  }
  reason.kind = lane.closed->why == lane_closure::cause::no_source ? "pool" : "ledger";
  reason.ledger = lane.closed->blocking.str();
  if (lane.closed->why == lane_closure::cause::exhausted)
    reason.expected_at = lane.closed->until;
  reason.provider = lane.where.provider.str();
  reason.text = closure_text(lane);
  return reason;
}

wait_reason task_reason(task_id of) {
  wait_reason reason;
  reason.kind = "task";
  reason.text =
      fmt::format("its task {} is paused: resume it, or cancel it", static_cast<std::uint64_t>(of));
  return reason;
}

wait_reason schedule_reason(wall_time send_at) {
  wait_reason reason;
  reason.kind = "schedule";
  reason.expected_at = send_at;
  reason.text = "it is to be sent at " + to_rfc3339(send_at) + ", as was asked for";
  return reason;
}

wait_reason deferred_reason(const storage::recipient_record& record) {
  wait_reason reason;
  if (record.next_attempt_at >= storage::held_until) {
    reason.kind = "restore";
    reason.text = record.last_reply + ": release it, or cancel it";
    return reason;
  }
  reason.kind = "backoff";
  reason.expected_at = record.next_attempt_at;
  reason.text =
      fmt::format("tried {} {}, last answer of {}: {}", record.attempts,
                  record.attempts == 1 ? "time" : "times",
                  record.remote_host.empty() ? "nobody" : record.remote_host, record.last_reply);
  return reason;
}

wait_reason site_reason(const std::optional<site_status>& site, steady_time now,
                        wall_time wall_now) {
  wait_reason reason;
  if (!site) {
    reason.kind = "dns";
    reason.text = "its destination is being looked up, or it is about to be sent";
    return reason;
  }
  reason.kind = "site";
  reason.position = site->waiting;
  if (site->backoff_until && *site->backoff_until > now) {
    reason.expected_at =
        wall_now + std::chrono::duration_cast<microseconds>(*site->backoff_until - now);
    reason.text =
        fmt::format("{} did not answer: {}", site->site, smtp::to_string(site->last_failure));
  } else {
    reason.text = fmt::format("{} mails wait for {} connections to {}", site->waiting,
                              site->connections, site->site);
  }
  return reason;
}

} // namespace

message_report to_report(const stored_message& stored, const lanes& queue) {
  const auto& message = stored.message;
  message_report report{
      message.id,         message.mail.reverse_path, message.source.account, message.pool,
      message.importance, message.accepted_at,       message.octets,         {}};
  for (std::size_t i = 0; i < message.mail.recipients.size(); ++i) {
    recipient_report each;
    each.address = message.mail.recipients[i].address;
    each.state = state_of(stored, i, queue);
    if (const auto& record = stored.recipients[i]) {
      each.attempts = record->attempts;
      each.last_reply = record->last_reply;
      each.provider = record->provider;
      each.bounce_class = record->bounce_class;
      each.remote_host = record->remote_host;
      each.source = record->source;
      each.next_attempt_at = record->next_attempt_at;
      each.changed_at = record->changed_at;
      each.tls = record->tls;
    }
    report.recipients.push_back(std::move(each));
  }
  return report;
}

std::vector<waiting_place> waiting_places(const stored_message& stored, const lanes& queue,
                                          const dispatcher& links, steady_time now,
                                          wall_time wall_now, std::size_t most) {
  std::vector<waiting_place> places;
  for (std::size_t i = 0; i < stored.recipients.size() && places.size() < most; ++i) {
    const auto state = state_of(stored, i, queue);
    if (is_final(state))
      continue;
    waiting_place place;
    place.recipient = i;
    const auto position = position_of(stored, i);
    const auto lane = position ? queue.status(position->where) : std::nullopt;
    if (!position && !stored.recipients[i]) {
      place.reason = schedule_reason(*stored.message.send_at);
    } else if (!position) {
      place.reason = deferred_reason(*stored.recipients[i]);
    } else if (queue.holds(position->where.task) && !queue.in_hand(*position)) {
      place.reason = task_reason(position->where.task);
      place.where = position->where;
    } else if (queue.in_hand(*position) || !lane) {
      const auto& address = stored.message.mail.recipients[i].address;
      place.reason = site_reason(links.find_status(domain_of(address)), now, wall_now);
    } else {
      const auto ahead = position->sequence > lane->front ? position->sequence - lane->front : 0;
      place.reason = lane_reason(*lane, ahead);
      place.where = position->where;
      if (lane->closed && lane->closed->why != lane_closure::cause::no_source)
        place.ahead = ahead;
    }
    place.reason.recipient = stored.message.mail.recipients[i].address;
    places.push_back(std::move(place));
  }
  return places;
}

std::vector<wait_reason> common_reasons(const pool_name& name, const pool* of, bool node_sends) {
  std::vector<wait_reason> reasons;
  const auto add = [&](const char* kind, std::string text) {
    reasons.emplace_back();
    reasons.back().kind = kind;
    reasons.back().text = std::move(text);
  };
  if (of == nullptr)
    add("pool", fmt::format("there is no pool {} any more: create it again, or cancel the mail",
                            name.str()));
  else if (of->addresses.empty())
    add("pool", fmt::format("the pool {} has no IP: add one", name.str()));
  else
    for (const auto& each : of->addresses)
      if (each.state == address_state::quarantined)
        add("ip", fmt::format("{} of pool {} is quarantined since {}: {}", each.address.str(),
                              name.str(), to_rfc3339(each.changed_at), each.reason));
      else if (each.weight == 0)
        add("ip", fmt::format("{} of pool {} has weight 0: nothing leaves from it",
                              each.address.str(), name.str()));
  if (!node_sends)
    add("node", "this node sends nothing now: it is not sure that it still belongs to its cluster, "
                "or others may have taken over what it held");
  return reasons;
}

void add_forecast(wait_reason& reason, const release_forecast& forecast) {
  if (forecast.expected_at)
    reason.expected_at = forecast.expected_at;
  const auto& ledger = forecast.blocking;
  if (!ledger)
    return;
  reason.ledger = ledger->subject.str();
  reason.day = ledger->day;
  reason.used = ledger->used;
  reason.limit = ledger->limit;
  if (ledger->state == ledger_state::paused) {
    reason.text =
        fmt::format("the ledger of {} is paused by hand: `warmfront warmup resume {}` lets "
                    "it go on; {} go before it",
                    ledger->subject.str(), ledger->subject.str(), reason.position.value_or(0));
    return;
  }
  reason.text = fmt::format(
      "held by the warm-up of {}: day {} of plan {}, {} of {} used; {} go before it{}",
      ledger->subject.str(), ledger->day, ledger->plan.str(), ledger->used,
      ledger->limit ? std::to_string(*ledger->limit) : "unlimited", reason.position.value_or(0),
      reason.expected_at ? "; expected to leave at " + to_rfc3339(*reason.expected_at)
                         : std::string{});
}

std::set<storage::lane> held_lanes(const lanes& queue) {
  std::set<storage::lane> held;
  for (const auto& lane : queue.statuses())
    if (held_by_ledger(lane))
      held.insert(lane.where);
  return held;
}

namespace {

/// Intake and delivery append to lanes of their own: to a reader they are one queue.
class queue_rows {
public:
  void add(queue_report report) {
    const auto [at, is_new] = places_.try_emplace(
        {report.pool, report.importance, report.sender_domain, report.provider, report.destination},
        rows_.size());
    if (is_new)
      return rows_.push_back(std::move(report));
    auto& same = rows_[at->second];
    const auto waiting = same.waiting + report.waiting;
    if (same.state != "held" && report.state == "held")
      same = std::move(report);
    same.waiting = waiting;
  }
  std::vector<queue_report> take() { return std::move(rows_); }

private:
  std::vector<queue_report> rows_;
  std::map<std::tuple<pool_name, mail_class, std::string, std::string, std::string>, std::size_t>
      places_;
};

std::string_view cause_of(const lane_status& lane) {
  if (lane.on_hold)
    return "task";
  if (!lane.closed)
    return "sending";
  switch (lane.closed->why) {
  case lane_closure::cause::exhausted:
    return "limit";
  case lane_closure::cause::paused:
    return "paused";
  case lane_closure::cause::no_source:
    return "no_ip";
  case lane_closure::cause::pending:
    return "permits";
  }
  return "sending";
}

} // namespace

std::vector<queue_report> report_queues(const lanes& queue) {
  queue_rows rows;
  for (const auto& lane : queue.statuses()) {
    if (lane.waiting == 0)
      continue;
    queue_report report;
    report.pool = lane.where.pool;
    report.importance = lane.where.importance;
    report.sender_domain = lane.where.sender_domain.str();
    report.destination = lane.where.destination.str();
    report.provider = lane.where.provider.str();
    report.waiting = lane.waiting;
    report.state = held_by_ledger(lane) ? "held" : lane.closed ? "waiting" : "open";
    report.cause = cause_of(lane);
    if (lane.closed) {
      report.reason = closure_text(lane);
      if (lane.closed->why == lane_closure::cause::exhausted)
        report.opens_at = lane.closed->until;
    }
    rows.add(std::move(report));
  }
  return rows.take();
}

bool is_row_of(const queue_report& row, const storage::lane& where) {
  return row.pool == where.pool && row.importance == where.importance &&
         row.sender_domain == where.sender_domain.str() &&
         row.destination == where.destination.str() && row.provider == where.provider.str();
}

} // namespace warmfront
