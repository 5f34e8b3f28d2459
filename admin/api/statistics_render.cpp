// Statistics as JSON.
#include <charconv>
#include <cmath>

#include "admin/api/render.hpp"
#include "admin/api/statistics_splits.hpp"

namespace warmfront::admin {

namespace {

/// With three digits; null where there is nothing to be a part of.
ordered_json percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) {
    return nullptr;
  }
  const auto exact = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return std::round(exact * 1000.0) / 1000.0;
}

void add_split(ordered_json& to, counted_by by, const std::string& of) {
  const std::string name{split_name(by)};
  if (by != counted_by::task) {
    to[name] = of;
    return;
  }
  std::uint64_t number = 0;
  const auto read = std::from_chars(of.data(), of.data() + of.size(), number);
  to[name] = read.ec == std::errc{} ? ordered_json(number) : ordered_json(nullptr);
}

} // namespace

void add_counts(ordered_json& to, const daily_counts& counts) {
  for (const auto& field : count_fields) {
    to[field.name] = counts.*field.value;
  }
  const auto ended = counts.delivered + counts.bounced + counts.expired;
  to["delivered_percent"] = percent(counts.delivered, ended);
  to["bounced_percent"] = percent(counts.bounced, ended);
  to["opened_percent"] = percent(counts.opened_unique, counts.delivered);
  to["clicked_percent"] = percent(counts.clicked_unique, counts.delivered);
  to["complained_percent"] = percent(counts.complained, counts.delivered);
  to["unsubscribed_percent"] = percent(counts.unsubscribed, counts.delivered);
}

ordered_json to_json(const shown_row& value) {
  const auto& [by, row] = value;
  ordered_json target;
  for (std::size_t i = 0; i < by.size(); ++i) {
    add_split(target, by[i], i == 0 ? row.of : row.further[i - 1]);
  }
  add_counts(target, row.counts);
  return target;
}

} // namespace warmfront::admin
