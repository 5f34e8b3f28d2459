// The log of events: numbers, records, and what is left of it when events are removed.
#include "storage/event_log.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "storage/memory/memory_store.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

constexpr wall_time logged_at{seconds{1'795'514'400}};

mail_event logged_event(std::uint32_t index = 0) {
  mail_event event;
  event.kind = event_kind::clicked;
  event.at = logged_at + seconds{index};
  event.about = {{message_id{logged_at, 1, 2}, index},
                 account_name{"acme"},
                 "x@a.example",
                 domain_name{"news.example"},
                 provider_name{"gmail"},
                 ip_address{"192.0.2.1"},
                 task_id{7},
                 template_name{"hello"}};
  event.bounce_class = "invalid";
  event.status = "5.1.1";
  event.reply = "550 no such user";
  event.remote_host = "mx.a.example";
  event.url = "https://a.example/";
  event.user_agent = "Mozilla";
  event.client_address = "203.0.113.9";
  event.is_automated = true;
  event.is_first = false;
  event.attempt = 3;
  return event;
}

struct event_disk {
  memory_store store;
  void commit(batch changes) {
    REQUIRE(commit_and_wait(store, std::move(changes), priority::progress));
  }
  event_writer writer() { return event_writer::open(store, event_stream::delivery).value(); }
  void write(event_writer& to, std::uint32_t from, std::uint32_t count) {
    batch changes;
    for (std::uint32_t i = 0; i < count; ++i)
      to.append(changes, logged_event(from + i));
    commit(std::move(changes));
  }
  void remove_before(std::uint64_t number) {
    batch changes;
    remove_events(changes, event_stream::delivery, number);
    commit(std::move(changes));
  }
  std::vector<std::uint64_t> numbers() {
    const auto prefix = event_prefix(event_stream::delivery);
    const auto events = store.scan(family::events, prefix, prefix_end(prefix), 10'000).value();
    std::vector<std::uint64_t> found;
    for (const auto& each : events)
      found.push_back(parse_event_key(each.key).value().number);
    return found;
  }
};

} // namespace

TEST_CASE("event log: an event comes back as it went in", "[events]") {
  const auto event = logged_event();
  CHECK(decode_mail_event(encode(event)).value() == event);
  CHECK(decode_mail_event(encode(mail_event{})).value() == mail_event{});
}

TEST_CASE("event log: what is no event is refused by name", "[events][robustness]") {
  CHECK(decode_mail_event("").error().code == errc::storage_corrupt);
  auto later = encode(logged_event());
  REQUIRE(later.substr(0, 2) == "\x08\x01");
  later[1] = 2;
  CHECK(decode_mail_event(later).error().code == errc::storage_newer);
  auto of_later_kind = encode(logged_event());
  REQUIRE(of_later_kind.substr(2, 2) == "\x10\x09");
  of_later_kind[3] = 99;
  CHECK(decode_mail_event(of_later_kind).error().code == errc::storage_newer);
  const auto good = encode(logged_event());
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    auto octets = good;
    if (dice.next() % 4 == 0)
      octets.resize(dice.next() % octets.size());
    for (int i = 0; i < 3 && !octets.empty(); ++i)
      octets[dice.next() % octets.size()] = static_cast<char>(dice.next());
    const auto read = decode_mail_event(octets);
    REQUIRE((read || read.error().code == errc::storage_corrupt ||
             read.error().code == errc::storage_newer));
  }
}

TEST_CASE("event log: keys sort by stream and number, and nothing else is one",
          "[events][golden]") {
  const auto key = event_key({event_stream::delivery, 258});
  CHECK(key == std::string{"e\2\0\0\0\0\0\0\1\2", 10});
  CHECK(parse_event_key(key) == event_position{event_stream::delivery, 258});
  CHECK(key.starts_with(event_prefix(event_stream::delivery)));
  CHECK(event_key({event_stream::delivery, 255}) < event_key({event_stream::delivery, 256}));
  for (const auto& bad :
       {std::string{}, key + "x", key.substr(1), "f" + key.substr(1),
        std::string{"e\0\0\0\0\0\0\0\1\2", 10}, std::string{"e\4\0\0\0\0\0\0\1\2", 10}})
    CHECK_FALSE(parse_event_key(bad));
}

TEST_CASE("event log: numbers go on after a restart, also when all events were removed",
          "[events]") {
  event_disk disk;
  {
    auto writer = disk.writer();
    disk.write(writer, 0, 3);
  }
  auto again = disk.writer();
  disk.write(again, 3, 2);
  CHECK(disk.numbers() == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  disk.remove_before(3);
  CHECK(disk.numbers() == std::vector<std::uint64_t>{3, 4, 5});
  disk.remove_before(6);
  CHECK(disk.numbers().empty());
  CHECK(last_event(disk.store, event_stream::delivery).value() == 5);
  CHECK(last_event(disk.store, event_stream::intake).value() == 0);
  auto later = disk.writer();
  disk.write(later, 5, 1);
  CHECK(disk.numbers() == std::vector<std::uint64_t>{6});
}

TEST_CASE("event log: finds where a time begins, with numbers missing", "[events][property]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    event_disk disk;
    auto writer = disk.writer();
    std::vector<wall_time> times;
    const auto count = 1 + dice.next() % 40;
    for (std::uint32_t i = 0; i < count; ++i) {
      batch changes;
      writer.append(changes, logged_event(i));
      times.push_back(logged_at + seconds{i});
      if (dice.next() % 4 != 0) // else its commit has failed
        disk.commit(std::move(changes));
    }
    disk.remove_before(1 + dice.next() % (count / 2 + 1));
    const auto since = logged_at + seconds{dice.next() % (count + 2)};
    const auto first = first_event_since(disk.store, event_stream::delivery, since).value();
    for (const auto number : disk.numbers())
      REQUIRE((times[number - 1] >= since) == (number >= first));
    REQUIRE(first <= last_event(disk.store, event_stream::delivery).value() + 1);
  }
}
