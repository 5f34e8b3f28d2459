#include "actors/webhooks/webhooks_actor.hpp"

#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/actors/webhooks/webhook_courier_site.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

/// Somebody who logs events, and remembers whose it was told to.
struct told_readers {
  event_readers_changed last;
  std::size_t count = 0;
};

struct webhooks_fixture : actor_fixture {
  webhooks_fixture() {
    also_settle([this] { return control.settle(); });
    webhooks_ports its;
    its.store = &store;
    its.control = &control;
    its.time = &time();
    its.log = &log;
    its.http = &http;
    its.random = std::make_shared<seeded_random>(3);
    its.sealing = sealing;
    its.node = "n1";
    actor = spawn(webhooks_behavior, std::move(its));
    connect_listeners listeners;
    listeners.delivery = caf::actor_cast<caf::strong_actor_ptr>(
        spawn([told = told](caf::event_based_actor*) -> caf::behavior {
          return {[told](const event_readers_changed& m) {
            told->last = m;
            ++told->count;
          }};
        }));
    caf::anon_send(actor, listeners);
    settle();
  }
  ~webhooks_fixture() { kill(actor); }
  webhook_report make(const std::string& account = "shop") {
    put_webhook command;
    command.value.account = account_name{account};
    command.value.url = "https://hooks.example.com/" + account;
    return ask<answer<webhook_report>>(actor, command).value.value();
  }
  std::string log_event() {
    auto writer = storage::event_writer::open(store, storage::event_stream::delivery).value();
    mail_event event;
    event.kind = event_kind::delivered;
    event.at = time().wall_now();
    event.about.account = account_name{"shop"};
    storage::batch changes;
    writer.append(changes, event);
    REQUIRE(storage::commit_and_wait(store, std::move(changes), storage::priority::progress));
    caf::anon_send(actor, events_logged{});
    advance(seconds{1});
    return event.id();
  }

  storage::memory_store store;
  manual_control_store control;
  silent_log log;
  scripted_http http;
  seal_key sealing = make_seal_key().value();
  std::shared_ptr<told_readers> told = std::make_shared<told_readers>();
  webhooks_shell actor;
};

std::vector<account_name> accounts_in(const event_readers_changed& m) {
  return m.accounts ? *m.accounts : std::vector<account_name>{};
}

} // namespace

TEST_CASE("webhooks actor: events are logged for whom somebody reads, and sent", "[webhooks]") {
  webhooks_fixture of;
  CHECK(accounts_in(of.told->last).empty());
  const auto made = of.make();
  CHECK(made.secret.starts_with("whsec_"));
  of.advance(seconds{2});
  CHECK(accounts_in(of.told->last) == std::vector{account_name{"shop"}});
  const auto id = of.log_event();
  CHECK(of.http.ids_of("https://hooks.example.com/shop") == std::set<std::string>{id});
  const auto listed =
      of.ask<answer<std::vector<webhook_report>>>(of.actor, list_webhooks{}).value.value();
  REQUIRE(listed.size() == 1);
  CHECK(listed.front().secret.empty());
  CHECK(listed.front().last_success_at);
  of.ask<answer<done>>(of.actor, delete_webhook{{}, made.value.number});
  of.advance(seconds{2});
  CHECK(accounts_in(of.told->last).empty());
}

TEST_CASE("webhooks actor: both secrets sign during a rotation, one after it", "[webhooks]") {
  webhooks_fixture of;
  const auto made = of.make();
  of.advance(seconds{1});
  put_webhook command{made.value, true};
  const auto changed = of.ask<answer<webhook_report>>(of.actor, command).value.value();
  CHECK(changed.secret != made.secret);
  of.log_event();
  const auto signatures = scripted_http::header(of.http.requests.back(), "webhook-signature");
  CHECK(signatures.find(' ') != std::string::npos);
  of.time().advance(std::chrono::hours{25});
  of.log_event();
  CHECK(scripted_http::header(of.http.requests.back(), "webhook-signature").find(' ') ==
        std::string::npos);
}

