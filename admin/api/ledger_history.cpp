#include "admin/api/ledger_history.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/render.hpp"

namespace warmfront::admin {

namespace {

/// What is added up over nodes.
constexpr const char* summed_of_rows[] = {"used", "delivered", "bounced", "complained"};

std::string used_of(const ledger_move& move) {
  return fmt::format("{} of {} were used", move.used, move.limit);
}

std::string quality_of(const ledger_move& move) {
  const auto& counts = move.quality;
  return fmt::format("of {} recipients {} were delivered, {} unknown, {} refused as spam; {} "
                     "complaints",
                     counts.outcomes, counts.delivered, counts.invalid, counts.spam,
                     counts.complaints);
}

day_decision by_move(const ledger_move& move) {
  switch (move.cause) {
  case move_cause::advanced:
    return {"advanced", "the day before was used: " + used_of(move)};
  case move_cause::repeated:
    return {"repeated", "the day before was used too little: " + used_of(move)};
  case move_cause::raised:
    return {"advanced", "good quality: " + quality_of(move)};
  case move_cause::lowered:
    return {"lowered", "bad quality of the day before: " + quality_of(move)};
  case move_cause::blocked:
    return {"blocked", "bad quality: " + quality_of(move)};
  case move_cause::weakened:
    return {"lowered", "an early weak signal, for three days: " + quality_of(move)};
  case move_cause::idle:
    return {"lowered", fmt::format("no mail for {} days", move.idle_days)};
  case move_cause::restarted:
    return {"restarted", fmt::format("no mail for {} days", move.idle_days)};
  case move_cause::set:
    break;
  }
  return {"set", "by hand"};
}

ordered_json number_or_null(const std::optional<std::uint64_t>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json row_of(const ledger_day& day, const ledger_day* before, const std::string& provider) {
  const auto decision = decide(day, before);
  ordered_json row;
  row["day"] = day.day + 1;
  row["level"] = day.level;
  row["plan"] = day.plan.str();
  row["started_at"] = to_rfc3339(day.started_at);
  row["ended_at"] = to_rfc3339(day.ended_at);
  if (provider.empty()) {
    row["limit"] = number_or_null(day.limit);
    row["used"] = day.used;
    row["delivered"] = day.quality.delivered;
    row["bounced"] = day.quality.outcomes - std::min(day.quality.outcomes, day.quality.delivered);
    row["complained"] = day.quality.complaints;
  } else {
    const auto part = day.providers.find(provider_name{provider});
    const bool is_known = part != day.providers.end();
    row["limit"] = is_known ? ordered_json(part->second.limit) : ordered_json(nullptr);
    row["used"] = is_known ? part->second.used : 0;
    row["delivered"] = row["bounced"] = row["complained"] = nullptr;
  }
  row["decision"] = decision.what;
  row["why"] = decision.why;
  return row;
}

} // namespace

day_decision decide(const ledger_day& day, const ledger_day* before) {
  if (!day.moves.empty()) {
    return by_move(day.moves.back());
  }
  if (before == nullptr || day.level == 0) {
    return {"set", "where it began, as far as is known"};
  }
  if (day.plan != before->plan) {
    return {"set", fmt::format("another plan: {}", day.plan.str())};
  }
  if (day.level > before->level) {
    return {"advanced", "by the calendar"};
  }
  if (day.level < before->level) {
    return {"lowered", "the plan goes on from an earlier day"};
  }
  return {"repeated", "the plan stays on this day"};
}

ordered_json rows_of(const std::vector<ledger_day>& days, const std::string& provider) {
  auto rows = ordered_json::array();
  const ledger_day* before = nullptr;
  for (const auto& each : days) {
    rows.push_back(row_of(each, before, provider));
    before = &each;
  }
  return rows;
}

void add_rows(ordered_json& to, const ordered_json& more) {
  for (const auto& each : more) {
    if (!each.is_object()) {
      continue;
    }
    const auto day = number_in(each, "day");
    const auto at = std::ranges::find_if(
        to, [&](const ordered_json& row) { return number_in(row, "day") >= day; });
    if (at == to.end() || number_in(*at, "day") != day) {
      to.insert(at, each);
      continue;
    }
    // A node that was away when the day ended knows its own numbers alone.
    const bool knows_more = number_in(*at, "level") == 0 && number_in(each, "level") != 0;
    auto joined = knows_more ? each : *at;
    const auto& other = knows_more ? *at : each;
    for (const auto* const name : summed_of_rows) {
      if (joined[name].is_number_unsigned()) {
        joined[name] = number_in(joined, name) + number_in(other, name);
      }
    }
    *at = std::move(joined);
  }
}

ledger_day as_ledger_day(const ledger_report& report) {
  ledger_day day;
  day.day = report.ledger_day;
  day.level = report.day;
  day.plan = report.plan;
  day.started_at = report.day_started_at;
  day.ended_at = report.day_ends_at;
  day.limit = report.limit;
  day.used = report.used;
  day.quality = report.quality;
  for (const auto& each : report.moves) {
    if (each.at >= day.started_at) {
      day.moves.push_back(each);
    }
  }
  return day;
}

ordered_json to_json(const ledger_outlook& value) {
  ordered_json target;
  target["days"] = ordered_json::array();
  for (const auto& each : value.days) {
    ordered_json day;
    day["day"] = each.level;
    day["at"] = to_rfc3339(each.at);
    day["limit"] = number_or_null(each.limit);
    day["forecast"] = each.forecast;
    target["days"].push_back(std::move(day));
  }
  target["finish_at"] = optional_time(value.finish_at);
  return target;
}

} // namespace warmfront::admin
