#include "actors/intake/intake_actor.hpp"

#include <catch2/catch.hpp>

#include "storage/memory/memory_store.hpp"
#include "storage/statistics.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warmfront;

namespace {

caf::behavior note_mails(caf::event_based_actor* self, std::vector<mails_spooled>* heard) {
  self->set_default_handler(caf::drop);
  return {[heard](const mails_spooled& m) { heard->push_back(m); }};
}

struct intake_fixture : testing::actor_fixture {
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  storage::changed_counters changed;
  std::vector<mails_spooled> heard;
  std::vector<submission_result> answers;
  storage::suppression_reader suppressed;
  std::vector<std::function<void()>> aside; ///< what waits for the other thread
  intake_shell subject;

  intake_fixture() {
    const auto listener = spawn(note_mails, &heard);
    REQUIRE(suppressed.open(store));
    intake_config rules{"mta.example"};
    rules.suppressions = {&suppressed,
                          [this](std::function<void()> work) { aside.push_back(std::move(work)); }};
    auto core = std::make_shared<intake>(rules, std::make_unique<seeded_random>(1));
    subject = spawn(
        intake_behavior, core, static_cast<storage::store*>(&store),
        static_cast<const warmfront::clock*>(&time()), caf::actor_cast<delivery_actor>(listener),
        replication_actor{},
        intake_books{storage::event_recorder{
                         storage::event_writer::open(store, storage::event_stream::intake).value()},
                     &changed});
    pool shared;
    shared.name = pool_name{"shared"};
    caf::anon_send(subject, pools_changed{std::make_shared<const std::vector<pool>>(
                                std::vector<pool>{shared})});
    settle();
  }
  ~intake_fixture() { kill(subject); }

  void suppress(const std::string& address) {
    storage::stored_suppression entry;
    entry.address = address;
    entry.reason = 1;
    storage::batch changes;
    changes.put(storage::family::suppressions, storage::suppression_entry_key({}, address),
                storage::encode_suppression_entry(entry));
    store.commit(std::move(changes), storage::priority::progress, [](const result<void>&) {});
    store.settle();
    suppressed.note_account({});
  }
  void run_aside() {
    for (const auto& each : std::exchange(aside, {}))
      each();
    settle();
  }

  void submit(int count, const std::string& content = "Subject: hi\r\n\r\n") {
    auto mails = std::make_shared<std::vector<submitted_mail>>();
    for (int i = 0; i < count; ++i) {
      submission mail;
      mail.mail.recipients = {{"r@b.example", notify::unspecified, {}}};
      mail.content = content;
      mails->push_back({std::move(mail),
                        [this](submission_result what) { answers.push_back(std::move(what)); }});
    }
    caf::anon_send(subject, submit_mails{std::move(mails)});
    settle();
  }
};

} // namespace

TEST_CASE("intake actor: a mail is acknowledged only when it is durable", "[intake_actor]") {
  intake_fixture f;
  f.submit(2);
  CHECK(f.answers.empty());
  CHECK(f.heard.empty());
  CHECK(f.store.unsettled() == 1); // one commit for both
  f.store.settle();
  REQUIRE(f.answers.size() == 2);
  REQUIRE(f.answers[0]);
  const auto id = f.answers[0].value();
  CHECK(f.store.get(storage::family::spool, storage::message_key(id)).value());
  f.settle();
  REQUIRE(f.heard.size() == 1);
  REQUIRE(f.heard[0].mails.size() == 2);
  CHECK(f.heard[0].mails[0]->record.id == id);
  CHECK(f.heard[0].mails[1]->record.first_sequence == 1);
}

TEST_CASE("intake actor: it hears who may send from which domain", "[intake_actor][security]") {
  intake_fixture f;
  sender_domains::table all;
  all.emplace(domain_name{"a.example"}, sender_domain{account_name{"other"}, true, {}, {}});
  caf::anon_send(f.subject, sender_domains_changed{
                                std::make_shared<const sender_domains::table>(std::move(all))});
  f.submit(1, "From: x@a.example\r\n\r\n");
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].error().code == errc::refused);
}

TEST_CASE("intake actor: a commit that fails is told to everybody who waits", "[intake_actor]") {
  for (const auto code : {errc::storage_full, errc::storage_failed}) {
    intake_fixture f;
    f.store.fail_next(1, {code, "the disk says no", ""});
    f.submit(3);
    f.store.settle();
    f.settle();
    REQUIRE(f.answers.size() == 3);
    for (const auto& each : f.answers)
      CHECK(each.error().code == code);
    CHECK(f.heard.empty());
  }
}

TEST_CASE("intake actor: a full disk refuses new mail and takes it again later", "[intake_actor]") {
  intake_fixture f;
  f.store.set_full(true);
  f.submit(1);
  f.store.settle();
  CHECK(f.answers.at(0).error().code == errc::storage_full);
  f.store.set_full(false);
  f.submit(1);
  f.store.settle();
  CHECK(f.answers.at(1));
}

TEST_CASE("intake actor: a refused mail does not hold up the others", "[intake_actor]") {
  intake_fixture f;
  f.submit(1, "X-Warmfront-Class: bulk\r\n\r\n");
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].error().code == errc::invalid_argument);
  CHECK(f.store.unsettled() == 0);
}

