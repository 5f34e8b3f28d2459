#include "actors/recurring/rrule.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace warmfront;
using namespace std::chrono;

namespace {

using numbers = std::vector<int>;

rrule parsed_rule(const std::string& text) {
  auto rule = parse_rrule(text);
  if (!rule)
    FAIL(to_string(rule.error()));
  return std::move(rule).value();
}

std::string rule_refusal(const std::string& text) {
  const auto rule = parse_rrule(text);
  if (rule)
    return "";
  CHECK(rule.error().code == errc::invalid_argument);
  CHECK(rule.error().field == "repeat.rrule");
  CHECK_FALSE(rule.error().remedy.empty());
  return rule.error().what;
}

} // namespace

TEST_CASE("rrule: each part is read, in any order and case, lists sorted and without duplicates",
          "[recurring]") {
  const auto rule =
      parsed_rule("byhour=17,9,9;FREQ=yearly;INTERVAL=3;COUNT=12;WKST=SU;BYMONTH=12,1;"
                  "BYMONTHDAY=-1,+15;BYDAY=MO,SU;BYMINUTE=30,30;BYSECOND=5;"
                  "BYSETPOS=-1");
  CHECK(rule.freq == rrule::frequency::yearly);
  CHECK(rule.interval == 3);
  CHECK(rule.count == 12u);
  CHECK((rule.week_start == Sunday));
  CHECK(rule.months == numbers{1, 12});
  CHECK(rule.month_days == numbers{-1, 15});
  CHECK((rule.weekdays == std::vector<rrule::day_of_week>{{0, Sunday}, {0, Monday}}));
  CHECK(rule.hours == numbers{9, 17});
  CHECK(rule.minutes == numbers{30});
  CHECK(rule.seconds == numbers{5});
  CHECK(rule.positions == numbers{-1});
  const auto nth = parsed_rule("FREQ=MONTHLY;BYDAY=-1FR,2MO,MO");
  CHECK((nth.weekdays == std::vector<rrule::day_of_week>{{0, Monday}, {2, Monday}, {-1, Friday}}));
  CHECK(parsed_rule("FREQ=YEARLY;BYWEEKNO=53,-53").week_numbers == numbers{-53, 53});
  CHECK(parsed_rule("FREQ=HOURLY;BYYEARDAY=366,-366").year_days == numbers{-366, 366});
}

TEST_CASE("rrule: UNTIL is local, or UTC with a Z", "[recurring]") {
  const auto local = parsed_rule("FREQ=DAILY;UNTIL=20241231T235958").until;
  REQUIRE(local);
  CHECK_FALSE(local->is_utc);
  CHECK((local->reading == local_days{2024y / December / 31} + 23h + 59min + 58s));
  CHECK(parsed_rule("FREQ=DAILY;UNTIL=20240229T000000Z").until->is_utc);
  for (const std::string wrong :
       {"20241231", "20241231T2359", "20230229T000000", "20241301T000000", "20241231T240000",
        "20241231T006000", "20241231T000060Z", "2024-12-31T00:00:00Z", "", "20241231T000000+1"})
    CHECK_THAT(rule_refusal("FREQ=DAILY;UNTIL=" + wrong), Catch::Contains("UNTIL cannot have"));
}

TEST_CASE("rrule: what is not well-formed is refused with what is wrong", "[recurring]") {
  using Catch::Contains;
  CHECK_THAT(rule_refusal(""), Contains("no part of a rule"));
  CHECK_THAT(rule_refusal("DAILY"), Contains("`DAILY` is no part"));
  CHECK_THAT(rule_refusal("FREQ=DAILY;"), Contains("`` is no part"));
  CHECK_THAT(rule_refusal("RRULE:FREQ=DAILY"), Contains("begins with its name"));
  CHECK_THAT(rule_refusal("BYHOUR=9"), Contains("how often"));
  CHECK_THAT(rule_refusal("FREQ=FORTNIGHTLY"), Contains("unknown"));
  CHECK_THAT(rule_refusal("FREQ=DAILY;FREQ=DAILY"), Contains("twice"));
  CHECK_THAT(rule_refusal("FREQ=DAILY;BYEASTER=1"), Contains("`BYEASTER` is unknown"));
  CHECK_THAT(rule_refusal("RSCALE=CHINESE;FREQ=YEARLY"), Contains("unknown"));
  CHECK_THAT(rule_refusal("FREQ=YEARLY;SKIP=OMIT"), Contains("unknown"));
  CHECK_THAT(rule_refusal("FREQ=DAILY; BYHOUR=9"), Contains("unknown"));
  CHECK_THAT(rule_refusal("FREQ=DAILY;WKST=XX"), Contains("WKST"));
  for (const std::string part :
       {"INTERVAL=0",    "INTERVAL=-1",   "COUNT=0",        "COUNT=x",     "COUNT=99999999999",
        "BYHOUR=24",     "BYHOUR=-1",     "BYHOUR=",        "BYHOUR=9,",   "BYHOUR=9 ",
        "BYMINUTE=60",   "BYSECOND=60",   "BYMONTH=0",      "BYMONTH=13",  "BYMONTH=5L",
        "BYMONTHDAY=0",  "BYMONTHDAY=32", "BYMONTHDAY=--1", "BYDAY=",      "BYDAY=XX",
        "BYDAY=0MO",     "BYDAY=+MO",     "BYDAY=54MO",     "BYDAY=1 MO",  "BYDAY=M",
        "BYYEARDAY=367", "BYWEEKNO=54",   "BYSETPOS=0",     "BYSETPOS=367"})
    CHECK_THAT(rule_refusal("FREQ=YEARLY;" + part), Contains(" cannot have the value "));
  const std::string many = "FREQ=DAILY;BYHOUR=0" + std::string(400, '0');
  CHECK(rule_refusal(many + std::string(500 - many.size(), '0')).empty());
  CHECK_THAT(rule_refusal(many + std::string(501 - many.size(), '0')), Contains("500 octets"));
}

