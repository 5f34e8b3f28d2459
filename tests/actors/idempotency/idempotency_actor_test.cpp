#include "actors/idempotency/idempotency_actor.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "actors/idempotency/request_claim.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warmfront;

namespace {

/// What delivery and the other nodes know.
struct known_mails {
  std::set<message_id> here;
  std::vector<peer_answer> others;
};

caf::behavior knowing_delivery(caf::event_based_actor*, known_mails* known) {
  return {[known](const report_message& m) -> answer<message_report> {
    if (!known->here.contains(m.id))
      return {error{errc::not_found, "none", {}}};
    return {message_report{}};
  }};
}

caf::behavior knowing_peers(caf::event_based_actor*, known_mails* known) {
  return {[known](const ask_peers&) { return known->others; }};
}

struct idempotency_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  known_mails known;
  idempotency_shell actor;

  explicit idempotency_fixture(bool in_cluster = false) {
    also_settle([this] { return control.settle(); });
    actor = start("n1", in_cluster);
  }
  idempotency_shell start(const std::string& name, bool in_cluster) {
    idempotency_ports ports;
    ports.control = &control;
    ports.time = &time();
    ports.random = std::make_shared<seeded_random>(name.size());
    ports.self = node_name{name};
    ports.node = 1;
    ports.delivery = caf::actor_cast<delivery_actor>(spawn(knowing_delivery, &known));
    if (in_cluster)
      ports.inquiries = caf::actor_cast<inquiries_actor>(spawn(knowing_peers, &known));
    return spawn(idempotency_behavior, ports);
  }
  result<claimed_request> claim(char digest = 'd', const std::string& key = "k") {
    return claim_at(actor, digest, key);
  }
  result<claimed_request> claim_at(const idempotency_shell& whom, char digest = 'd',
                                   const std::string& key = "k") {
    return ask<answer<claimed_request>>(
               whom, claim_request{account_name{"acme"}, key, std::string(32, digest)})
        .value;
  }
  void end(const message_id& id) {
    caf::anon_send(actor, end_request{id});
    settle();
  }
};

peer_answer said(unsigned status, bool ended = false) {
  return {node_name{"n2"}, ended, {status, ""}};
}

struct idempotency_in_cluster : idempotency_fixture {
  idempotency_in_cluster() : idempotency_fixture{true} { known.others = {said(404)}; }
};

} // namespace

TEST_CASE_METHOD(idempotency_fixture, "idempotency: the second time is told of the first mail",
                 "[idempotency]") {
  const auto first = claim();
  REQUIRE(first);
  CHECK_FALSE(first.value().was_sent);
  known.here.insert(first.value().id);
  end(first.value().id);
  const auto second = claim();
  REQUIRE(second);
  CHECK(second.value().was_sent);
  CHECK(second.value().id == first.value().id);
  CHECK(claim('x').error().code == errc::invalid_argument);
  const auto other = claim('d', "k2");
  REQUIRE(other);
  CHECK(other.value().id != first.value().id);
}

TEST_CASE_METHOD(idempotency_fixture, "idempotency: while it is worked on nobody else may",
                 "[idempotency]") {
  const auto first = claim();
  CHECK(claim().error().code == errc::conflict);
  end(first.value().id); // it was refused
  const auto second = claim('x');
  REQUIRE(second);
  CHECK_FALSE(second.value().was_sent);
  CHECK(second.value().id != first.value().id);
}

TEST_CASE_METHOD(idempotency_fixture,
                 "idempotency: a crash before the mail was stored loses nothing", "[idempotency]") {
  const auto first = claim();
  kill(actor);
  actor = start("n1", false);
  const auto second = claim();
  REQUIRE(second);
  CHECK_FALSE(second.value().was_sent);
  CHECK(second.value().id != first.value().id);
}

TEST_CASE_METHOD(idempotency_in_cluster, "idempotency: other nodes know of it, too",
                 "[idempotency]") {
  const auto first = claim();
  auto other = start("node2", true);
  SECTION("not yet: it may be under way there") {
    CHECK(claim_at(other).error().code == errc::conflict);
    advance(std::chrono::minutes{1});
    CHECK(claim_at(other).error().code == errc::conflict);
    time().advance(claim_settles_within);
    CHECK_FALSE(claim_at(other).value().was_sent);
  }
  SECTION("it is known to be sent") {
    known.others = {said(0), said(200)};
    CHECK(claim_at(other).value().was_sent);
    CHECK(claim_at(other).value().id == first.value().id);
  }
  SECTION("a node that may have it cannot be asked") {
    known.others = {said(0)};
    time().advance(claim_settles_within);
    CHECK(claim_at(other).error().code == errc::unavailable);
    known.others = {said(0, true)};
    CHECK_FALSE(claim_at(other).value().was_sent);
  }
}
