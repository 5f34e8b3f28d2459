#include "actors/identities/identity_book.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};
const account_name other{"other"};
const wall_time now{seconds{1'767'225'600}};

/// A book, and the store that it is told of.
struct book_of_identities {
  identity_book book{sending_site{"mta1.example.net", {}, false, {}}};
  std::map<std::string, storage::revision> keys;
  storage::revision revision = 0;

  /// Whether the store would take it.
  bool commit(const storage::control_transaction& made) {
    for (const auto& each : made.when)
      if ((keys.contains(each.key) ? keys[each.key] : 0) != each.modified)
        return false;
    ++revision;
    for (const auto& each : made.then) {
      keys.erase(each.key);
      if (each.value)
        keys[each.key] = revision;
      REQUIRE(book.apply(
          {{each.key, each.value.value_or(""), revision, revision}, !each.value.has_value()}));
    }
    return true;
  }
  template <class... Arguments>
  result<bool> run(const Arguments&... command) {
    WARMFRONT_TRY(made, book.build(command...));
    return commit(made);
  }
  result<bool> add(const std::string& domain, const account_name& account = acme) {
    return run(add_identity{account, domain_name{domain}}, now);
  }
  result<bool> add_address(const std::string& address, const account_name& account = acme) {
    return run(add_sender{account, address, "Ada"}, now);
  }
};

} // namespace

TEST_CASE("identity book: a domain belongs to one account", "[identities]") {
  book_of_identities of;
  REQUIRE(of.add("news.example.net").value());
  CHECK(of.add("News.Example.NET.").error().code == errc::already_exists);
  CHECK(of.add("news.example.net", other).error().code == errc::conflict);
  REQUIRE(of.add("example.net", other).value());
  CHECK(of.book.list(list_identities{}).value().size() == 2);
  CHECK(of.book.list(list_identities{acme, {}}).value().size() == 1);
  CHECK(of.book.list(list_identities{acme, domain_name{"example.net"}}).error().code ==
        errc::not_found);
  CHECK(of.book.list(list_identities{{}, domain_name{"example.net"}}).value().front().account ==
        other);
}

TEST_CASE("identity book: U-labels are kept as A-labels", "[identities]") {
  book_of_identities of;
  REQUIRE(of.add("bücher.example").value());
  CHECK(of.book.identity(acme, domain_name{"BÜCHER.example"}).value().domain.str() ==
        "xn--bcher-kva.example");
  REQUIRE(of.add_address("Ada@Bücher.Example").value());
  CHECK(of.book.sender(acme, "ada@xn--bcher-kva.example").value().domain().str() ==
        "xn--bcher-kva.example");
}

TEST_CASE("identity book: what is no domain is refused", "[identities]") {
  book_of_identities of;
  for (const auto* const bad : {"", "localhost", "a..b", "-a.example", "127.0.0.1", "a b.example",
                                "a@b.example", "x/y.example", "a_b.example"})
    CHECK(of.add(bad).error().field == "domain");
  const auto tagged = [&](std::string name, std::string value) {
    return of.run(add_identity{acme, domain_name{"a.example"}, {{name, value}}}, now);
  };
  CHECK(tagged("", "x").error().field == "tags");
  CHECK(tagged("a\nb", "x").error().field == "tags");
  CHECK(tagged("a", std::string(257, 'x')).error().field == "tags");
  CHECK(tagged("team", "news").value());
  CHECK(of.book.identity(acme, domain_name{"a.example"}).value().tags.at("team") == "news");
}

TEST_CASE("identity book: a domain with addresses stays, also against a race", "[identities]") {
  book_of_identities of;
  REQUIRE(of.add("a.example").value());
  // Both were built from the same view: only the first is taken.
  const auto removal = of.book.build(remove_identity{acme, domain_name{"a.example"}}).value();
  REQUIRE(of.add_address("ada@a.example").value());
  CHECK_FALSE(of.commit(removal));
  CHECK(of.run(remove_identity{acme, domain_name{"a.example"}}).error().code == errc::conflict);
  CHECK(of.run(remove_sender{other, "ada@a.example"}).error().code == errc::not_found);
  REQUIRE(of.run(remove_sender{acme, "ADA@a.example"}).value());
  CHECK(of.run(remove_identity{acme, domain_name{"a.example"}}).value());
  CHECK(of.keys.empty());
}

TEST_CASE("identity book: an address is of a domain of its account", "[identities]") {
  book_of_identities of;
  REQUIRE(of.add("a.example").value());
  CHECK(of.add_address("ada@b.example").error().code == errc::not_found);
  CHECK(of.add_address("ada@a.example", other).error().code == errc::not_found);
  CHECK(of.add_address("Ada <ada@a.example>").error().field == "address");
  CHECK(of.add_address("ada").error().field == "address");
  REQUIRE(of.add_address("Ada@a.example").value());
  CHECK(of.add_address("ada@A.example").error().code == errc::already_exists);
  CHECK(of.run(add_sender{acme, "bob@a.example", "Bob\r\nBcc: x"}, now).error().field ==
        "display_name");
  CHECK(of.book.identity(acme, domain_name{"a.example"}).value().senders == 1);
  CHECK(of.book.list(list_senders{acme, domain_name{"a.example"}}).value().size() == 1);
  CHECK(of.book.list(list_senders{other, domain_name{"a.example"}}).error().code ==
        errc::not_found);
}

TEST_CASE("identity book: a password is of an address that somebody owns", "[identities]") {
  book_of_identities of;
  REQUIRE(of.add("a.example").value());
  REQUIRE(of.add_address("ada@a.example").value());
  CHECK_FALSE(of.book.password_of("ada@a.example").is_set());
  const password_hash made{14, "salt", std::string(32, 'd')};
  CHECK(of.run(set_sender_password{other, "ada@a.example", "x"}, made).error().code ==
        errc::not_found);
  REQUIRE(of.run(set_sender_password{acme, "ada@a.example", "x"}, made).value());
  CHECK(of.book.password_of("ada@a.example") == made);
  CHECK(of.book.owner_of("ada@a.example") == acme);
  CHECK(of.book.sender(acme, "ada@a.example").value().has_password);
  CHECK(of.book.owner_of("bob@a.example").empty());
  REQUIRE(of.run(remove_sender{acme, "ada@a.example"}).value());
  CHECK_FALSE(of.book.password_of("ada@a.example").is_set());
}

TEST_CASE("identity book: a domain counts its addresses whatever happens",
          "[identities][property]") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u);
  CAPTURE(seed);
  seeded_random random{seed};
  book_of_identities of;
  std::set<std::string> domains;
  std::set<std::string> addresses;
  for (int step = 0; step < 400; ++step) {
    const auto domain = std::string(1, static_cast<char>('a' + random.next() % 3)) + ".example";
    const auto address = std::string(1, static_cast<char>('p' + random.next() % 4)) + '@' + domain;
    const auto count = [&] {
      return std::count_if(addresses.begin(), addresses.end(),
                           [&](const auto& each) { return each.ends_with('@' + domain); });
    };
    switch (random.next() % 4) {
    case 0:
      CHECK(of.add(domain).has_value() == domains.insert(domain).second);
      break;
    case 1:
      CHECK(of.add_address(address).has_value() ==
            (domains.contains(domain) && addresses.insert(address).second));
      break;
    case 2:
      CHECK(of.run(remove_sender{acme, address}).has_value() == (addresses.erase(address) == 1));
      break;
    default:
      if (count() == 0)
        CHECK(of.run(remove_identity{acme, domain_name{domain}}).has_value() ==
              (domains.erase(domain) == 1));
      else
        CHECK_FALSE(of.run(remove_identity{acme, domain_name{domain}}).has_value());
    }
    if (domains.contains(domain))
      CHECK(of.book.identity(acme, domain_name{domain}).value().senders ==
            static_cast<std::uint64_t>(count()));
  }
}

