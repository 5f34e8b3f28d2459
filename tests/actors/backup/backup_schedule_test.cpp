#include "actors/backup/backup_schedule.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

constexpr wall_time noon{seconds{1'767'225'600}};

} // namespace

TEST_CASE("backup schedule: without an interval none is ever due", "[backup]") {
  CHECK_FALSE(backup_schedule{0ms}.is_due(noon));
}

TEST_CASE("backup schedule: the first is due at once, the next an interval later", "[backup]") {
  backup_schedule schedule{6h};
  CHECK(schedule.is_due(noon));
  schedule.made(noon);
  CHECK_FALSE(schedule.is_due(noon + 6h - 1us));
  CHECK(schedule.is_due(noon + 6h));
}

TEST_CASE("backup schedule: one that failed is tried again before its time, and not at once",
          "[backup]") {
  backup_schedule schedule{6h};
  schedule.failed(noon);
  CHECK_FALSE(schedule.is_due(noon + 44min));
  CHECK(schedule.is_due(noon + 45min));
  schedule.made(noon + 45min);
  CHECK_FALSE(schedule.is_due(noon + 2h));
}

TEST_CASE("backup schedule: a short interval is not stretched by a failure", "[backup]") {
  backup_schedule schedule{2s};
  schedule.failed(noon);
  CHECK(schedule.is_due(noon + 2s));
}

TEST_CASE("backup schedule: a clock that was set back delays nothing", "[backup]") {
  backup_schedule schedule{6h};
  schedule.made(noon + 1000h);
  CHECK(schedule.is_due(noon));
}

TEST_CASE("backup schedule: a good one from before a failure hastens nothing", "[backup]") {
  backup_schedule schedule{6h};
  schedule.made(noon);
  schedule.failed(noon + 6h);
  schedule.made(noon); // it is still there
  CHECK_FALSE(schedule.is_due(noon + 6h + 44min));
  CHECK(schedule.is_due(noon + 6h + 45min));
}
