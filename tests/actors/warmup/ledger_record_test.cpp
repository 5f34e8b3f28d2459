#include "actors/warmup/ledger_record.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

const day_rule usual_day{24h};
const wall_time ledger_start{seconds{1'767'225'600}};

} // namespace

TEST_CASE("ledger days: are counted from the ledger's start", "[warmup]") {
  const auto ledger = new_ledger(plan_name{"standard"}, ledger_start);
  CHECK(day_at(ledger, ledger_start, usual_day) == 0);
  CHECK(day_at(ledger, ledger_start + 24h - 1us, usual_day) == 0);
  CHECK(day_at(ledger, ledger_start + 24h, usual_day) == 1);
  CHECK(day_at(ledger, ledger_start + 240h, usual_day) == 10);
  CHECK(day_start(ledger, 3, usual_day) == ledger_start + 72h);
  CHECK(plan_position(ledger, 0) == 1);
  CHECK(plan_position(ledger, 19) == 20);
}

TEST_CASE("ledger days: never go back behind the opened day", "[warmup]") {
  const auto ledger =
      with_opened_day(new_ledger(plan_name{"standard"}, ledger_start), 5, usual_day);
  CHECK(ledger.day_started_at == ledger_start + 120h);
  CHECK(day_at(ledger, ledger_start - 1000h, usual_day) == 5);
  CHECK(day_at(ledger, ledger_start + 143h, usual_day) == 5);
  CHECK(day_at(ledger, ledger_start + 144h, usual_day) == 6);
  CHECK(with_opened_day(ledger, 4, usual_day) == ledger);
}

TEST_CASE("ledger days: another length of the day counts from the opened day on", "[warmup]") {
  const auto ledger =
      with_opened_day(new_ledger(plan_name{"standard"}, ledger_start), 100, day_rule{20s});
  CHECK(day_at(ledger, ledger_start + 2000s + 23h, usual_day) == 100);
  CHECK(day_at(ledger, ledger_start + 2000s + 24h, usual_day) == 101);
}

TEST_CASE("ledger days: moving in the plan changes the position, not the day", "[warmup]") {
  auto ledger = with_opened_day(new_ledger(plan_name{"standard"}, ledger_start), 2, usual_day);
  ledger = with_position(ledger, 10, ledger_start + 80h, usual_day);
  CHECK(ledger.opened_day == 2);
  CHECK(ledger.base_day == 3);
  CHECK(plan_position(ledger, 3) == 10);
  CHECK(plan_position(ledger, 4) == 11);
  CHECK(plan_position(ledger, 0) == 7);
  CHECK(ledger.day_started_at == ledger_start + 48h);
}

TEST_CASE("ledger days: moving in the plan frees a ledger whose day has not begun", "[warmup]") {
  auto ledger = with_opened_day(new_ledger(plan_name{"standard"}, ledger_start), 1000, usual_day);
  ledger = with_position(ledger, 3, ledger_start + 24h, usual_day);
  CHECK(day_at(ledger, ledger_start + 25h, usual_day) == 1000);
  CHECK(day_at(ledger, ledger_start + 48h, usual_day) == 1001);
  CHECK(plan_position(ledger, 1001) == 4);
}

TEST_CASE("ledger days: survive the end of time", "[warmup]") {
  auto ledger = new_ledger(plan_name{"standard"}, ledger_start);
  const auto last = std::numeric_limits<std::uint32_t>::max();
  CHECK(day_at(ledger, wall_time::max(), day_rule{1us}) == last - 1);
  CHECK(day_start(ledger, last, day_rule{100000h}) == wall_time::max());
  ledger.base_position = last;
  CHECK(plan_position(ledger, 1000) == last - 1);
  ledger.base_day = last;
  ledger.base_position = 0;
  CHECK(plan_position(ledger, 0) == 1);
}

TEST_CASE("ledger subjects: addresses in canonical text and domains", "[warmup]") {
  for (const auto* good : {"192.0.2.1", "2001:db8::1", "example.org", "xn--bcher-kva.example"})
    CHECK(check_subject(ledger_subject{good}));
  for (const auto* bad : {"", "2001:DB8::1", "2001:db8:0::1", "Example.org", "a b", "a/b",
                          "192.0.2.1/24", "-x.org", "b\xc3\xbc.org", "."}) {
    CAPTURE(bad);
    CHECK_FALSE(check_subject(ledger_subject{bad}));
  }
  CHECK(check_subject(ledger_subject{"2001:DB8::1"}).error().remedy == "write 2001:db8::1");
  CHECK(is_domain_subject("example.org"));
  CHECK_FALSE(is_domain_subject("2001:db8::1"));
}

TEST_CASE("ledger keys: are taken apart as they were made", "[warmup]") {
  CHECK(ledger_day_key("192.0.2.1", 7) == "ledgers/192.0.2.1/days/0000000007");
  CHECK(mark_key("a.org", 4'294'967'295u) == "mark/a.org/4294967295");
  const auto ledger = parse_ledger_key("ledgers/a.org");
  REQUIRE(ledger);
  CHECK(ledger->subject == "a.org");
  CHECK_FALSE(ledger->day);
  const auto day_of = parse_ledger_key("ledgers/a.org/days/0000000012");
  REQUIRE(day_of);
  CHECK(day_of->subject == "a.org");
  CHECK(day_of->day == 12u);
  const auto mark = parse_mark_key("mark/2001:db8::1/0000000003");
  REQUIRE(mark);
  CHECK(mark->subject == "2001:db8::1");
  CHECK(mark->day == 3u);
  for (const auto* bad : {"ledgers/", "ledgers//days/0000000001", "ledgers/a/days/1",
                          "ledgers/a/days/99999999999", "ledgers/a/nights/0000000001", "plans/a"})
    CHECK_FALSE(parse_ledger_key(bad));
  for (const auto* bad : {"mark/a", "mark//0000000001", "mark/a/0000000x01", "ledgers/a"})
    CHECK_FALSE(parse_mark_key(bad));
}

TEST_CASE("ledger records: read what was written, and nothing else", "[warmup]") {
  ledger_record ledger{plan_name{"p"}, 3, ledger_start, 2, 9, true};
  CHECK(decode_ledger(encode(ledger)).value() == ledger);
  ledger.held_until = 8;
  ledger.blocked_day = 0;
  ledger.moves.push_back(
      {ledger_start, move_cause::raised, 1, 2, 500, 400, 0, {350, 340, 5, 4, 3, 2}});
  CHECK(decode_ledger(encode(ledger)).value() == ledger);
  const ledger_day_record leases{
      {{node_name{"n1"}, 300, {{provider_name{"*"}, 40}}, 12, {10, 9, 1, 0, 0, 0}},
       {node_name{"n2"}, 200}}};
  CHECK(decode_ledger_day(encode(leases)).value() == leases);
  const permit_mark mark{77, {{provider_name{"gmail"}, 7}}};
  CHECK(decode_mark(encode(mark)).value() == mark);
  plan custom{plan_name{"p"}, {1, 2, 3}, false};
  CHECK(decode_plan(custom.name, encode(custom)).value() == custom);
  custom.advance = plan_advance::level;
  custom.spread = plan_spread::even;
  custom.time_zone = "Europe/Berlin";
  custom.providers = {{provider_name{"gmail"}, {1, 2}}, {provider_name{"*"}, {3}}};
  custom.thresholds.lower_spam = 7;
  CHECK(decode_plan(custom.name, encode(custom)).value() == custom);
  const day_quality quality{4, {9, 8, 7, 6, 5, 4}};
  CHECK(decode_quality(encode(quality)).value() == quality);
  ledger_memory memory;
  memory.record = ledger;
  memory.day = 4;
  memory.lease = ledger_grant{{}, 5, {{provider_name{"gmail"}, 7}}};
  CHECK(decode_memory(encode(memory)).value() == memory);
  CHECK(decode_ledger("").error().code == errc::storage_corrupt);
  CHECK(decode_ledger("\x08\x02").error().code == errc::storage_newer);
  CHECK(decode_mark("\xff\xff").error().code == errc::storage_corrupt);
  ledger.day_started_at = wall_time{microseconds{-1}};
  CHECK(decode_ledger(encode(ledger)).error().code == errc::storage_corrupt);
}

TEST_CASE("ledger records: any octets are a record or an error", "[warmup][property]") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string octets;
    for (auto left = random.next() % 40; left > 0; --left)
      octets += static_cast<char>(random.next());
    if (const auto ledger = decode_ledger(octets)) {
      const auto at = day_at(ledger.value(), ledger_start, usual_day);
      CHECK(at >= ledger.value().opened_day);
    }
    (void)decode_ledger_day(octets);
    (void)decode_mark(octets);
    (void)decode_quality(octets);
    (void)decode_memory(octets);
    (void)decode_plan(plan_name{"p"}, octets);
    (void)parse_ledger_key("ledgers/" + octets);
    (void)parse_mark_key("mark/" + octets);
  }
}

// A changed octet here is a changed format: old data would be misread.
TEST_CASE("ledger records: golden octets", "[warmup][golden]") {
  const ledger_record ledger{plan_name{"standard"}, 3, wall_time{microseconds{1000}}, 2, 9, true};
  CHECK(encode(ledger) == std::string("\x08\x01\x12\x08standard\x18\x03\x20\xe8\x07\x28\x02\x30\x09"
                                      "\x38\x01",
                                      23));
  CHECK(encode(ledger_day_record{{{node_name{"n1"}, 500}}}) ==
        std::string("\x08\x01\x12\x07\x0a\x02n1\x10\xf4\x03", 11));
  CHECK(encode(permit_mark{500}) == std::string("\x08\x01\x10\xf4\x03", 5));
  CHECK(encode(plan{plan_name{"p"}, {1, 500}, false}) ==
        std::string("\x08\x01\x12\x03\x01\xf4\x03", 7));
}
