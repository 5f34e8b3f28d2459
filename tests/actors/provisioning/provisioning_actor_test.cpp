#include "actors/provisioning/provisioning_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/provisioning/provisioning_book.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

/// Stands for ip_pool, warmup and inquiries.
struct surrounding_roles {
  std::vector<pool> pools;
  std::vector<ledger_report> ledgers;
  std::vector<plan> plans{{plan_name{"mine"}, {10, 20, 30}}};
  std::optional<error> refusal;     ///< of changes of pools
  std::function<void()> before_put; ///< what happens while the pools are told
  std::vector<peer_answer> peers;
  std::vector<std::string> inquired;
  std::vector<set_address_state> states;
  bool answers = true;
};

caf::behavior play(caf::event_based_actor* self, surrounding_roles* what) {
  self->set_default_handler(caf::drop);
  return {
      [what, self](const list_pools&) -> caf::result<answer<std::vector<pool>>> {
        if (!what->answers)
          return self->make_response_promise();
        return answer<std::vector<pool>>{what->pools};
      },
      [what](const list_ledgers& m) -> answer<std::vector<ledger_report>> {
        std::vector<ledger_report> found;
        for (const auto& each : what->ledgers)
          if (each.subject == m.subject)
            found.push_back(each);
        if (found.empty())
          return {error{errc::not_found, "there is no such ledger", {}, "subject"}};
        return {found};
      },
      [what](const list_plans&) { return answer<std::vector<plan>>{what->plans}; },
      [what](const put_pool_address& m) -> answer<done> {
        if (what->refusal)
          return {*what->refusal};
        if (what->before_put)
          what->before_put();
        what->pools.front().addresses.push_back(m.value);
        ledger_report ledger;
        ledger.subject = ledger_subject{m.value.address.str()};
        ledger.plan = m.value.plan;
        ledger.day = 1;
        what->ledgers.push_back(ledger);
        return {done{}};
      },
      [what](const set_address_state& m) -> answer<done> {
        what->states.push_back(m);
        return {done{}};
      },
      [what](const delete_pool_address&) -> answer<done> {
        what->pools.front().addresses.clear(); // as the first of two that ask
        return {error{errc::not_found, "it is gone", {}, "address"}};
      },
      [what, self](const ask_peers& m) -> caf::result<std::vector<peer_answer>> {
        what->inquired.push_back(m.what->target);
        if (!what->answers)
          return self->make_response_promise();
        return what->peers;
      },
  };
}

struct provisioning_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  surrounding_roles roles;
  bool binds = true;
  bool listed = false;
  provisioning_config config;
  provisioning_shell role;

  provisioning_fixture() {
    also_settle([this] { return control.settle(); });
    pool mine;
    mine.name = pool_name{"mine"};
    mine.kind = pool_kind::dedicated;
    roles.pools = {mine};
    config.self = node_name{"n1"};
    config.helo = "mta.example";
    config.dns_lists = {"bl.example"};
    start();
  }
  ~provisioning_fixture() { kill(role); }
  void start() {
    const auto other = spawn(play, &roles);
    provisioning_ports ports;
    ports.control = &control;
    ports.time = &time();
    ports.log = &log;
    ports.ip_pool = caf::actor_cast<ip_pool_actor>(other);
    ports.warmup = caf::actor_cast<warmup_actor>(other);
    ports.inquiries = caf::actor_cast<inquiries_actor>(other);
    ports.look_up = [this](const dns_question& asked, const dns::record_callback& then) {
      then(answer_of(asked));
    };
    ports.can_bind = [this](const std::string& address) {
      return binds ? result<void>{success()}
                   : error{errc::refused, "cannot send from " + address, "add it"};
    };
    role = spawn(provisioning_behavior, config, ports);
    settle();
  }
  dns::record_answer answer_of(const dns_question& asked) const {
    const auto found = [](std::string value) {
      return dns::record_answer{dns::answer_kind::found, {std::move(value)}, {}};
    };
    if (asked.type == dns::record_type::ptr)
      return found("mail1.example");
    if (asked.name == "mail1.example" || asked.name == "mta.example")
      return found("192.0.2.1");
    if (asked.name == "2.0.0.127.bl.example" || (listed && asked.name == "1.2.0.192.bl.example"))
      return found("127.0.0.2");
    return {dns::answer_kind::no_domain, {}, {}};
  }
  result<provisioning> begin(bool removes = false) {
    start_provisioning command;
    command.wanted.pool = pool_name{"mine"};
    command.wanted.gate_day = 2;
    provisioning_step step;
    step.address = ip_address{"192.0.2.1"};
    step.plan = plan_name{"mine"};
    step.removes = removes;
    command.wanted.steps = {step};
    return ask<answer<provisioning>>(role, command).value;
  }
  provisioning run() {
    const auto runs = ask<answer<std::vector<provisioning>>>(role, list_provisionings{}).value;
    REQUIRE(runs);
    REQUIRE_FALSE(runs.value().empty());
    return runs.value().front();
  }
  step_state state() { return run().steps.front().state; }
};

} // namespace