TEST_CASE("webhooks actor: addresses that may not be called are refused", "[webhooks][security]") {
  webhooks_fixture of;
  put_webhook command;
  command.value.account = account_name{"shop"};
  for (const auto* url : {"https://10.0.0.1/", "https://localhost/", "https://[fe80::1]/"}) {
    command.value.url = url;
    CHECK(of.ask<answer<webhook_report>>(of.actor, command).value.error().code == errc::refused);
  }
  command.value.url = "http://hooks.example.com/";
  CHECK(of.ask<answer<webhook_report>>(of.actor, command).value.error().code ==
        errc::invalid_argument);
  CHECK(of.http.requests.empty());
}

TEST_CASE("webhooks actor: a receiver that answers 410 is not called again", "[webhooks]") {
  webhooks_fixture of;
  const auto made = of.make();
  of.advance(seconds{1});
  of.http.answers = [](const http::outgoing_request&) { return scripted_http::status(410); };
  of.log_event();
  of.advance(seconds{1});
  const auto listed =
      of.ask<answer<std::vector<webhook_report>>>(of.actor, list_webhooks{{}, made.value.number})
          .value.value();
  CHECK(!listed.front().value.is_active);
  CHECK(listed.front().last_error == "the receiver answered 410");
  of.http.requests.clear();
  of.log_event();
  of.advance(std::chrono::minutes{2});
  CHECK(of.http.requests.empty());
}

TEST_CASE("webhooks actor: a test is answered with what the receiver said", "[webhooks]") {
  webhooks_fixture of;
  const auto made = of.make();
  const test_webhook question{{}, made.value.number};
  CHECK(of.ask<answer<webhook_tested>>(of.actor, question).value.value().error.empty());
  of.http.answers = [](const http::outgoing_request&) { return scripted_http::status(404); };
  CHECK(of.ask<answer<webhook_tested>>(of.actor, question).value.value().status == 404);
  of.http.answers = [](const http::outgoing_request&) -> result<http::incoming_answer> {
    return error{errc::refused, "may not be called", ""};
  };
  CHECK(of.ask<answer<webhook_tested>>(of.actor, question).value.value().error ==
        "may not be called");
  CHECK(of.ask<answer<webhook_tested>>(of.actor, test_webhook{account_name{"other"}, 1})
            .value.error()
            .code == errc::not_found);
}

TEST_CASE("webhooks actor: who reads events has them logged for a day more", "[webhooks]") {
  webhooks_fixture of;
  read_events question;
  question.account = account_name{"shop"};
  const auto first = of.ask<answer<event_page>>(of.actor, question).value.value();
  CHECK(first.items.empty());
  of.settle();
  CHECK(accounts_in(of.told->last) == std::vector{account_name{"shop"}});
  const auto id = of.log_event();
  question.after = first.next;
  const auto second = of.ask<answer<event_page>>(of.actor, question).value.value();
  REQUIRE(second.items.size() == 1);
  CHECK(second.items.front().id() == id);
  of.time().advance(std::chrono::hours{23});
  of.advance(seconds{2});
  CHECK(!accounts_in(of.told->last).empty());
  of.time().advance(std::chrono::hours{2});
  of.advance(seconds{2});
  CHECK(accounts_in(of.told->last).empty());
}

TEST_CASE("webhooks actor: the log is pruned of what is old and needed by nobody", "[webhooks]") {
  webhooks_fixture of;
  of.make();
  of.advance(seconds{1});
  of.log_event();
  const auto left = [&] {
    return of.store
        .scan(storage::family::events, storage::event_prefix(storage::event_stream::delivery),
              storage::prefix_end(storage::event_prefix(storage::event_stream::delivery)), 100)
        .value()
        .size();
  };
  of.advance(std::chrono::minutes{2});
  CHECK(left() == 1);
  of.http.holds = true;
  of.log_event();
  of.time().advance(std::chrono::hours{25});
  of.advance(std::chrono::minutes{2});
  CHECK(left() == 1); // the second is in flight
  of.http.release();
  of.advance(std::chrono::minutes{2});
  CHECK(left() == 0);
}
