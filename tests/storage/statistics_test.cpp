#include "storage/statistics.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "actors/core/octets.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/retry_counters.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

// 2026-11-24T10:00:00Z
constexpr wall_time counted_at{seconds{1'795'514'400}};

spooled_message counted_mail() {
  spooled_message message;
  message.source.account = account_name{"acme"};
  message.mail.reverse_path = "ada@News.example";
  for (const auto* const to : {"x@a.example", "y@A.example", "z@b.example"})
    message.mail.recipients.push_back({to, notify::unspecified, {}});
  message.accepted_at = counted_at;
  return message;
}

mail_event counted_event(event_kind kind, const spooled_message& of, std::uint32_t recipient) {
  mail_event event;
  event.kind = kind;
  event.at = counted_at;
  event.about = subject_of(of, recipient);
  return event;
}

/// The addends of the table of receivers, after a check that both tables tell of the same.
std::vector<std::string> addends(const statistics_tally& tally) {
  batch changes;
  tally.write(changes);
  std::vector<std::string> found;
  std::map<counted, std::int64_t> balance;
  for (const auto& each : changes.changes()) {
    CHECK(each.what == batch::kind::add);
    if (const auto way = parse_way_key(each.key)) {
      CHECK(encode(*way) == each.key);
      balance[way->what] -= std::stoll(each.value);
      continue;
    }
    const auto key = parse_statistics_key(each.key).value();
    CHECK(encode(key) == each.key);
    balance[key.what] += std::stoll(each.value);
    found.push_back(key.receiver.str() + ' ' + std::to_string(static_cast<int>(key.what)) + ' ' +
                    each.value);
  }
  for (const auto& [what, times] : balance)
    CHECK(times == 0);
  return found;
}

} // namespace

TEST_CASE("statistics: a key says what is counted", "[statistics][golden]") {
  const statistics_key key{day_of(counted_at), account_name{"acme"}, domain_name{"news.example"},
                           domain_name{"a.example"}, counted::delivered};
  const auto octets = encode(key);
  CHECK(octets == std::string{"d\0\0\x51\x2d"
                              "acme\0news.example\0a.example\0\x03",
                              34});
  CHECK(parse_statistics_key(octets) == key);
  CHECK(octets.starts_with(statistics_prefix(key.day, key.account)));
  CHECK(octets.starts_with(statistics_prefix(key.day)));
  CHECK(statistics_prefix(key.day) < statistics_prefix(key.day + std::chrono::days{1}));
}

TEST_CASE("statistics: other keys are none", "[statistics]") {
  const auto good = encode(statistics_key{});
  REQUIRE(parse_statistics_key(good));
  for (const auto& bad : {std::string{}, std::string{"d"}, good.substr(1), good + "x",
                          good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + '\0',
                          good.substr(0, good.size() - 1) + '\x12', "e" + good.substr(1)})
    CHECK_FALSE(parse_statistics_key(bad));
}

TEST_CASE("statistics: a key says which way mail went", "[statistics][golden]") {
  const way_key key{day_of(counted_at),     account_name{"acme"},    domain_name{"news.example"},
                    provider_name{"gmail"}, ip_address{"192.0.2.1"}, task_id{258},
                    template_name{"hello"}, counted::opened_unique};
  const auto octets = encode(key);
  CHECK(octets == std::string{"w\0\0\x51\x2d"
                              "acme\0news.example\0gmail\0"
                              "192.0.2.1\0\0\0\0\0\0\0\x01\x02hello\0\x0b",
                              54});
  CHECK(parse_way_key(octets) == key);
  CHECK(octets.starts_with(way_prefix(key.day, key.account)));
  CHECK(octets.starts_with(way_prefix(key.day)));
  CHECK_FALSE(parse_statistics_key(octets));
  for (std::size_t size = 0; size < octets.size(); ++size)
    CHECK_FALSE(parse_way_key(octets.substr(0, size)));
  CHECK_FALSE(parse_way_key(octets.substr(0, octets.size() - 1) + '\x12'));
  CHECK_FALSE(parse_way_key(octets + "x"));
}

TEST_CASE("statistics: receivers without a name of their own are one provider", "[statistics]") {
  CHECK(counted_provider(provider_name{"gmail"}).str() == "gmail");
  CHECK(counted_provider(provider_name{}).empty());
  for (const auto* const each : {"mx.a.example", "mx1.a,mx2.a", "127.0.0.1:2526"})
    CHECK(counted_provider(provider_name{each}).str() == "other");
}

TEST_CASE("statistics: what an event adds to", "[statistics]") {
  const auto mail = counted_mail();
  const auto counts = [&](const mail_event& event) {
    statistics_tally tally;
    tally.add(event);
    std::string all;
    for (const auto& each : addends(tally))
      all += each.substr(10) + ';';
    return all;
  };
  const auto of = [&](event_kind kind) { return counted_event(kind, mail, 0); };
  CHECK(counts(of(event_kind::deferred)) == "7 1;");
  auto bounced = of(event_kind::bounced);
  CHECK(counts(bounced) == "4 1;");
  bounced.bounce_class = "invalid";
  CHECK(counts(bounced) == "4 1;8 1;");
  bounced.bounce_class = "spam";
  CHECK(counts(bounced) == "4 1;9 1;");
  bounced.bounce_class = "source_block";
  CHECK(counts(bounced) == "4 1;9 1;");
  bounced.bounce_class = "mailbox_full";
  CHECK(counts(bounced) == "4 1;");
  auto opened = of(event_kind::opened);
  CHECK(counts(opened) == "10 1;11 1;");
  opened.is_first = false;
  CHECK(counts(opened) == "10 1;");
  opened.is_automated = true;
  CHECK(counts(opened) == "12 1;");
  auto clicked = of(event_kind::clicked);
  CHECK(counts(clicked) == "13 1;14 1;");
  clicked.is_automated = true;
  CHECK(counts(clicked) == "15 1;");
  CHECK(counts(of(event_kind::complained)) == "16 1;");
  CHECK(counts(of(event_kind::unsubscribed)) == "17 1;");
}

TEST_CASE("statistics: a batch has one addend for each counter", "[statistics]") {
  statistics_tally tally;
  const auto mail = counted_mail();
  tally.add_acceptance(mail, {{1, {}}});
  tally.add(counted_event(event_kind::delivered, mail, 0));
  tally.add(counted_event(event_kind::delivered, mail, 1));
  CHECK(addends(tally) == std::vector<std::string>{"a.example 1 1", "a.example 2 1",
                                                   "a.example 3 2", "b.example 1 1"});
}

TEST_CASE("statistics: what is taken back in the same batch leaves nothing", "[statistics]") {
  statistics_tally tally;
  const auto mail = counted_mail();
  tally.add_acceptance(mail, {});
  tally.add_acceptance(mail, {}, -1);
  CHECK(addends(tally).empty());
  tally.add_acceptance(mail, {}, -1);
  CHECK(addends(tally) == std::vector<std::string>{"a.example 1 -2", "b.example 1 -1"});
}

TEST_CASE("statistics: reports of this node are nobody's mail", "[statistics]") {
  auto report = counted_mail();
  report.source.protocol = "DSN";
  statistics_tally tally;
  tally.add_acceptance(report, {});
  CHECK(addends(tally).empty());
}

TEST_CASE("statistics: days are those of UTC", "[statistics]") {
  const wall_time midnight{std::chrono::sys_days{std::chrono::days{20'000}}};
  CHECK(day_of(midnight) - day_of(midnight - microseconds{1}) == std::chrono::days{1});
}

TEST_CASE("statistics: a mail's addends take few octets", "[statistics]") {
  auto mail = counted_mail();
  mail.mail.recipients.resize(1);
  statistics_tally accepted;
  accepted.add_acceptance(mail, {});
  batch changes;
  accepted.write(changes);
  CHECK(changes.changes().size() == 2);
  CHECK(changes.octets() <= 100);
}

TEST_CASE("retry counters: the key is by pool, provider and class", "[statistics]") {
  spooled_message message;
  message.pool = pool_name{"shared"};
  message.importance = mail_class::batch;
  recipient_record record;
  record.provider = provider_name{"gmail"};
  using namespace std::string_literals;
  CHECK(retry_counter_key(message, record) == "retries/shared\0gmail\0b"s);
}
