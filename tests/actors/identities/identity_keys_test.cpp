// Keys and looks in the book of identities: what commands and the DNS make of them.
#include <algorithm>

#include <catch2/catch.hpp>

#include "actors/identities/identity_book.hpp"

using namespace warmfront;
using std::chrono::hours;

namespace {

const account_name holder{"acme"};
const domain_name site_of{"a.example"};
const wall_time begin_of_time{seconds{1'767'225'600}};

result<std::string> seal_openly(std::string_view shown, const std::string& purpose) {
  return purpose + '=' + std::string{shown};
}

made_signing_key made_key(signing_algorithm of) {
  return {of, {}, "pem", "v=DKIM1; p=x"};
}
const std::vector<made_signing_key> pair_of_keys{made_key(signing_algorithm::rsa_sha256),
                                                 made_key(signing_algorithm::ed25519_sha256)};

/// A book with one domain, and what the store has.
struct keyed_book {
  identity_book book{sending_site{"mta1.example.net", {}, true, {}}};
  std::map<std::string, storage::control_record> records;
  storage::revision revision = 0;
  wall_time now = begin_of_time;
  rotation_rules rules;

  keyed_book() {
    pool shared;
    shared.name = pool_name{"shared"};
    shared.addresses.push_back({ip_address{"192.0.2.1"}, node_name{"n1"}, 1, {}});
    book.set_pools(std::make_shared<const std::vector<pool>>(std::vector{shared}));
    REQUIRE(run(book.build(add_identity{holder, site_of}, now, pair_of_keys, seal_openly)));
  }
  bool commit(const storage::control_transaction& made) {
    for (const auto& each : made.when)
      if ((records.contains(each.key) ? records.at(each.key).modified : 0) != each.modified)
        return false;
    ++revision;
    for (const auto& each : made.then) {
      records.erase(each.key);
      if (each.value)
        records[each.key] = {each.key, *each.value, revision, revision};
      REQUIRE(book.apply({{each.key, each.value.value_or(""), revision, revision}, !each.value}));
    }
    return true;
  }
  bool run(const result<storage::control_transaction>& built) {
    return built && commit(built.value());
  }
  identity_report report() { return book.identity(holder, site_of).value(); }
  signing_key_state state(const std::string& selector) {
    const auto keys = report().keys;
    const auto found = std::ranges::find(keys, selector, &signing_key_report::selector);
    REQUIRE(found != keys.end());
    return found->state;
  }
  /// A look that finds these keys, and SPF as said.
  bool look(const std::vector<std::string>& there, bool by_hand = true,
            finding spf = finding::right) {
    identity_findings found;
    found.spf = spf;
    found.passing_sources = {ip_address{"192.0.2.1"}};
    found.records = records_wanted(book.subject(site_of), {"mta1.example.net", {}, true, {}});
    for (auto& each : found.records)
      each.is_right = true;
    for (const auto& key : book.subject(site_of).keys)
      found.keys[key.selector] = {std::ranges::find(there, key.selector) == there.end()
                                      ? key_sighting::wrong
                                      : key_sighting::seen,
                                  "missing"};
    return run(book.build_look(site_of, found, now, by_hand, rules));
  }
  result<bool> add_key(const std::string& selector, const account_name& who = holder) {
    WARMFRONT_TRY(built, book.build(add_signing_key{who, site_of, {}, selector, {}},
                                    made_key(signing_algorithm::rsa_sha256), seal_openly, now));
    return commit(built);
  }
  result<bool> retire(const std::string& selector) {
    WARMFRONT_TRY(built, book.build(retire_signing_key{holder, site_of, selector}, now));
    return commit(built);
  }
};

} // namespace

TEST_CASE("identity keys: a new domain has a key of each algorithm, sealed for itself",
          "[identities]") {
  keyed_book of;
  CHECK(of.state("wf1r") == signing_key_state::pending);
  CHECK(of.state("wf1e") == signing_key_state::pending);
  const auto stored =
      decode_signing_key("wf1r", of.records.at("identities/keys/a.example/wf1r").value).value();
  CHECK(stored.sealed == "dkim/a.example/wf1r=pem");
  CHECK(of.book.signing_keys().empty());
  const auto records = of.report().records;
  CHECK(std::ranges::count(records, "dkim", &dns_record_wanted::purpose) == 2);
  CHECK(records.front().name.str() == "wf1e._domainkey.a.example");
  CHECK(records.front().expected == "v=DKIM1; p=x");
}

TEST_CASE("identity keys: after a look the domain is verified and what signs is known",
          "[identities]") {
  keyed_book of;
  CHECK_FALSE(of.report().verified);
  CHECK_FALSE(of.report().checked_at);
  REQUIRE(of.look({"wf1r"}));
  CHECK(of.report().verified);
  CHECK(of.report().checked_at == of.now);
  CHECK(of.book.signing_keys().at(site_of).size() == 1);
  const auto told = of.book.sender_domains().at(site_of);
  CHECK(told.account == holder);
  CHECK(told.verified);
  CHECK(told.return_path.str() == "bounce.a.example");
  // An older look comes too late.
  of.now -= seconds{1};
  of.look({}, true, finding::wrong);
  CHECK(of.report().checked_at == begin_of_time);
  CHECK(of.report().verified);
}

TEST_CASE("identity keys: two nodes that look at once do not undo each other", "[identities]") {
  keyed_book of;
  identity_findings found;
  found.spf = finding::right;
  found.keys["wf1r"] = {key_sighting::seen, {}};
  const auto late = of.book.build_look(site_of, found, of.now, true, of.rules).value();
  REQUIRE(of.look({"wf1r", "wf1e"}));
  CHECK_FALSE(of.commit(late));
}

TEST_CASE("identity keys: a rotation goes from key to key", "[identities]") {
  keyed_book of;
  REQUIRE(of.look({"wf1r", "wf1e"}));
  REQUIRE(of.add_key("").value());
  CHECK(of.state("wf2r") == signing_key_state::pending);
  of.now += hours{1};
  REQUIRE(of.look({"wf1r", "wf1e"}, false));
  CHECK(of.book.signing_keys().at(site_of).front().selector == "wf1r");
  REQUIRE(of.look({"wf1r", "wf1e", "wf2r"}, true));
  CHECK(of.book.signing_keys().at(site_of).front().selector == "wf2r");
  CHECK(of.state("wf1r") == signing_key_state::retiring);
  of.now += hours{24 * 20};
  REQUIRE(of.look({"wf1e", "wf2r"}, false));
  CHECK(of.report().keys.size() == 2);
  CHECK_FALSE(of.records.contains("identities/keys/a.example/wf1r"));
  // A number is not given out again: caches may remember what its record was.
  REQUIRE(of.add_key("").value());
  CHECK(of.state("wf3r") == signing_key_state::pending);
}

TEST_CASE("identity keys: a selector is a name, and of one key", "[identities]") {
  keyed_book of;
  CHECK(of.add_key("wf1r").error().code == errc::already_exists);
  CHECK(of.add_key("WF1R").error().code == errc::already_exists);
  for (const auto* const bad : {"a/b", "a b", "-a", "a..b", "a_b", "a.", "\xc3\xa4"})
    CHECK(of.add_key(bad).error().field == "selector");
  CHECK(of.add_key("news.2026").value());
  CHECK(of.add_key("x", account_name{"other"}).error().code == errc::not_found);
  int added = 0;
  while (of.add_key("k" + std::to_string(added)).has_value())
    ++added;
  CHECK(added == 9);
  CHECK(of.add_key("more").error().code == errc::limit_exceeded);
}

TEST_CASE("identity keys: the last key that signs cannot be retired", "[identities]") {
  keyed_book of;
  REQUIRE(of.look({"wf1r", "wf1e"}));
  REQUIRE(of.retire("WF1R").value());
  CHECK(of.state("wf1r") == signing_key_state::retiring);
  CHECK(of.retire("wf1e").error().code == errc::conflict);
  REQUIRE(of.retire("wf1r").value());
  CHECK(of.state("wf1r") == signing_key_state::retired);
  CHECK(decode_signing_key("wf1r", of.records.at("identities/keys/a.example/wf1r").value)
            .value()
            .sealed.empty());
  REQUIRE(of.retire("wf1r").value());
  CHECK(of.report().keys.size() == 1);
  CHECK(of.retire("wf1r").error().code == errc::not_found);
}

TEST_CASE("identity keys: two that retire each other's keys at once leave one", "[identities]") {
  keyed_book of;
  REQUIRE(of.look({"wf1r", "wf1e"}));
  const auto one = of.book.build(retire_signing_key{holder, site_of, "wf1r"}, of.now).value();
  const auto two = of.book.build(retire_signing_key{holder, site_of, "wf1e"}, of.now).value();
  CHECK(of.commit(one));
  CHECK_FALSE(of.commit(two));
}

TEST_CASE("identity keys: what is due is made once", "[identities]") {
  keyed_book of;
  REQUIRE(of.look({"wf1r", "wf1e"}));
  of.rules.rotate_every = hours{24};
  CHECK(of.book.due_keys(site_of, of.now, of.rules).empty());
  of.now += hours{24};
  CHECK(of.book.due_keys(site_of, of.now, of.rules).size() == 2);
  const auto one = of.book.build_due(site_of, pair_of_keys, seal_openly, of.now).value();
  REQUIRE(of.commit(one));
  CHECK(of.state("wf2r") == signing_key_state::pending);
  CHECK(of.book.build_due(site_of, pair_of_keys, seal_openly, of.now).value().then.empty());
}

TEST_CASE("identity keys: a domain goes with its keys and looks", "[identities]") {
  keyed_book of;
  REQUIRE(of.look({"wf1r"}));
  REQUIRE(of.run(of.book.build(remove_identity{holder, site_of})));
  CHECK(of.records.empty());
  CHECK(of.book.sender_domains().empty());
  CHECK(of.book.signing_keys().empty());
  CHECK(of.book.build_look(site_of, {}, of.now, false, of.rules).error().code == errc::not_found);
}

TEST_CASE("identity keys: where bounces and links go is below the domain", "[identities]") {
  keyed_book of;
  const auto change = [&](const std::string& path, const std::string& host) {
    return of.book.build(change_identity{holder, site_of, domain_name{path}, domain_name{host}});
  };
  CHECK(change("bounce.b.example", "t.a.example").error().field == "return_path");
  CHECK(change("a.example", "t.a.example").error().field == "return_path");
  CHECK(change("r.a.example", "t.b.example").error().field == "tracking_host");
  REQUIRE(of.run(change("R.a.example", "t.A.example")));
  CHECK(of.report().return_path.str() == "r.a.example");
  CHECK(of.report().tracking_host.str() == "t.a.example");
  CHECK(of.book.build(change_identity{holder, site_of, {}, {}}).value().then.empty());
  REQUIRE(of.run(of.book.build(change_identity{holder, site_of, {}, domain_name{}})));
  CHECK(of.report().tracking_host.empty());
}

TEST_CASE("identity keys: nobody takes a domain below another account's, or a public suffix",
          "[identities][security]") {
  keyed_book of;
  const auto add = [&](const std::string& domain, const account_name& who) {
    return of.book.build(add_identity{who, domain_name{domain}}, of.now);
  };
  CHECK(add("x.a.example", account_name{"other"}).error().code == errc::conflict);
  CHECK(add("x.a.example", holder).has_value());
  CHECK(add("xa.example", account_name{"other"}).has_value());
  CHECK(add("co.uk", holder).error().field == "domain");
  CHECK(add("acme.co.uk", holder).has_value());
}

TEST_CASE("identity keys: records of keys and looks keep their octets", "[identities][golden]") {
  stored_signing_key key;
  key.selector = "s";
  key.algorithm = signing_algorithm::ed25519_sha256;
  key.state = signing_key_state::retiring;
  key.created_at = wall_time{seconds{1}};
  key.changed_at = wall_time{seconds{2}};
  key.sealed = "x";
  key.published = "p";
  key.seen_since = wall_time{seconds{3}};
  key.why = "w";
  CHECK(decode_signing_key("s", encode(key)).value() == key);
  CHECK(encode(key) ==
        std::string{"\x08\x01\x10\x02\x18\x03\x20\xc0\x84\x3d\x28\x80\x89\x7a\x32\x01x"
                    "\x3a\x01p\x40\xc0\x8d\xb7\x01\x52\x01w"});
  stored_check check;
  check.checked_at = wall_time{seconds{1}};
  check.verified = true;
  check.records.push_back({"spf", "TXT", site_of, "e", "f", true, true, "w"});
  check.passing_sources.emplace_back("192.0.2.1");
  CHECK(decode_check(encode(check)).value() == check);
  CHECK(parse_signing_key_key("identities/keys/a.example/wf1r")->selector == "wf1r");
  CHECK_FALSE(parse_signing_key_key("identities/keys/a.example"));
  CHECK_FALSE(parse_signing_key_key("identities/keys/a.example/"));
  CHECK(decode_signing_key("s", "\x08\x01\x10\x03\x18\x01").error().code == errc::storage_newer);
}