TEST_CASE("provisioning actor: an address comes into its pool when its checks have passed",
          "[provisioning]") {
  provisioning_fixture of;
  of.listed = true;
  REQUIRE(of.begin());
  CHECK(of.state() == step_state::checking);
  CHECK(of.run().steps[0].reason.find("listed by bl.example") != std::string::npos);
  CHECK(of.roles.pools[0].addresses.empty());
  of.listed = false;
  of.advance(6min);
  CHECK(of.state() == step_state::canary);
  CHECK(of.roles.pools[0].addresses.size() == 1);
  of.roles.ledgers[0].day = 2;
  of.advance(1min);
  CHECK(of.state() == step_state::warming);
  of.advance(1min);
  CHECK(of.run().steps[0].gate_passed);
  of.roles.ledgers[0].day = 3;
  of.advance(1min);
  CHECK(of.run().state == run_state::finished);
}

TEST_CASE("provisioning actor: after a restart it goes on where it was", "[provisioning]") {
  provisioning_fixture of;
  REQUIRE(of.begin());
  CHECK(of.state() == step_state::canary);
  of.kill(of.role);
  of.roles.ledgers[0].day = 3;
  of.start();
  CHECK(of.run().state == run_state::finished);
}

TEST_CASE("provisioning actor: what the pools refuse is said, and tried again", "[provisioning]") {
  provisioning_fixture of;
  of.roles.refusal = error{errc::conflict, "it is elsewhere", "remove it there", "address"};
  REQUIRE(of.begin());
  CHECK(of.state() == step_state::checking);
  CHECK(of.run().steps[0].reason.find("it is elsewhere") == 0);
  of.roles.refusal.reset();
  of.advance(1min);
  CHECK(of.state() == step_state::canary);
  CHECK(of.run().steps[0].reason.empty());
}

TEST_CASE("provisioning actor: what is to go and is gone is as it should be", "[provisioning]") {
  provisioning_fixture of;
  REQUIRE(of.begin());
  const auto id = of.run().id;
  REQUIRE(
      of.ask<answer<provisioning>>(of.role, act_on_provisioning{id, provisioning_change::roll_back})
          .value);
  CHECK(of.run().state == run_state::rolled_back);
}

TEST_CASE("provisioning actor: what the pools were told while another node rolled back is undone",
          "[provisioning]") {
  provisioning_fixture of;
  of.roles.before_put = [&] {
    for (const auto& [key, record] : of.control.records())
      if (auto run = decode_provisioning("1", record.value); run && !run.value().steps.empty()) {
        auto over = run.value();
        over.state = run_state::rolled_back;
        over.steps[0].state = step_state::rolled_back;
        return of.control.put(key, encode(over));
      }
  };
  REQUIRE(of.begin());
  of.advance(1s);
  CHECK(of.run().state == run_state::rolled_back);
  CHECK(of.roles.ledgers.size() == 1);
  CHECK(of.roles.pools[0].addresses.empty());
}

TEST_CASE("provisioning actor: roles that do not answer are asked again", "[provisioning]") {
  provisioning_fixture of;
  REQUIRE(of.begin());
  of.roles.answers = false;
  of.roles.ledgers[0].day = 3;
  of.advance(2min);
  CHECK(of.state() == step_state::canary);
  of.roles.answers = true;
  of.advance(2min);
  CHECK(of.run().state == run_state::finished);
}

