#include "actors/history/series_rings.hpp"

#include <catch2/catch.hpp>

#include "actors/history/series_sampler.hpp"

using namespace warmfront;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// A whole hour, so that minutes are easy to count.
const wall_time noon{seconds{1'800'000'000}};

series_values values_of(std::uint64_t accepted, std::uint64_t backlog = 0) {
  series_values values{};
  values[0] = accepted;
  values[static_cast<std::size_t>(series_name::backlog)] = backlog;
  return values;
}

read_series last_minutes(wall_time now, int count) {
  return {now - minutes{count}, now, seconds{60}};
}

std::vector<std::optional<std::uint64_t>> column(const series_report& report, series_name of) {
  std::vector<std::optional<std::uint64_t>> values;
  for (const auto& each : report.steps)
    values.push_back(each ? std::optional{(*each)[static_cast<std::size_t>(of)]} : std::nullopt);
  return values;
}

using column_type = std::vector<std::optional<std::uint64_t>>;

} // namespace

TEST_CASE("series: a sample is of the minute that has just ended, and gaps are none", "[history]") {
  series_rings rings;
  rings.add(noon + minutes{1}, values_of(7, 3));
  rings.add(noon + minutes{3}, values_of(2, 1));
  const auto now = noon + minutes{4};
  const auto told = rings.read(last_minutes(now, 4), now);
  CHECK(told.first == noon);
  CHECK(column(told, series_name::accepted) == column_type{7, std::nullopt, 2, std::nullopt});
  CHECK(column(told, series_name::backlog) == column_type{3, std::nullopt, 1, std::nullopt});
  CHECK(told.last_minute == values_of(2, 1));
  CHECK_FALSE(rings.read(last_minutes(now, 4), noon + minutes{6}).last_minute);
}

TEST_CASE("series: longer steps add counts up and keep the last level", "[history]") {
  series_rings rings;
  for (int i = 1; i <= 20; ++i)
    rings.add(noon + minutes{i}, values_of(1, static_cast<std::uint64_t>(i)));
  const auto now = noon + minutes{20};
  const auto tens = rings.read({noon, now, seconds{600}}, now);
  CHECK(column(tens, series_name::accepted) == column_type{10, 10});
  CHECK(column(tens, series_name::backlog) == column_type{10, 20});
  const auto whole = rings.read({noon, now, seconds{3600}}, now);
  CHECK(column(whole, series_name::accepted) == column_type{20});
  CHECK(column(whole, series_name::backlog) == column_type{20});
}

TEST_CASE("series: minutes reach a day back and hours thirty, however long a node runs",
          "[history]") {
  series_rings rings;
  auto now = noon;
  for (int i = 0; i < 40 * 24 * 4; ++i) {
    now += minutes{15};
    rings.add(now, values_of(1));
  }
  const auto day = rings.read({wall_time{}, now, seconds{60}}, now);
  CHECK(day.steps.size() <= series_rings::minutes_kept);
  CHECK(day.first > now - hours{24});
  const auto month = rings.read({wall_time{}, now, seconds{3600}}, now);
  CHECK(month.steps.size() <= series_rings::hours_kept);
  // Of the first hour none, of every later one four samples.
  CHECK(column(month, series_name::accepted).back() == 4U);
  CHECK(column(month, series_name::accepted).front() == 4U);
}

TEST_CASE("series: what was written is read again, by minute and by hour", "[history]") {
  series_rings before;
  std::vector<storage::key_value> written;
  for (int i = 1; i <= 3; ++i)
    for (auto& each : before.add(noon + minutes{i}, values_of(5, 9)))
      written.push_back(std::move(each));
  CHECK(written.size() == 6);
  series_rings after;
  for (const auto& [key, value] : written)
    CHECK(after.load(key, value));
  const auto now = noon + minutes{3};
  CHECK(after.read(last_minutes(now, 3), now).steps ==
        before.read(last_minutes(now, 3), now).steps);
  CHECK(column(after.read({noon, now, seconds{3600}}, now), series_name::accepted) ==
        column_type{15});
}

TEST_CASE("series: what is no record is an error, and left out", "[history]") {
  series_rings rings;
  CHECK(rings.load("series/minutes/0", "junk").error().code == errc::storage_corrupt);
  CHECK(rings.load("other/0", "").error().code == errc::storage_corrupt);
  CHECK(rings.read(last_minutes(noon, 1), noon).steps ==
        std::vector{std::optional<series_values>{}});
}

TEST_CASE("series: a clock that was set back overwrites what it finds", "[history]") {
  series_rings rings;
  rings.add(noon + hours{24}, values_of(100));
  rings.add(noon, values_of(1));
  CHECK(column(rings.read(last_minutes(noon, 1), noon), series_name::accepted) == column_type{1});
}

TEST_CASE("series sampler: totals become what happened since the last look", "[history]") {
  series_sampler sampler;
  series_sampler::totals totals;
  totals.delivery.accepted_recipients = 10;
  totals.delivery.delivered = 4;
  totals.backlog = 6;
  totals.complained = {{"2027-01-14", 3}};
  auto values = sampler.take(totals);
  CHECK(values[0] == 10); // since the start of the process
  CHECK(values[1] == 4);
  CHECK(values[static_cast<std::size_t>(series_name::backlog)] == 6);
  // Complaints that were counted before this process are of times before.
  CHECK(values[static_cast<std::size_t>(series_name::complained)] == 0);

  totals.delivery.accepted_recipients = 15;
  totals.complained = {{"2027-01-14", 4}, {"2027-01-15", 2}}; // over midnight
  values = sampler.take(totals);
  CHECK(values[0] == 5);
  CHECK(values[1] == 0);
  CHECK(values[static_cast<std::size_t>(series_name::complained)] == 3);

  totals.complained.reset(); // not to be read this time: they come with the next sample
  CHECK(sampler.take(totals)[static_cast<std::size_t>(series_name::complained)] == 0);
  totals.complained = {{"2027-01-15", 7}};
  CHECK(sampler.take(totals)[static_cast<std::size_t>(series_name::complained)] == 5);
}
