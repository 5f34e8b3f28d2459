#include "actors/ip_pool/ip_pool_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/ip_pool/pool_book.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

/// Stands for warmup and for both listeners: notes what it is asked and told.
struct others {
  std::vector<set_ledger_plan> ledgers;
  std::vector<take_permits> permits;
  std::vector<std::vector<pool>> pools;
  bool answers = true;
  /// Whether the address was in its pool when its ledger was asked for.
  std::function<void(const set_ledger_plan&)> on_ledger;
};

caf::behavior stand_in(caf::event_based_actor* self, others* what) {
  self->set_default_handler(caf::drop);
  return {
      [what, self](const set_ledger_plan& m) -> caf::result<answer<ledger_report>> {
        what->ledgers.push_back(m);
        if (what->on_ledger)
          what->on_ledger(m);
        if (!what->answers)
          return self->make_response_promise();
        if (m.plan.str() == "unknown")
          return answer<ledger_report>{error{errc::not_found, "no plan", {}, "plan"}};
        return answer<ledger_report>{ledger_report{}};
      },
      [what](const take_permits& m) {
        what->permits.push_back(m);
        permits_taken taken;
        taken.verdicts.resize(m.requests.size());
        return taken;
      },
      [what](const pools_changed& m) { what->pools.push_back(*m.pools); },
  };
}

struct pool_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  others heard;
  ip_pool_shell ip_pool;

  pool_fixture() {
    also_settle([this] { return control.settle(); });
    start();
  }
  ~pool_fixture() { kill(ip_pool); }
  void start() {
    const auto other = spawn(stand_in, &heard);
    ip_pool = spawn(ip_pool_behavior, caf::actor_cast<warmup_actor>(other),
                    static_cast<storage::control_store*>(&control),
                    static_cast<const warmfront::clock*>(&time()), static_cast<event_log*>(&log),
                    node_name{});
    const auto to = caf::actor_cast<caf::strong_actor_ptr>(other);
    caf::anon_send(ip_pool, connect_listeners{to, to});
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(ip_pool, std::move(question)).value;
  }
  void make_pool(const std::string& name) {
    pool value;
    value.name = pool_name{name};
    value.kind = pool_kind::dedicated;
    REQUIRE(get<done>(put_pool{value}));
  }
};

put_pool_address put(const std::string& name, const std::string& address,
                     const std::string& plan = {}) {
  return {pool_name{name}, {ip_address{address}, node_name{"n1"}, 1, plan_name{plan}}};
}

} // namespace

TEST_CASE("ip_pool actor: tells its listeners of every change", "[ip_pool]") {
  pool_fixture of;
  of.settle();
  REQUIRE_FALSE(of.heard.pools.empty());
  CHECK(of.heard.pools.back().size() == 1);
  of.make_pool("mine");
  CHECK(of.heard.pools.back().size() == 2);
  REQUIRE(of.get<done>(delete_pool{pool_name{"mine"}}));
  CHECK(of.heard.pools.back().size() == 1);
  CHECK(of.get<done>(delete_pool{pool_name{"mine"}}).error().code == errc::not_found);
  CHECK(of.get<std::vector<pool>>(list_pools{}).value().size() == 1);
  CHECK(of.get<std::vector<pool>>(list_pools{pool_name{"mine"}}).error().code == errc::not_found);
}

TEST_CASE("ip_pool actor: an address has its ledger before it is in the pool", "[ip_pool]") {
  pool_fixture of;
  of.make_pool("mine");
  bool was_in_pool = true;
  of.heard.on_ledger = [&](const set_ledger_plan&) {
    const auto value = decode_pool(pool_name{"mine"}, of.control.find("pools/mine")->value);
    was_in_pool = !value.value().addresses.empty();
  };
  REQUIRE(of.get<done>(put("mine", "192.0.2.1")));
  CHECK_FALSE(was_in_pool);
  REQUIRE(of.heard.ledgers.size() == 1);
  CHECK(of.heard.ledgers[0].subject.str() == "192.0.2.1");
  CHECK(of.heard.ledgers[0].plan.str() == "standard");
  CHECK(of.heard.pools.back().at(0).addresses.size() == 1);
  REQUIRE(of.get<done>(delete_pool_address{pool_name{"mine"}, ip_address{"192.0.2.1"}}));
  CHECK(of.heard.pools.back().at(0).addresses.empty());
}

TEST_CASE("ip_pool actor: without its ledger an address does not get in", "[ip_pool]") {
  pool_fixture of;
  of.make_pool("mine");
  CHECK(of.get<done>(put("mine", "192.0.2.1", "unknown")).error().code == errc::not_found);
  of.heard.answers = false;
  const auto answered = of.asked<answer<done>>(of.ip_pool, put("mine", "192.0.2.1"));
  of.settle();
  of.advance(std::chrono::seconds{11});
  REQUIRE(answered->has_value());
  CHECK((*answered)->value.error().code == errc::timed_out);
  CHECK(of.get<std::vector<pool>>(list_pools{pool_name{"mine"}}).value()[0].addresses.empty());
}

