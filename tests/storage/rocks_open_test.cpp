// What is looked at before and while a data directory is opened: the mark, the lock, the schema.
#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "storage/rocks/high_water.hpp"
#include "tests/storage/damage.hpp"
#include "tests/storage/damaged_store.hpp"

namespace warmfront::storage {

namespace {

using testing::append;
using testing::damaged_store;
using testing::files_of;
using testing::flip;
namespace fs = std::filesystem;

} // namespace

TEST_CASE("high-water mark: damage and absence are refused", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  const auto mark = subject.mark();
  SECTION("absent") {
    fs::remove(mark);
  }
  SECTION("emptied") {
    fs::resize_file(mark, 0);
  }
  SECTION("both lines flipped") {
    flip(mark, 30, 1);
    flip(mark, 512 + 30, 1);
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("high-water mark: one whole line of two is enough", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  flip(subject.mark(), GENERATE(30U, 512U + 30U), 1);
  CHECK(subject.try_open().has_value());
}

TEST_CASE("high-water mark: any octets are a mark or an error", "[rocks][damage][property]") {
  const testing::temporary_directory directory;
  const auto file = directory.path() / "high-water";
  high_water_mark written{1, 17, {3, 400, 99}};
  REQUIRE(high_water::open(file, written).has_value());
  CHECK(high_water::read(file).value() == written);
  seeded_random random{13};
  for (int round = 0; round < 500; ++round) {
    REQUIRE(high_water::open(file, written).has_value());
    for (auto left = 1 + random.next() % 8; left > 0; --left) {
      flip(file, random.next() % 640, 1);
    }
    fs::resize_file(file, random.next() % 1024);
    const auto read = high_water::read(file);
    CHECK((read ? read.value() == written : read.error().code == errc::storage_corrupt));
  }
}

TEST_CASE("database: gone altogether, it is refused and not created anew", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  SECTION("its folder removed") {
    fs::remove_all(subject.files());
  }
  SECTION("its files removed") {
    for (const auto& file : fs::directory_iterator{subject.files()}) {
      fs::remove(file.path());
    }
  }
  CHECK(subject.refusal().code == errc::storage_corrupt);
}

TEST_CASE("database: refused for a missing CURRENT, it is left as it is", "[rocks][damage]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  const auto current = subject.files() / "CURRENT";
  const auto aside = subject.files() / "aside";
  fs::rename(current, aside);
  CHECK(subject.refusal().code == errc::storage_corrupt);
  fs::rename(aside, current);
  CHECK(subject.open()->scan(family::spool, "", "", 9).value().size() == 5);
}

TEST_CASE("database: it keeps no LOG file, whose writer would abort on a full disk",
          "[rocks][disk]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  const auto target = subject.open();
  CHECK(files_of(subject.files(), "LOG").empty());
}

TEST_CASE("database: a creation that was cut short starts again", "[rocks][damage]") {
  damaged_store subject;
  fs::create_directories(subject.files());
  SECTION("before CURRENT") {
    append(subject.files() / "MANIFEST-000001", "half");
  }
  SECTION("after the mark") {
    REQUIRE(high_water::open(subject.mark(), high_water_mark{}).has_value());
    append(subject.files() / "MANIFEST-000001", "half");
  }
  CHECK(subject.try_open().has_value());
  CHECK(subject.try_open().has_value());
}

TEST_CASE("database: a second owner is refused", "[rocks]") {
  damaged_store subject;
  const auto first = subject.open();
  CHECK(subject.refusal().code == errc::storage_locked);
}

TEST_CASE("database: data of a later release is refused", "[rocks]") {
  damaged_store subject;
  auto later = subject.options();
  later.schema = schema_version + 1;
  REQUIRE(open_rocks_store(later).has_value());
  CHECK(subject.refusal().code == errc::storage_newer);
  // Also when the mark claims otherwise: the record inside the database counts.
  const auto mark = subject.mark();
  auto claimed = high_water::read(mark).value().value();
  claimed.schema = schema_version;
  REQUIRE(high_water::open(mark, claimed).has_value());
  CHECK(subject.refusal().code == errc::storage_newer);
}

TEST_CASE("database: a mark of a later release is refused before its files are touched",
          "[rocks]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  auto claimed = high_water::read(subject.mark()).value().value();
  claimed.schema = schema_version + 1;
  REQUIRE(high_water::open(subject.mark(), claimed).has_value());
  CHECK(subject.refusal().code == errc::storage_newer);
}

TEST_CASE("database: a later release takes over and an older one stays out", "[rocks]") {
  damaged_store subject;
  subject.fill(family::spool, 5, 10);
  auto later = subject.options();
  later.schema = schema_version + 1;
  CHECK(open_rocks_store(later).value()->scan(family::spool, "", "", 9).value().size() == 5);
  CHECK(subject.refusal().code == errc::storage_newer);
}

TEST_CASE("database: a directory that cannot be made is an error", "[rocks]") {
  testing::temporary_directory directory;
  append(directory.path() / "file", "not a directory");
  rocks_options options;
  options.directory = directory.path() / "file" / "data";
  const auto opened = open_rocks_store(options);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == errc::storage_failed);
}

} // namespace warmfront::storage
