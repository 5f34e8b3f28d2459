// Invariant I2 against a small model, under everything that may happen to a node.
#include <map>
#include <optional>
#include <tuple>

#include "actors/core/random.hpp"
#include "tests/actors/warmup/ledger_world.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using warmfront::testing::ledger_world;

namespace {

const std::vector<std::string> sources{"192.0.2.1", "192.0.2.2"};
const std::vector<std::string> domains{"a.example", "b.example"};
const std::vector<std::string> plans{"one", "two", "warm"};
const std::vector<std::string> providers{"gmail", "outlook", "mx.a.example", "mx.b.example"};

/// What went on the wire, and what the days allow.
class model {
public:
  using ledger_day = std::pair<std::string, std::uint32_t>;

  /// @returns whether a mail may leave on this ledger's day under this limit.
  bool send(const charge& permit, const std::optional<std::uint64_t>& limit) {
    auto& spent = spent_[{permit.subject.str(), permit.day}];
    auto& latest = latest_[permit.subject.str()];
    const bool allowed = permit.day >= latest && (!limit || spent < *limit);
    latest = std::max(latest, permit.day);
    ++spent;
    return allowed;
  }
  /// The same of the limit for one provider.
  bool send_to_provider(const charge& permit, std::uint64_t limit) {
    return ++at_provider_[permit] <= limit;
  }
  void give_back(const charge& permit) {
    --spent_[{permit.subject.str(), permit.day}];
    if (!permit.provider.empty())
      --at_provider_[permit];
  }
  [[nodiscard]] std::uint64_t spent(const std::string& subject, std::uint32_t day) const {
    const auto found = spent_.find({subject, day});
    return found == spent_.end() ? 0 : found->second;
  }

private:
  std::map<ledger_day, std::uint64_t> spent_;
  std::map<std::string, std::uint32_t> latest_;
  struct order {
    bool operator()(const charge& a, const charge& b) const {
      return std::tie(a.subject, a.day, a.provider) < std::tie(b.subject, b.day, b.provider);
    }
  };
  std::map<charge, std::uint64_t, order> at_provider_;
};

class run {
public:
  explicit run(std::uint64_t seed) : random_{seed}, crashes_{seed % 2 == 0} {
    edit_plan("one");
    edit_plan("two");
    for (const auto& source : sources)
      world_.start_ledger(source, one_of(plans));
    world_.start_ledger(domains.front(), one_of(plans));
  }

  void step() {
    const auto what = below(1000);
    if (what < 700)
      send();
    else if (what < 760)
      world_.issue();
    else if (what < 820)
      world_.marks().settle(below(3) + 1);
    else if (what < 870)
      world_.control().settle();
    else if (what < 900)
      world_.settle();
    else if (what < 925)
      pass_time();
    else
      disturb(what);
  }
  [[nodiscard]] std::uint64_t granted() const { return granted_; }
  [[nodiscard]] std::uint64_t at_providers() const { return at_providers_; }

private:
  std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }
  const std::string& one_of(const std::vector<std::string>& names) {
    return names[below(names.size())];
  }
  std::string any_subject() { return below(3) == 0 ? domains.front() : one_of(sources); }

