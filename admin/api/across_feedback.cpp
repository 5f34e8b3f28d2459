#include "admin/api/across_feedback.hpp"

#include <algorithm>

#include "admin/api/event_position.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin {

namespace {

bool is_lacking(const ordered_json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
}

void add_one(ordered_json& sum, const ordered_json& part) {
  for (auto& [name, value] : sum.items()) {
    const auto found = part.find(name);
    if (found == part.end())
      continue;
    if (value.is_number_unsigned())
      value = value.get<std::uint64_t>() + number_in(part, name.c_str());
    else if (is_lacking(value) && (found->is_string() || found->is_null()))
      value = *found;
  }
}

/// Where the logs of a page go on.
void take_next(event_positions& into, const ordered_json& page) {
  if (const auto next = parse_positions(text_in(page, "next")))
    for (const auto& [node, position] : *next)
      into.insert_or_assign(node, position);
}

} // namespace

http_response sum_counts(http_response own, const std::vector<peer_answer>& others) {
  auto sum = ordered_json::parse(own.body, nullptr, false);
  for (const auto& each : others) {
    const auto part = read_answer(each);
    if (!part)
      continue;
    if (!sum.contains("items")) {
      add_one(sum, *part);
      continue;
    }
    const auto items = part->value("items", ordered_json{});
    for (auto& mine : sum["items"])
      for (const auto& theirs : items)
        if (theirs.is_object() && text_in(theirs, "id") == text_in(mine, "id"))
          add_one(mine, theirs);
  }
  own.body = dump(sum);
  return own;
}

http_response join_events(const call& request, http_response own,
                          const std::vector<peer_answer>& others) {
  auto list = ordered_json::parse(own.body, nullptr, false);
  event_positions next;
  if (const auto asked = parse_positions(handlers::text_of(request.query, "after")))
    next = *asked;
  take_next(next, list);
  auto& items = list["items"];
  for (const auto& each : others)
    if (const auto page = read_answer(each, "items"); page && (*page)["items"].is_array()) {
      take_next(next, *page);
      for (const auto& item : (*page)["items"])
        if (item.is_object())
          items.push_back(item);
    }
  std::stable_sort(items.begin(), items.end(), [](const ordered_json& a, const ordered_json& b) {
    return text_in(a, "timestamp") < text_in(b, "timestamp");
  });
  list["next"] = to_text(next);
  own.body = dump(list);
  return own;
}

} // namespace warmfront::admin
