#include "actors/suppressions/suppressions_actor.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

const account_name company{"acme"};

/// What intake was told.
struct told_intake {
  std::vector<suppressions_changed> messages;
  std::size_t changes = 0;
};

caf::behavior played_listener(caf::event_based_actor* self, told_intake* told) {
  self->set_default_handler(caf::drop);
  return {[told](const suppressions_changed& m) {
    told->messages.push_back(m);
    told->changes += m.changes->size();
  }};
}

struct suppressions_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  told_intake told;
  caf::actor listener;
  suppressions_shell suppressions;

  suppressions_fixture() {
    also_settle([this] { return control.settle(); });
    listener = spawn(played_listener, &told);
    start();
  }
  ~suppressions_fixture() { kill(suppressions); }
  void start() {
    suppressions = spawn(suppressions_behavior, suppressions_ports{&control, &time(), &log});
  }
  void connect() {
    caf::anon_send(suppressions,
                   connect_listeners{caf::actor_cast<caf::strong_actor_ptr>(listener), nullptr});
    settle();
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(suppressions, std::move(question)).value;
  }
  result<std::vector<suppression_report>> put(std::vector<std::string> addresses) {
    return get<std::vector<suppression_report>>(
        put_suppressions{company, suppression_reason::manual, std::move(addresses), {}, {}});
  }
  suppression_page list() { return get<suppression_page>(list_suppressions{}).value(); }
  void bounce(const std::string& address) {
    caf::anon_send(suppressions,
                   recipients_unknown{{{company, address, "550 5.1.1 no such user"}}});
    settle();
  }
};

} // namespace

TEST_CASE("suppressions actor: an answer means that it is in effect, also after a restart",
          "[suppressions]") {
  suppressions_fixture of;
  CHECK(of.put({"Ada@a.example"}).value().front().address == "ada@a.example");
  of.kill(of.suppressions);
  of.start();
  CHECK(of.list().total == 1);
  REQUIRE(of.get<done>(remove_suppressions{company, {"ADA@a.example"}}));
  CHECK(of.list().total == 0);
  CHECK(of.get<done>(remove_suppressions{company, {"ada@a.example"}}).error().code ==
        errc::not_found);
}

TEST_CASE("suppressions actor: many are several transactions, and all of them are told",
          "[suppressions]") {
  suppressions_fixture of;
  of.connect();
  std::vector<std::string> addresses;
  for (int i = 0; i < 250; ++i)
    addresses.push_back(std::to_string(i) + "@a.example");
  CHECK(of.put(addresses).value().size() == 250);
  CHECK(of.list().total == 250);
  CHECK(of.told.changes == 250);
  REQUIRE(of.get<done>(remove_suppressions{company, addresses}));
  CHECK(of.list().total == 0);
  CHECK(of.told.changes == 500);
  CHECK(of.told.messages.back().changes->back().is_gone);
}

TEST_CASE("suppressions actor: intake is told of everything at first, then of changes",
          "[suppressions]") {
  suppressions_fixture of;
  REQUIRE(of.put({"a@a.example", "b@a.example"}));
  CHECK(of.told.messages.empty());
  of.connect();
  REQUIRE(of.told.messages.size() == 1);
  CHECK(of.told.messages.front().is_all);
  CHECK(of.told.changes == 2);
  REQUIRE(of.put({"c@a.example"}));
  REQUIRE(of.told.messages.size() == 2);
  CHECK_FALSE(of.told.messages.back().is_all);
  CHECK(of.told.changes == 3);
}

TEST_CASE("suppressions actor: nothing is said before everything is read", "[suppressions]") {
  suppressions_fixture of;
  of.kill(of.suppressions);
  of.control.fail_next_ranges(1);
  of.start();
  of.connect();
  CHECK(of.told.messages.empty());
  of.advance(seconds{2});
  REQUIRE(of.told.messages.size() == 1);
  CHECK(of.told.messages.front().is_all);
}

TEST_CASE("suppressions actor: unknown recipients are written together after a second",
          "[suppressions]") {
  suppressions_fixture of;
  of.bounce("Ada@a.example");
  of.bounce("bob@a.example");
  of.bounce("ADA@a.example");
  CHECK(of.list().total == 0);
  of.advance(milliseconds{1'100});
  const auto page = of.list();
  REQUIRE(page.total == 2);
  CHECK(page.items.front().reason == suppression_reason::hard_bounce);
  CHECK(page.items.front().text == "550 5.1.1 no such user");
  of.bounce("eve@a.example");
  of.advance(milliseconds{1'100});
  CHECK(of.list().total == 3);
}

TEST_CASE("suppressions actor: unknown recipients wait for the control store", "[suppressions]") {
  suppressions_fixture of;
  of.control.fail_next_transactions(1);
  of.bounce("ada@a.example");
  of.advance(seconds{2});
  CHECK(of.list().total == 0);
  of.advance(seconds{5});
  CHECK(of.list().total == 1);
}
