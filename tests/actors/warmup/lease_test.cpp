// Who leases what of a day, how often, and what comes back.
#include <algorithm>

#include "tests/actors/warmup/lease_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using kind = permit_verdict::kind;
using storage::control_fault;
using warmfront::testing::lease_world;

namespace {

const std::string leased_ip = "192.0.2.1";
const std::string leased_domain = "a.example";
const std::string elsewhere = "198.51.100.1"; ///< without a ledger

struct lease_fixture {
  std::vector<bool> cut_off = std::vector<bool>(5, false);
  lease_world world;

  explicit lease_fixture(std::size_t count, std::uint64_t quota)
      : world{count, [this](std::size_t at) {
                return cut_off[at] ? control_fault::lost_call : control_fault::none;
              }} {
    world.settle();
    world.node(0).command(put_plan{{plan_name{"one"}, {quota}, false}});
    world.settle();
    for (const auto& subject : {leased_ip, leased_domain})
      world.node(0).command(set_ledger_plan{ledger_subject{subject}, plan_name{"one"}});
    world.settle();
  }
  /// At most `most` of a ledger of a domain, or of an address.
  std::uint64_t take(std::size_t at, std::uint64_t most, bool of_domain = true) {
    std::uint64_t taken = 0;
    for (int refused = 0; taken < most && refused < 3;) {
      const auto verdict = of_domain ? world.node(at).take(elsewhere, leased_domain)
                                     : world.node(at).take(leased_ip, "none.example");
      if (verdict.what == kind::granted) {
        ++taken;
        refused = 0;
      } else {
        ++refused;
        world.settle();
      }
    }
    return taken;
  }
  [[nodiscard]] std::size_t transactions() {
    std::size_t sum = 0;
    for (std::size_t at = 0; at < world.size(); ++at)
      sum += world.node(at).late().transactions();
    return sum;
  }
};

constexpr std::uint64_t all = 1'000'000;

} // namespace

