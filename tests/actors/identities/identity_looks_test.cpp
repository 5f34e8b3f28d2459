// The identities actor with keys, a DNS, and roles that hear of both.
#include <catch2/catch.hpp>

#include <caf/send.hpp>

#include "actors/identities/identities_actor.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/actors/identities/fake_zone.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const account_name house{"acme"};
const domain_name shop{"shop.example"};

struct told_roles {
  std::vector<sender_domains_changed> intake;
  std::vector<sender_domains_changed> delivery;
  std::vector<signing_keys_changed> keys;
};

caf::behavior note_as_intake(caf::event_based_actor*, told_roles* told) {
  return {[told](const sender_domains_changed& m) { told->intake.push_back(m); }};
}
caf::behavior note_as_delivery(caf::event_based_actor*, told_roles* told) {
  return {[told](const sender_domains_changed& m) { told->delivery.push_back(m); },
          [told](const signing_keys_changed& m) { told->keys.push_back(m); }};
}

struct looks_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  warmfront::testing::fake_zone zone;
  told_roles told;
  std::vector<std::pair<dns_answers::question, dns::record_callback>> unanswered;
  bool answers = true;
  identities_config config;
  std::optional<seal_key> sealing = seal_key{3};
  identities_shell subject;

  looks_fixture() {
    also_settle([this] { return control.settle(); });
    config.site.hostname = "mta1.warm.example";
    zone.put("mta1.warm.example", dns::record_type::a, {"192.0.2.1"});
    zone.text("shop.example", {"v=spf1 ip4:192.0.2.1 -all"});
    start();
  }
  ~looks_fixture() { kill(subject); }
  void start() {
    identities_ports its{&control, &time(), &log, {}, "0123456789abcdef"};
    its.run_aside = [](const std::function<void()>& work) { work(); };
    its.look_up = [this](const dns_answers::question& question, dns::record_callback done) {
      if (answers)
        done(zone.answer(question));
      else
        unanswered.emplace_back(question, std::move(done));
    };
    its.sealing = sealing;
    // RSA takes a second each time.
    its.make_key = [](dkim::algorithm of) -> result<std::shared_ptr<const dkim::private_key>> {
      static const auto slow = dkim::private_key::generate(dkim::algorithm::rsa_sha256);
      if (of == dkim::algorithm::rsa_sha256)
        return slow;
      return dkim::private_key::generate(of);
    };
    subject = spawn(identities_behavior, config, std::move(its));
    const auto intake = spawn(note_as_intake, &told);
    const auto delivery = spawn(note_as_delivery, &told);
    connect_listeners listeners;
    listeners.intake = caf::actor_cast<caf::strong_actor_ptr>(intake);
    listeners.delivery = caf::actor_cast<caf::strong_actor_ptr>(delivery);
    caf::anon_send(subject, listeners);
    settle();
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(subject, std::move(question)).value;
  }
  identity_report add() { return get<identity_report>(add_identity{house, shop}).value(); }
  identity_report show() {
    return get<std::vector<identity_report>>(list_identities{house, shop}).value().front();
  }
  void publish_keys() {
    for (const auto& each : show().records)
      if (each.purpose == "dkim")
        zone.text(each.name.str(), {each.expected});
  }
  [[nodiscard]] std::size_t signing() const {
    if (told.keys.empty())
      return 0;
    const auto found = told.keys.back().keys->find(shop);
    return found == told.keys.back().keys->end() ? 0 : found->second.size();
  }
};

} // namespace

TEST_CASE("identity looks: a verified domain is told to intake and delivery at once",
          "[identities]") {
  looks_fixture of;
  REQUIRE(of.told.intake.size() == 1);
  CHECK(of.told.intake.back().domains->empty());
  CHECK(of.add().keys.size() == 2);
  REQUIRE(of.told.intake.size() == 2);
  CHECK_FALSE(of.told.intake.back().domains->at(shop).verified);
  CHECK(of.signing() == 0);
  of.publish_keys();
  const auto verified = of.get<identity_report>(verify_identity{house, shop}).value();
  CHECK(verified.verified);
  CHECK(of.told.intake.back().domains->at(shop).verified);
  CHECK(of.told.delivery.back().domains->at(shop).verified);
  CHECK(of.signing() == 2);
  REQUIRE(of.get<done>(remove_identity{house, shop}));
  CHECK(of.told.intake.back().domains->empty());
  CHECK(of.signing() == 0);
}

