// Counters of other nodes, and which of this node's have changed.
#include "storage/shadow_counters.hpp"

#include <catch2/catch.hpp>

#include "storage/changed_counters.hpp"

using namespace warmfront;
using namespace warmfront::storage;

TEST_CASE("shadow counters: keys say whose they are, and mix with no others",
          "[statistics][golden]") {
  const counters_origin origin{0x0102, 0x1112131415161718};
  CHECK(shadow_prefix(origin) == "m\x01\x02\x11\x12\x13\x14\x15\x16\x17\x18");
  const auto state = shadow_state_key(origin);
  CHECK(state == "M\x01\x02\x11\x12\x13\x14\x15\x16\x17\x18");
  CHECK(state.starts_with(all_shadow_states_prefix()));
  CHECK(parse_shadow_state_key(state) == origin);
  for (const auto& bad : {std::string{}, state + "x", state.substr(1), shadow_prefix(origin)})
    CHECK_FALSE(parse_shadow_state_key(bad));
  const auto key = shadow_prefix(origin) + encode(way_key{});
  CHECK_FALSE(parse_way_key(key));
  CHECK_FALSE(parse_statistics_key(key));
}

TEST_CASE("changed counters: each is named once, and those that are too many are said to be",
          "[statistics]") {
  changed_counters changed;
  mail_event event;
  event.about.address = "x@a.example";
  statistics_tally tally;
  tally.add(event);
  changed.note(tally);
  changed.note(tally);
  auto taken = changed.take();
  CHECK(taken.keys.size() == 2);
  CHECK_FALSE(taken.are_too_many);
  CHECK(changed.take().keys.empty());
  for (int i = 0; i < 60'000; ++i) {
    statistics_tally more;
    event.about.address = "x@" + std::to_string(i) + ".example";
    more.add(event);
    changed.note(more);
  }
  CHECK_FALSE(changed.take().are_too_many); // the other table has one counter for all of them
  statistics_tally many;
  for (int i = 0; i < 100'001; ++i) {
    event.about.address = "x@" + std::to_string(i) + ".example";
    many.add(event);
  }
  changed.note(many);
  taken = changed.take();
  CHECK(taken.are_too_many);
  CHECK(taken.keys.size() <= 100'000);
}
