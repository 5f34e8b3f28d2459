#include "actors/core/fence.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace std::chrono_literals;

TEST_CASE("fence: holds before its deadline only", "[fence]") {
  const steady_time start{1h};
  fence subject;
  CHECK_FALSE(subject.holds(start));
  subject.extend(start + 10s);
  CHECK(subject.holds(start));
  CHECK(subject.holds(start + 10s - 1ns));
  CHECK_FALSE(subject.holds(start + 10s));
}

TEST_CASE("fence: closes at once and opens again", "[fence]") {
  const steady_time start{1h};
  fence subject;
  subject.extend(start + 10s);
  subject.close();
  CHECK_FALSE(subject.holds(start));
  CHECK_FALSE(subject.holds(steady_time::min()));
  subject.extend(start + 20s);
  CHECK(subject.holds(start + 15s));
}

TEST_CASE("fence: while it is paused it holds and nothing begins", "[fence]") {
  const steady_time start{1h};
  fence subject;
  subject.extend(start + 10s);
  CHECK(subject.may_begin(start));
  subject.pause(true);
  CHECK(subject.holds(start));
  CHECK_FALSE(subject.may_begin(start));
  subject.extend(start + 20s);
  CHECK_FALSE(subject.may_begin(start));
  subject.pause(false);
  CHECK(subject.may_begin(start));
  CHECK_FALSE(subject.may_begin(start + 20s));
}

TEST_CASE("fence: in a cluster of one it holds for ever", "[fence]") {
  fence subject;
  subject.extend(steady_time::max());
  CHECK(subject.holds(steady_time{24h * 365 * 100}));
}
