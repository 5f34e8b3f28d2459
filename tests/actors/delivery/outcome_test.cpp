#include "actors/delivery/outcome.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_items.hpp"

using namespace warmfront;
using storage::family;
using warmfront::testing::make_due_item;
using warmfront::testing::make_item;
using warmfront::testing::make_lane;
using warmfront::testing::make_mail;

namespace {

const auto now = warmfront::testing::manual_clock{}.wall_now();
const retry_schedule schedule{};
const charge by_ip{ledger_subject{"192.0.2.1"}, 3};
const charge by_domain{ledger_subject{"a.example"}, 7};

delivery_item charged_item() {
  auto item = make_item(make_lane(), 4);
  item.source = ip_address{"192.0.2.1"};
  item.charges = {by_ip, by_domain};
  return item;
}

outcome judged(delivery_item item, smtp::reply verdict, bool on_the_wire = true,
               bool in_doubt = false, wall_time when = now) {
  seeded_random random{1};
  return judge({std::move(item), std::move(verdict), "mx.b.example", on_the_wire, in_doubt, false},
               schedule, when, random);
}

bool changes(const storage::batch& in, storage::batch::kind what, const std::string& key) {
  return std::any_of(in.changes().begin(), in.changes().end(),
                     [&](const auto& change) { return change.what == what && change.key == key; });
}

} // namespace

TEST_CASE("outcome: the first digit of the reply decides", "[outcome]") {
  struct row {
    std::uint16_t code;
    recipient_state state;
  };
  for (const auto& [code, state] : {row{250, recipient_state::delivered},
                                    {251, recipient_state::delivered},
                                    {550, recipient_state::bounced},
                                    {556, recipient_state::bounced},
                                    {421, recipient_state::deferred},
                                    {451, recipient_state::deferred},
                                    {354, recipient_state::deferred},
                                    {0, recipient_state::deferred}}) {
    CAPTURE(code);
    const auto ended = judged(charged_item(), {code, "", "text"});
    CHECK(ended.state() == state);
    CHECK(ended.record.attempts == 1);
    CHECK(ended.record.first_attempt_at == now);
    CHECK(ended.record.remote_host == "mx.b.example");
    CHECK(ended.record.source.str() == "192.0.2.1");
    CHECK(ended.last_of_message == is_final(state));
  }
}

TEST_CASE("outcome: a lost connection says whether the mail may have arrived", "[outcome]") {
  CHECK(judged(charged_item(), {0, "", "reset"}).record.last_reply == "connection lost: reset");
  CHECK(judged(charged_item(), {0, "", "reset"}, true, true).record.last_reply ==
        "connection lost after the final dot: reset");
}

TEST_CASE("outcome: permits are spent by MAIL on the wire, and come back otherwise", "[outcome]") {
  const auto spent = judged(charged_item(), {451, "", ""});
  CHECK(spent.refunds.empty());
  CHECK(spent.record.charged.size() == 2);
  const auto unspent = judged(charged_item(), {0, "", "refused"}, false);
  CHECK(unspent.refunds == std::vector<charge>{by_ip, by_domain});
  CHECK(unspent.record.charged.empty());
}

TEST_CASE("outcome: what an earlier attempt spent is neither spent nor refunded again",
          "[outcome]") {
  auto item = make_due_item(1);
  item.charges = {by_ip, by_domain};
  item.record->charged = {{by_ip.subject, by_ip.day}, {by_domain.subject, by_domain.day - 1}};
  CHECK(charged_before(item, by_ip));
  CHECK_FALSE(charged_before(item, by_domain));
  SECTION("on the wire") {
    CHECK(judged(std::move(item), {451, "", ""}).record.charged.size() == 3);
  }
  SECTION("not sent") {
    const auto back = judged(std::move(item), {0, "", ""}, false);
    CHECK(back.refunds == std::vector<charge>{by_domain});
    CHECK(back.record.charged.size() == 2);
  }
}

TEST_CASE("outcome: a deferred recipient waits in the deferred index", "[outcome]") {
  const auto waiting = judged(make_due_item(1), {451, "", ""});
  REQUIRE(waiting.record.next_attempt_at);
  CHECK(*waiting.record.next_attempt_at > now);
  CHECK(waiting.record.attempts == 2);
  CHECK(waiting.next_key ==
        storage::deferred_key(*waiting.record.next_attempt_at, waiting.item.id()));
  CHECK(waiting.record.queue_key == waiting.next_key);
  CHECK_FALSE(waiting.next_position);
}

