#include "storage/statistics.hpp"

#include <catch2/catch.hpp>

#include "actors/core/octets.hpp"
#include "storage/memory/memory_store.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

// 2026-11-24T10:00:00Z
constexpr wall_time counted_at{seconds{1'795'514'400}};

spooled_message counted_mail() {
  spooled_message message;
  message.source.account = account_name{"acme"};
  message.mail.reverse_path = "ada@News.example";
  for (const auto* const to : {"x@a.example", "y@A.example", "z@b.example"})
    message.mail.recipients.push_back({to, notify::unspecified, {}});
  message.accepted_at = counted_at;
  return message;
}

std::vector<std::string> addends(const statistics_tally& tally) {
  batch changes;
  tally.write(changes);
  std::vector<std::string> found;
  for (const auto& each : changes.changes()) {
    CHECK(each.what == batch::kind::add);
    const auto key = parse_statistics_key(each.key).value();
    found.push_back(key.receiver.str() + ' ' + std::to_string(static_cast<int>(key.what)) + ' ' +
                    each.value);
  }
  return found;
}

} // namespace

TEST_CASE("statistics: a key says what is counted", "[statistics][golden]") {
  const statistics_key key{day_of(counted_at), account_name{"acme"}, domain_name{"news.example"},
                           domain_name{"a.example"}, counted::delivered};
  const auto octets = encode(key);
  CHECK(octets == std::string{"d\0\0\x51\x2d"
                              "acme\0news.example\0a.example\0\x03",
                              34});
  CHECK(parse_statistics_key(octets) == key);
  CHECK(octets.starts_with(statistics_prefix(key.day, key.account)));
  CHECK(octets.starts_with(statistics_prefix(key.day)));
  CHECK(statistics_prefix(key.day) < statistics_prefix(key.day + std::chrono::days{1}));
}

TEST_CASE("statistics: other keys are none", "[statistics]") {
  const auto good = encode(statistics_key{});
  REQUIRE(parse_statistics_key(good));
  for (const auto& bad : {std::string{}, std::string{"d"}, good.substr(1), good + "x",
                          good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + '\0',
                          good.substr(0, good.size() - 1) + '\7', "e" + good.substr(1)})
    CHECK_FALSE(parse_statistics_key(bad));
}

TEST_CASE("statistics: a batch has one addend for each counter", "[statistics]") {
  statistics_tally tally;
  const auto mail = counted_mail();
  tally.add_acceptance(mail, {{1, {}}});
  tally.add(mail, 0, counted::delivered, counted_at);
  tally.add(mail, 1, counted::delivered, counted_at);
  CHECK(addends(tally) == std::vector<std::string>{"a.example 1 1", "a.example 2 1",
                                                   "a.example 3 2", "b.example 1 1"});
}

TEST_CASE("statistics: what is taken back in the same batch leaves nothing", "[statistics]") {
  statistics_tally tally;
  const auto mail = counted_mail();
  tally.add_acceptance(mail, {});
  tally.add_acceptance(mail, {}, -1);
  CHECK(addends(tally).empty());
  tally.add_acceptance(mail, {}, -1);
  CHECK(addends(tally) == std::vector<std::string>{"a.example 1 -2", "b.example 1 -1"});
}

TEST_CASE("statistics: reports of this node are nobody's mail", "[statistics]") {
  auto report = counted_mail();
  report.source.protocol = "DSN";
  statistics_tally tally;
  tally.add_acceptance(report, {});
  CHECK(addends(tally).empty());
}

TEST_CASE("statistics: days are those of UTC", "[statistics]") {
  const wall_time midnight{std::chrono::sys_days{std::chrono::days{20'000}}};
  CHECK(day_of(midnight) - day_of(midnight - microseconds{1}) == std::chrono::days{1});
}

TEST_CASE("statistics: a mail's addends take few octets", "[statistics]") {
  auto mail = counted_mail();
  mail.mail.recipients.resize(1);
  statistics_tally accepted;
  accepted.add_acceptance(mail, {});
  batch changes;
  accepted.write(changes);
  CHECK(changes.changes().size() == 1);
  CHECK(changes.octets() <= 60);
}