TEST_CASE("identity looks: records are looked at every hour, and a key signs after the second look",
          "[identities]") {
  looks_fixture of;
  of.add();
  of.publish_keys();
  of.advance(minutes{2});
  CHECK(of.show().checked_at);
  CHECK_FALSE(of.show().verified);
  of.advance(minutes{72});
  CHECK(of.show().verified);
  CHECK(of.signing() == 2);
  // What has not changed is not told again.
  const auto heard = of.told.intake.size();
  const auto keys_heard = of.told.keys.size();
  of.advance(hours{3});
  CHECK(of.told.intake.size() == heard);
  CHECK(of.told.keys.size() == keys_heard);
}

TEST_CASE("identity looks: a domain is lost three days after its records", "[identities]") {
  looks_fixture of;
  of.config.check_every = hours{6};
  of.kill(of.subject);
  of.start();
  of.add();
  of.publish_keys();
  REQUIRE(of.get<identity_report>(verify_identity{house, shop}).value().verified);
  of.zone.text("shop.example", {"v=spf1 -all"});
  of.advance(hours{7});
  CHECK(of.show().verified);
  CHECK(of.show().wrong_since);
  of.advance(hours{80});
  CHECK_FALSE(of.show().verified);
  CHECK_FALSE(of.told.intake.back().domains->at(shop).verified);
}

TEST_CASE("identity looks: keys survive a restart, sealed", "[identities][security]") {
  looks_fixture of;
  of.add();
  of.publish_keys();
  REQUIRE(of.get<identity_report>(verify_identity{house, shop}));
  for (const auto& [key, record] : of.control.records())
    CHECK(record.value.find("PRIVATE KEY") == std::string::npos);
  of.kill(of.subject);
  of.told = {};
  of.start();
  REQUIRE(of.signing() == 2);
  CHECK(of.told.intake.back().domains->at(shop).verified);
  of.kill(of.subject);
  of.told = {};
  of.sealing = seal_key{4};
  of.start();
  CHECK(of.signing() == 0);
  CHECK(of.told.intake.back().domains->at(shop).verified);
}

TEST_CASE("identity looks: without a key for secrets there are no keys, and it is said",
          "[identities]") {
  looks_fixture of;
  of.kill(of.subject);
  of.sealing.reset();
  of.start();
  CHECK(of.add().keys.empty());
  CHECK(of.get<identity_report>(add_signing_key{house, shop, {}, {}, {}}).error().code ==
        errc::unavailable);
  CHECK_FALSE(of.get<identity_report>(verify_identity{house, shop}).value().verified);
  // Once it has one, a look makes what is missing.
  of.kill(of.subject);
  of.sealing = seal_key{3};
  of.start();
  REQUIRE(of.get<identity_report>(verify_identity{house, shop}));
  CHECK(of.show().keys.size() == 2);
}

TEST_CASE("identity looks: a name server that is silent is waited for, but not for ever",
          "[identities]") {
  looks_fixture of;
  of.add();
  of.publish_keys();
  of.answers = false;
  const auto asked = of.asked<answer<identity_report>>(of.subject, verify_identity{house, shop});
  of.advance(seconds{14});
  CHECK_FALSE(asked->has_value());
  CHECK_FALSE(of.unanswered.empty());
  of.advance(seconds{2});
  REQUIRE(asked->has_value());
  const auto report = (*asked)->value.value();
  CHECK_FALSE(report.verified);
  CHECK(report.records.front().why.find("in time") != std::string::npos);
  // Answers that come too late change nothing.
  for (const auto& [question, done] : of.unanswered)
    done(of.zone.answer(question));
  of.settle();
  CHECK_FALSE(of.show().verified);
}

