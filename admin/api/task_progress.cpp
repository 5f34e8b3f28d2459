#include "admin/api/task_progress.hpp"

#include <algorithm>
#include <array>

#include "admin/api/across.hpp"

namespace warmfront::admin {

namespace {

constexpr std::array counted{"delivered",  "bounced",   "expired",
                             "suppressed", "cancelled", "deferred"};

const ordered_json* live_of(const ordered_json& of) {
  const auto progress = of.find("progress");
  if (progress == of.end() || !progress->is_object())
    return nullptr;
  const auto live = progress->find("live");
  return live == progress->end() || !live->is_object() ? nullptr : &*live;
}

} // namespace

void add_progress(ordered_json& sum, const ordered_json& part) {
  const auto* const other = part.is_object() ? live_of(part) : nullptr;
  if (other == nullptr || live_of(sum) == nullptr ||
      number_in(*live_of(sum), "occurrence") != number_in(*other, "occurrence"))
    return;
  auto& progress = sum["progress"];
  auto waiting = number_in(progress, "waiting");
  for (const auto* const name : counted) {
    const auto more = std::min(number_in(*other, name), waiting);
    if (more == 0)
      continue;
    waiting -= more;
    progress[name] = number_in(progress, name) + more;
    auto& live = progress["live"];
    live[name] = number_in(live, name) + more;
  }
  progress["waiting"] = waiting;
}

void add_progress_of_all(ordered_json& items, const ordered_json& parts) {
  for (auto& item : items)
    for (const auto& part : parts) {
      const auto* const name = item.contains("id") ? "id" : "number";
      if (part.is_object() && number_in(item, name) == number_in(part, name))
        add_progress(item, part);
    }
}

} // namespace warmfront::admin