TEST_CASE("identity records: keep their octets", "[identities][golden]") {
  const stored_identity domain{acme, now, 2, {{"team", "news"}}};
  CHECK(identity_key(domain_name{"a.example"}) == "identities/domains/a.example");
  CHECK(decode_identity(encode(domain)).value() == domain);
  const stored_sender sender{"Ada", now, {14, "salt", "digest"}};
  CHECK(sender_key("ada@a.example") == "identities/senders/ada@a.example");
  CHECK(decode_sender(encode(sender)).value() == sender);
  CHECK(decode_identity(
            encode(stored_identity{
                acme, now, 0, {}, domain_name{"b.a.example"}, domain_name{"t.a.example"}, 7}))
            .value()
            .last_selector == 7);
  CHECK(encode(stored_identity{acme, wall_time{seconds{1}}, 2, {{"t", "v"}}}) ==
        std::string{"\x08\x01\x12\x04"
                    "acme\x18\xc0\x84\x3d\x20\x02\x2a\x06\x0a\x01t\x12\x01v"});
  CHECK(encode(stored_sender{"Ada", wall_time{seconds{1}}, {14, "s", "d"}}) ==
        std::string{"\x08\x01\x12\x03"
                    "Ada\x18\xc0\x84\x3d\x22\x08\x08\x0e\x12\x01s\x1a\x01"
                    "d"});
  CHECK(decode_sender("\x08\x02").error().code == errc::storage_newer);
  CHECK(decode_identity("nonsense").error().code == errc::storage_corrupt);
}
