// Tasks as JSON.
#include <algorithm>

#include <fmt/core.h>

#include "admin/api/render.hpp"

namespace warmfront::admin {

namespace {

std::string_view name_of(misfire_policy policy) noexcept {
  switch (policy) {
  case misfire_policy::skip:
    return "skip";
  case misfire_policy::once:
    return "once";
  case misfire_policy::catch_up:
    return "catch_up";
  }
  return "once";
}

ordered_json time_or_null(const std::optional<wall_time>& at) {
  return at ? ordered_json(to_rfc3339(*at)) : ordered_json(nullptr);
}

ordered_json repeat_to_json(const recurrence& when) {
  const auto* const every = std::get_if<recurrence::every>(&when.repeat);
  const auto* const rule = std::get_if<recurrence::by_rule>(&when.repeat);
  if (every == nullptr && rule == nullptr) {
    return nullptr;
  }
  ordered_json target;
  target["every"] = every == nullptr ? ordered_json(nullptr)
                                     : ordered_json(fmt::format("{}h", every->interval.count()));
  target["rrule"] = rule == nullptr ? ordered_json(nullptr) : ordered_json(rule->rrule);
  target["timezone"] = rule == nullptr ? ordered_json(nullptr) : ordered_json(rule->timezone);
  target["until"] = time_or_null(when.until);
  target["count"] = when.count ? ordered_json(*when.count) : ordered_json(nullptr);
  target["misfire"] = name_of(when.misfire);
  return target;
}

ordered_json progress_to_json(const task_report& of, const task_occurrence& value) {
  std::uint64_t in_work = 0;
  for (const auto& each : of.segments) {
    in_work += each.occurrence == value.which.number ? each.recipients : 0;
  }
  const auto found = of.live.find(value.which.number);
  const auto live = found == of.live.end() ? live_progress{} : found->second;
  auto ended = value.ended;
  ended += live.ended;
  const auto known = live.ended.total() + live.deferred;
  ordered_json target;
  target["requested"] = value.recipients;
  target["delivered"] = ended.delivered;
  target["bounced"] = ended.bounced;
  target["expired"] = ended.expired;
  target["suppressed"] = ended.suppressed;
  target["cancelled"] = ended.cancelled;
  target["waiting"] = in_work - std::min(in_work, known);
  target["deferred"] = live.deferred;
  target["cached"] = value.recipients - std::min(value.recipients, value.ended.total() + in_work);
  target["finish_at"] = nullptr;
  auto& told = target["live"] = ordered_json::object();
  told["occurrence"] = value.which.number;
  told["delivered"] = live.ended.delivered;
  told["bounced"] = live.ended.bounced;
  told["expired"] = live.ended.expired;
  told["suppressed"] = live.ended.suppressed;
  told["cancelled"] = live.ended.cancelled;
  told["deferred"] = live.deferred;
  return target;
}

} // namespace

ordered_json to_json(const task_report& of, const task_occurrence& value) {
  ordered_json target;
  target["number"] = value.which.number;
  target["at"] = to_rfc3339(value.which.at);
  target["made_at"] = to_rfc3339(value.made_at);
  target["state"] = to_string(value.state);
  target["reason"] = value.reason;
  target["template_version"] = value.template_version;
  target["group_version"] = value.group_version;
  target["progress"] = progress_to_json(of, value);
  target["finished_at"] = time_or_null(value.finished_at);
  return target;
}

ordered_json to_json(const task_report& of) {
  const auto& value = of.value;
  ordered_json target;
  target["id"] = static_cast<std::uint64_t>(value.id);
  target["account"] = value.account.str();
  target["template"] = value.from_template.str();
  target["group"] = value.group.str();
  target["from"] = value.from;
  target["subject"] = value.subject;
  target["pool"] = value.pool.str();
  target["tracking"] =
      value.track ? ordered_json{{"opens", value.track->opens}, {"clicks", value.track->clicks}}
                  : ordered_json(nullptr);
  target["start_at"] = to_rfc3339(value.when.start_at);
  target["repeat"] = repeat_to_json(value.when);
  target["state"] = to_string(value.state);
  target["reason"] = value.reason;
  target["created_at"] = to_rfc3339(value.created_at);
  target["next_at"] =
      of.next.empty() ? ordered_json(nullptr) : ordered_json(to_rfc3339(of.next.front().at));
  target["fired"] =
      value.last_handled ? value.last_handled->number + 1 - value.given_up : std::uint64_t{0};
  target["given_up"] = value.given_up;
  target["progress"] =
      of.occurrences.empty() ? ordered_json(nullptr) : progress_to_json(of, of.occurrences.front());
  return target;
}

} // namespace warmfront::admin
