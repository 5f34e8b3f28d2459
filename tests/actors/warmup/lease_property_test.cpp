// Invariant I2 across nodes: whatever happens, a ledger's day never sends more than its quota.
#include <map>

#include "actors/core/random.hpp"
#include "tests/actors/warmup/lease_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using storage::control_fault;
using warmfront::testing::lease_world;
using warmfront::testing::quota_model;

namespace {

const std::vector<std::string> sources{"192.0.2.1", "192.0.2.2"};
const std::string quota_domain = "a.example";
const std::vector<std::string> plans{"one", "two"};

class run {
public:
  explicit run(std::uint64_t seed)
      : random_{seed},
        cut_off_(5, false), world_{2 + seed % 4, [this](std::size_t at) { return fault(at); }} {
    world_.settle();
    edit_plan("one");
    edit_plan("two");
    world_.settle();
    for (const auto& subject : {sources[0], sources[1], quota_domain})
      world_.node(0).command(set_ledger_plan{ledger_subject{subject}, plan_name{one_of(plans)}});
    world_.settle();
    faults_ = true;
  }

  void step() {
    const auto what = below(1000);
    if (what < 640)
      send(below(world_.size()));
    else if (what < 880)
      happen(what);
    else if (what < 905)
      world_.settle();
    else if (what < 930)
      world_.pass(microseconds{static_cast<std::int64_t>(below(4000)) * 1000});
    else if (what < 940)
      world_.pass(microseconds{static_cast<std::int64_t>(below(16)) * 3'600'000'000});
    else if (what < 970)
      disturb_node(world_.node(below(world_.size())), what);
    else
      disturb_ledgers(what);
    REQUIRE(world_.quotas().overgranted() == 0);
  }
  [[nodiscard]] std::uint64_t granted() const { return granted_; }
  [[nodiscard]] std::uint64_t at_providers() const { return at_providers_; }

private:
  std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }
  const std::string& one_of(const std::vector<std::string>& names) {
    return names[below(names.size())];
  }
  control_fault fault(std::size_t at) {
    if (!faults_)
      return control_fault::none;
    if (cut_off_[at])
      return below(3) == 0 ? control_fault::lost_answer : control_fault::lost_call;
    switch (below(20)) {
    case 0:
      return control_fault::lost_call;
    case 1:
      return control_fault::lost_answer;
    case 2:
      return control_fault::delayed;
    default:
      return control_fault::none;
    }
  }

  /// A burst, since a day is large against a chunk.
  void send(std::size_t at) {
    auto& node = world_.node(at);
    const auto source = one_of(sources);
    const auto importance = below(2) == 0 ? mail_class::triggered : mail_class::batch;
    const auto& provider = one_of(quota_model::providers);
    for (auto left = below(12) + 1; left > 0; --left) {
      const auto verdict =
          node.take(source, below(2) == 0 ? quota_domain : "none.example", importance, provider);
      if (verdict.what != permit_verdict::kind::granted)
        return;
      ++granted_;
      for (const auto& permit : verdict.charges) {
        const quota_model::ledger_day day{permit.subject.str(), permit.day};
        REQUIRE(++spent_[day] <= world_.quotas().quota(day));
        if (permit.provider.empty())
          continue;
        ++at_providers_;
        REQUIRE(++at_provider_[{day, permit.provider}] <=
                world_.quotas().quota(day, permit.provider));
      }
      if (below(10) != 0)
        continue;
      node.refund(verdict.charges);
      for (const auto& permit : verdict.charges) {
        const quota_model::ledger_day day{permit.subject.str(), permit.day};
        --spent_[day];
        if (!permit.provider.empty())
          --at_provider_[{day, permit.provider}];
      }
    }
  }
  /// A little of what is under way happens.
  void happen(std::uint64_t what) {
    auto& node = world_.node(below(world_.size()));
    if (what < 700)
      node.own().settle(below(4) + 1);
    else if (what < 760)
      world_.control().run();
    else if (what < 780)
      node.path().deliver();
    else if (what < 800)
      node.path().release();
    else if (what < 820)
      node.late().arrive();
    else
      node.run();
  }
  void disturb_node(warmfront::testing::lease_node& node, std::uint64_t what) {
    if (!node.is_up())
      return node.start();
    if (what < 944)
      node.crash(below(5));
    else if (what < 947)
      restart_while_giving_back(node);
    else if (what < 953 || node.is_stopped())
      node.is_stopped() ? node.crash(storage::memory_store::all) : node.stop();
    else if (what < 956)
      node.path().break_watches();
    else if (what < 960)
      node.late().hold(below(2) == 0);
    else if (what < 963)
      cut_off_[below(5)] = below(2) == 0;
    else if (what < 966)
      node.set_clock_error(below(4) == 0
                               ? microseconds{std::chrono::hours{static_cast<int>(below(80)) - 40}}
                               : std::chrono::seconds{static_cast<int>(below(181)) - 90});
    else if (what < 968)
      node.own().fail_next(below(3), {errc::storage_full, "full", {}});
    else
      node.recall();
  }
  /// What is given back is on its way while the node starts again.
  void restart_while_giving_back(warmfront::testing::lease_node& node) {
    node.late().hold(true);
    node.stop();
    for (int rounds = 0; rounds < 3; ++rounds) {
      node.own().settle();
      node.run();
    }
    node.crash(storage::memory_store::all);
    node.late().hold(false);
    node.start();
    world_.settle();
  }
  void disturb_ledgers(std::uint64_t what) {
    auto& node = world_.node(below(world_.size()));
    if (!node.is_up())
      return;
    const ledger_subject subject{below(3) == 0 ? quota_domain : one_of(sources)};
    if (what < 978)
      edit_plan(one_of(plans));
    else if (what < 981)
      node.command(set_ledger_plan{subject, plan_name{one_of(plans)}});
    else if (what < 983)
      node.command(set_ledger_day{subject, static_cast<std::uint32_t>(below(6) + 1)});
    else if (what < 985)
      node.command(pause_ledger{subject});
    else if (what < 990)
      node.command(resume_ledger{subject});
    else if (what < 991)
      count(node, subject);
    else if (what < 993)
      below(2) == 0 ? node.book().give_back_idle() : node.book().tell_use();
    else if (what < 995)
      node.book().set_live_nodes(static_cast<std::uint32_t>(below(5) + 1));
    else
      node.book().set_owners({{sources[0], node_name{"n" + std::to_string(below(3) + 1)}}});
    node.flush();
  }
  void count(warmfront::testing::lease_node& node, const ledger_subject& subject) {
    node.book().count({{subject, {below(400), below(400), below(60), below(60), 0, 0}}},
                      node.wall_now());
  }
  void edit_plan(const std::string& name) {
    std::vector<std::uint64_t> days;
    for (auto left = below(3) + (below(8) == 0 ? 0 : 1); left > 0; --left)
      days.push_back(1 + below(below(3) == 0 ? 600 : 60));
    plan rule{plan_name{name}, days};
    rule.advance = static_cast<plan_advance>(below(3));
    rule.spread = below(4) == 0 ? plan_spread::even : plan_spread::none;
    for (const std::string provider : {"gmail", "outlook", "*"})
      if (below(2) == 0 && !days.empty())
        rule.providers[provider_name{provider}] = {1 + below(30), 1 + below(200)};
    world_.node(below(world_.size())).command(put_plan{rule, true});
  }

  seeded_random random_;
  std::vector<bool> cut_off_;
  bool faults_ = false;
  lease_world world_;
  std::map<quota_model::ledger_day, std::uint64_t> spent_;
  std::map<std::pair<quota_model::ledger_day, provider_name>, std::uint64_t> at_provider_;
  std::uint64_t granted_ = 0;
  std::uint64_t at_providers_ = 0;
};

} // namespace

TEST_CASE("leases: no day of a ledger sends more than its quota from all nodes together",
          "[warmup][property][sim]") {
  std::uint64_t granted = 0;
  std::uint64_t at_providers = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    run of{seed};
    for (int step = 0; step < 700; ++step)
      of.step();
    granted += of.granted();
    at_providers += of.at_providers();
  }
  CHECK(granted > 50'000); // else the test has tested nothing
  CHECK(at_providers > 20'000);
}