  void send() {
    std::vector<charge> before;
    if (!sent_.empty() && below(4) == 0)
      before = sent_[below(sent_.size())];
    const auto verdict = world_.take({one_of(sources), one_of(sources)}, one_of(domains),
                                     below(2) == 0 ? mail_class::triggered : mail_class::batch,
                                     before, one_of(providers));
    if (verdict.what != permit_verdict::kind::granted)
      return;
    ++granted_;
    for (const auto& permit : verdict.charges)
      // The limit as the node knows it now: an edit is answered once it is in effect.
      check_sent(permit);
    if (below(10) == 0) {
      world_.book().refund(verdict.charges);
      for (const auto& permit : verdict.charges)
        model_.give_back(permit);
    } else {
      sent_.push_back(verdict.charges);
    }
    check_used();
  }
  void check_sent(const charge& permit) {
    REQUIRE(model_.send(permit, world_.book().find(permit.subject.str())->limit()));
    if (permit.provider.empty())
      return;
    const auto rows = world_.rows(permit.subject.str());
    const auto row = std::ranges::find(rows, permit.provider.str(), &ledger_report::provider);
    REQUIRE(row != rows.end());
    REQUIRE(model_.send_to_provider(permit, row->limit.value()));
    ++at_providers_;
  }
  /// Permits are only ever burnt by a crash.
  void check_used() {
    for (const auto& subject : sources) {
      const auto* const ledger = world_.book().find(subject);
      const auto spent = model_.spent(subject, ledger->day());
      REQUIRE(ledger->used() >= spent);
      if (!crashed_)
        REQUIRE(ledger->used() == spent);
    }
  }
  void pass_time() {
    world_.time().advance(microseconds{static_cast<std::int64_t>(below(20)) * 3'600'000'000});
    world_.book().tick(world_.time().wall_now());
  }
  void disturb(std::uint64_t what) {
    if (what < 935) {
      if (!crashes_)
        return;
      world_.crash(below(4));
      crashed_ = true;
    } else if (what < 945) {
      world_.marks().fail_next(0, {}); // a disk that refuses the last mark burns as a crash does
      world_.settle();
      // While a day is being opened the one before has no exact mark any more.
      for (const auto& subject : sources)
        crashed_ = crashed_ || !world_.book().find(subject)->is_open();
      world_.stop_cleanly();
      check_used();
    } else if (what < 950)
      world_.time().jump(std::chrono::hours{static_cast<int>(below(150)) - 75});
    else if (what < 965)
      edit_plan(below(2) == 0 ? "one" : "two");
    else if (what < 975)
      (void)world_.command(
          set_ledger_plan{ledger_subject{any_subject()}, plan_name{one_of(plans)}});
    else if (what < 980)
      (void)world_.command(
          set_ledger_day{ledger_subject{any_subject()}, static_cast<std::uint32_t>(below(6) + 1)});
    else if (what < 985)
      (void)world_.command(pause_ledger{ledger_subject{any_subject()}});
    else if (what < 995)
      (void)world_.command(resume_ledger{ledger_subject{any_subject()}});
    else if (what < 996)
      world_.count(any_subject(), {below(400), below(400), below(60), below(60), 0, 0});
    else if (what < 998)
      world_.marks().fail_next(below(3), {errc::storage_full, "full", {}});
    else
      world_.control().fail_next_transactions(below(3));
  }
  void edit_plan(const std::string& name) {
    std::vector<std::uint64_t> days;
    for (auto left = below(4) + 1; left > 0; --left)
      days.push_back(1 + below(below(3) == 0 ? 600 : 40));
    plan rule{plan_name{name}, days};
    rule.advance = static_cast<plan_advance>(below(3));
    rule.spread = below(3) == 0 ? plan_spread::even : plan_spread::none;
    if (below(3) == 0)
      rule.time_zone = "Europe/Berlin";
    for (const std::string provider : {"gmail", "outlook", "*"})
      if (below(2) == 0)
        rule.providers[provider_name{provider}] = {1 + below(20), 1 + below(200)};
    (void)world_.command(put_plan{rule, true});
  }

  seeded_random random_;
  bool crashes_;
  ledger_world world_;
  model model_;
  std::vector<std::vector<charge>> sent_;
  std::uint64_t granted_ = 0;
  std::uint64_t at_providers_ = 0;
  bool crashed_ = false;
};

} // namespace

TEST_CASE("permits: a ledger's day never exceeds its quota, whatever happens",
          "[warmup][property]") {
  std::uint64_t granted = 0;
  std::uint64_t at_providers = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    run of{seed};
    for (int step = 0; step < 2000; ++step)
      of.step();
    granted += of.granted();
    at_providers += of.at_providers();
  }
  CHECK(granted > 10'000); // else the test has tested nothing
  CHECK(at_providers > 10'000);
}
