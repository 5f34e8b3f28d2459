#include "actors/provisioning/provisioning_book.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

provisioning_step step_of(const std::string& address, bool removes = false,
                          const std::string& plan = {}) {
  provisioning_step step;
  step.address = ip_address{address};
  step.removes = removes;
  step.plan = plan_name{plan};
  return step;
}

pool pool_of(const std::string& name, pool_kind kind, const std::vector<std::string>& addresses) {
  pool value;
  value.name = pool_name{name};
  value.kind = kind;
  for (const auto& each : addresses) {
    pool_address entry;
    entry.address = ip_address{each};
    entry.node = node_name{"n7"};
    entry.weight = 5;
    entry.plan = plan_name{"conservative"};
    value.addresses.push_back(entry);
  }
  return value;
}

struct book_world {
  std::vector<pool> pools{pool_of("mine", pool_kind::dedicated, {"192.0.2.9"}),
                          pool_of("other", pool_kind::dedicated, {"192.0.2.8"}),
                          pool_of("shared", pool_kind::shared, {"192.0.2.7"})};
  std::vector<plan> plans{{plan_name{"standard"}, {500}}};
  provisioning_book book;
  storage::revision revision = 10;
  wall_time now{seconds{1000}};
  std::size_t keys = 0;

  void apply(const storage::control_transaction& transaction) {
    ++revision;
    for (const auto& change : transaction.then) {
      keys += change.value ? 1 : 0;
      keys -= change.value ? 0 : 1;
      REQUIRE(book.apply(
          {{change.key, change.value.value_or(""), revision, revision, 0}, !change.value}));
    }
  }
  std::optional<error> start(std::vector<provisioning_step> steps, const std::string& id = "1",
                             const std::string& to = "mine", std::vector<std::string> waived = {}) {
    start_provisioning command;
    command.wanted.pool = pool_name{to};
    command.wanted.steps = std::move(steps);
    command.wanted.waived = std::move(waived);
    const auto built = book.build(command, id, {&pools, &plans, node_name{"n1"}, now});
    if (!built)
      return built.error();
    apply(built.value());
    return std::nullopt;
  }
  std::optional<errc> code(std::vector<provisioning_step> steps) {
    const auto failed = start(std::move(steps), "9");
    return failed ? std::optional{failed->code} : std::nullopt;
  }
  std::optional<errc> act(provisioning_change what, const std::string& id = "1") {
    const auto built = book.build(act_on_provisioning{id, what}, now);
    if (!built)
      return built.error().code;
    apply(built.value());
    return std::nullopt;
  }
};

} // namespace

TEST_CASE("provisioning: a run begins with what was asked for, and remembers what it removes",
          "[provisioning]") {
  book_world of;
  REQUIRE_FALSE(of.start({step_of("2001:DB8::1", false, "standard"), step_of("192.0.2.9", true)}));
  const auto run = of.book.list("1").value().front();
  CHECK(run.state == run_state::running);
  CHECK(run.created_at == of.now);
  CHECK(run.steps[0].address.str() == "2001:db8::1");
  CHECK(run.steps[0].node.str() == "n1");
  CHECK(run.steps[0].state == step_state::requested);
  CHECK(run.steps[1].node.str() == "n7");
  CHECK(run.steps[1].plan.str() == "conservative");
  CHECK(run.steps[1].weight == 5);
  CHECK(of.book.under_way().size() == 1);
}

TEST_CASE("provisioning: what cannot be is refused with what to do instead", "[provisioning]") {
  book_world of;
  CHECK(of.code({}) == errc::invalid_argument);
  CHECK(of.code({step_of("mail.example")}) == errc::invalid_argument);
  CHECK(of.code({step_of("192.0.2.1"), step_of("192.0.2.1")}) == errc::invalid_argument);
  CHECK(of.code({step_of("192.0.2.9")}) == errc::conflict);
  CHECK(of.code({step_of("192.0.2.8")}) == errc::conflict);
  CHECK(of.code({step_of("192.0.2.7")}) == errc::conflict);
  CHECK(of.code({step_of("192.0.2.1", true)}) == errc::not_found);
  CHECK(of.code({step_of("192.0.2.1", false, "none")}) == errc::not_found);
  CHECK(of.code({step_of("192.0.2.9", true)}) == errc::conflict);
  CHECK(of.start({step_of("192.0.2.1")}, "9", "none")->code == errc::not_found);
  CHECK(of.start({step_of("192.0.2.1")}, "9", "mine", {"binding"})->code == errc::invalid_argument);
  CHECK(of.start({step_of("192.0.2.7")}, "9", "other")->remedy.find("remove it there") == 0);
  CHECK(of.book.list("").value().empty());
  CHECK_FALSE(of.start({step_of("192.0.2.1")}, "9", "mine", {"dns_list:bl.example", "helo"}));
}