TEST_CASE("provisioning actor: an address in use that a list names is quarantined, once an hour",
          "[provisioning]") {
  provisioning_fixture of;
  pool_address used;
  used.address = ip_address{"192.0.2.1"};
  used.node = node_name{"n1"};
  of.roles.pools[0].addresses = {used};
  of.advance(61min);
  CHECK(of.roles.states.empty());
  of.listed = true;
  of.advance(61min);
  REQUIRE(of.roles.states.size() == 1);
  CHECK(of.roles.states[0].state == address_state::quarantined);
  CHECK(of.roles.states[0].reason.find("bl.example") != std::string::npos);
}

TEST_CASE("provisioning actor: an address is refused that its node says it cannot send from",
          "[provisioning]") {
  provisioning_fixture of;
  const auto check = [&](const std::string& node) {
    return of
        .ask<answer<done>>(of.role, check_sources{{{ip_address{"192.0.2.1"}, node_name{node}}}})
        .value;
  };
  CHECK(check("n1"));
  of.binds = false;
  CHECK(check("n1").error().code == errc::conflict);
  CHECK(check("n1").error().what == "node n1 cannot send from 192.0.2.1");
  of.kill(of.role);
  of.config.alone = false;
  of.start();
  CHECK(check("").error().code == errc::conflict);
  of.roles.peers = {{node_name{"n2"}, false, {404, ""}}, {node_name{"n3"}, false, {200, ""}}};
  const auto refused = check("n2");
  REQUIRE(refused.has_error());
  CHECK(refused.error().what == "node n2 cannot send from 192.0.2.1; these can: n3");
  CHECK(of.roles.inquired.back() == "/v1/ips/192.0.2.1/binding");
  CHECK(check("n3"));
  // Who cannot be asked is believed.
  CHECK(check("n4"));
}

TEST_CASE("provisioning actor: the nodes of many addresses are asked at once", "[provisioning]") {
  provisioning_fixture of;
  of.kill(of.role);
  of.config.alone = false;
  of.start();
  of.roles.answers = false;
  check_sources question;
  for (const auto* const address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"})
    question.sources.push_back({ip_address{address}, node_name{"n2"}});
  const auto silent = of.asked<answer<done>>(of.role, question);
  of.advance(11s);
  CHECK(of.roles.inquired.size() == 3);
  REQUIRE(silent->has_value());
  CHECK((*silent)->value);
  of.roles.answers = true;
  of.roles.peers = {{node_name{"n2"}, false, {404, ""}}};
  CHECK(of.ask<answer<done>>(of.role, question).value.error().code == errc::conflict);
}

TEST_CASE("provisioning actor: what the pools refuse of one run does not hold up another",
          "[provisioning]") {
  provisioning_fixture of;
  of.listed = false;
  of.roles.refusal = error{errc::conflict, "it is elsewhere", {}, "address"};
  REQUIRE(of.begin());
  start_provisioning removal;
  removal.wanted.pool = pool_name{"mine"};
  provisioning_step step;
  step.address = ip_address{"192.0.2.9"};
  step.removes = true;
  pool_address old;
  old.address = step.address;
  old.node = node_name{"n1"};
  auto other = old;
  other.address = ip_address{"192.0.2.8"};
  of.roles.pools[0].addresses = {old, other};
  ledger_report ledger;
  ledger.subject = ledger_subject{"192.0.2.9"};
  ledger.day = 4;
  of.roles.ledgers.push_back(ledger);
  removal.wanted.steps = {step};
  of.advance(1s);
  REQUIRE(of.ask<answer<provisioning>>(of.role, removal).value);
  CHECK(of.run().steps[0].state == step_state::draining);
  CHECK(of.roles.states.back().only_in.str() == "mine");
}

TEST_CASE("provisioning actor: a list that a run waived quarantines nothing", "[provisioning]") {
  provisioning_fixture of;
  of.listed = true;
  start_provisioning command;
  command.wanted.pool = pool_name{"mine"};
  command.wanted.waived = {"dns_list:bl.example"};
  provisioning_step step;
  step.address = ip_address{"192.0.2.1"};
  step.plan = plan_name{"mine"};
  command.wanted.steps = {step};
  REQUIRE(of.ask<answer<provisioning>>(of.role, command).value);
  CHECK(of.state() == step_state::canary);
  of.advance(61min);
  CHECK(of.roles.states.empty());
}