TEST_CASE("leases: whichever node has the demand can spend all of a domain's day", "[warmup]") {
  for (const std::uint64_t quota : {1, 9, 500, 20'000}) {
    CAPTURE(quota);
    lease_fixture of{3, quota};
    const auto before = of.transactions();
    CHECK(of.take(1, all) == quota);
    // 2 n ln(50 / 2n) while the parts shrink, 2 n chunks of a fiftieth after that.
    CHECK(of.transactions() - before <= 24);
    CHECK(of.take(0, all) == 0);
  }
}

TEST_CASE("leases: who waits for a lease hears that others have all of the day", "[warmup]") {
  lease_fixture of{2, 100};
  auto& late = of.world.node(0);
  late.late().hold(true);
  REQUIRE(late.take(elsewhere, leased_domain).what == kind::pending);
  of.world.settle();
  REQUIRE(of.take(1, all) == 100);
  // Else it would ask no more: no day's end is known to somebody who was promised an answer.
  CHECK(late.was_opened());
  const auto verdict = late.take(elsewhere, leased_domain);
  CHECK(verdict.what == kind::exhausted);
  CHECK(verdict.until > wall_time{});
  CHECK_FALSE(late.was_opened());
}

TEST_CASE("leases: nodes that share a domain's day spend exactly the quota", "[warmup]") {
  lease_fixture of{5, 20'000};
  const auto before = of.transactions();
  std::uint64_t sum = 0;
  for (std::uint64_t taken = 1; taken > 0; sum += taken) {
    taken = 0;
    for (std::size_t at = 0; at < 5; ++at)
      taken += of.take(at, 100);
  }
  CHECK(sum == 20'000);
  CHECK(of.transactions() - before <= 60);
}

TEST_CASE("leases: the next part is there before the present one is spent", "[warmup]") {
  lease_fixture of{2, 20'000};
  of.take(0, 1);
  std::size_t waits = 0;
  for (int taken = 0; taken < 19'000; ++taken) {
    if (of.world.node(0).take(elsewhere, leased_domain).what != kind::granted)
      ++waits;
    if (taken % 50 == 0) // a round trip takes as long as fifty mails
      of.world.settle();
  }
  CHECK(waits == 0);
}

TEST_CASE("leases: the owner of an address has its day at once, others have nothing", "[warmup]") {
  lease_fixture of{3, 5'000};
  for (std::size_t at = 0; at < 3; ++at)
    of.world.node(at).book().set_owners({{leased_ip, node_name{"n2"}}});
  CHECK(of.take(0, all, false) == 0);
  const auto before = of.transactions();
  CHECK(of.take(1, all, false) == 5'000);
  CHECK(of.transactions() - before == 1);
}

TEST_CASE("leases: an owner leases every provider's part without a word about it", "[warmup]") {
  lease_fixture of{2, 100};
  plan rule{plan_name{"one"}, {100}};
  rule.providers[provider_name{"gmail"}] = {30};
  rule.providers[every_other_provider] = {10};
  of.world.node(0).command(put_plan{rule});
  const auto owned_by = [&](const char* name) {
    for (std::size_t at = 0; at < 2; ++at) {
      of.world.node(at).book().set_owners({{leased_ip, node_name{name}}});
      of.world.node(at).flush();
    }
    of.world.settle();
  };
  const auto spend = [&](std::size_t at, const char* provider, int most) {
    int taken = 0;
    for (int asked = 0; asked < most + 20 && taken < most; ++asked) {
      const auto verdict =
          of.world.node(at).take(leased_ip, "none.example", mail_class::triggered, provider);
      taken += verdict.what == kind::granted ? 1 : 0;
      of.world.settle();
    }
    return taken;
  };
  const auto record = [&] {
    std::string octets;
    of.world.control().range(ledger_day_key(leased_ip, 0), [&](const auto& found) {
      octets = found.value().records.at(0).value;
    });
    of.world.control().run();
    return decode_ledger_day(octets).value();
  };
  of.world.settle();
  owned_by("n1");
  CHECK(spend(0, "gmail", 20) == 20);
  CHECK(spend(0, "mx.a", 10) == 10);
  REQUIRE(record().grants.size() == 1);
  CHECK(record().grants[0].whole);
  CHECK(record().grants[0].providers.empty());
  // A limit that grows needs no other lease of it; the next owner gets exactly what is left.
  rule.providers[provider_name{"gmail"}] = {35};
  of.world.node(0).command(put_plan{rule});
  of.world.settle();
  CHECK(spend(0, "gmail", 4) == 4);
  owned_by("n2");
  CHECK_FALSE(record().grants[0].whole);
  CHECK(spend(1, "gmail", 100) == 11);
  // What was kept of one that is not named counts for each of them.
  CHECK(spend(1, "mx.b", 100) == 0);
  CHECK(spend(1, "", 100) == 100 - 24 - 10 - 11);
}

TEST_CASE("leases: a former owner gives back what it did not use", "[warmup]") {
  lease_fixture of{2, 5'000};
  const auto owned_by = [&](const char* name) {
    for (std::size_t at = 0; at < 2; ++at) {
      of.world.node(at).book().set_owners({{leased_ip, node_name{name}}});
      of.world.node(at).flush();
    }
    of.world.settle();
  };
  owned_by("n1");
  CHECK(of.take(0, 1'000, false) == 1'000);
  owned_by("n2");
  CHECK(of.take(0, all, false) == 0);
  CHECK(of.take(1, all, false) == 4'000);
}

TEST_CASE("leases: a clean stop gives back exactly what was not used", "[warmup]") {
  lease_fixture of{2, 5'000};
  CHECK(of.take(0, 2'345) == 2'345);
  of.world.node(0).stop();
  of.world.settle();
  REQUIRE(of.world.node(0).is_stopped());
  CHECK(of.take(1, all) == 5'000 - 2'345);
}

TEST_CASE("leases: a give-back that arrives after the restart takes nothing twice", "[warmup]") {
  lease_fixture of{2, 1'000};
  CHECK(of.take(0, 300) == 300);
  of.world.node(0).late().hold(true);
  of.world.node(0).stop();
  of.world.settle();
  CHECK_FALSE(of.world.node(0).is_stopped());
  of.world.pass(2s);
  of.world.settle();
  REQUIRE(of.world.node(0).is_stopped());
  of.world.node(0).crash(storage::memory_store::all);
  of.world.node(0).late().hold(false);
  of.world.node(0).start();
  of.world.settle();
  // What it gave back, perhaps, is not spent before the control store says that it still has it.
  CHECK(of.world.node(0).take(elsewhere, leased_domain).what == kind::pending);
  of.world.node(0).late().arrive();
  of.world.settle();
  CHECK(of.take(1, 200) + of.take(0, all) + of.take(1, all) == 700);
}

TEST_CASE("leases: a node without the control store spends its lease, also after a restart",
          "[warmup]") {
  lease_fixture of{2, 5'000};
  CHECK(of.take(0, 100) == 100);
  of.world.settle();
  of.cut_off[0] = true;
  of.world.node(0).path().break_watches();
  of.world.node(0).crash(storage::memory_store::all);
  of.world.node(0).start();
  of.world.settle();
  CHECK(of.take(0, all) == 0);
  of.world.node(0).recall();
  const auto alone = of.take(0, all);
  CHECK(alone > 0);
  const auto others = of.take(1, all);
  CHECK(100 + alone + others <= 5'000);
  CHECK(100 + alone + others >= 4'900); // but what the crash burnt
  of.cut_off[0] = false;
  of.world.pass(2s);
  of.world.settle();
  CHECK(100 + alone + others + of.take(0, all) <= 5'000);
}

TEST_CASE("leases: what lies idle comes back when others are short of it", "[warmup]") {
  lease_fixture of{2, 1'000};
  of.take(0, 10);
  const auto most = of.take(1, all);
  CHECK(most < 990);
  for (int looks = 0; looks < 2; ++looks) {
    of.world.node(0).book().give_back_idle();
    of.world.node(0).flush();
    of.world.settle();
  }
  CHECK(most + of.take(1, all) == 990);
}

TEST_CASE("leases: a clock ahead opens the day for all, one behind cannot lease the last",
          "[warmup]") {
  lease_fixture of{2, 1'000};
  of.take(0, 10);
  of.world.node(1).set_clock_error(90s);
  of.world.pass(24h - 60s);
  CHECK(of.take(1, 10) == 10);
  CHECK(of.world.node(1).book().find(leased_domain)->day() == 1);
  of.world.settle();
  CHECK(of.world.node(0).book().find(leased_domain)->day() == 1);
  of.world.node(1).set_clock_error(-90s);
  CHECK(of.take(1, all) + of.take(0, all) == 990);
}

TEST_CASE("leases: a part computed for a higher limit is not leased under a lower one",
          "[warmup]") {
  lease_fixture of{2, 1'000};
  of.world.node(0).late().hold(true);
  of.take(0, 1);
  of.world.node(1).command(put_plan{{plan_name{"one"}, {40}, false}});
  of.world.settle();
  of.world.node(0).late().hold(false);
  of.world.node(0).late().arrive();
  of.world.settle();
  of.world.pass(1s);
  CHECK(of.take(0, all) + of.take(1, all) == 40);
}
