// The examples of RFC 5545 §3.8.5.3 and §3.3.10 that fire at most once an hour, as they stand
// there.
#include <catch2/catch.hpp>

#include "actors/recurring/recurrence.hpp"
#include "actors/recurring/zone_time.hpp"

using namespace warmfront;
using namespace std::chrono;

namespace {

struct rfc_example {
  std::string start; ///< at 9:00 in New York
  std::string rule;
  std::string dates; ///< `1997 0902 0911T12 1998 0101`: a year when it changes, an hour if not 9
};

const rfc_example rfc_examples[] = {
    {"1997-09-02", "FREQ=DAILY;COUNT=10", "1997 0902 0903 0904 0905 0906 0907 0908 0909 0910 0911"},
    {"1997-09-02", "FREQ=DAILY;INTERVAL=2", "1997 0902 0904 0906 0908"},
    {"1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997 0902 0912 0922 1002 1012"},
    {"1997-09-02", "FREQ=WEEKLY;COUNT=10",
     "1997 0902 0909 0916 0923 0930 1007 1014 1021 1028 1104"},
    {"1997-09-02", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
     "1997 0902 0916 0930 1014 1028 1111 1125 1209 1223"},
    {"1997-09-02", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
     "1997 0902 0904 0909 0911 0916 0918 0923 0925 0930 1002"},
    {"1997-09-01", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
     "1997 0901 0903 0905 0915 0917 0919 0929 1001 1003 1013 1015 1017 1027 1029 1031 1110 1112 "
     "1114 1124 1126 1128 1208 1210 1212 1222"},
    {"1997-09-02", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
     "1997 0902 0904 0916 0918 0930 1002 1014 1016"},
    {"1997-09-05", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
     "1997 0905 1003 1107 1205 1998 0102 0206 0306 0403 0501 0605"},
    {"1997-09-05", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997 0905 1003 1107 1205"},
    {"1997-09-07", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
     "1997 0907 0928 1102 1130 1998 0104 0125 0301 0329 0503 0531"},
    {"1997-09-22", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997 0922 1020 1117 1222 1998 0119 0216"},
    {"1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997 0928 1029 1128 1229 1998 0129 0226"},
    {"1997-09-02", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
     "1997 0902 0915 1002 1015 1102 1115 1202 1215 1998 0102 0115"},
    {"1997-09-30", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
     "1997 0930 1001 1031 1101 1130 1201 1231 1998 0101 0131 0201"},
    {"1997-09-10", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
     "1997 0910 0911 0912 0913 0914 0915 1999 0310 0311 0312 0313"},
    {"1997-09-02", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
     "1997 0902 0909 0916 0923 0930 1104 1111 1118 1125 1998 0106 0113 0120 0127 0303"},
    {"1997-06-10", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
     "1997 0610 0710 1998 0610 0710 1999 0610 0710 2000 0610 0710 2001 0610 0710"},
    {"1997-03-10", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
     "1997 0310 1999 0110 0210 0310 2001 0110 0210 0310 2003 0110 0210 0310"},
    {"1997-01-01", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
     "1997 0101 0410 0719 2000 0101 0409 0718 2003 0101 0410 0719 2006 0101"},
    {"1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997 0519 1998 0518 1999 0517"},
    {"1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997 0512 1998 0511 1999 0517"},
    {"1997-03-13", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
     "1997 0313 0320 0327 1998 0305 0312 0319 0326 1999 0304 0311 0318 0325"},
    {"1997-06-05", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
     "1997 0605 0612 0619 0626 0703 0710 0717 0724 0731 0807 0814 0821 0828 1998 0604"},
    {"1997-09-02", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
     "1998 0213 0313 1113 1999 0813 2000 1013"},
    {"1997-09-13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
     "1997 0913 1011 1108 1213 1998 0110 0207 0307 0411 0509 0613"},
    {"1996-11-05", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
     "1996 1105 2000 1107 2004 1102"},
    {"1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997 0904 1007 1106"},
    {"1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
     "1997 0929 1030 1127 1230 1998 0129 0226 0330"},
    // Erratum 3883: not UNTIL=19970902T170000Z.
    {"1997-09-02", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "1997 0902 0902T12 0902T15"},
    {"1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
     "1997 0805 0810 0819 0824"},
    {"1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
     "1997 0805 0817 0819 0831"},
    {"2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007 0115 0130 0215 0315 0330"},
};

recurrence in_new_york(const std::string& day, const std::string& rule) {
  const auto zone = zone_time::named("America/New_York").value();
  const auto midday = parse_rfc3339(day + "T12:00:00Z").value();
  const auto nine = zone.first_moment(floor<days>(zone.reading(midday)) + hours{9});
  return {nine.at, recurrence::by_rule{rule, "America/New_York"}, {}, {}, {}};
}

std::string dates_of(const std::vector<occurrence>& occurrences) {
  const auto zone = zone_time::named("America/New_York").value();
  const auto two_digits = [](auto number) {
    return std::to_string(100 + static_cast<unsigned>(number)).substr(1);
  };
  std::string text;
  year last{0};
  for (const auto& each : occurrences) {
    const auto reading = zone.reading(each.at);
    const year_month_day date{floor<days>(reading)};
    const auto hour = (reading - floor<days>(reading)) / hours{1};
    text += text.empty() ? "" : " ";
    if (date.year() != last)
      text += std::to_string(static_cast<int>(date.year())) + " ";
    last = date.year();
    text += two_digits(date.month()) + two_digits(date.day()) +
            (hour == 9 ? "" : "T" + two_digits(hour));
  }
  return text;
}

} // namespace

TEST_CASE("rfc 5545: its examples fire on the days that it lists", "[recurring]") {
  for (const auto& example : rfc_examples) {
    CAPTURE(example.start, example.rule);
    const auto what = in_new_york(example.start, example.rule);
    CHECK(check(what));
    const bool ends = example.rule.find("COUNT") != std::string::npos ||
                      example.rule.find("UNTIL") != std::string::npos;
    auto found = next_occurrences(what, wall_time::min(), 100).value();
    auto dates = dates_of(found);
    if (!ends)
      dates = dates.substr(0, example.dates.size());
    CHECK(dates == example.dates);
  }
}

TEST_CASE("rfc 5545: its examples that are too long to list fire as often as they should",
          "[recurring]") {
  const auto number_of = [](const std::string& start, const std::string& rule) {
    return next_occurrences(in_new_york(start, rule), wall_time::min(), 1'000).value().size();
  };
  CHECK(number_of("1997-09-02", "FREQ=DAILY;UNTIL=19971224T000000Z") == 29 + 31 + 30 + 23);
  CHECK(number_of("1997-09-02", "FREQ=WEEKLY;UNTIL=19971224T000000Z") == 17);
  CHECK(number_of("1998-01-01", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1") == 93);
  CHECK(number_of("1998-01-01", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;"
                                "BYDAY=SU,MO,TU,WE,TH,FR,SA") == 93);
}
