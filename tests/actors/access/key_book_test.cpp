#include "actors/access/key_book.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"

using namespace warmfront;

namespace {

const wall_time now{seconds{1'767'225'600}};

struct world {
  warmfront::testing::manual_control_store store;
  key_book book;
  std::unique_ptr<storage::watch_handle> watch =
      store.watch(std::string{access_prefix}, 1, [this](const auto& events) {
        for (const auto& event : events.value())
          (void)book.apply(event);
      });

  bool make(const result<storage::control_transaction>& change) {
    bool applied = false;
    store.transact(change.value(), [&](const auto& outcome) { applied = outcome.value().applied; });
    store.settle();
    return applied;
  }
  std::string add(const std::string& account, key_role role, wall_time at = now) {
    const auto secret = make_secret().value();
    REQUIRE(make(book.build(create_key{account_name{account}, role}, secret, at)));
    return secret;
  }
};

} // namespace

TEST_CASE("secrets: have their form and never repeat", "[access]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto secret = make_secret().value();
    REQUIRE(secret.size() == 16 + 1 + 43);
    CHECK(id_of_secret(secret) == secret.substr(0, 16));
    CHECK(seen.insert(secret).second);
  }
}

TEST_CASE("secrets: nothing else is one", "[access]") {
  const auto good = make_secret().value();
  for (const auto& bad : {std::string{}, good.substr(1), good + "A", "G" + good.substr(1),
                          good.substr(0, 16) + ":" + good.substr(17), good.substr(0, 59) + "=",
                          good.substr(0, 59) + std::string(1, '\0'), std::string(10'000, '.')})
    CHECK_FALSE(id_of_secret(bad));
}

TEST_CASE("secrets: the digest is SHA-256", "[access]") {
  // FIPS 180-2, appendix B.1.
  const auto digest = digest_of("abc");
  CHECK(digest[0] == 0xba);
  CHECK(digest[31] == 0xad);
  CHECK(equal_in_constant_time(digest, digest_of("abc")));
  CHECK_FALSE(equal_in_constant_time(digest, digest_of("abd")));
}

TEST_CASE("keys: the right secret opens, and nothing else does", "[access]") {
  world of;
  const auto secret = of.add("acme", key_role::sender);
  const auto id = *id_of_secret(secret);
  const auto rest = secret.substr(17);
  const auto identity = of.book.authenticate({"", secret}).value();
  CHECK(identity.account.str() == "acme");
  CHECK(identity.key_id == id);
  CHECK(identity.role == key_role::sender);
  CHECK(of.book.authenticate({id, secret}));
  CHECK(of.book.authenticate({id, rest}));
  auto wrong = secret;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  const auto other = of.add("acme", key_role::sender);
  for (const auto& question : std::vector<authenticate_key>{{"", ""},
                                                            {"", wrong},
                                                            {id, wrong},
                                                            {id, ""},
                                                            {"", rest},
                                                            {"", id + "." + id},
                                                            {*id_of_secret(other), secret},
                                                            {"nobody", secret},
                                                            {"", make_secret().value()},
                                                            {"", std::string(100'000, 'a')}}) {
    const auto outcome = of.book.authenticate(question);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::refused);
    // The same words, so that a stranger learns nothing.
    CHECK(outcome.error().what == "the key or its secret is wrong");
  }
}

TEST_CASE("keys: the store never holds a secret", "[access]") {
  world of;
  const auto secret = of.add("acme", key_role::admin);
  for (const auto& [key, record] : of.store.records())
    CHECK((record.value + key).find(secret.substr(17)) == std::string::npos);
}

TEST_CASE("keys: are listed in order of creation, without secrets", "[access]") {
  world of;
  const auto late = of.add("b", key_role::viewer, now + seconds{1});
  const auto early = of.add("a", key_role::admin, now);
  const auto keys = of.book.list();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].id == id_of_secret(early));
  CHECK(keys[0].kind == "bearer");
  CHECK(keys[0].created_at == now);
  CHECK(keys[1].account.str() == "b");
  CHECK(keys[1].role == key_role::viewer);
}

TEST_CASE("keys: a revoked key opens nothing", "[access]") {
  world of;
  of.add("default", key_role::admin);
  const auto secret = of.add("acme", key_role::sender);
  REQUIRE(of.make(of.book.build(revoke_key{*id_of_secret(secret)})));
  CHECK_FALSE(of.book.authenticate({"", secret}));
  CHECK(of.book.build(revoke_key{*id_of_secret(secret)}).error().code == errc::not_found);
}

TEST_CASE("keys: the last admin key stays", "[access]") {
  world of;
  const auto first = of.add("default", key_role::admin);
  CHECK(of.book.build(revoke_key{*id_of_secret(first)}).error().code == errc::refused);
  const auto second = of.add("default", key_role::admin);
  // Each revokes the other at the same time: one of them loses.
  const auto one = of.book.build(revoke_key{*id_of_secret(first)});
  const auto two = of.book.build(revoke_key{*id_of_secret(second)});
  CHECK(of.make(one));
  CHECK_FALSE(of.make(two));
}

TEST_CASE("keys: the first one is made once", "[access]") {
  world of;
  const auto one = of.book.build_first(make_secret().value(), now);
  const auto two = of.book.build_first(make_secret().value(), now);
  CHECK(of.make(one));
  CHECK_FALSE(of.make(two));
  CHECK(of.book.build_first(make_secret().value(), now).error().code == errc::already_exists);
  const auto keys = of.book.list();
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].account.str() == "default");
  CHECK(keys[0].role == key_role::admin);
}

TEST_CASE("keys: the first one is made once even when its account is there", "[access]") {
  world of;
  of.store.put("access/accounts/default", encode_account(now));
  of.store.settle();
  const auto one = of.book.build_first(make_secret().value(), now);
  const auto two = of.book.build_first(make_secret().value(), now);
  CHECK(of.make(one));
  CHECK_FALSE(of.make(two));
}

TEST_CASE("keys: what cannot be a key is refused", "[access]") {
  world of;
  const auto code = [&](const create_key& command, const std::string& secret) {
    return of.book.build(command, secret, now).error().code;
  };
  const auto secret = make_secret().value();
  CHECK(code({account_name{""}, key_role::admin}, secret) == errc::invalid_argument);
  CHECK(code({account_name{"A/B"}, key_role::admin}, secret) == errc::invalid_argument);
  CHECK(code({account_name{"a"}, static_cast<key_role>(9)}, secret) == errc::invalid_argument);
  CHECK(code({account_name{"a"}, key_role::admin}, "short") == errc::invalid_argument);
}

TEST_CASE("keys: a record that cannot be read opens nothing", "[access]") {
  key_book book;
  const auto secret = make_secret().value();
  storage::control_snapshot all;
  all.records.push_back({key_key(*id_of_secret(secret)), "\xff", 1, 1, 0});
  CHECK(book.load(all).error().code == errc::storage_corrupt);
  CHECK_FALSE(book.authenticate({"", secret}));
  CHECK(book.list().empty());
  CHECK(book.has_keys()); // so that nobody makes a new first key
  CHECK(decode_key("\x08\x02").error().code == errc::storage_newer);
}

TEST_CASE("keys: any octets are a record or an error", "[access][property]") {
  world of;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    seeded_random random{seed};
    std::string octets;
    for (auto left = random.next() % 60; left > 0; --left)
      octets += static_cast<char>(random.next());
    (void)decode_key(octets);
    CHECK_FALSE(of.book.authenticate({octets, octets}));
  }
}

TEST_CASE("keys: golden octets", "[access][golden]") {
  key_record value{account_name{"a"}, key_role::sender, "bearer", {}, wall_time{microseconds{1}}};
  CHECK(encode(value) == std::string("\x08\x01\x12\x01"
                                     "a\x18\x03\x22\x06"
                                     "bearer\x2a\x20",
                                     17) +
                             std::string(32, '\0') + std::string("\x30\x01", 2));
  CHECK(encode_account(wall_time{microseconds{1}}) == std::string("\x08\x01\x10\x01", 4));
  CHECK(key_key("x") == "access/keys/x");
  CHECK(account_key(account_name{"x"}) == "access/accounts/x");
}

TEST_CASE("accounts: are made once, with names that fit", "[access]") {
  world of;
  REQUIRE(of.make(of.book.build(create_account{account_name{"shop"}}, now)));
  CHECK(of.book.build(create_account{account_name{"shop"}}, now).error().code ==
        errc::already_exists);
  for (const auto& bad : {std::string{}, std::string{"Shop"}, std::string{"a b"},
                          std::string{"a/b"}, std::string(65, 'a')})
    CHECK(of.book.build(create_account{account_name{bad}}, now).error().code ==
          errc::invalid_argument);
  of.add("acme", key_role::sender);
  of.add("acme", key_role::viewer);
  const auto accounts = of.book.accounts();
  REQUIRE(accounts.size() == 2);
  CHECK(accounts[0].name.str() == "acme");
  CHECK(accounts[0].keys == 2);
  CHECK(accounts[1].created_at == now);
  CHECK(accounts[1].keys == 0);
}

TEST_CASE("accounts: go when they have no keys, and not while one is made", "[access]") {
  world of;
  of.add("default", key_role::admin);
  const auto secret = of.add("acme", key_role::sender);
  const delete_account gone{account_name{"acme"}};
  CHECK(of.book.build(gone).error().code == errc::conflict);
  CHECK(of.book.build(delete_account{account_name{"none"}}).error().code == errc::not_found);
  CHECK(of.book.build(delete_account{account_name{"default"}}).error().code == errc::refused);
  REQUIRE(of.make(of.book.build(revoke_key{*id_of_secret(secret)})));
  const auto deleting = of.book.build(gone);
  const auto making =
      of.book.build(create_key{account_name{"acme"}, key_role::sender}, make_secret().value(), now);
  CHECK(of.make(making));
  CHECK_FALSE(of.make(deleting));
}

TEST_CASE("keys: who was proved before is known by the id, until the key goes", "[access]") {
  world of;
  of.add("default", key_role::admin);
  const auto id = *id_of_secret(of.add("acme", key_role::viewer));
  const auto who = of.book.identify(identify_key{id}).value();
  CHECK(who.account.str() == "acme");
  CHECK(who.key_id == id);
  CHECK(who.role == key_role::viewer);
  REQUIRE(of.make(of.book.build(revoke_key{id})));
  CHECK(of.book.identify(identify_key{id}).error().code == errc::refused);
}
