// What nodes say to each other about statistics.
#include "actors/statistics/statistics_frames.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "storage/statistics.hpp"

using namespace warmfront;

namespace {

kept_counters sample_counters() {
  return {7,
          {2, 99},
          {{storage::encode(storage::statistics_key{}), "5"},
           {storage::encode(storage::way_key{}), "-3"}},
          true,
          wall_time{seconds{1'795'514'400}}};
}

sum_part sample_part() {
  statistics_row row{"2026-11-24", {}, {"gmail"}};
  for (const auto& field : count_fields)
    row.counts.*field.value = 3;
  row.counts.accepted = static_cast<std::uint64_t>(-2); // taken back
  return {9, {{{2, 99}, false, wall_time{seconds{5}}, {row}}}, true, std::nullopt};
}

} // namespace

TEST_CASE("statistics frames: come back as they went out", "[statistics]") {
  CHECK(decode_hello(encode_hello({3, 77}).octets).value() == counters_origin{3, 77});
  CHECK(decode_kept_counters(encode(sample_counters()).octets).value() == sample_counters());
  const counters_receipt receipt{4, true, true};
  CHECK(decode_receipt(encode(receipt).octets).value() == receipt);
  const auto part = decode_sum_part(encode(sample_part()).octets).value();
  CHECK(part.origins == sample_part().origins);
  CHECK(part.is_last);
  CHECK_FALSE(part.failure);
  auto failed = sample_part();
  failed.failure = error{errc::limit_exceeded, "too many", {}};
  CHECK(decode_sum_part(encode(failed).octets).value().failure->code == errc::limit_exceeded);

  sum_question question{5, {}, {{1, 2}, {3, 4}}};
  question.what.account = account_name{"acme"};
  question.what.from = utc_day{std::chrono::days{20'000}};
  question.what.to = utc_day{std::chrono::days{20'001}};
  question.what.by = counted_by::provider;
  question.what.further_by = {counted_by::task};
  question.what.task = task_id{0};
  question.what.source = ip_address{"192.0.2.1"};
  const auto read = decode_sum_question(encode(question).octets).value();
  CHECK(read.answering == question.answering);
  CHECK(read.what.account == question.what.account);
  CHECK(read.what.from == question.what.from);
  CHECK(read.what.to == question.what.to);
  CHECK(read.what.by == question.what.by);
  CHECK(read.what.further_by == question.what.further_by);
  CHECK(read.what.task == task_id{0});
  CHECK(read.what.source == question.what.source);
}

TEST_CASE("statistics frames: a peer keeps counters here and nothing else",
          "[statistics][robustness]") {
  auto odd = sample_counters();
  odd.rows.push_back({"node/instance", "1"});
  odd.rows.push_back({"d" + std::string(5'000, 'x'), "1"});
  CHECK(decode_kept_counters(encode(odd).octets).value().rows == sample_counters().rows);
  odd.rows.assign(frame_rows_max + 1, sample_counters().rows.front());
  CHECK(decode_kept_counters(encode(odd).octets).error().code == errc::protocol);
}

TEST_CASE("statistics frames: junk is refused and never crashes", "[statistics][robustness]") {
  const std::vector<std::string> good{
      encode_hello({3, 77}).octets, encode(sample_counters()).octets,
      encode(counters_receipt{4, true, true}).octets, encode(sample_part()).octets,
      encode(sum_question{5, {}, {{1, 2}}}).octets};
  const auto is_fine = [](const auto& read) { return read || read.error().code == errc::protocol; };
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    auto octets = good[dice.next() % good.size()];
    if (dice.next() % 4 == 0)
      octets.resize(dice.next() % octets.size());
    for (int i = 0; i < 3 && !octets.empty(); ++i)
      octets[dice.next() % octets.size()] = static_cast<char>(dice.next());
    REQUIRE(is_fine(decode_hello(octets)));
    REQUIRE(is_fine(decode_kept_counters(octets)));
    REQUIRE(is_fine(decode_receipt(octets)));
    REQUIRE(is_fine(decode_sum_part(octets)));
    REQUIRE(is_fine(decode_sum_question(octets)));
  }
}
