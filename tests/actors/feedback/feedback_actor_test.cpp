#include "actors/feedback/feedback_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/feedback/inbound_actor.hpp"
#include "storage/event_log.hpp"
#include "storage/feedback_marks.hpp"
#include "tests/actors/feedback/sent_mail.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using warmfront::testing::add_sent;
using warmfront::testing::item_about;
using warmfront::testing::silent_log;

namespace {

const message_id actor_message{wall_time{std::chrono::hours{499'999}}, 7, 9};

/// The roles that hear of feedback, as one actor that keeps what it is told.
struct told {
  std::vector<put_suppressions> suppressed;
  std::vector<ledger_outcomes> quality;
  std::size_t logged = 0;
  bool refuses = false;
};

caf::behavior listener_behavior(caf::event_based_actor*, std::shared_ptr<told> what) {
  return {
      [what](const put_suppressions& m) {
        if (what->refuses)
          return answer<std::vector<suppression_report>>{error{errc::unavailable, "away", {}}};
        what->suppressed.push_back(m);
        return answer<std::vector<suppression_report>>{std::vector<suppression_report>{}};
      },
      [what](const count_outcomes& m) {
        what->quality.insert(what->quality.end(), m.ledgers.begin(), m.ledgers.end());
      },
      [what](const events_logged&) { ++what->logged; },
  };
}

struct feedback_fixture : warmfront::testing::actor_fixture {
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  storage::changed_counters changed;
  silent_log log;
  std::shared_ptr<told> heard = std::make_shared<told>();
  feedback_shell subject;

  feedback_fixture() {
    also_settle([this] { return store.settle(); });
    add_sent(store, {actor_message, {"ada@b.example", "bob@b.example"}});
    settle();
    feedback_ports its;
    its.store = &store;
    its.time = &time();
    its.log = &log;
    its.config.self = node_name{"n1"};
    its.changed = &changed;
    subject = spawn(feedback_behavior, its);
    const auto listener = caf::actor_cast<caf::strong_actor_ptr>(spawn(listener_behavior, heard));
    connect_listeners to{nullptr, nullptr};
    to.suppressions = listener;
    to.webhooks = listener;
    to.warmup = listener;
    caf::anon_send(subject, to);
    settle();
  }
  ~feedback_fixture() { kill(subject); }

  result<done> record(std::vector<feedback_item> items) {
    return ask<answer<done>>(subject, record_feedback{std::move(items)}).value;
  }
  std::vector<mail_event> marks() const {
    return storage::read_feedback_marks(store, actor_message, 10).value();
  }
  std::size_t counters() const {
    return store.scan(storage::family::counters, "", "", 100).value().size();
  }
  std::vector<storage::key_value> logged() const {
    const auto prefix = storage::event_prefix(storage::event_stream::feedback);
    return store.scan(storage::family::events, prefix, storage::prefix_end(prefix), 100).value();
  }
};

feedback_item hard_bounce(std::uint32_t index) {
  auto item = item_about(event_kind::bounced, {actor_message, index});
  item.event.bounce_class = "invalid";
  item.event.reply = "550 no such user";
  return item;
}

} // namespace

TEST_CASE("feedback actor: a bounce is suppressed, counted, marked, and told to warmup",
          "[feedback]") {
  feedback_fixture of;
  REQUIRE(of.record({hard_bounce(0)}));
  REQUIRE(of.heard->suppressed.size() == 1);
  CHECK(of.heard->suppressed[0].addresses == std::vector<std::string>{"ada@b.example"});
  CHECK(of.marks().size() == 1);
  CHECK(of.counters() > 0);
  CHECK(of.changed.take().keys.size() == of.counters());
  of.settle();
  CHECK(of.heard->quality.size() == 2);
  CHECK(of.heard->logged == 0);
  CHECK(of.logged().empty());
}

TEST_CASE("feedback actor: what could not be suppressed is not marked, so that it is said again",
          "[feedback]") {
  feedback_fixture of;
  of.heard->refuses = true;
  CHECK(of.record({hard_bounce(0)}).error().code == errc::unavailable);
  CHECK(of.marks().empty());
  CHECK(of.counters() == 0);
  of.heard->refuses = false;
  CHECK(of.record({hard_bounce(0)}));
  CHECK(of.heard->suppressed.size() == 1);
  CHECK(of.marks().size() == 1);
}

TEST_CASE("feedback actor: a disk that does not take it is told to who brought it", "[feedback]") {
  feedback_fixture of;
  of.store.fail_next(1, {errc::storage_full, "full", {}});
  CHECK(of.record({hard_bounce(0)}).error().code == errc::storage_full);
  CHECK(of.marks().empty());
  CHECK(of.record({hard_bounce(0)}));
  CHECK(of.marks().size() == 1);
}

TEST_CASE("feedback actor: events are logged for accounts that somebody reads", "[feedback]") {
  feedback_fixture of;
  event_readers_changed readers;
  readers.accounts =
      std::make_shared<const std::vector<account_name>>(std::vector{account_name{"shop"}});
  caf::anon_send(of.subject, readers);
  REQUIRE(of.record({hard_bounce(0), item_about(event_kind::opened, {actor_message, 1})}));
  REQUIRE(of.logged().size() == 2);
  const auto event = storage::decode_mail_event(of.logged()[1].value).value();
  CHECK(event.kind == event_kind::opened);
  CHECK(event.about.address == "bob@b.example");
  CHECK(of.heard->logged == 1);
  readers.accounts = nullptr;
  caf::anon_send(of.subject, readers);
  REQUIRE(of.record({hard_bounce(1)}));
  CHECK(of.logged().size() == 2);
}

TEST_CASE("feedback actor: what comes while something is written waits and counts once",
          "[feedback]") {
  feedback_fixture of;
  std::vector<std::shared_ptr<std::optional<answer<done>>>> pending;
  for (int i = 0; i < 10; ++i)
    pending.push_back(
        of.asked<answer<done>>(of.subject, record_feedback{{hard_bounce(0), hard_bounce(1)}}));
  of.settle();
  for (const auto& each : pending) {
    REQUIRE(each->has_value());
    CHECK((*each)->value.has_value());
  }
  CHECK(of.marks().size() == 2);
  std::size_t addresses = 0;
  for (const auto& each : of.heard->suppressed)
    addresses += each.addresses.size();
  CHECK(addresses == 2);
}

TEST_CASE("feedback actor: marks go with the age of their mail", "[feedback]") {
  feedback_fixture of;
  const auto young = of.time().wall_now();
  const message_id fresh{young, 7, 1};
  add_sent(of.store, {fresh, {"ada@b.example"}});
  of.settle();
  REQUIRE(of.record({item_about(event_kind::opened, {fresh, 0})}));
  REQUIRE(of.record({item_about(event_kind::opened, {actor_message, 0})}));
  of.advance(std::chrono::hours{1} + std::chrono::seconds{1});
  CHECK(storage::read_feedback_marks(of.store, fresh, 10).value().size() == 1);
}

TEST_CASE("inbound actor: a mail is answered when what it says is durable", "[feedback]") {
  feedback_fixture of;
  inbound_ports its;
  its.tokens = std::make_shared<const feedback::token_key>(
      feedback::token_key::make(std::string(32, 'k')).value());
  its.feedback = caf::actor_cast<feedback_actor>(of.subject);
  its.time = &of.time();
  its.log = &of.log;
  its.random = std::make_shared<seeded_random>(1);
  const auto inbound = of.spawn(inbound_behavior, its);
  const auto to = make_local_part(*its.tokens, feedback::address_use::bounce, {actor_message, 1});
  std::optional<submission_result> outcome;
  const auto hand_in = [&](const std::string& content) {
    submitted_mail mail;
    mail.mail.mail.recipients.push_back({to + "@bounce.example", {}, {}});
    mail.mail.content = content;
    mail.done = [&](const submission_result& got) { outcome = got; };
    caf::anon_send(inbound, submit_mails{std::make_shared<std::vector<submitted_mail>>(
                                std::vector<submitted_mail>{std::move(mail)})});
    of.settle();
    return outcome;
  };
  const std::string bounce = "From: mailer-daemon@b.example\r\nSubject: failure notice\r\n\r\n"
                             "<bob@b.example>: 550 5.1.1 user unknown\r\n";
  of.heard->refuses = true;
  CHECK(hand_in(bounce)->error().code == errc::unavailable);
  of.heard->refuses = false;
  CHECK(hand_in(bounce)->has_value());
  CHECK(of.marks().at(0).status == "5.1.1");
  CHECK(hand_in("Subject: hello\r\n\r\n")->has_value());
  CHECK(of.marks().size() == 1);
}
