#include "actors/identities/key_rotation.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using std::chrono::hours;

namespace {

const wall_time start{seconds{1'767'225'600}};
const key_finding seen{key_sighting::seen, {}};
const key_finding gone{key_sighting::wrong, "there is no TXT record"};
const key_finding unheard{key_sighting::unknown, "the DNS does not tell"};

stored_signing_key key_of(const std::string& selector, signing_key_state state,
                          signing_algorithm algorithm = signing_algorithm::rsa_sha256) {
  stored_signing_key made;
  made.selector = selector;
  made.algorithm = algorithm;
  made.state = state;
  made.created_at = start;
  made.changed_at = start;
  made.sealed = "sealed " + selector;
  made.published = "v=DKIM1; p=" + selector;
  return made;
}

/// The keys of a domain as time goes by.
struct rotating {
  std::vector<stored_signing_key> keys;
  rotation_rules rules{hours{1}, hours{24 * 12}, microseconds{0}};
  wall_time now = start;

  rotated_keys look(std::map<std::string, key_finding> findings, bool by_hand = false) {
    auto made = rotate(keys, findings, now, by_hand, rules);
    keys = made.keys;
    return made;
  }
  [[nodiscard]] const stored_signing_key& key(const std::string& selector) const {
    return *std::ranges::find(keys, selector, &stored_signing_key::selector);
  }
  [[nodiscard]] std::vector<std::string> signing() const {
    std::vector<std::string> found;
    for (const auto& each : signing_keys_of(keys))
      found.push_back(each.selector);
    return found;
  }
};
using selectors = std::vector<std::string>;

} // namespace

TEST_CASE("key rotation: a key signs once its record was seen for an hour", "[identities]") {
  rotating of{{key_of("a", signing_key_state::pending)}};
  of.look({{"a", gone}});
  CHECK(of.key("a").why == "there is no TXT record");
  of.now += hours{1};
  of.look({{"a", seen}});
  CHECK(of.signing().empty());
  of.now += hours{1} - seconds{1};
  of.look({{"a", unheard}});
  CHECK(of.key("a").state == signing_key_state::pending);
  of.now += seconds{1};
  of.look({{"a", seen}});
  CHECK(of.key("a").state == signing_key_state::active);
  CHECK(of.key("a").changed_at == of.now);
  CHECK(of.signing() == selectors{"a"});
}

TEST_CASE("key rotation: a record that comes and goes begins anew", "[identities]") {
  rotating of{{key_of("a", signing_key_state::pending)}};
  for (int i = 0; i < 6; ++i) {
    of.look({{"a", i % 2 == 0 ? seen : gone}});
    of.now += hours{1};
    CHECK(of.key("a").state == signing_key_state::pending);
  }
}

TEST_CASE("key rotation: by hand a record that is there counts at once", "[identities]") {
  rotating of{{key_of("a", signing_key_state::pending),
               key_of("b", signing_key_state::pending, signing_algorithm::ed25519_sha256)}};
  of.look({{"a", seen}, {"b", gone}}, true);
  CHECK(of.signing() == selectors{"a"});
  of.look({{"a", seen}, {"b", seen}}, true);
  CHECK(of.signing() == selectors{"a", "b"});
}

TEST_CASE("key rotation: the old key signs until the new one does, then its record is kept",
          "[identities]") {
  rotating of{
      {key_of("old", signing_key_state::active), key_of("new", signing_key_state::pending)}};
  of.look({{"old", seen}, {"new", gone}}, true);
  CHECK(of.signing() == selectors{"old"});
  of.look({{"old", seen}, {"new", seen}}, true);
  CHECK(of.signing() == selectors{"new"});
  CHECK(of.key("old").state == signing_key_state::retiring);
  of.now += of.rules.kept_for - seconds{1};
  of.look({{"old", seen}, {"new", seen}});
  CHECK(of.key("old").state == signing_key_state::retiring);
  of.now += seconds{1};
  of.look({{"old", seen}, {"new", seen}});
  CHECK(of.key("old").state == signing_key_state::retired);
  CHECK(of.key("old").sealed.empty());
  of.look({{"old", unheard}, {"new", seen}});
  CHECK(of.keys.size() == 2);
  of.look({{"old", gone}, {"new", seen}});
  CHECK(of.keys.size() == 1);
}

TEST_CASE("key rotation: keys of another algorithm are not touched", "[identities]") {
  rotating of{{key_of("rsa", signing_key_state::active),
               key_of("ed", signing_key_state::pending, signing_algorithm::ed25519_sha256)}};
  of.look({{"rsa", seen}, {"ed", seen}}, true);
  CHECK(of.signing() == selectors{"rsa", "ed"});
}

TEST_CASE("key rotation: a key without its record stops while another has one", "[identities]") {
  rotating of{{key_of("rsa", signing_key_state::active),
               key_of("ed", signing_key_state::active, signing_algorithm::ed25519_sha256)}};
  of.look({{"rsa", gone}, {"ed", seen}});
  CHECK(of.signing() == selectors{"ed"});
  CHECK_FALSE(of.key("rsa").why.empty());
  // The last one goes on: its record may come back before the mail is read.
  of.look({{"rsa", gone}, {"ed", gone}});
  CHECK(of.signing() == selectors{"rsa", "ed"});
  of.look({{"rsa", seen}, {"ed", gone}});
  CHECK(of.signing() == selectors{"rsa"});
  CHECK(of.key("rsa").why.empty());
}

TEST_CASE("key rotation: when the new record vanishes, the old key signs again", "[identities]") {
  rotating of{
      {key_of("old", signing_key_state::retiring), key_of("new", signing_key_state::active)}};
  of.look({{"old", seen}, {"new", gone}});
  CHECK(of.signing() == selectors{"old"});
  of.look({{"old", seen}, {"new", seen}});
  CHECK(of.signing() == selectors{"new"});
}

TEST_CASE("key rotation: an old key gets a successor, once", "[identities]") {
  rotating of{{key_of("a", signing_key_state::active)}};
  of.now += hours{24 * 365};
  CHECK(of.look({{"a", seen}}).due.empty());
  of.rules.rotate_every = hours{24 * 90};
  CHECK(of.look({{"a", seen}}).due == std::vector{signing_algorithm::rsa_sha256});
  of.keys.push_back(key_of("b", signing_key_state::pending));
  CHECK(of.look({{"a", seen}, {"b", gone}}).due.empty());
  of.look({{"a", seen}, {"b", seen}}, true);
  CHECK(of.look({{"a", seen}, {"b", seen}}).due.empty());
}

TEST_CASE("key rotation: a domain without keys gets one of each algorithm", "[identities]") {
  rotating of;
  CHECK(of.look({}).due.size() == 2);
  of.keys = {key_of("a", signing_key_state::pending)};
  CHECK(of.look({}).due.empty());
}

TEST_CASE("key rotation: whatever the DNS says, there is never a gap", "[identities][property]") {
  const auto seed = GENERATE(range(1u, 31u));
  CAPTURE(seed);
  seeded_random random{seed};
  rotating of{{key_of("k0", signing_key_state::active)}};
  int made = 0;
  for (int step = 0; step < 300; ++step) {
    of.now += hours{1 + random.next() % 40};
    if (random.next() % 5 == 0 && of.keys.size() < 6) {
      auto key = key_of("k" + std::to_string(++made), signing_key_state::pending,
                        random.next() % 2 == 0 ? signing_algorithm::rsa_sha256
                                               : signing_algorithm::ed25519_sha256);
      key.created_at = of.now;
      of.keys.push_back(key);
    }
    std::map<std::string, key_finding> findings;
    for (const auto& each : of.keys)
      findings[each.selector] = random.next() % 3 == 0   ? gone
                                : random.next() % 3 == 0 ? unheard
                                                         : seen;
    of.look(findings, random.next() % 4 == 0);
    const auto signing = signing_keys_of(of.keys);
    REQUIRE_FALSE(signing.empty());
    const auto is_there = [](const stored_signing_key& each) {
      return !each.missing_since && !each.sealed.empty() &&
             each.state != signing_key_state::pending && each.state != signing_key_state::retired;
    };
    // If any key that may sign has its record, every key that does has.
    if (std::ranges::any_of(of.keys, is_there))
      CHECK(std::ranges::all_of(signing, is_there));
    // One key per algorithm signs; nobody signs before its record was seen.
    CHECK(signing.size() <= 2);
    for (const auto& each : signing) {
      CHECK(each.state != signing_key_state::pending);
      CHECK_FALSE(each.sealed.empty());
    }
    for (const auto of_algorithm :
         {signing_algorithm::rsa_sha256, signing_algorithm::ed25519_sha256})
      CHECK(std::ranges::count_if(of.keys, [&](const auto& each) {
              return each.algorithm == of_algorithm && each.state == signing_key_state::active;
            }) <= 1);
  }
}
