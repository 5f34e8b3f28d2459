#include "storage/suppression_table.hpp"

#include <catch2/catch.hpp>

#include "storage/memory/memory_store.hpp"
#include "storage/suppression_reader.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

const account_name table_account{"acme"};
const wall_time table_time{seconds{1'767'225'600}};

stored_suppression table_entry(const std::string& address, std::uint64_t sequence) {
  stored_suppression made;
  made.account = table_account;
  made.address = address;
  made.reason = 2;
  made.number = 7;
  made.since = table_time;
  made.text = "550 5.1.1 no such user";
  made.changed_at = table_time + seconds{1};
  made.origin = 0x0102030405060708;
  made.sequence = sequence;
  return made;
}

void put_entry_to(store& to, const stored_suppression& value) {
  batch changes;
  const auto key = suppression_entry_key(value.account, value.address);
  changes.put(family::suppressions, key, encode_suppression_entry(value));
  changes.put(family::suppressions, suppression_index_key(value.origin, value.sequence), key);
  REQUIRE(commit_and_wait(to, std::move(changes), priority::progress));
}

} // namespace

TEST_CASE("suppression table: keys sort as accounts, addresses and changes do", "[suppressions]") {
  CHECK(suppression_entry_key(table_account, "a/b@x.example") == "e/acme/a/b@x.example");
  CHECK(suppression_path("e/acme/a/b@x.example") == "acme/a/b@x.example");
  CHECK(suppression_index_key(0x4142434445464748, 0x4950) ==
        std::string("o/ABCDEFGH\0\0\0\0\0\0IP", 18));
  CHECK(suppression_index_key(1, 255) < suppression_index_key(1, 256));
  CHECK(suppression_index_key(1, ~0ull) < suppression_index_key(2, 0));
  CHECK(suppression_sequence(suppression_index_key(9, 300)) == 300);
  CHECK_FALSE(suppression_sequence("o/short"));
  CHECK_FALSE(suppression_sequence(suppression_entry_key(table_account, "0123456789abc")));
}

TEST_CASE("suppression table: a record comes back as it was, and a later one is refused",
          "[suppressions]") {
  auto value = table_entry("ada@a.example", 3);
  const auto key = suppression_entry_key(value.account, value.address);
  for (const bool is_removed : {false, true}) {
    value.is_removed = is_removed;
    value.until = is_removed ? std::optional{table_time + seconds{9}} : std::nullopt;
    CHECK(decode_suppression_entry(key, encode_suppression_entry(value)).value() == value);
  }
  auto later = encode_suppression_entry(value);
  later[1] = 99; // the schema is the first field
  CHECK(decode_suppression_entry(key, later).error().code == errc::storage_newer);
  CHECK(decode_suppression_entry(key, "nonsense").error().code == errc::storage_corrupt);
  CHECK(decode_suppression_entry("e/acme", encode_suppression_entry(value)).error().code ==
        errc::storage_corrupt);
}

TEST_CASE("suppression table: changes behind a sequence come in order, and no more than wanted",
          "[suppressions]") {
  memory_store disk;
  for (std::uint64_t i = 1; i <= 10; ++i)
    if (i % 3 != 0) // others have changed since
      put_entry_to(disk, table_entry(std::to_string(i) + "@a.example", i));
  const auto origin = table_entry("", 0).origin;
  auto some = read_suppression_changes(disk, origin, 1, 12, 3, 100'000).value();
  REQUIRE(some.entries.size() == 3);
  CHECK(some.entries[0].sequence == 2);
  CHECK(some.up_to == 5);
  some = read_suppression_changes(disk, origin, some.up_to, 12, 30, 100'000).value();
  CHECK(some.entries.size() == 3); // 7, 8, 10
  CHECK(some.up_to == 12);         // 11 and 12 went to later changes
  some = read_suppression_changes(disk, origin, 1, 12, 30, 1).value();
  CHECK(some.entries.size() == 1);
  CHECK(some.up_to == 3);
  CHECK(read_suppression_changes(disk, origin, 12, 12, 30, 1).value().up_to == 12);
  CHECK(read_suppression_changes(disk, 5, 0, 0, 30, 1).value().entries.empty());
}

TEST_CASE("suppression table: facts are written where they differ", "[suppressions]") {
  memory_store disk;
  suppression_facts changed;
  changed.origin = 17;
  changed.was_imported = true;
  changed.vector = {{17, 4}, {19, 5}};
  changed.counts = {{"acme/1", 3}};
  batch changes;
  write_suppression_facts(changes, {}, changed);
  REQUIRE(commit_and_wait(disk, std::move(changes), priority::progress));
  auto facts = read_suppression_facts(disk).value();
  CHECK(facts.origin == 17);
  CHECK(facts.was_imported);
  CHECK_FALSE(facts.was_complete);
  CHECK(facts.vector == changed.vector);
  CHECK(facts.counts == changed.counts);
  batch same;
  write_suppression_facts(same, facts, changed);
  CHECK(same.empty());
  apply_suppression_facts(facts, {18, {{19, 6}}, {{"acme/2", 1}}, false, true});
  CHECK(facts.vector == suppression_vector{{17, 4}, {19, 6}});
  CHECK(facts.counts.size() == 2);
  CHECK((facts.was_imported && facts.was_complete));
}

TEST_CASE("suppression reader: knows who counts now, and costs nothing where there are none",
          "[suppressions]") {
  memory_store disk;
  suppression_reader reader;
  REQUIRE(reader.open(disk));
  auto value = table_entry("ada@a.example", 1);
  value.until = table_time + seconds{10};
  put_entry_to(disk, value);
  CHECK_FALSE(reader.counts(table_account, "ada@a.example", table_time)); // nobody has said so
  reader.note_account(table_account);
  CHECK(reader.counts(table_account, "ada@a.example", table_time));
  CHECK_FALSE(reader.counts(table_account, "ada@a.example", table_time + seconds{10}));
  CHECK_FALSE(reader.counts(table_account, "bob@a.example", table_time));
  CHECK_FALSE(reader.counts(account_name{"other"}, "ada@a.example", table_time));
  value.is_removed = true;
  put_entry_to(disk, value);
  CHECK_FALSE(reader.counts(table_account, "ada@a.example", table_time));
  batch damage;
  damage.put(family::suppressions, suppression_entry_key(table_account, "ada@a.example"), "x");
  REQUIRE(commit_and_wait(disk, std::move(damage), priority::progress));
  CHECK(reader.counts(table_account, "ada@a.example", table_time)); // better no mail than this
}
