#include "actors/delivery/retry_counts.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_items.hpp"
#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;
using warmfront::testing::make_item;
using warmfront::testing::make_lane;

namespace {

const auto this_moment = warmfront::testing::manual_clock{}.wall_now();

outcome retried(std::uint16_t code, const std::string& text) {
  seeded_random random{1};
  auto item = make_item(make_lane(), 4);
  item.source = ip_address{"192.0.2.1"};
  item.provider = provider_name{"gmail"};
  return judge({std::move(item), {code, "", text}, "mx.b.example", true, false, false}, {},
               this_moment, random);
}

/// What the disk says of a world: all counters of those who wait to be tried again.
std::int64_t counted_retries(const delivery_world& world) {
  const auto found = world.store
                         .scan(storage::family::counters, storage::retry_counters_prefix,
                               storage::prefix_end(storage::retry_counters_prefix), 100)
                         .value();
  std::int64_t sum = 0;
  for (const auto& each : found)
    sum += std::stoll(each.value);
  return sum;
}

std::size_t deferred_entries(const delivery_world& world) {
  const auto prefix = storage::deferred_prefix();
  return world.store.scan(storage::family::queue, prefix, storage::prefix_end(prefix), 1'000)
      .value()
      .size();
}

} // namespace

TEST_CASE("retry counts: a group survives its key", "[delivery]") {
  const storage::retry_group group{pool_name{"shared"}, provider_name{"gmail"}, mail_class::batch};
  CHECK(storage::parse_retry_group(encode(group)) == group);
  CHECK_FALSE(storage::parse_retry_group("retries/shared"));
  CHECK_FALSE(storage::parse_retry_group("other"));
}

TEST_CASE("retry counts: who waits to be tried again is a row, with what was said last",
          "[delivery]") {
  retry_counts counts;
  const auto first = retried(451, "try later");
  storage::batch changes;
  write_outcome(changes, first);
  counts.apply(retry_counts::changes_in(changes));
  counts.note(first);
  std::vector<queue_report> rows;
  counts.add_to(rows, this_moment);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].provider == "gmail");
  CHECK(rows[0].waiting == 1);
  CHECK(rows[0].state == "deferred");
  CHECK(rows[0].cause == "retry");
  REQUIRE(rows[0].last_reply);
  CHECK(rows[0].last_reply->code == 451);
  CHECK(rows[0].last_reply->text.find("try later") != std::string::npos);
  CHECK(rows[0].last_reply->source.str() == "192.0.2.1");
  CHECK(rows[0].next_attempt_at == first.record.next_attempt_at);
  CHECK(counts.last_reply(first.item.message().pool, provider_name{"gmail"})->code == 451);
}

TEST_CASE("retry counts: counters that say otherwise are cleared when nobody waits", "[delivery]") {
  retry_counts counts;
  counts.load(
      {{encode(storage::retry_group{pool_name{"shared"}, provider_name{"other"}, {}}), "7"}});
  std::vector<queue_report> rows;
  counts.add_to(rows, this_moment);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].waiting == 7);
  CHECK(counts.clear());
  CHECK_FALSE(counts.clear());
  rows.clear();
  counts.add_to(rows, this_moment);
  CHECK(rows.empty());
}

TEST_CASE("retry counts: the disk's counters are as many as its deferred entries, also after "
          "crashes",
          "[delivery][property]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    delivery_world world{seed};
    seeded_random random{seed};
    world.fate_of = [&](const std::string&) {
      return random.next() % 2 == 0 ? fate::defer : fate::deliver;
    };
    for (int round = 0; round < 30; ++round) {
      world.submit({"a@b.example", "c@d.example"});
      world.run_some(random.next() % 200);
      if (random.next() % 4 == 0)
        world.crash(storage::memory_store::all);
      world.advance(milliseconds{50});
      CHECK(counted_retries(world) == static_cast<std::int64_t>(deferred_entries(world)));
    }
    world.run();
    CHECK(counted_retries(world) == static_cast<std::int64_t>(deferred_entries(world)));
  }
}