TEST_CASE("identity looks: a rotation is begun by hand or by age", "[identities]") {
  looks_fixture of;
  of.config.rotation.rotate_every = hours{30};
  of.kill(of.subject);
  of.start();
  of.add();
  of.publish_keys();
  REQUIRE(of.get<identity_report>(verify_identity{house, shop}));
  const auto before = of.show().keys.size();
  CHECK(of.get<identity_report>(
              add_signing_key{house, shop, signing_algorithm::ed25519_sha256, "mine", {}})
            .value()
            .keys.size() == before + 1);
  CHECK(of.get<identity_report>(retire_signing_key{house, shop, "mine"}).value().keys.size() ==
        before);
  CHECK(of.get<identity_report>(add_signing_key{house, shop, {}, {}, "no key"}).error().field ==
        "private_key");
  of.advance(hours{32});
  CHECK(of.show().keys.size() > before);
}

TEST_CASE("identity looks: what receivers would say of a batch is asked, or told at once",
          "[identities]") {
  looks_fixture of;
  of.add();
  of.publish_keys();
  REQUIRE(of.get<identity_report>(verify_identity{house, shop}));
  check_sending question{house, shop, {ip_address{"192.0.2.1"}}};
  const auto met = [&](const std::string& name) {
    const auto found = of.get<sending_check>(question).value();
    for (const auto& each : found.rules)
      if (each.name == name)
        return each.is_met;
    return false;
  };
  CHECK(met("dkim"));
  CHECK(met("spf"));
  CHECK_FALSE(met("dmarc"));
  const auto asked = of.zone.asked;
  question.asks_dns = false;
  CHECK(met("spf"));
  CHECK_FALSE(met("dmarc"));
  CHECK(of.zone.asked == asked);
  question.sources = {ip_address{"192.0.2.9"}};
  CHECK_FALSE(met("spf"));
  question.account = account_name{"other"};
  CHECK(of.get<sending_check>(question).error().code == errc::refused);
  question.from = domain_name{"nobody.example"};
  CHECK_FALSE(met("dkim"));
}

TEST_CASE("identity looks: SPF is looked at for the addresses of the account's pools",
          "[identities]") {
  looks_fixture of;
  pool shared;
  shared.addresses.push_back({ip_address{"192.0.2.5"}, node_name{"n1"}, 1, {}});
  pool theirs;
  theirs.account = account_name{"other"};
  theirs.addresses.push_back({ip_address{"192.0.2.6"}, node_name{"n1"}, 1, {}});
  caf::anon_send(of.subject, pools_changed{std::make_shared<const std::vector<pool>>(
                                 std::vector{shared, theirs})});
  of.add();
  of.publish_keys();
  CHECK_FALSE(of.get<identity_report>(verify_identity{house, shop}).value().verified);
  of.zone.text("shop.example", {"v=spf1 ip4:192.0.2.5 -all"});
  CHECK(of.get<identity_report>(verify_identity{house, shop}).value().verified);
}

TEST_CASE(
    "identity looks: a store that is away, or a clock that went back, is no storm of questions",
    "[identities]") {
  looks_fixture of;
  of.add();
  of.publish_keys();
  of.advance(minutes{2});
  REQUIRE(of.show().checked_at);
  auto asked = of.zone.asked;
  of.control.fail_next_transactions(1'000'000);
  of.advance(minutes{75});
  // A look every half minute at most, each with a handful of questions.
  CHECK(of.zone.asked > asked);
  CHECK(of.zone.asked - asked < 400);
  of.control.fail_next_transactions(0);
  of.advance(minutes{2});
  asked = of.zone.asked;
  of.time().jump(hours{-5});
  of.advance(minutes{10});
  CHECK(of.zone.asked > asked);
  CHECK(of.zone.asked - asked < 30);
  CHECK(of.show().checked_at < of.time().wall_now() + minutes{1});
}
