// A data directory that is not what was written is refused or answered with an error; it never
// opens with fewer mails in silence.
#include <catch2/catch.hpp>

#include <iterator>

#include "actors/core/random.hpp"
#include "tests/storage/damage.hpp"
#include "tests/storage/damaged_store.hpp"

namespace warmfront::storage {

namespace {

using testing::append;
using testing::damaged_store;
using testing::files_of;
using testing::flip;
using testing::tables_values;
using testing::zero;
namespace fs = std::filesystem;

// Every value, or the code of the error that reading it gave.
std::vector<std::string> all_values(const store& of) {
  std::vector<std::string> values;
  for (int number = 0; number < tables_values; ++number) {
    const auto found = of.get(family::spool, std::to_string(number));
    values.push_back(found ? found.value().value_or("(absent)")
                           : std::string{to_string(found.error().code)});
  }
  return values;
}

// A length that reaches behind the end looks like a torn write, which RocksDB forgives.
void flip_last_length(const fs::path& manifest) {
  std::ifstream file{manifest, std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{file}, {}};
  constexpr std::size_t header_octets = 7; // checksum 4, length 2, type 1
  std::size_t last = 0;
  for (std::size_t at = 0; at + header_octets < content.size();) {
    last = at;
    at += header_octets + static_cast<unsigned char>(content[at + 4]) +
          256U * static_cast<unsigned char>(content[at + 5]);
  }
  flip(manifest, last + 5, 1);
}

fs::path only_log(const damaged_store& of) {
  const auto logs = files_of(of.files(), ".log");
  REQUIRE_FALSE(logs.empty());
  return logs.back();
}

} // namespace

TEST_CASE("log: flipped octets anywhere are refused, not skipped", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 200, 1000);
  const auto log = only_log(subject);
  const auto size = fs::file_size(log);
  const auto tenths = GENERATE(0U, 1U, 3U, 5U, 7U, 9U);
  CAPTURE(tenths);
  flip(log, size * tenths / 10 + 20, 3);
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("log: any single flipped octet is refused", "[rocks][damage][property]") {
  damaged_store subject;
  subject.fill(family::spool, 40, 100);
  const auto log = only_log(subject);
  const auto size = fs::file_size(log);
  seeded_random random{11};
  for (int round = 0; round < 60; ++round) {
    const auto offset = random.next() % size;
    CAPTURE(offset, size);
    flip(log, offset, 1);
    REQUIRE(subject.refusal().code == errc::storage_corrupt);
    flip(log, offset, 1);
  }
  CHECK(subject.try_open().has_value());
}

TEST_CASE("log: a damaged last record is refused when it was acknowledged", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 50, 1000);
  const auto log = only_log(subject);
  flip(log, fs::file_size(log) - 10, 3);
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("log: zeroed octets are refused, though they look like unused space", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 200, 1000);
  const auto log = only_log(subject);
  SECTION("a whole block") {
    zero(log, 32768, 32768);
  }
  SECTION("the rest of a block") {
    zero(log, 50'000, 65536 - 50'000);
  }
  SECTION("the end") {
    zero(log, fs::file_size(log) - 3000, 3000);
  }
  SECTION("the start") {
    zero(log, 0, 32768);
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("log: a zeroed block between whole records is refused", "[rocks][damage]") {
  damaged_store subject;
  (void)subject.open();
  // Each record fills one block of the log exactly, so that no fragment of one is left behind.
  constexpr std::size_t block_octets = 32768;
  subject.fill(family::spool, 7, 32'732);
  const auto log = only_log(subject);
  REQUIRE(fs::file_size(log) == 7 * block_octets);
  zero(log, 3 * block_octets, block_octets);
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("log: a removed, emptied or shortened one is refused", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 50, 1000);
  const auto log = only_log(subject);
  SECTION("removed") {
    fs::remove(log);
  }
  SECTION("emptied") {
    fs::resize_file(log, 0);
  }
  SECTION("shortened by one record") {
    fs::resize_file(log, fs::file_size(log) - 1020);
  }
  SECTION("shortened by one octet") {
    fs::resize_file(log, fs::file_size(log) - 1);
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("log: a torn record behind the acknowledged ones is dropped", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 50, 1000);
  append(only_log(subject), "half of a rec");
  CHECK(subject.open()->scan(family::spool, "", "", 100).value().size() == 50);
  // And again: the torn log may still lie there.
  CHECK(subject.open()->scan(family::spool, "", "", 100).value().size() == 50);
}

TEST_CASE("log: the removal of one of several is refused", "[rocks][damage]") {
  damaged_store subject;
  {
    const auto target = subject.open();
    subject.fill(*target, family::queue, 10, 100); // in its memtable, which holds the oldest log
    subject.fill(*target, family::spool, 2500, 30'000);
  }
  const auto logs = files_of(subject.files(), ".log");
  REQUIRE(logs.size() >= 2);
  SECTION("the oldest") {
    fs::remove(logs.front());
  }
  SECTION("one in the middle") {
    fs::remove(logs.at(logs.size() / 2));
  }
  SECTION("the newest") {
    fs::remove(logs.back());
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("tables: a missing one is refused", "[rocks][damage]") {
  damaged_store subject;
  subject.fill_tables();
  const auto kind = GENERATE(".sst", ".blob");
  CAPTURE(kind);
  const auto tables = files_of(subject.files(), kind);
  REQUIRE_FALSE(tables.empty());
  SECTION("removed") {
    fs::remove(tables.front());
  }
  SECTION("shortened") {
    fs::resize_file(tables.front(), fs::file_size(tables.front()) / 2);
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("tables: flipped octets are an error of the reader, never another value",
          "[rocks][damage][property]") {
  damaged_store subject;
  subject.fill_tables();
  const auto kind = GENERATE(".sst", ".blob");
  CAPTURE(kind);
  const auto before = all_values(*subject.open());
  seeded_random random{5};
  for (int round = 0; round < 6; ++round) {
    subject.fill_tables();
    const auto tables = files_of(subject.files(), kind);
    REQUIRE_FALSE(tables.empty());
    const auto& table = tables.front();
    const auto offset = random.next() % fs::file_size(table);
    CAPTURE(round, offset);
    flip(table, offset, 1);
    const auto opened = subject.try_open();
    if (!opened) {
      CHECK(opened.error().code == errc::storage_corrupt);
      continue;
    }
    const auto after = all_values(*opened.value());
    for (std::size_t number = 0; number < after.size(); ++number) {
      REQUIRE((after[number] == before[number] || after[number] == "storage_corrupt"));
    }
    const auto scanned = opened.value()->scan(family::spool, "", "", 10'000);
    REQUIRE((scanned ? scanned.value().size() == tables_values
                     : scanned.error().code == errc::storage_corrupt));
  }
}

TEST_CASE("manifest and CURRENT: damage is refused and names what is wrong", "[rocks][damage]") {
  damaged_store subject;
  subject.fill_tables();
  const auto manifest = files_of(subject.files(), "MANIFEST-").front();
  const auto current = subject.files() / "CURRENT";
  SECTION("manifest flipped") {
    flip(manifest, fs::file_size(manifest) / 2, 1);
  }
  SECTION("manifest flipped at its start") {
    flip(manifest, 10, 1);
  }
  SECTION("manifest shortened") {
    fs::resize_file(manifest, fs::file_size(manifest) / 2);
  }
  SECTION("manifest emptied") {
    fs::resize_file(manifest, 0);
  }
  SECTION("manifest shortened by one record") {
    fs::resize_file(manifest, fs::file_size(manifest) - 1);
  }
  SECTION("the length of its last record flipped") {
    flip_last_length(manifest);
  }
  SECTION("manifest removed") {
    fs::remove(manifest);
  }
  SECTION("CURRENT removed") {
    fs::remove(current);
  }
  SECTION("CURRENT emptied") {
    fs::resize_file(current, 0);
  }
  SECTION("CURRENT flipped") {
    flip(current, 12, 1);
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

} // namespace warmfront::storage
