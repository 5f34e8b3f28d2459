#include "actors/audit/audit_actor.hpp"

#include <catch2/catch.hpp>

#include "storage/memory/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

struct audit_fixture : warmfront::testing::actor_fixture {
  storage::memory_store store;
  warmfront::testing::silent_log log;
  audit_shell audit;

  audit_fixture() { start(); }
  ~audit_fixture() { kill(audit); }
  void start() {
    audit_ports ports{&store, &time(), &log, "n1", {}};
    ports.limits.keep = std::chrono::hours{2};
    audit = spawn(audit_behavior, std::move(ports));
  }
  result<done> record(const std::string& resource) {
    auto value = std::make_shared<audit_record>();
    value->at = time().wall_now();
    value->key_id = "k";
    value->resource = resource;
    return ask<answer<done>>(audit, record_audit{value}).value;
  }
  audit_page list(list_audit asked = {}) {
    return ask<answer<audit_page>>(audit, std::move(asked)).value.value();
  }
};

} // namespace

TEST_CASE("audit actor: what is answered is durable, and there after a restart", "[audit]") {
  audit_fixture of;
  REQUIRE(of.record("pools/p1"));
  REQUIRE(of.record("pools/p2"));
  of.kill(of.audit);
  of.start();
  const auto page = of.list();
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].resource == "pools/p2");
  CHECK(page.items[0].id > page.items[1].id);
  list_audit asked;
  asked.after = "nonsense";
  CHECK(of.ask<answer<audit_page>>(of.audit, asked).value.error().code == errc::invalid_argument);
}

TEST_CASE("audit actor: a store that fails is told, and what follows is right again", "[audit]") {
  audit_fixture of;
  REQUIRE(of.record("a"));
  of.store.fail_next(1, error{errc::storage_full, "write: the disk is full", {}});
  CHECK(of.record("lost").error().code == errc::storage_full);
  REQUIRE(of.record("b"));
  const auto page = of.list();
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].resource == "b");
}

TEST_CASE("audit actor: forgets what is too old by itself", "[audit]") {
  audit_fixture of;
  REQUIRE(of.record("old"));
  of.advance(std::chrono::minutes{90});
  REQUIRE(of.record("new"));
  CHECK(of.list().items.size() == 2);
  of.advance(std::chrono::minutes{95});
  CHECK(of.list().items.size() == 1);
}
