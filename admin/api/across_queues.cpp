#include "admin/api/across_queues.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "admin/api/across.hpp"

namespace warmfront::admin {

namespace {

constexpr std::size_t samples_shown_max = 3;

void add_numbers(ordered_json& sum, const ordered_json& part, const char* name) {
  sum[name] = number_in(sum, name) + number_in(part, name);
}

/// The earlier or later of two times (RFC 3339 of one form sorts as text), null being no time.
void take_time(ordered_json& sum, const ordered_json& part, const char* name, bool later) {
  const auto mine = text_in(sum, name);
  const auto theirs = text_in(part, name);
  if (!theirs.empty() && (mine.empty() || (later ? theirs > mine : theirs < mine)))
    sum[name] = theirs;
}

bool is_false(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && *found == false;
}

} // namespace

void add_waiting(ordered_json& sum, const ordered_json& part) {
  add_numbers(sum, part, "matches");
  add_numbers(sum, part, "recipients");
  take_time(sum, part, "oldest", false);
  if (is_false(part, "complete"))
    sum["complete"] = false;
  auto& sample = sum["sample"];
  const auto theirs = part.find("sample");
  if (!sample.is_array() || theirs == part.end() || !theirs->is_array())
    return;
  for (const auto& each : *theirs)
    if (sample.size() < samples_shown_max && each.is_object())
      sample.push_back(each);
}

void add_queue_action(ordered_json& sum, const ordered_json& part) {
  for (const auto* const name : {"recipients", "busy"})
    add_numbers(sum, part, name);
  // Of the confirmation, which several nodes may have been told.
  sum["expected"] = std::max(number_in(sum, "expected"), number_in(part, "expected"));
  take_time(sum, part, "started_at", false);
  const bool both_done = text_in(sum, "state") == "done" && text_in(part, "state") == "done";
  if (both_done)
    return take_time(sum, part, "finished_at", true);
  sum["state"] = "running";
  sum["finished_at"] = nullptr;
}

void take_completeness(ordered_json& list, const std::vector<ordered_json>& pages) {
  for (const auto& each : pages)
    if (list.contains("complete") && is_false(each, "complete"))
      list["complete"] = false;
}

http_response sum_queue_parts(http_response own, const std::vector<peer_answer>& others) {
  std::optional<ordered_json> sum;
  if (own.status < 300)
    sum = ordered_json::parse(own.body, nullptr, false);
  for (const auto& each : others) {
    auto part = read_answer(each);
    if (!part)
      continue;
    if (!sum)
      sum = std::move(*part);
    else if (sum->contains("sample"))
      add_waiting(*sum, *part);
    else
      add_queue_action(*sum, *part);
  }
  if (!sum)
    return own;
  return {200, "application/json", dump(*sum), {}};
}

} // namespace warmfront::admin