TEST_CASE("outcome: a recipient expires by its first attempt", "[outcome]") {
  const auto late = now + schedule.expire_after;
  CHECK(judged(make_due_item(1), {451, "", ""}, true, false, late).state() ==
        recipient_state::expired);
  CHECK(judged(make_item(make_lane(), 1), {451, "", ""}, true, false, late).state() ==
        recipient_state::deferred);
}

TEST_CASE("outcome: a cancelled recipient is not tried again, but what arrived has arrived",
          "[outcome]") {
  auto item = charged_item();
  item.live->cancelled = true;
  SECTION("deferred") {
    CHECK(judged(std::move(item), {451, "", ""}).state() == recipient_state::cancelled);
  }
  SECTION("delivered") {
    CHECK(judged(std::move(item), {250, "", ""}).state() == recipient_state::delivered);
  }
}

TEST_CASE("outcome: the last recipient of a message takes the body with it", "[outcome]") {
  const auto mail = make_mail(9, {"r@b.example", "q@b.example"});
  const auto item = [&mail](std::uint32_t index) {
    auto made = make_item(make_lane(), 9 + index);
    made.live = mail;
    made.index = index;
    return made;
  };
  const auto body = storage::body_key(mail->mail->record.id);
  const auto first = judged(item(1), {250, "", ""});
  storage::batch one;
  write_outcome(one, first);
  CHECK(changes(one, storage::batch::kind::erase_once, storage::lane_key(make_lane(), 10)));
  CHECK(changes(one, storage::batch::kind::put, storage::recipient_key({first.item.id()})));
  CHECK_FALSE(changes(one, storage::batch::kind::erase_once, body));
  const auto last = cancel(item(0), now);
  CHECK(last.state() == recipient_state::cancelled);
  storage::batch two;
  write_outcome(two, last);
  CHECK(changes(two, storage::batch::kind::erase_once, body));
}

TEST_CASE("outcome: a recipient that moves keeps what happened to it", "[outcome]") {
  auto to = make_lane();
  to.appended_by = storage::lane::writer::delivery;
  auto item = make_due_item(1);
  item.charges = {by_ip};
  item.record->last_reply = "451 later";
  const auto old_key = item.queue_key;
  auto moved = requeue(std::move(item), {to, 5}, recipient_state::held, now);
  CHECK(moved.state() == recipient_state::held);
  CHECK(moved.record.last_reply == "451 later");
  CHECK(moved.record.attempts == 1);
  CHECK_FALSE(moved.record.next_attempt_at);
  CHECK(moved.refunds == std::vector<charge>{by_ip});
  move_to(moved, 8);
  CHECK(moved.next_position->sequence == 8);
  storage::batch batch;
  write_outcome(batch, moved);
  CHECK(changes(batch, storage::batch::kind::erase_once, old_key));
  CHECK(changes(batch, storage::batch::kind::put, storage::lane_key(to, 8)));
  CHECK(moved.record.queue_key == storage::lane_key(to, 8));
}

TEST_CASE("outcome: a postponed recipient has not been tried", "[outcome]") {
  const auto later = postpone(charged_item(), now + seconds{60}, "others go first", now);
  CHECK(later.state() == recipient_state::deferred);
  CHECK(later.record.attempts == 0);
  CHECK_FALSE(later.record.first_attempt_at);
  CHECK(later.record.last_reply == "others go first");
  CHECK(later.record.next_attempt_at == now + seconds{60});
  CHECK(later.refunds.size() == 2);
}

TEST_CASE("outcome: a refusal that names the address is tried once more, then it bounces",
          "[outcome]") {
  const smtp::reply blocked{554, "5.7.1", "192.0.2.1 is blocked"};
  const auto first = judged(charged_item(), blocked);
  CHECK(first.state() == recipient_state::deferred);
  CHECK(first.why == smtp::bounce_class::source_block);
  auto again = make_due_item(1);
  again.source = ip_address{"192.0.2.1"};
  CHECK(judged(std::move(again), blocked).state() == recipient_state::bounced);
  auto elsewhere = charged_item();
  elsewhere.source = ip_address{"192.0.2.2"};
  CHECK(judged(std::move(elsewhere), blocked).state() == recipient_state::bounced);
}
