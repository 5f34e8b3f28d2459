#include "admin/api/render.hpp"

#include <utility>

#include <fmt/core.h>

namespace warmfront::admin {

namespace {

template <class Number>
ordered_json optional_number(const std::optional<Number>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json feedback_json(const mail_event& value) {
  ordered_json target;
  target["kind"] = to_string(value.kind);
  target["at"] = to_rfc3339(value.at);
  target["class"] = value.bounce_class;
  target["status"] = value.status;
  target["reply"] = value.reply;
  target["remote_host"] = value.remote_host;
  target["url"] = value.url;
  return target;
}

/// Values are put one by one: initializer lists would copy each of them.
ordered_json to_json(const recipient_report& value) {
  ordered_json target;
  target["address"] = value.address;
  target["state"] = to_string(value.state);
  target["attempts"] = value.attempts;
  target["last_reply"] = value.last_reply;
  target["remote_host"] = value.remote_host;
  target["source"] = value.source.str();
  target["provider"] = value.provider.str();
  target["bounce_class"] = value.bounce_class;
  target["next_attempt_at"] = optional_time(value.next_attempt_at);
  target["changed_at"] = optional_time(value.changed_at);
  target["tls"] = value.tls;
  auto feedback = ordered_json::array();
  for (const auto& each : value.feedback)
    feedback.push_back(feedback_json(each));
  target["feedback"] = std::move(feedback);
  return target;
}

ordered_json to_json(const wait_reason& value) {
  ordered_json target;
  target["kind"] = value.kind;
  target["recipient"] = value.recipient;
  target["ledger"] = value.ledger;
  target["provider"] = value.provider;
  target["day"] = optional_number(value.day);
  target["used"] = optional_number(value.used);
  target["limit"] = optional_number(value.limit);
  target["position"] = optional_number(value.position);
  target["expected_at"] = optional_time(value.expected_at);
  target["text"] = value.text;
  return target;
}

ordered_json to_json(const pool_address& value) {
  ordered_json target;
  target["address"] = value.address.str();
  target["node"] = value.node.str();
  target["weight"] = value.weight;
  target["plan"] = value.plan.str();
  target["state"] = to_string(value.state);
  target["reason"] = value.reason;
  target["changed_at"] = optional_time(
      value.changed_at == wall_time{} ? std::nullopt : std::optional{value.changed_at});
  return target;
}

ordered_json to_json(const quality_counts& value) {
  ordered_json target;
  target["outcomes"] = value.outcomes;
  target["delivered"] = value.delivered;
  target["invalid"] = value.invalid;
  target["spam"] = value.spam;
  target["complaints"] = value.complaints;
  target["opened"] = value.opened;
  return target;
}

ordered_json to_json(const ledger_move& value) {
  ordered_json target;
  target["at"] = to_rfc3339(value.at);
  target["cause"] = to_string(value.cause);
  target["from_day"] = value.from;
  target["to_day"] = value.to;
  target["limit"] = value.limit;
  target["used"] = value.used;
  target["idle_days"] = value.idle_days;
  target["quality"] = to_json(value.quality);
  return target;
}

ordered_json to_json(const batch_forecast::day& value) {
  ordered_json target;
  target["day"] = value.number;
  target["at"] = to_rfc3339(value.at);
  target["sent"] = value.sent;
  target["remaining"] = value.remaining;
  return target;
}

std::string problem_of(const batch_forecast& value) {
  if (value.finish_at) {
    return {};
  }
  if (value.blocking) {
    const auto* const why =
        value.blocking->state == ledger_state::paused ? "is paused" : "has no plan";
    return fmt::format("the ledger of {} {}", value.blocking->subject.str(), why);
  }
  return value.days.empty() ? "the pool has no IP that may send"
                            : "the plans in force do not get there";
}

template <class Values>
ordered_json array_of(const Values& values) {
  auto target = ordered_json::array();
  for (const auto& each : values) {
    target.push_back(to_json(each));
  }
  return target;
}

} // namespace

ordered_json to_json(const message_report& value) {
  ordered_json target;
  target["id"] = value.id.str();
  target["from"] = value.from;
  target["account"] = value.account.str();
  target["pool"] = value.pool.str();
  target["class"] = to_string(value.importance);
  target["accepted_at"] = to_rfc3339(value.accepted_at);
  target["octets"] = value.octets;
  target["recipients"] = array_of(value.recipients);
  return target;
}

ordered_json to_json(const why_report& value) {
  ordered_json target;
  target["id"] = value.id.str();
  target["state"] = value.state;
  target["reasons"] = array_of(value.reasons);
  return target;
}

ordered_json to_json(const pool& value) {
  ordered_json target;
  target["name"] = value.name.str();
  target["kind"] = to_string(value.kind);
  target["account"] = value.account.str();
  target["overflow"] = value.overflow;
  target["ips"] = array_of(value.addresses);
  return target;
}

ordered_json to_json(const plan& value) {
  ordered_json target;
  target["name"] = value.name.str();
  target["days"] = value.days;
  target["built_in"] = value.built_in;
  target["advance"] = to_string(value.advance);
  target["spread"] = to_string(value.spread);
  target["time_zone"] = value.time_zone;
  target["providers"] = ordered_json::object();
  for (const auto& [provider, days] : value.providers) {
    target["providers"][provider.str()] = days;
  }
  for (const auto& each : threshold_fields) {
    const auto threshold = value.thresholds.*each.value;
    auto& written = target["thresholds"][std::string{each.name}];
    if (each.is_rate) {
      written = static_cast<double>(threshold) / percent;
    } else {
      written = threshold;
    }
  }
  return target;
}

ordered_json to_json(const ledger_report& value) {
  ordered_json target;
  target["subject"] = value.subject.str();
  target["provider"] = value.provider;
  target["plan"] = value.plan.str();
  target["day"] = value.day;
  target["day_ends_at"] = to_rfc3339(value.day_ends_at);
  target["limit"] = optional_number(value.limit);
  target["used"] = value.used;
  target["leased"] = value.leased;
  target["state"] = to_string(value.state);
  target["held_days"] = value.held_days;
  target["quality"] = to_json(value.quality);
  target["moves"] = array_of(value.moves);
  return target;
}

ordered_json to_json(const queue_report& value) {
  ordered_json target;
  target["pool"] = value.pool.str();
  target["class"] = to_string(value.importance);
  target["sender_domain"] = value.sender_domain;
  target["destination"] = value.destination;
  target["provider"] = value.provider;
  target["node"] = value.node.str();
  target["waiting"] = value.waiting;
  target["state"] = value.state;
  target["opens_at"] = optional_time(value.opens_at);
  target["empty_at"] = optional_time(value.empty_at);
  target["reason"] = value.reason;
  target["cause"] = value.cause;
  target["oldest_at"] = optional_time(value.oldest_at);
  target["next_attempt_at"] = optional_time(value.next_attempt_at);
  target["last_reply"] = nullptr;
  if (value.last_reply) {
    auto& said = target["last_reply"] = ordered_json::object();
    said["text"] = value.last_reply->text;
    said["code"] = value.last_reply->code;
    said["at"] = to_rfc3339(value.last_reply->at);
    said["ip"] = value.last_reply->source.str();
  }
  return target;
}

ordered_json to_json(const batch_forecast& value) {
  ordered_json target;
  target["finish_at"] = optional_time(value.finish_at);
  target["days"] = array_of(value.days);
  target["with_one_more_ip"]["finish_at"] = optional_time(value.with_one_more);
  target["problem"] = problem_of(value);
  return target;
}

ordered_json to_json(const key_report& value) {
  ordered_json target;
  target["id"] = value.id;
  target["account"] = value.account.str();
  target["role"] = to_string(value.role);
  target["kind"] = value.kind;
  target["created_at"] = to_rfc3339(value.created_at);
  return target;
}

ordered_json to_json(const created_key& value) {
  ordered_json target;
  target["id"] = value.id;
  target["secret"] = value.secret;
  return target;
}

ordered_json to_json(const node_report& value) {
  ordered_json target;
  target["name"] = value.name.str();
  target["state"] = to_string(value.state);
  target["alive"] = value.alive;
  target["drained"] = value.drained;
  target["number"] = value.number;
  target["epoch"] = value.epoch;
  target["address"] = value.address;
  target["hostname"] = "";
  target["version"] = "";
  target["ready"] = value.alive;
  target["problem"] = value.alive ? "" : "it gives no sign of life";
  return target;
}

} // namespace warmfront::admin
