#include "actors/history/series_rings.hpp"

#include <algorithm>
#include <charconv>

#include "storage/formats/operations.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t series_schema = 1;
constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 3600;
constexpr std::int64_t half_a_minute = 30;
constexpr std::string_view minutes_prefix = "series/minutes/";
constexpr std::string_view hours_prefix = "series/hours/";

std::int64_t seconds_of(wall_time at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::int64_t begin_of(std::int64_t at, std::int64_t length) {
  return at - at % length;
}

void add_step(series_values& to, const series_values& more) {
  for (std::size_t i = 0; i < series_count; ++i)
    to[i] = is_level(i) ? more[i] : to[i] + more[i];
}

storage::key_value to_record(std::string_view prefix, std::int64_t place, std::int64_t at,
                             const series_values& values) {
  formats::series_record record;
  record.set_schema(series_schema);
  record.set_at(at);
  for (const auto value : values)
    record.add_values(value);
  return {std::string{prefix} + std::to_string(place), record.SerializeAsString()};
}

} // namespace

series_rings::place& series_rings::find(ring& in, std::int64_t at, std::int64_t length) {
  auto& found = in[static_cast<std::size_t>(at / length) % in.size()];
  if (found.at != at)
    found = {at, {}};
  return found;
}

const series_rings::place* series_rings::find(const ring& in, std::int64_t at,
                                              std::int64_t length) {
  const auto& found = in[static_cast<std::size_t>(at / length) % in.size()];
  return found.at == at ? &found : nullptr;
}

result<void> series_rings::load(std::string_view key, std::string_view value) {
  const bool is_hour = key.starts_with(hours_prefix);
  if (!is_hour && !key.starts_with(minutes_prefix))
    return error{errc::storage_corrupt, "read `" + std::string{key} + "`: no part of a curve", {}};
  WARMFRONT_TRY(record, storage::parse_record<formats::series_record>(value, series_schema,
                                                                      "a part of a curve"));
  const auto length = is_hour ? hour : minute;
  if (record.at() < 0 || record.at() % length != 0)
    return error{errc::storage_corrupt, "read a part of a curve: of no minute or hour", {}};
  auto& to = find(is_hour ? hours_ : minutes_, record.at(), length);
  const auto known =
      std::min<std::size_t>(series_count, static_cast<std::size_t>(record.values_size()));
  for (std::size_t i = 0; i < known; ++i)
    to.values[i] = record.values(static_cast<int>(i));
  return success();
}

std::vector<storage::key_value> series_rings::add(wall_time now, const series_values& values) {
  const auto middle = std::max<std::int64_t>(0, seconds_of(now) - half_a_minute);
  std::vector<storage::key_value> written;
  for (const auto length : {minute, hour}) {
    auto& of = length == hour ? hours_ : minutes_;
    auto& to = find(of, begin_of(middle, length), length);
    add_step(to.values, values);
    const auto index = (to.at / length) % static_cast<std::int64_t>(of.size());
    written.push_back(
        to_record(length == hour ? hours_prefix : minutes_prefix, index, to.at, to.values));
  }
  return written;
}

std::optional<series_values> series_rings::step(std::int64_t at, std::int64_t length) const {
  const bool is_hours = length >= hour;
  const auto unit = is_hours ? hour : minute;
  std::optional<series_values> sum;
  for (auto part = at; part < at + length; part += unit)
    if (const auto* const found = find(is_hours ? hours_ : minutes_, part, unit)) {
      if (!sum)
        sum.emplace();
      add_step(*sum, found->values);
    }
  return sum;
}

series_report series_rings::read(const read_series& question, wall_time now) const {
  series_report told;
  const auto length = std::max<std::int64_t>(minute, question.step.count());
  told.step = std::chrono::seconds{length};
  const auto kept = length >= hour ? static_cast<std::int64_t>(hours_kept) * hour
                                   : static_cast<std::int64_t>(minutes_kept) * minute;
  const auto end = std::min(seconds_of(question.to), seconds_of(now));
  // The place of the step that is under way was that of the oldest one.
  const auto oldest = begin_of(seconds_of(now), length) - kept + length;
  const auto first =
      std::max({std::int64_t{0}, begin_of(seconds_of(question.from), length), oldest});
  told.first = wall_time{std::chrono::seconds{first}};
  for (auto at = first; at < end; at += length)
    told.steps.push_back(step(at, length));
  for (const auto back : {1, 2})
    if (!told.last_minute)
      told.last_minute = step(begin_of(seconds_of(now), minute) - back * minute, minute);
  return told;
}

} // namespace warmfront
