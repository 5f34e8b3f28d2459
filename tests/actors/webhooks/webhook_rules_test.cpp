#include <catch2/catch.hpp>

#include "actors/webhooks/event_json.hpp"
#include "actors/webhooks/webhook_book.hpp"
#include "actors/webhooks/webhook_lane.hpp"
#include "actors/webhooks/webhook_signature.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

const account_name shop{"shop"};
const account_name other_shop{"other"};

put_webhook wanted(const account_name& account, const std::string& url = "https://a.example/") {
  put_webhook command;
  command.value.account = account;
  command.value.url = url;
  return command;
}

/// A control store of one book, as far as transactions go.
struct book_site {
  std::uint64_t put(const put_webhook& command, const std::string& sealed = "sealed") {
    const auto built = book.build(command, sealed, now).value();
    apply(built.transaction);
    return built.number;
  }
  void apply(const storage::control_transaction& what) {
    ++revision;
    for (const auto& change : what.then) {
      storage::control_event event;
      event.record = {change.key, change.value.value_or(""), revision, revision, 0};
      event.deleted = !change.value;
      REQUIRE(book.apply(event));
    }
  }
  webhook_book book;
  storage::revision revision = 0;
  wall_time now{seconds{1'767'225'600}};
};

mail_event some_event(event_kind kind = event_kind::delivered) {
  mail_event event;
  event.kind = kind;
  event.at = wall_time{seconds{1'767'225'600}};
  event.about.account = shop;
  event.about.address = "a@example.com";
  return event;
}

} // namespace

TEST_CASE("webhook signature: as the standard's own example has it", "[webhooks][golden]") {
  CHECK(sign_webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                     "1614265330", "{\"test\": 2432232314}") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  CHECK(!sign_webhook("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", "1", "b"));
  CHECK(!sign_webhook("whsec_", "a", "1", "b"));
  CHECK(!sign_webhook("whsec_???", "a", "1", "b"));
  const auto secret = make_webhook_secret().value();
  CHECK(secret.size() == 6 + 44);
  CHECK(secret != make_webhook_secret().value());
  CHECK(sign_webhook(secret, "a", "1", "b"));
}

TEST_CASE("webhook payload: what is known, strangers' octets made harmless", "[webhooks]") {
  auto event = some_event(event_kind::bounced);
  event.reply = "550 \xff <b>\n";
  event.about.task = task_id{7};
  const auto body = webhook_body(event);
  CHECK_THAT(body, Contains(R"("type":"message.bounced")") &&
                       Contains(R"("timestamp":"2026-01-01T00:00:00.000Z")") &&
                       Contains(R"("recipient":"a@example.com")") && Contains(R"("task":"7")") &&
                       Contains("\xef\xbf\xbd <b>\\n") && !Contains("\n") && !Contains("provider"));
  CHECK_THAT(event_line(event, "n1"), Contains(R"({"id":")" + event.id() + R"(","node":"n1",)"));
}

TEST_CASE("webhook book: an account has twenty, and sees its own alone", "[webhooks]") {
  book_site site;
  for (std::size_t count = 0; count < webhook_book::per_account_max; ++count)
    CHECK(site.put(wanted(shop)) == count + 1);
  CHECK(site.book.build(wanted(shop), "s", site.now).error().code == errc::limit_exceeded);
  const auto foreign = site.put(wanted(other_shop));
  CHECK(site.book.find(shop, foreign) == nullptr);
  CHECK(site.book.find({}, foreign) != nullptr);
  CHECK(site.book.list({shop, 0}).value().size() == 20);
  CHECK(site.book.list({shop, foreign}).error().code == errc::not_found);
  CHECK(site.book.build(delete_webhook{shop, foreign}).error().code == errc::not_found);
  site.apply(site.book.build(delete_webhook{{}, foreign}).value());
  CHECK(site.book.list({}).value().size() == 20);
  // Its number is not given out again: what is on disks is the old one's.
  CHECK(site.put(wanted(other_shop)) == foreign + 1);
}

TEST_CASE("webhook book: the old secret signs for a day more", "[webhooks]") {
  book_site site;
  auto command = wanted(shop);
  command.value.number = site.put(command, "first");
  command.new_secret = true;
  site.put(command, "second");
  const auto* stored = site.book.find(shop, 1);
  CHECK(stored->sealed_secret == "second");
  CHECK(stored->previous_secret == "first");
  CHECK(stored->previous_until == site.now + std::chrono::hours{24});
  site.now += std::chrono::hours{25};
  command.new_secret = false;
  command.value.url = "https://b.example/";
  site.put(command, "");
  stored = site.book.find(shop, 1);
  CHECK(stored->value.url == "https://b.example/");
  CHECK(stored->sealed_secret == "second");
  CHECK(stored->previous_secret.empty());
}

TEST_CASE("webhook book: one that ended says why until it is active again", "[webhooks]") {
  book_site site;
  auto command = wanted(shop);
  command.value.number = site.put(command);
  site.apply(site.book.build_end(1, "the receiver answered 410").value());
  CHECK(!site.book.find(shop, 1)->value.is_active);
  CHECK(site.book.find(shop, 1)->inactive_why == "the receiver answered 410");
  CHECK(site.book.readers().empty());
  CHECK(site.book.build_end(1, "again").value().then.empty());
  command.value.is_active = true;
  site.put(command);
  CHECK(site.book.find(shop, 1)->inactive_why.empty());
  CHECK(site.book.readers() == std::set<account_name>{shop});
}

TEST_CASE("webhook record: comes back as it was", "[webhooks]") {
  stored_webhook value;
  value.value = {7, shop, "https://a.example/", {event_kind::bounced}, "text", false, {}};
  value.value.created_at = wall_time{seconds{5}};
  value.sealed_secret = std::string{"\0s", 2};
  value.previous_secret = "p";
  value.previous_until = wall_time{seconds{6}};
  value.inactive_why = "why";
  CHECK(decode_webhook(7, encode(value)).value() == value);
  CHECK(decode_webhook(7, "nonsense").error().code == errc::storage_corrupt);
  CHECK(parse_webhook_key(webhook_key(12)) == 12);
  CHECK(!parse_webhook_key(last_webhook_key()));
  CHECK(!parse_webhook_key("webhooks/0000000000000000001x"));
}

TEST_CASE("webhook: all kinds but `accepted` unless it says which", "[webhooks]") {
  webhook who;
  who.account = shop;
  CHECK(wants(who, some_event(event_kind::delivered)));
  CHECK(!wants(who, some_event(event_kind::accepted)));
  who.kinds = {event_kind::accepted};
  CHECK(wants(who, some_event(event_kind::accepted)));
  CHECK(!wants(who, some_event(event_kind::delivered)));
  who.account = other_shop;
  CHECK(!wants(who, some_event(event_kind::accepted)));
}

TEST_CASE("webhook lane: the cursor stays behind what has not ended", "[webhooks]") {
  seeded_random random{1};
  webhook_lane lane{{}, {10, 0, 0}, 0, random};
  const auto stream = storage::event_stream::intake;
  const wall_time now{seconds{1'767'225'600}};
  CHECK(lane.next_of(stream) == 11);
  for (std::uint64_t number = 11; number <= 13; ++number)
    lane.take({number, some_event()}, stream);
  CHECK(lane.next_of(stream) == 14);
  CHECK(lane.cursor(stream) == 10);
  const auto first = lane.begin_next(now).value();
  const auto second = lane.begin_next(now).value();
  lane.end(second, {true, ""}, now);
  CHECK(lane.cursor(stream) == 10);
  lane.end(first, {true, ""}, now);
  CHECK(lane.cursor(stream) == 12);
  const auto third = lane.begin_next(now).value();
  const auto settled = lane.end(third, {false, "why"}, now);
  CHECK(settled.what == webhook_settlement::kind::parked);
  CHECK(settled.due >= now + seconds{4});
  CHECK(settled.due <= now + seconds{6});
  CHECK(lane.cursor(stream) == 13);
  CHECK(lane.parked() == 1);
}

TEST_CASE("webhook lane: eight in flight, and a receiver that is down is probed", "[webhooks]") {
  seeded_random random{1};
  webhook_lane lane{{}, {}, 0, random};
  const auto stream = storage::event_stream::delivery;
  wall_time now{seconds{1'767'225'600}};
  for (std::uint64_t number = 1; lane.wants_more(now); ++number)
    lane.take({number, some_event()}, stream);
  CHECK(lane.held() == 64);
  std::vector<webhook_item> begun;
  while (auto item = lane.begin_next(now))
    begun.push_back(std::move(*item));
  CHECK(begun.size() == 8);
  for (const auto& each : begun)
    lane.end(each, {false, "down"}, now);
  CHECK(lane.is_down());
  CHECK(lane.room(now) == 0);
  CHECK(!lane.wants_more(now));
  // Five doublings later.
  now += seconds{5 * 32 * 6 / 5};
  CHECK(lane.room(now) == 1);
  CHECK(lane.held() == 0);
  CHECK(lane.next_of(stream) == 9); // what was only read is in the log still
  CHECK(lane.cursor(stream) == 8);
  REQUIRE(lane.wants_more(now));
  lane.take({9, some_event()}, stream);
  CHECK(!lane.wants_more(now));
  const auto probe = lane.begin_next(now).value();
  CHECK(!lane.begin_next(now));
  lane.end(probe, {true, ""}, now);
  CHECK(!lane.is_down());
  CHECK(lane.room(now) == 8);
  CHECK(lane.parked_until(now) == wall_time::max());
  CHECK(lane.parked() == 8);
}

TEST_CASE("webhook lane: an event is given up after a day of attempts", "[webhooks]") {
  seeded_random random{1};
  webhook_lane lane{{}, {}, 0, random};
  wall_time now{seconds{1'767'225'600}};
  lane.take({1, some_event()}, storage::event_stream::intake);
  auto item = lane.begin_next(now).value();
  std::size_t attempts = 1;
  for (;; ++attempts) {
    const auto settled = lane.end(item, {false, "no"}, now);
    if (settled.what == webhook_settlement::kind::dead)
      break;
    REQUIRE(settled.due > now);
    now = settled.due;
    item.in_log.reset();
    item.parked_key = "key" + std::to_string(attempts);
    ++item.attempts;
    REQUIRE(lane.begin_parked(item.parked_key));
    REQUIRE(!lane.begin_parked(item.parked_key));
  }
  CHECK(now - item.since >= std::chrono::hours{24});
  CHECK(now - item.since < std::chrono::hours{28});
  CHECK(attempts > 10);
  CHECK(attempts < 20);
  CHECK(lane.parked() == 0);
}
