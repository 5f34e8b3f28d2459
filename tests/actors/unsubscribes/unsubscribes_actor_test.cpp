#include "actors/unsubscribes/unsubscribes_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/unsubscribes/unsubscribe_book.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};

struct unsubscribes_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  unsubscribes_shell role;

  unsubscribes_fixture() {
    also_settle([this] { return control.settle(); });
    start();
  }
  ~unsubscribes_fixture() { kill(role); }
  void start() {
    role = spawn(unsubscribes_behavior, static_cast<storage::control_store*>(&control),
                 static_cast<event_log*>(&log));
  }
  result<done> put(const std::string& address, const std::string& option, bool must_exist = false,
                   const account_name& account = acme) {
    return ask<answer<done>>(role,
                             put_unsubscribe_setting{{account, address, option, true}, must_exist})
        .value;
  }
  result<done> remove(const std::string& address) {
    return ask<answer<done>>(role, delete_unsubscribe_setting{acme, address}).value;
  }
  std::vector<unsubscribe_setting> list(const account_name& account = acme) {
    return ask<answer<std::vector<unsubscribe_setting>>>(role, list_unsubscribe_settings{account})
        .value.value();
  }
};

} // namespace

TEST_CASE("unsubscribes: what was set is listed, of its account alone, after a restart, too",
          "[unsubscribes]") {
  unsubscribes_fixture of;
  REQUIRE(of.put("b@x.test", "1"));
  REQUIRE(of.put("a@x.test", "2"));
  REQUIRE(of.put("a@x.test", "3"));
  REQUIRE(of.put("c@x.test", "4", false, account_name{"other"}));
  of.kill(of.role);
  of.start();
  const std::vector<unsubscribe_setting> expected{{acme, "a@x.test", "3", true},
                                                  {acme, "b@x.test", "1", true}};
  CHECK(of.list() == expected);
  CHECK(of.list(account_name{}).size() == 3);
  REQUIRE(of.remove("a@x.test"));
  CHECK(of.list().size() == 1);
}

TEST_CASE("unsubscribes: what is not there is neither changed nor deleted", "[unsubscribes]") {
  unsubscribes_fixture of;
  CHECK(of.put("a@x.test", "1", true).error().code == errc::not_found);
  CHECK(of.remove("a@x.test").error().code == errc::not_found);
  CHECK(of.list().empty());
}

TEST_CASE("unsubscribes: what is no address, or too much, is refused", "[unsubscribes]") {
  unsubscribes_fixture of;
  for (const auto* bad : {"", "x", "a/b@x.test", "@x.test"})
    CHECK(of.put(bad, "1").error().code == errc::invalid_argument);
  CHECK(of.put("a@x.test", std::string(65, 'x')).error().code == errc::invalid_argument);
  for (std::size_t i = 0; i < unsubscribe_settings_max; ++i)
    of.control.put(unsubscribe_key(acme, "n" + std::to_string(i) + "@x.test"),
                   encode(unsubscribe_setting{{}, {}, "1", false}));
  of.settle();
  CHECK(of.put("a@x.test", "1").error().code == errc::limit_exceeded);
  CHECK(of.put("n7@x.test", "2"));
}

TEST_CASE("unsubscribes: the record is the one that is stored", "[unsubscribes]") {
  const unsubscribe_setting value{acme, "a@x.test", "12", true};
  CHECK(encode(value) == std::string{"\x08\x01\x12\x02"
                                     "12\x18\x01"});
  CHECK(decode_unsubscribe("unsubscribes/acme/a@x.test", encode(value)).value() == value);
  CHECK_FALSE(decode_unsubscribe("unsubscribes/acme", encode(value)));
  CHECK_FALSE(decode_unsubscribe("unsubscribes/acme/a@x.test", "\xff"));
}
