#include "actors/identities/identities_actor.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

const account_name company{"acme"};
const std::string ada{"ada@a.example"};
const std::string secret{"correct horse"};

struct identities_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  std::vector<std::function<void()>> aside;
  std::size_t hashed = 0;
  bool hashes = true;
  identities_shell identities;

  identities_fixture() {
    also_settle([this] { return control.settle() + run_aside(); });
    start();
  }
  ~identities_fixture() { kill(identities); }
  void start() {
    identities_ports its{&control, &time(), &log, {}, "0123456789abcdef"};
    its.run_aside = [this](auto work) { aside.push_back(std::move(work)); };
    identities_config config;
    config.site.hostname = "mta1.example.net";
    identities = spawn(identities_behavior, config, std::move(its));
  }
  std::size_t run_aside() {
    const auto work = hashes ? std::exchange(aside, {}) : std::vector<std::function<void()>>{};
    for (const auto& each : work)
      each();
    hashed += work.size();
    return work.size();
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(identities, std::move(question)).value;
  }
  result<sender_identity> authenticate(const std::string& address, const std::string& password) {
    return get<sender_identity>(authenticate_sender{address, password});
  }
  void have_ada() {
    REQUIRE(get<identity_report>(add_identity{company, domain_name{"a.example"}}));
    REQUIRE(get<sender_report>(add_sender{company, ada, "Ada"}));
    REQUIRE(get<sender_report>(set_sender_password{company, ada, secret}));
  }
};

} // namespace

TEST_CASE("identities actor: an address authenticates with its password, also after a restart",
          "[identities]") {
  identities_fixture of;
  of.have_ada();
  of.kill(of.identities);
  of.start();
  const auto who = of.authenticate("ADA@A.example", secret).value();
  CHECK(who.account == company);
  CHECK(who.address == ada);
  CHECK(of.authenticate(ada, secret + "x").error().code == errc::refused);
  CHECK(of.get<std::vector<sender_report>>(list_senders{}).value().front().has_password);
}

TEST_CASE("identities actor: whoever is unknown costs a hash and is refused alike",
          "[identities]") {
  identities_fixture of;
  of.have_ada();
  const auto before = of.hashed;
  const auto unknown = of.authenticate("bob@a.example", secret).error();
  CHECK(of.hashed == before + 1);
  CHECK(unknown.what == of.authenticate(ada, "wrong password").error().what);
  CHECK(of.hashed == before + 2);
  CHECK(of.authenticate("no address", secret).error().code == errc::refused);
}

TEST_CASE("identities actor: a right password is hashed once a minute", "[identities]") {
  identities_fixture of;
  of.have_ada();
  const auto before = of.hashed;
  REQUIRE(of.authenticate(ada, secret));
  REQUIRE(of.authenticate(ada, secret));
  CHECK(of.hashed == before + 1);
  CHECK_FALSE(of.authenticate(ada, "wrong password"));
  CHECK_FALSE(of.authenticate(ada, "wrong password"));
  CHECK(of.hashed == before + 3);
  of.advance(seconds{60});
  REQUIRE(of.authenticate(ada, secret));
  CHECK(of.hashed == before + 4);
}

TEST_CASE("identities actor: a changed password or a removed address counts at once",
          "[identities]") {
  identities_fixture of;
  of.have_ada();
  REQUIRE(of.authenticate(ada, secret));
  REQUIRE(of.get<sender_report>(set_sender_password{company, ada, "another one"}));
  CHECK_FALSE(of.authenticate(ada, secret));
  REQUIRE(of.authenticate(ada, "another one"));
  REQUIRE(of.get<done>(remove_sender{company, ada}));
  CHECK_FALSE(of.authenticate(ada, "another one"));
}

TEST_CASE("identities actor: a password may have to be another one", "[identities]") {
  identities_fixture of;
  of.have_ada();
  CHECK(of.get<sender_report>(set_sender_password{company, ada, secret, true}).error().code ==
        errc::already_exists);
  CHECK(of.get<sender_report>(set_sender_password{company, ada, secret}).has_value());
  CHECK(of.get<sender_report>(set_sender_password{company, ada, "short"}).error().field ==
        "password");
  CHECK(of.get<sender_report>(set_sender_password{company, "bob@a.example", secret}).error().code ==
        errc::not_found);
}

TEST_CASE("identities actor: too many passwords at a time are told to wait", "[identities]") {
  identities_fixture of;
  of.have_ada();
  of.hashes = false;
  std::vector<std::shared_ptr<std::optional<answer<sender_identity>>>> waiting;
  for (int i = 0; i < 64; ++i)
    waiting.push_back(
        of.asked<answer<sender_identity>>(of.identities, authenticate_sender{ada, secret}));
  CHECK(of.authenticate(ada, secret).error().code == errc::unavailable);
  of.hashes = true;
  of.settle();
  for (const auto& each : waiting)
    CHECK((*each)->value.has_value());
  CHECK(of.authenticate(ada, secret).has_value());
}

TEST_CASE("identities actor: what changes while a password is checked is not overlooked",
          "[identities]") {
  identities_fixture of;
  of.have_ada();
  of.hashes = false;
  const auto checking =
      of.asked<answer<sender_identity>>(of.identities, authenticate_sender{ada, secret});
  of.settle();
  const auto changing = of.asked<answer<done>>(of.identities, remove_sender{company, ada});
  of.settle();
  REQUIRE((*changing)->value.has_value());
  of.hashes = true;
  of.settle();
  CHECK((*checking)->value.error().code == errc::refused);
}
