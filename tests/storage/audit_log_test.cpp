// The log of changes: records, keys, pages, and what is left of it when it is full or old.
#include "storage/audit_log.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "storage/memory/memory_store.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

constexpr wall_time audit_time{seconds{1'795'514'400}};

audit_record sample_audit(int second = 0, const std::string& key = "0011223344556677") {
  audit_record value;
  value.at = audit_time + seconds{second};
  value.node = "n1";
  value.key_id = key;
  value.account = "acme";
  value.role = key.empty() ? "" : "operator";
  value.by_session = true;
  value.client_address = "192.0.2.9";
  value.method = "PUT";
  value.action = "change_pool";
  value.resource = "pools/p1";
  value.asked = R"({"body":{"kind":"shared"}})";
  value.status = 422;
  value.code = "invalid_argument";
  value.request_id = "1.2.3";
  return value;
}

struct audit_disk {
  memory_store store;
  audit_limits limits;
  std::optional<audit_log> log;

  explicit audit_disk(audit_limits wanted = {}) : limits{wanted} { open(); }
  void open() { log.emplace(audit_log::open(store, "n1", limits).value()); }
  std::string add(const audit_record& value) {
    batch changes;
    const auto id = log->append(changes, value).value();
    REQUIRE(commit_and_wait(store, std::move(changes), priority::progress));
    return id;
  }
  bool prune(wall_time now) {
    batch changes;
    const bool is_more = log->prune(changes, now).value();
    REQUIRE(commit_and_wait(store, std::move(changes), priority::progress));
    return is_more;
  }
  found_audit find(const audit_question& asked = {}) { return log->find(asked).value(); }
};

std::vector<int> seconds_of(const found_audit& found) {
  std::vector<int> all;
  for (const auto& each : found.items)
    all.push_back(
        static_cast<int>(std::chrono::duration_cast<seconds>(each.at - audit_time).count()));
  return all;
}

} // namespace

TEST_CASE("audit log: a record comes back as it went in", "[audit]") {
  const auto value = sample_audit();
  CHECK(decode_audit_record(encode(value)).value() == value);
  auto anything = value;
  anything.asked = std::string{"\xff\0\xc0", 3};
  anything.resource = "\x80";
  CHECK(decode_audit_record(encode(anything)).value() == anything);
  audit_disk disk;
  const auto id = disk.add(value);
  auto stored = disk.find().items.at(0);
  CHECK(stored.id == id);
  stored.id.clear();
  CHECK(stored == value);
}

TEST_CASE("audit log: what is no record is refused by name", "[audit][robustness]") {
  CHECK(decode_audit_record("").error().code == errc::storage_corrupt);
  auto later = encode(sample_audit());
  REQUIRE(later.substr(0, 2) == "\x08\x01");
  later[1] = 2;
  CHECK(decode_audit_record(later).error().code == errc::storage_newer);
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    auto octets = encode(sample_audit());
    for (int i = 0; i < 3; ++i)
      octets[dice.next() % octets.size()] = static_cast<char>(dice.next());
    static_cast<void>(decode_audit_record(octets).has_value());
  }
}

TEST_CASE("audit log: keys put the newest first, ids sort by time", "[audit][golden]") {
  const audit_position early{1, 2};
  const audit_position late{1, 3};
  const auto key = audit_key(audit_stream::operators, early);
  CHECK(key == std::string{"a\1\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff\xfd", 14});
  CHECK(parse_audit_key(key) == early);
  CHECK(audit_key(audit_stream::operators, late) < key);
  CHECK(audit_id(early, "n1") == "000000000000000100000002-n1");
  CHECK(audit_id(early, "n2") < audit_id(late, "n1"));
  CHECK(parse_audit_id("000000000000000100000002-n1") == early);
  for (const auto* const bad : {"", "-n1", "000000000000000100000002", "000000000000000100000002-",
                                "00000000000000010000000g-n1", "000000000000000100000002_n1"})
    CHECK_FALSE(parse_audit_id(bad));
  for (const auto& bad : {std::string{}, key + "x", "b" + key.substr(1), "a\4" + key.substr(2)})
    CHECK_FALSE(parse_audit_key(bad));
}

TEST_CASE("audit log: is read from the newest on, a page at a time", "[audit]") {
  audit_disk disk;
  for (int i = 0; i < 1000; ++i)
    disk.add(sample_audit(i, i % 3 == 0 ? "" : "k"));
  std::vector<int> seen;
  audit_question asked;
  asked.limit = 70;
  do {
    const auto page = disk.find(asked);
    CHECK(page.items.size() <= 70);
    const auto some = seconds_of(page);
    seen.insert(seen.end(), some.begin(), some.end());
    asked.after = page.next;
  } while (!asked.after.empty());
  REQUIRE(seen.size() == 1000);
  for (int i = 0; i < 1000; ++i)
    CHECK(seen[static_cast<std::size_t>(i)] == 999 - i);
  asked.after = "nonsense";
  CHECK(disk.log->find(asked).error().code == errc::invalid_argument);
}