TEST_CASE("intake actor: ledger domains change the lanes", "[intake_actor]") {
  intake_fixture f;
  caf::anon_send(f.subject, ledger_domains_changed{std::make_shared<const std::vector<domain_name>>(
                                std::vector<domain_name>{domain_name{""}})});
  f.submit(1);
  f.store.settle();
  f.settle();
  CHECK(f.heard.size() == 1);
}

TEST_CASE("intake actor: stopping, it answers when no mail is under way", "[intake_actor]") {
  intake_fixture f;
  f.submit(1);
  const auto stopped = f.asked<done>(f.subject, stop_intake{});
  f.settle();
  CHECK_FALSE(stopped->has_value());
  f.submit(1);
  REQUIRE(f.answers.size() == 1);
  CHECK(f.answers[0].error().code == errc::stopping);
  f.store.settle();
  f.settle();
  CHECK(stopped->has_value());
  REQUIRE(f.answers.size() == 2);
  CHECK(f.answers[1]);
  CHECK(f.heard.size() == 1);
}

TEST_CASE("intake actor: a mail is counted in its own commit", "[intake_actor][statistics]") {
  intake_fixture f;
  const auto counters = [&] { return f.store.scan(storage::family::counters, "", "", 10).value(); };
  f.submit(3);
  CHECK(counters().empty());
  CHECK(f.store.unsettled() == 1);
  f.store.settle();
  REQUIRE(counters().size() == 2); // one counter for all three in each table
  const auto key = storage::parse_statistics_key(counters()[0].key).value();
  CHECK(key.receiver.str() == "b.example");
  CHECK(key.what == storage::counted::accepted);
  CHECK(counters()[0].value == "3");
  CHECK(storage::parse_way_key(counters()[1].key)->what == storage::counted::accepted);
  CHECK(counters()[1].value == "3");
}

TEST_CASE("intake actor: a suppressed recipient is recorded and counted, and waits nowhere",
          "[intake_actor][statistics]") {
  intake_fixture f;
  f.suppress("r@b.example");
  f.submit(1);
  CHECK(f.store.unsettled() == 0);
  f.run_aside();
  f.store.settle();
  f.settle();
  REQUIRE(f.answers.size() == 1);
  const auto id = f.answers[0].value();
  const auto state = f.store.get(storage::family::spool, storage::recipient_key({id, 0})).value();
  REQUIRE(state);
  CHECK(storage::decode_recipient(*state).value().state ==
        static_cast<std::uint8_t>(recipient_state::suppressed));
  CHECK(f.store.scan(storage::family::queue, "", "", 1).value().empty());
  CHECK_FALSE(f.store.get(storage::family::spool, storage::body_key(id)).value());
  const auto counters = f.store.scan(storage::family::counters, "", "", 10).value();
  REQUIRE(counters.size() == 2);
  CHECK(storage::parse_statistics_key(counters[0].key)->what == storage::counted::suppressed);
  CHECK(storage::parse_way_key(counters[1].key)->what == storage::counted::suppressed);
}

TEST_CASE("intake actor: mail that waits for a look-up is refused when the node stops",
          "[intake_actor]") {
  intake_fixture f;
  f.suppress("r@b.example");
  f.submit(2);
  const auto stopped = f.asked<done>(f.subject, stop_intake{});
  f.settle();
  f.store.settle();
  f.settle();
  CHECK(stopped->has_value());
  f.run_aside();
  REQUIRE(f.answers.size() == 2);
  CHECK(f.answers[1].error().code == errc::stopping);
  CHECK(f.store.unsettled() == 0);
}

TEST_CASE("intake actor: who has no entry is sent to, whoever else has", "[intake_actor]") {
  intake_fixture f;
  f.suppress("other@b.example");
  f.submit(1);
  f.run_aside();
  f.store.settle();
  f.settle();
  REQUIRE(f.answers.size() == 1);
  CHECK(f.heard.size() == 1);
}

TEST_CASE("intake actor: events are logged of accounts that have readers, with the mail",
          "[intake_actor][events]") {
  intake_fixture f;
  const auto logged = [&] {
    std::vector<mail_event> events;
    const auto prefix = storage::event_prefix(storage::event_stream::intake);
    const auto found =
        f.store.scan(storage::family::events, prefix, storage::prefix_end(prefix), 10).value();
    for (const auto& each : found)
      events.push_back(storage::decode_mail_event(each.value).value());
    return events;
  };
  const auto read_by = [&](std::vector<account_name> accounts) {
    caf::anon_send(
        f.subject,
        event_readers_changed{false, std::make_shared<const std::vector<account_name>>(accounts)});
    f.settle();
  };
  f.submit(1);
  f.store.settle();
  CHECK(logged().empty());
  CHECK(f.changed.take().keys.size() == 2);
  read_by({account_name{"acme"}});
  f.submit(1);
  f.store.settle();
  CHECK(logged().empty()); // of another account
  read_by({account_name{"acme"}, account_name{}});
  f.submit(2);
  CHECK(logged().empty());
  f.store.settle();
  const auto events = logged();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == event_kind::accepted);
  CHECK(events[0].about.address == "r@b.example");
  CHECK(events[0].about.recipient.message == f.answers[2].value());
  read_by({});
  f.submit(1);
  f.store.settle();
  CHECK(logged().size() == 2);
}