TEST_CASE("ip_pool actor: what is refused leaves no ledger behind", "[ip_pool]") {
  pool_fixture of;
  of.make_pool("one");
  of.make_pool("two");
  REQUIRE(of.get<done>(put("one", "192.0.2.1")));
  CHECK(of.get<done>(put("two", "192.0.2.1", "warm")).error().code == errc::conflict);
  CHECK(of.get<done>(put("two", "nonsense")).error().code == errc::invalid_argument);
  CHECK(of.get<done>(put("none", "192.0.2.2")).error().code == errc::not_found);
  CHECK(of.heard.ledgers.size() == 1);
  pool several;
  several.name = pool_name{"three"};
  several.kind = pool_kind::dedicated;
  several.addresses = {put("", "192.0.2.3").value, put("", "192.0.2.4", "warm").value};
  REQUIRE(of.get<done>(put_pool{several}));
  CHECK(of.heard.ledgers.size() == 3);
  several.overflow = "pool:none";
  CHECK(of.get<done>(put_pool{several}).error().code == errc::not_found);
}

TEST_CASE("ip_pool actor: an address that a large receiver blocks is taken out of use",
          "[ip_pool]") {
  pool_fixture of;
  of.make_pool("mine");
  REQUIRE(of.get<done>(put("mine", "192.0.2.1")));
  REQUIRE(of.get<done>(put("mine", "192.0.2.2")));
  const auto state = [&](std::size_t at) {
    return of.get<std::vector<pool>>(list_pools{pool_name{"mine"}}).value()[0].addresses[at];
  };
  const auto report = [&](const char* provider) {
    caf::anon_send(of.ip_pool, report_block{ip_address{"192.0.2.1"}, provider_name{provider},
                                            "554 192.0.2.1 is blocked"});
    of.settle();
  };
  report("mx.a.example");
  report("mx.a.example");
  report("mx.b.example");
  CHECK(state(0).state == address_state::active);
  report("gmail");
  CHECK(state(0).state == address_state::quarantined);
  CHECK(state(0).reason == "blocked by gmail: 554 192.0.2.1 is blocked");
  CHECK(state(1).state == address_state::active);
  // Changing the pool does not release it; a command does.
  REQUIRE(of.get<done>(put("mine", "192.0.2.1")));
  CHECK(state(0).state == address_state::quarantined);
  REQUIRE(of.get<done>(set_address_state{ip_address{"192.0.2.1"}, address_state::active, {}}));
  CHECK(state(0).state == address_state::active);
  CHECK(state(0).reason.empty());
  CHECK(of.get<done>(set_address_state{ip_address{"192.0.2.9"}, address_state::active, {}})
            .error()
            .code == errc::not_found);
}

TEST_CASE("ip_pool actor: hands assignments on to warmup, in order", "[ip_pool]") {
  pool_fixture of;
  of.make_pool("mine");
  REQUIRE(of.get<done>(put("mine", "192.0.2.1")));
  assign_sources question;
  question.requests.resize(2);
  question.requests[0].pool = pool_name{"none"};
  question.requests[1].pool = pool_name{"mine"};
  question.requests[1].recipient = "a@example.org";
  CHECK(of.ask<permits_taken>(of.ip_pool, question).verdicts.size() == 2);
  REQUIRE(of.heard.permits.size() == 1);
  CHECK(of.heard.permits[0].requests[0].candidates.empty());
  CHECK(of.heard.permits[0].requests[1].candidates.size() == 1);
}

TEST_CASE("ip_pool actor: requests wait until the pools are read", "[ip_pool]") {
  pool_fixture of;
  of.make_pool("mine");
  REQUIRE(of.get<done>(put("mine", "192.0.2.1")));
  of.kill(of.ip_pool);
  of.control.fail_next_ranges(1);
  of.start();
  assign_sources question;
  question.requests.resize(1);
  question.requests[0].pool = pool_name{"mine"};
  const auto taken = of.asked<permits_taken>(of.ip_pool, question);
  of.settle();
  CHECK_FALSE(taken->has_value());
  of.advance(std::chrono::milliseconds{1500});
  REQUIRE(taken->has_value());
  CHECK(of.heard.permits.back().requests[0].candidates.size() == 1);
}

TEST_CASE("ip_pool actor: a store that does not answer is said", "[ip_pool]") {
  pool_fixture of;
  of.settle();
  of.control.fail_next_transactions(1);
  CHECK(of.get<done>(put("shared", "192.0.2.1")).error().code == errc::unavailable);
}