TEST_CASE("provisioning: an address is in one run at a time", "[provisioning]") {
  book_world of;
  REQUIRE_FALSE(of.start({step_of("192.0.2.1")}));
  CHECK(of.code({step_of("192.0.2.1")}) == errc::conflict);
  REQUIRE_FALSE(of.act(provisioning_change::roll_back));
  CHECK(of.code({step_of("192.0.2.1")}) == errc::conflict);
  const auto before = *of.book.find("1");
  auto changed = before;
  changed.state = run_state::rolled_back;
  of.apply(of.book.replace(before, changed));
  CHECK_FALSE(of.code({step_of("192.0.2.1")}));
}

TEST_CASE("provisioning: of two runs that begin at once one has to look again", "[provisioning]") {
  book_world of;
  start_provisioning command;
  command.wanted.pool = pool_name{"mine"};
  command.wanted.steps = {step_of("192.0.2.1")};
  const provisioning_surroundings around{&of.pools, &of.plans, node_name{"n1"}, of.now};
  const auto one = of.book.build(command, "1", around).value();
  const auto other = of.book.build(command, "2", around).value();
  of.apply(one);
  // What the other one compares is not so any more.
  bool is_compared = false;
  for (const auto& each : other.when)
    is_compared = is_compared || (each.key == "provisionings/last" && each.modified != of.revision);
  CHECK(is_compared);
  CHECK(of.book.build(command, "2", around).error().code == errc::conflict);
  CHECK(of.book.list("").value().size() == 1);
}

TEST_CASE("provisioning: pause, resume, roll back, and no way back from there", "[provisioning]") {
  book_world of;
  REQUIRE_FALSE(of.start({step_of("192.0.2.1")}));
  of.now += seconds{5};
  CHECK_FALSE(of.act(provisioning_change::pause));
  CHECK(of.book.find("1")->state == run_state::paused);
  CHECK(of.book.find("1")->reason == "by hand");
  CHECK(of.book.find("1")->changed_at == of.now);
  of.now += seconds{5};
  CHECK_FALSE(of.act(provisioning_change::resume));
  CHECK(of.book.find("1")->state == run_state::running);
  CHECK(of.book.find("1")->steps[0].judged_from == of.now);
  CHECK_FALSE(of.act(provisioning_change::resume));
  CHECK_FALSE(of.act(provisioning_change::roll_back));
  CHECK(of.act(provisioning_change::resume) == errc::conflict);
  CHECK(of.act(provisioning_change::pause) == errc::conflict);
  CHECK(of.act(provisioning_change::pause, "2") == errc::not_found);
}

TEST_CASE("provisioning: a move is stored only while the run is what it was", "[provisioning]") {
  book_world of;
  REQUIRE_FALSE(of.start({step_of("192.0.2.1")}));
  const auto before = *of.book.find("1");
  auto changed = before;
  changed.steps[0].state = step_state::checking;
  const auto first = of.book.replace(before, changed);
  REQUIRE(first.when.size() == 1);
  CHECK(first.when[0].modified == of.revision);
  of.apply(first);
  CHECK(of.book.replace(before, changed).then.empty());
  CHECK(of.book.replace(changed, changed).then.empty());
}

TEST_CASE("provisioning: of those that are over the last hundred are kept", "[provisioning]") {
  book_world of;
  for (int i = 0; i < 120; ++i) {
    const auto id = provisioning_id(of.now += seconds{1});
    REQUIRE_FALSE(of.start({step_of("192.0.2.1")}, id));
    const auto before = *of.book.find(id);
    auto changed = before;
    changed.state = run_state::finished;
    of.apply(of.book.replace(before, changed));
  }
  CHECK(of.book.list("").value().size() == 100);
  CHECK(of.book.list("").value().front().id == provisioning_id(of.now));
}

TEST_CASE("provisioning: a record is read as it was written; others are refused",
          "[provisioning][golden]") {
  provisioning run;
  run.id = "0000000000000001";
  run.pool = pool_name{"mine"};
  run.parallel = 2;
  run.gate_day = 5;
  run.failure = on_failure::roll_back;
  run.waived = {"helo"};
  run.state = run_state::paused;
  run.reason = "by hand";
  run.created_at = run.changed_at = wall_time{seconds{5}};
  auto step = step_of("192.0.2.1", true, "standard");
  step.state = step_state::draining;
  step.since = step.judged_from = wall_time{seconds{6}};
  step.reason = "why";
  step.checks = {{"helo", check_verdict::failed, "text"}};
  step.first_day = 3;
  step.gate_passed = true;
  step.leaves = true;
  step.quarantine = "blocked";
  run.steps = {step};
  const auto read = decode_provisioning(run.id, encode(run));
  REQUIRE(read);
  CHECK(read.value() == run);
  CHECK(decode_provisioning("1", "\xff").error().code == errc::storage_corrupt);
  run.state = static_cast<run_state>(99);
  CHECK(decode_provisioning("1", encode(run)).error().code == errc::storage_newer);
}