TEST_CASE("rrule: more than one occurrence an hour is refused", "[recurring]") {
  using Catch::Contains;
  CHECK_THAT(rule_refusal("FREQ=SECONDLY"), Contains("too often"));
  CHECK_THAT(rule_refusal("FREQ=MINUTELY;INTERVAL=600"), Contains("too often"));
  CHECK_THAT(rule_refusal("FREQ=DAILY;BYMINUTE=0,30"), Contains("once an hour"));
  CHECK_THAT(rule_refusal("FREQ=YEARLY;BYSECOND=1,2"), Contains("once an hour"));
  CHECK(rule_refusal("FREQ=HOURLY;BYMINUTE=59;BYSECOND=59").empty());
}

TEST_CASE("rrule: parts that do not go together are refused", "[recurring]") {
  using Catch::Contains;
  for (const auto& [rule, what] : std::vector<std::pair<std::string, std::string>>{
           {"FREQ=DAILY;COUNT=1;UNTIL=20240101T000000", "ends twice"},
           {"FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO needs"},
           {"FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY needs"},
           {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go"},
           {"FREQ=WEEKLY;BYDAY=1MO", "BYDAY with a number"},
           {"FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "does not go with BYWEEKNO"},
           {"FREQ=MONTHLY;BYDAY=6MO", "sixth"},
           {"FREQ=YEARLY;BYMONTH=2;BYDAY=-6MO", "sixth"},
           {"FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs"},
           {"FREQ=YEARLY;BYYEARDAY=1;BYWEEKNO=1", "do not go with each other"},
           {"FREQ=HOURLY;BYYEARDAY=1;BYMONTHDAY=1", "do not go with each other"},
           {"FREQ=MONTHLY;BYMONTHDAY=8;BYDAY=2MO", "does not go with BYWEEKNO"},
           {"FREQ=YEARLY;BYYEARDAY=8;BYDAY=2MO", "does not go with BYWEEKNO"},
           {"FREQ=YEARLY;BYMONTHDAY=8", "in which months"},
           {"FREQ=YEARLY;BYWEEKNO=1;INTERVAL=2", "BYWEEKNO does not go"},
           {"FREQ=YEARLY;BYWEEKNO=1;BYSETPOS=1", "BYWEEKNO does not go"},
           {"FREQ=HOURLY;BYDAY=MO;BYSETPOS=1", "nothing to choose"},
           {"FREQ=HOURLY;INTERVAL=8785", "INTERVAL is more than 8784"},
           {"FREQ=DAILY;INTERVAL=3651", "INTERVAL is more than 3650"},
           {"FREQ=WEEKLY;INTERVAL=521", "INTERVAL is more than 520"},
           {"FREQ=MONTHLY;INTERVAL=121", "INTERVAL is more than 120"},
           {"FREQ=YEARLY;INTERVAL=11", "INTERVAL is more than 10"}}) {
    CAPTURE(rule);
    CHECK_THAT(rule_refusal(rule), Contains(what));
  }
}

TEST_CASE("rrule: long lists stay within what libical has room for", "[recurring]") {
  const auto list = [](int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i)
      text += (text.empty() ? "" : ",") + std::to_string(i);
    return text;
  };
  CHECK(parsed_rule("FREQ=MONTHLY;BYMONTHDAY=" + list(1, 31)).month_days.size() == 31);
  CHECK(parsed_rule("FREQ=YEARLY;BYWEEKNO=" + list(1, 53)).week_numbers.size() == 53);
  CHECK_THAT(rule_refusal("FREQ=MONTHLY;BYMONTHDAY=-1," + list(1, 31)),
             Catch::Contains("more than 31 values"));
  CHECK_THAT(rule_refusal("FREQ=YEARLY;BYWEEKNO=-1," + list(1, 53)),
             Catch::Contains("more than 53 values"));
}