TEST_CASE("audit log: a page goes on behind another node's record of the same moment", "[audit]") {
  audit_disk disk;
  const auto id = disk.add(sample_audit());
  audit_question asked;
  asked.after = id.substr(0, 24) + "-n2"; // younger than ours by its name
  CHECK(disk.find(asked).items.size() == 1);
  asked.after = id;
  CHECK(disk.find(asked).items.empty());
}

TEST_CASE("audit log: is asked by time, actor, resource and action", "[audit]") {
  audit_disk disk;
  disk.add(sample_audit(0, "k1"));
  auto other = sample_audit(1, "k2");
  other.account = "other";
  other.resource = "pools/p10";
  other.action = "delete_pool";
  disk.add(other);
  disk.add(sample_audit(2, ""));
  const auto found = [&](auto set) {
    audit_question asked;
    set(asked);
    return seconds_of(disk.find(asked));
  };
  using times = std::vector<int>;
  CHECK(found([](auto& q) { q.from = audit_time + seconds{1}; }) == times{2, 1});
  CHECK(found([](auto& q) { q.to = audit_time + seconds{2}; }) == times{1, 0});
  CHECK(found([](auto& q) { q.actor = "k1"; }) == times{0});
  CHECK(found([](auto& q) { q.actor = "other"; }) == times{1});
  CHECK(found([](auto& q) { q.resource = "pools/p1"; }) == times{2, 0});
  CHECK(found([](auto& q) { q.resource = "pools"; }) == times{2, 1, 0});
  CHECK(found([](auto& q) { q.resource = "pool"; }).empty());
  CHECK(found([](auto& q) { q.action = "delete_pool"; }) == times{1});
}

TEST_CASE("audit log: the oldest go first, and strangers push out no others", "[audit]") {
  audit_limits limits;
  limits.records_max = 5;
  limits.strangers_max = 3;
  audit_disk disk{limits};
  for (int i = 0; i < 8; ++i)
    disk.add(sample_audit(i, "k"));
  for (int i = 8; i < 100; ++i)
    disk.add(sample_audit(i, ""));
  CHECK(seconds_of(disk.find()) == std::vector<int>{99, 98, 97, 7, 6, 5, 4, 3});
  disk.open();
  CHECK(disk.log->count(audit_stream::operators) == 5);
  CHECK(disk.log->count(audit_stream::strangers) == 3);
  disk.add(sample_audit(100, "k"));
  CHECK(seconds_of(disk.find()) == std::vector<int>{100, 99, 98, 97, 7, 6, 5, 4});
}

TEST_CASE("audit log: senders and viewers push out no operator's records", "[audit]") {
  audit_limits limits;
  limits.records_max = 2;
  audit_disk disk{limits};
  disk.add(sample_audit(0, "boss"));
  for (int i = 1; i < 50; ++i) {
    auto refused = sample_audit(i, "tenant");
    refused.role = i % 2 == 0 ? "sender" : "viewer";
    disk.add(refused);
  }
  CHECK(seconds_of(disk.find()) == std::vector<int>{49, 48, 0});
  CHECK(disk.log->count(audit_stream::tenants) == 2);
}

TEST_CASE("audit log: a session whose key is no good counts as a stranger's", "[audit]") {
  audit_disk disk;
  auto refused = sample_audit(0, "revoked");
  refused.role.clear();
  disk.add(refused);
  CHECK(disk.log->count(audit_stream::strangers) == 1);
}

TEST_CASE("audit log: what is too old goes, some at a time", "[audit]") {
  audit_limits limits;
  limits.keep = seconds{100};
  audit_disk disk{limits};
  for (int i = 0; i < 1500; ++i)
    disk.add(sample_audit(i, "k"));
  CHECK(disk.prune(audit_time + seconds{1550}));
  CHECK_FALSE(disk.prune(audit_time + seconds{1550}));
  CHECK(disk.log->count(audit_stream::operators) == 50);
  CHECK(seconds_of(disk.find()).back() == 1450);
  // A clock that ran back gives nothing back and takes nothing more.
  CHECK_FALSE(disk.prune(audit_time));
  disk.add(sample_audit(-500, "k"));
  CHECK(seconds_of(disk.find()).back() == -500);
}
