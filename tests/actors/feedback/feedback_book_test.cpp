#include "actors/feedback/feedback_book.hpp"

#include <catch2/catch.hpp>

#include "net/feedback/token.hpp"
#include "storage/feedback_marks.hpp"
#include "tests/actors/feedback/sent_mail.hpp"

using namespace warmfront;
using warmfront::testing::add_sent;
using warmfront::testing::item_about;

namespace {

const message_id book_message{wall_time{std::chrono::hours{499'999}}, 7, 9};

struct book_site {
  storage::memory_store store;
  feedback_book book{store};

  book_site() { add_sent(store, {book_message, {"ada@b.example", "Bob@b.example"}}); }
  feedback_plan plan(const std::vector<feedback_item>& items,
                     absent_message rule = absent_message::is_unknown) {
    return book.plan(items, rule).value();
  }
  /// Plans and writes.
  feedback_plan act(const std::vector<feedback_item>& items) {
    auto made = plan(items);
    storage::batch changes;
    write_facts(changes, made.facts);
    store.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
    return made;
  }
};

feedback_item bounce(std::uint32_t index, const char* why = "invalid",
                     const char* reply = "550 5.1.1 no such user") {
  auto item = item_about(event_kind::bounced, {book_message, index});
  item.event.bounce_class = why;
  item.event.status = "5.1.1";
  item.event.reply = reply;
  return item;
}

} // namespace

TEST_CASE("feedback book: the spool says whom a bounce is about", "[feedback]") {
  book_site of;
  const auto made = of.plan({bounce(1)});
  REQUIRE(made.facts.size() == 1);
  const auto& event = made.facts[0].event;
  CHECK(event.about.account == account_name{"shop"});
  CHECK(event.about.address == "Bob@b.example");
  CHECK(event.about.sender_domain == domain_name{"shop.example"});
  CHECK(event.about.source == ip_address{"192.0.2.10"});
  CHECK(made.facts[0].ledgers ==
        std::vector{ledger_subject{"192.0.2.10"}, ledger_subject{"shop.example"}});
  CHECK(made.facts[0].is_marked);
}

TEST_CASE("feedback book: a hard bounce, a complaint and an unsubscription are suppressed",
          "[feedback]") {
  book_site of;
  const auto made = of.plan({bounce(0), item_about(event_kind::unsubscribed, {book_message, 1}),
                             item_about(event_kind::complained, {book_message, 1})});
  REQUIRE(made.suppressions.size() == 3);
  CHECK(made.suppressions[0].reason == suppression_reason::hard_bounce);
  CHECK(made.suppressions[0].account == account_name{"shop"});
  CHECK(made.suppressions[0].addresses == std::vector<std::string>{"ada@b.example"});
  CHECK(made.suppressions[0].text == "550 5.1.1 no such user");
  CHECK(made.suppressions[1].reason == suppression_reason::complaint);
  CHECK(made.suppressions[2].reason == suppression_reason::unsubscribe);
  for (const auto* why : {"mailbox_full", "spam", "policy", "other", "rate", "no_host"}) {
    book_site other;
    CHECK(other.plan({bounce(0, why)}).suppressions.empty());
  }
}

TEST_CASE("feedback book: what has the same reason is suppressed by one command", "[feedback]") {
  book_site of;
  const auto made = of.plan({bounce(0), bounce(1)});
  REQUIRE(made.suppressions.size() == 1);
  CHECK(made.suppressions[0].addresses.size() == 2);
}

TEST_CASE("feedback book: what is said again counts once", "[feedback]") {
  book_site of;
  const auto twice = of.plan({bounce(0), bounce(0)});
  CHECK(twice.facts.size() == 1);
  CHECK(twice.repeated == 1);
  of.act({bounce(0)});
  const auto later = of.plan({bounce(0, "spam"), bounce(1)});
  CHECK(later.facts.size() == 1);
  CHECK(later.repeated == 1);
  CHECK(later.suppressions.size() == 1);
}

TEST_CASE("feedback book: opens and clicks always count, one of them as the first", "[feedback]") {
  book_site of;
  auto automated = item_about(event_kind::opened, {book_message, 0});
  automated.event.is_automated = true;
  const auto opened = item_about(event_kind::opened, {book_message, 0});
  const auto made = of.act({automated, opened, opened});
  REQUIRE(made.facts.size() == 3);
  CHECK_FALSE(made.facts[0].event.is_first);
  CHECK(made.facts[1].event.is_first);
  CHECK_FALSE(made.facts[2].event.is_first);
  const auto later = of.plan({opened, item_about(event_kind::clicked, {book_message, 0})});
  CHECK_FALSE(later.facts[0].event.is_first);
  CHECK(later.facts[1].event.is_first);
}

TEST_CASE("feedback book: a recipient that was never delivered keeps its outcome", "[feedback]") {
  for (const auto state : {recipient_state::bounced, recipient_state::expired,
                           recipient_state::deferred, recipient_state::suppressed}) {
    storage::memory_store store;
    add_sent(store, {book_message, {"ada@b.example"}, state});
    feedback_book book{store};
    const auto made = book.plan({bounce(0)}, absent_message::is_unknown).value();
    CHECK(made.facts.empty());
    CHECK(made.pointless == 1);
    CHECK(made.suppressions.empty());
  }
}

TEST_CASE("feedback book: a name finds its recipient in any case; one recipient needs none",
          "[feedback]") {
  book_site of;
  auto named = bounce(feedback::any_recipient);
  named.named_recipient = "BOB@B.example";
  CHECK(of.plan({named}).facts.at(0).event.about.recipient.index == 1);
  named.named_recipient = "eve@b.example";
  CHECK(of.plan({named}).pointless == 1);
  storage::memory_store store;
  add_sent(store, {book_message, {"ada@b.example"}});
  feedback_book book{store};
  CHECK(book.plan({named}, absent_message::is_unknown).value().facts.size() == 1);
}

TEST_CASE("feedback book: another account's mail is not touched", "[feedback]") {
  book_site of;
  auto complaint = item_about(event_kind::complained, {book_message, 0});
  complaint.event.about.account = account_name{"other"};
  const auto made = of.plan({complaint});
  CHECK(made.facts.empty());
  CHECK(made.suppressions.empty());
  CHECK(made.pointless == 1);
}

TEST_CASE("feedback book: what is not here is told by its place, or taken from its token",
          "[feedback]") {
  book_site of;
  const message_id elsewhere{wall_time{std::chrono::hours{499'999}}, 8, 1};
  auto linked = item_about(event_kind::unsubscribed, {elsewhere, 0});
  linked.event.about.account = account_name{"shop"};
  linked.event.about.address = "eve@b.example";
  linked.event.about.source = ip_address{"192.0.2.11"};
  const std::vector<feedback_item> items{bounce(0), linked,
                                         item_about(event_kind::bounced, {elsewhere, 1})};
  CHECK(of.plan(items).unknown == std::vector<std::uint32_t>{1, 2});
  const auto taken = of.plan(items, absent_message::is_taken_from_token);
  CHECK(taken.unknown.empty());
  CHECK(taken.facts.size() == 2);
  CHECK(taken.pointless == 1);
  CHECK(taken.suppressions.size() == 2);
}

TEST_CASE("feedback book: a block of the address that the mail came from is known by it",
          "[feedback]") {
  book_site of;
  const auto made =
      of.plan({bounce(0, "policy", "554 5.7.1 client host [192.0.2.10] blocked by a list")});
  CHECK(made.facts.at(0).event.bounce_class == "source_block");
}

TEST_CASE("feedback book: quality is counted for the ledgers whose permits it took", "[feedback]") {
  book_site of;
  const auto opened = item_about(event_kind::opened, {book_message, 0});
  const auto made = of.plan({bounce(0), bounce(1, "spam"), opened, opened,
                             item_about(event_kind::complained, {book_message, 1}),
                             item_about(event_kind::clicked, {book_message, 1})});
  const auto quality = quality_of(made.facts);
  REQUIRE(quality.size() == 2);
  for (const auto& each : quality) {
    CHECK(each.counts.invalid == 1);
    CHECK(each.counts.spam == 1);
    CHECK(each.counts.opened == 1);
    CHECK(each.counts.complaints == 1);
    CHECK(each.counts.delivered == 0);
    CHECK(each.counts.outcomes == 0);
  }
}

TEST_CASE("feedback book: marks tell of a message what came back, and go with its age",
          "[feedback]") {
  book_site of;
  of.act({bounce(1), item_about(event_kind::opened, {book_message, 0})});
  const auto marks = storage::read_feedback_marks(of.store, book_message, 10).value();
  REQUIRE(marks.size() == 2);
  CHECK(marks[0].kind == event_kind::opened);
  CHECK(marks[1].about.address == "Bob@b.example");
  const auto remove = [&](wall_time before) {
    storage::batch changes;
    storage::remove_feedback_marks(changes, before);
    of.store.commit(std::move(changes), storage::priority::progress, [](const auto&) {});
    return storage::read_feedback_marks(of.store, book_message, 10).value().size();
  };
  CHECK(remove(book_message.accepted_at()) == 2);
  CHECK(remove(book_message.accepted_at() + std::chrono::milliseconds{1}) == 0);
}
