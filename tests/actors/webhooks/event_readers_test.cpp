#include "actors/webhooks/event_file.hpp"
#include "actors/webhooks/event_readers.hpp"
#include "tests/actors/webhooks/webhook_courier_site.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

std::set<std::string> ids_in(const event_page& page) {
  std::set<std::string> ids;
  for (const auto& each : page.items)
    ids.insert(each.id());
  return ids;
}

} // namespace

TEST_CASE("event position: is read as it is written, and nothing else is", "[webhooks]") {
  const per_stream<std::uint64_t> position{12, 0, 18'446'744'073'709'551'615ull};
  CHECK(to_text(position) == "12.0.18446744073709551615");
  CHECK(parse_position(to_text(position)).value() == position);
  for (const auto* text : {"", "1", "1.2", "1.2.", "1.2.3.", "1.2.3.4", "a.b.c", "-1.2.3",
                           "1.2.18446744073709551616", " 1.2.3", "1.2.3 ", "1..3"}) {
    CAPTURE(text);
    CHECK(parse_position(text).error().code == errc::invalid_argument);
  }
}

TEST_CASE("event pages: a reader gets everything once, in pages", "[webhooks]") {
  courier_site site;
  event_pages pages{site.store, site.log};
  read_events what;
  what.account = account_name{"shop"};
  what.limit = 7;
  site.log_events(20);
  const auto now = read_page(pages, what).value();
  CHECK(now.items.empty());
  what.after = "0";
  std::set<std::string> seen;
  for (std::size_t count = 0; count < 4; ++count) {
    const auto page = read_page(pages, what).value();
    for (const auto& each : page.items)
      CHECK(seen.insert(each.id()).second);
    what.after = page.next;
  }
  CHECK(seen.size() == 20);
  CHECK(what.after == now.next);
  site.log_events(3, "other");
  const auto ids = site.log_events(3);
  pages.begin_turn();
  const auto page = read_page(pages, what).value();
  CHECK(ids_in(page) == ids);
  what.account = {};
  what.limit = 100;
  CHECK(read_page(pages, what).value().items.size() == 6);
  what.kinds = {event_kind::bounced};
  const auto none = read_page(pages, what).value();
  CHECK(none.items.empty());
  CHECK(none.next == page.next);
  what.after = "1.2";
  CHECK(read_page(pages, what).error().field == "after");
}

TEST_CASE("event pages: streams are merged by time", "[webhooks]") {
  courier_site site;
  event_pages pages{site.store, site.log};
  auto intake = storage::event_writer::open(site.store, storage::event_stream::intake).value();
  std::vector<wall_time> at;
  for (int count = 0; count < 10; ++count) {
    site.time.advance(seconds{1});
    if (count % 3 == 0) {
      storage::batch changes;
      mail_event event;
      event.at = site.time.wall_now();
      intake.append(changes, event);
      REQUIRE(
          storage::commit_and_wait(site.store, std::move(changes), storage::priority::progress));
    } else {
      site.log_events(1);
    }
    at.push_back(site.time.wall_now());
  }
  read_events what;
  what.after = "0";
  const auto page = read_page(pages, what).value();
  REQUIRE(page.items.size() == at.size());
  for (std::size_t index = 0; index < at.size(); ++index)
    CHECK(page.items[index].at == at[index]);
}

TEST_CASE("event interest: lasts for a while after the last reading", "[webhooks]") {
  manual_clock time;
  event_interest interest{std::chrono::hours{24}};
  std::set<account_name> readers;
  CHECK(interest.note(account_name{"shop"}, time.wall_now()));
  CHECK(!interest.note(account_name{"shop"}, time.wall_now()));
  CHECK(!interest.add_to(readers, time.wall_now()));
  CHECK(readers == std::set<account_name>{account_name{"shop"}});
  CHECK(interest.note({}, time.wall_now()));
  CHECK(interest.add_to(readers, time.wall_now()));
  time.advance(std::chrono::hours{24});
  readers.clear();
  CHECK(!interest.add_to(readers, time.wall_now()));
  CHECK(readers.empty());
}

TEST_CASE("event file: a line for each event, also after a restart or a full disk", "[webhooks]") {
  courier_site site;
  std::string text;
  bool is_full = false;
  const auto write = [&](const std::string& lines) -> result<void> {
    if (is_full)
      return error{errc::storage_full, "no space", ""};
    text += lines;
    return success();
  };
  const auto run = [&](event_file& file) {
    event_pages pages{site.store, site.log};
    while (file.turn(pages))
      pages.begin_turn();
  };
  event_file first{site.store, site.log, "n1", write};
  site.log_events(600);
  run(first);
  CHECK(std::count(text.begin(), text.end(), '\n') == 600);
  is_full = true;
  site.log_events(5);
  run(first);
  CHECK(first.needed_from(storage::event_stream::delivery) == 601);
  CHECK(site.log.written(log_level::error) == 1);
  is_full = false;
  event_file second{site.store, site.log, "n1", write};
  run(second);
  CHECK(std::count(text.begin(), text.end(), '\n') == 605);
  CHECK(second.needed_from(storage::event_stream::delivery) == 606);
}
