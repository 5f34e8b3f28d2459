#include "actors/access/access_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/access/key_secret.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

struct access_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  std::optional<seal_key> sealing = make_seal_key().value();
  access_shell access;

  access_fixture() {
    also_settle([this] { return control.settle(); });
    start();
  }
  ~access_fixture() { kill(access); }
  void start() {
    access = spawn(access_behavior, static_cast<storage::control_store*>(&control),
                   static_cast<const warmfront::clock*>(&time()), static_cast<event_log*>(&log),
                   sealing);
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(access, std::move(question)).value;
  }
};

} // namespace

TEST_CASE("access actor: makes the first key once and shows its secret", "[access]") {
  access_fixture of;
  const auto first = of.get<created_key>(ensure_first_key{}).value();
  CHECK(first.secret.starts_with(first.id + "."));
  CHECK(of.get<created_key>(ensure_first_key{}).error().code == errc::already_exists);
  of.kill(of.access);
  of.start();
  CHECK(of.get<created_key>(ensure_first_key{}).error().code == errc::already_exists);
  CHECK(of.get<client_identity>(authenticate_key{"", first.secret}).value().role ==
        key_role::admin);
}

TEST_CASE("access actor: the first key may have a secret that is in a file already", "[access]") {
  access_fixture of;
  CHECK(of.get<created_key>(ensure_first_key{"nonsense"}).error().code == errc::invalid_argument);
  const auto secret = make_secret().value();
  CHECK(of.get<created_key>(ensure_first_key{secret}).value().secret == secret);
  CHECK(of.get<client_identity>(authenticate_key{"", secret}));
}

TEST_CASE("access actor: makes, lists, checks and revokes keys", "[access]") {
  access_fixture of;
  REQUIRE(of.get<created_key>(ensure_first_key{}));
  const auto key = of.get<created_key>(create_key{account_name{"acme"}, key_role::viewer}).value();
  CHECK(of.get<std::vector<key_report>>(list_keys{}).value().size() == 2);
  CHECK(of.get<client_identity>(authenticate_key{key.id, key.secret}).value().account.str() ==
        "acme");
  REQUIRE(of.get<done>(revoke_key{key.id}));
  CHECK(of.get<client_identity>(authenticate_key{key.id, key.secret}).error().code ==
        errc::refused);
  CHECK(of.get<done>(revoke_key{key.id}).error().code == errc::not_found);
  CHECK(of.get<created_key>(create_key{account_name{"No"}, key_role::viewer}).error().code ==
        errc::invalid_argument);
}

TEST_CASE("access actor: questions wait until the keys are read", "[access]") {
  access_fixture of;
  const auto first = of.get<created_key>(ensure_first_key{}).value();
  of.kill(of.access);
  of.control.fail_next_ranges(1);
  of.start();
  const auto checked =
      of.asked<answer<client_identity>>(of.access, authenticate_key{"", first.secret});
  of.settle();
  CHECK_FALSE(checked->has_value());
  of.advance(std::chrono::milliseconds{1500});
  REQUIRE(checked->has_value());
  CHECK((*checked)->value);
}

TEST_CASE("access actor: hears of keys that others revoke", "[access]") {
  access_fixture of;
  const auto first = of.get<created_key>(ensure_first_key{}).value();
  of.control.erase("access/keys/" + first.id);
  of.settle();
  CHECK_FALSE(of.get<client_identity>(authenticate_key{"", first.secret}));
}

TEST_CASE("access actor: says when the store does not answer, logs what it cannot read",
          "[access]") {
  access_fixture of;
  of.settle();
  of.control.fail_next_transactions(1);
  CHECK(of.get<created_key>(ensure_first_key{}).error().code == errc::unavailable);
  of.control.put("access/keys/bad", "\xff");
  of.settle();
  CHECK(of.log.written(log_level::error) == 1);
}

TEST_CASE("access actor: a signature key is told to who checks signatures, and opens nothing else",
          "[access]") {
  access_fixture of;
  const create_key question{account_name{"acme"}, key_role::sender, "signature"};
  const auto key = of.get<created_key>(question).value();
  CHECK(key.secret.size() == 43);
  const auto found = of.get<signature_key>(use_signature_key{key.id}).value();
  CHECK(found.secret == key.secret);
  CHECK(found.who.account.str() == "acme");
  CHECK(found.who.key_id == key.id);
  CHECK(found.who.role == key_role::sender);
  CHECK_FALSE(of.get<client_identity>(authenticate_key{key.id, key.secret}));
  CHECK_FALSE(of.get<client_identity>(authenticate_key{"", key.id + '.' + key.secret}));
  CHECK(of.get<std::vector<key_report>>(list_keys{}).value().front().kind == "signature");
  const auto bearer =
      of.get<created_key>(create_key{account_name{"acme"}, key_role::sender}).value();
  CHECK(of.get<signature_key>(use_signature_key{bearer.id}).error().code == errc::not_found);
  REQUIRE(of.get<done>(revoke_key{key.id}));
  CHECK(of.get<signature_key>(use_signature_key{key.id}).error().code == errc::not_found);
}

TEST_CASE("access actor: with another secrets key only bearer keys work, and the log says so once",
          "[access]") {
  access_fixture of;
  const create_key question{account_name{"acme"}, key_role::sender, "signature"};
  const auto key = of.get<created_key>(question).value();
  const auto bearer =
      of.get<created_key>(create_key{account_name{"acme"}, key_role::sender}).value();
  of.kill(of.access);
  of.sealing = make_seal_key().value();
  of.start();
  CHECK(of.get<signature_key>(use_signature_key{key.id}).error().code == errc::unavailable);
  CHECK(of.get<signature_key>(use_signature_key{key.id}).error().code == errc::unavailable);
  CHECK(of.log.written(log_level::error) == 1);
  CHECK(of.get<client_identity>(authenticate_key{"", bearer.secret}));
  of.kill(of.access);
  of.sealing.reset();
  of.start();
  CHECK(of.get<created_key>(question).error().code == errc::unavailable);
}
