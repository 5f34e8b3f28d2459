// Backups of the store on disk: incremental, checked, read back; and what damages them.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <optional>
#include <thread>

#include "actors/core/random.hpp"
#include "storage/rocks/backups.hpp"
#include "storage/rocks/data_directory.hpp"
#include "storage/spool.hpp"
#include "tests/storage/damage.hpp"
#include "tests/storage/scripted_disk.hpp"

namespace warmfront::storage {

namespace {

using testing::holds;
using testing::put;
using testing::scripted_disk;
namespace fs = std::filesystem;

/// A store, and a directory for its backups.
struct backed_up {
  testing::temporary_directory shelf;
  testing::temporary_directory copies;
  scripted_disk disk;
  std::unique_ptr<store> live = disk.open();

  [[nodiscard]] fs::path backups() const { return shelf.path() / "backups"; }
  [[nodiscard]] backup_options options() const {
    backup_options with;
    with.directory = backups();
    return with;
  }
  result<stored_backup> make() { return make_backup(*live, facts(), options()); }
  [[nodiscard]] static backup_facts facts(const std::string& node = "n1") {
    backup_facts of;
    of.node = node;
    of.version = "0.1.0";
    of.taken_at = wall_time{seconds{1'767'225'600}};
    return of;
  }
  /// Reads a backup back, and opens what came.
  std::unique_ptr<store> read(std::uint32_t number) {
    const auto into = copies.path() / std::to_string(number);
    REQUIRE(read_backup(backups(), number, into));
    rocks_options with;
    with.directory = into;
    with.reserve_octets = 0;
    return open_rocks_store(with).value();
  }
  [[nodiscard]] std::uint64_t octets_on_shelf() const {
    std::uint64_t all = 0;
    for (const auto& file : fs::recursive_directory_iterator{backups()})
      all += file.is_regular_file() ? file.file_size() : 0;
    return all;
  }
};

/// Octets that no compression makes smaller.
result<void> put_noise(store& to, const std::string& key, std::size_t octets) {
  seeded_random random{std::hash<std::string>{}(key)};
  std::string value;
  while (value.size() < octets)
    value.push_back(static_cast<char>(random.next()));
  batch changes;
  changes.put(family::spool, key, std::move(value));
  return commit_and_wait(to, std::move(changes), priority::growth);
}

} // namespace

TEST_CASE("backup: what was acknowledged before it is in it, what came later is not",
          "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "small"));
  REQUIRE(put(*subject.live, "a body in a blob file", 100'000));
  const auto made = subject.make();
  REQUIRE(made);
  CHECK(made.value().number == 1);
  CHECK(made.value().facts.commits == 2);
  REQUIRE(put(*subject.live, "later"));
  const auto copy = subject.read(1);
  CHECK(holds(*copy, "small"));
  CHECK(copy->get(family::spool, "a body in a blob file").value()->size() == 100'000);
  CHECK_FALSE(holds(*copy, "later"));
  REQUIRE(put(*copy, "goes on"));
  CHECK(holds(*subject.live, "later"));
}

TEST_CASE("backup: the next one copies only what is new", "[rocks][backup]") {
  backed_up subject;
  for (int i = 0; i < 20; ++i)
    REQUIRE(put_noise(*subject.live, "first " + std::to_string(i), 100'000));
  REQUIRE(subject.make());
  const auto first = subject.octets_on_shelf();
  REQUIRE(put_noise(*subject.live, "second", 10'000));
  REQUIRE(subject.make());
  CHECK(first > 2'000'000);
  CHECK(subject.octets_on_shelf() < first + 500'000);
  CHECK(holds(*subject.read(2), "first 7"));
  CHECK(holds(*subject.read(2 - 1), "first 7"));
}

TEST_CASE("backup: writing goes on meanwhile, and the copy is a moment of it", "[rocks][backup]") {
  backed_up subject;
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> written{0};
  std::thread writer{[&] {
    while (!over) {
      const auto number = std::to_string(written + 1);
      batch changes; // both or none
      changes.put(family::spool, "left " + number, std::string(3000, 'l'));
      changes.put(family::queue, "right " + number, "r");
      if (!commit_and_wait(*subject.live, std::move(changes), priority::growth))
        return;
      ++written;
    }
  }};
  REQUIRE(testing::comes_true([&] { return written > 50; }));
  const auto before = written.load();
  const auto made = subject.make();
  const auto after = written.load();
  over = true;
  writer.join();
  REQUIRE(made);
  CHECK(after > before);
  const auto copy = subject.read(1);
  const auto left = copy->scan(family::spool, "left ", "lefu", 1'000'000).value();
  const auto right = copy->scan(family::queue, "right ", "righu", 1'000'000).value();
  CHECK(left.size() == right.size());
  CHECK(left.size() >= before);
}

TEST_CASE("backup: says what it is of", "[rocks][backup]") {
  backed_up subject;
  for (const auto* const message : {"first", "second", "third"})
    REQUIRE(put(*subject.live, all_messages_prefix() + message));
  REQUIRE(subject.make());
  const auto listed = list_backups(subject.backups());
  REQUIRE(listed);
  REQUIRE(listed.value().size() == 1);
  const auto& facts = listed.value().front().facts;
  CHECK(facts.node == "n1");
  CHECK(facts.messages == 3);
  CHECK(facts.data_schema == schema_version);
  CHECK(listed.value().front().octets > 0);
  CHECK(list_backups(subject.shelf.path() / "nowhere").value().empty());
}

TEST_CASE("backup: two nodes do not share a directory", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a"));
  REQUIRE(subject.make());
  const auto other = make_backup(*subject.live, backed_up::facts("n2"), subject.options());
  REQUIRE_FALSE(other);
  CHECK(other.error().code == errc::invalid_argument);
}

TEST_CASE("backup: a flipped octet in any of its files is found", "[rocks][backup][damage]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a", 50'000));
  REQUIRE(put(*subject.live, "b"));
  REQUIRE(subject.make());
  REQUIRE(verify_backup(subject.backups(), 1));
  int files = 0;
  for (const auto& file : fs::recursive_directory_iterator{subject.backups()}) {
    if (!file.is_regular_file() || file.file_size() == 0)
      continue;
    ++files;
    const auto middle = file.file_size() / 2;
    testing::flip(file.path(), middle, 1);
    CAPTURE(file.path().string());
    const auto verified = verify_backup(subject.backups(), 1);
    CHECK_FALSE(verified);
    testing::flip(file.path(), middle, 1);
  }
  CHECK(files > 5);
  CHECK(verify_backup(subject.backups(), 1));
}

TEST_CASE("backup: a missing file is found, and the other backups stay good",
          "[rocks][backup][damage]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a"));
  REQUIRE(subject.make());
  REQUIRE(put(*subject.live, "b"));
  REQUIRE(subject.make());
  fs::remove_all(subject.backups() / "private" / "2");
  CHECK(verify_backup(subject.backups(), 1));
  CHECK(verify_backup(subject.backups(), 2).error().code == errc::storage_corrupt);
  const auto listed = list_backups(subject.backups()).value();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].facts.node == "n1");
  CHECK(listed[1].facts.node.empty());
  CHECK(read_backup(subject.backups(), 2, subject.copies.path() / "x").error().code ==
        errc::storage_corrupt);
}

TEST_CASE("backup: one that is stopped leaves nothing behind", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a"));
  REQUIRE(subject.make());
  const auto before = subject.octets_on_shelf();
  for (int i = 0; i < 40; ++i)
    REQUIRE(put_noise(*subject.live, "large " + std::to_string(i), 200'000));
  auto options = subject.options();
  options.progressed = [](std::uint64_t octets) { return octets < 3'000'000; };
  const auto stopped = make_backup(*subject.live, backed_up::facts(), options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == errc::stopping);
  CHECK(subject.octets_on_shelf() == before);
  CHECK(verify_backup(subject.backups(), 1));
  CHECK(list_backups(subject.backups()).value().size() == 1);
  CHECK(subject.make());
  CHECK(put(*subject.live, "and the store goes on"));
}

TEST_CASE("backup: a store that has to be opened again does not wait for it", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put_noise(*subject.live, "large", 4'000'000));
  auto options = subject.options();
  options.octets_a_second = 64 * 1024; // takes a minute
  std::atomic<bool> copies{false};
  options.progressed = [&](std::uint64_t) {
    copies = true;
    return true;
  };
  std::optional<result<stored_backup>> made;
  std::thread maker{[&] { made = make_backup(*subject.live, backed_up::facts(), options); }};
  CHECK(testing::comes_true([&] { return copies.load(); }));
  subject.disk.answer([](const disk_operation& operation) {
    const bool of_log = operation.path.ends_with(".log");
    return of_log && operation.what == disk_operation::kind::sync ? ENOSPC : 0;
  });
  CHECK(put(*subject.live, "refused").error().code == errc::storage_full);
  subject.disk.answer({});
  CHECK(testing::comes_true([&] { return put(*subject.live, "after").has_value(); }));
  maker.join();
  REQUIRE(made);
  REQUIRE_FALSE(*made);
  CHECK(made->error().code == errc::stopping);
  CHECK(list_backups(subject.backups()).value().empty());
  CHECK(subject.make());
}

TEST_CASE("backup: one that keeps removed files on a disk that runs low is ended",
          "[rocks][backup][disk]") {
  backed_up subject;
  REQUIRE(put_noise(*subject.live, "large", 8'000'000));
  auto options = subject.options();
  options.octets_a_second = 64 * 1024; // takes two minutes
  std::atomic<bool> copies{false};
  options.progressed = [&](std::uint64_t) {
    copies = true;
    return true;
  };
  std::atomic<bool> ended{false};
  std::optional<result<stored_backup>> made;
  std::thread maker{[&] {
    made = make_backup(*subject.live, backed_up::facts(), options);
    ended = true;
  }};
  CHECK(testing::comes_true([&] { return copies.load(); }));
  subject.disk.set_free(999'999);
  CHECK(testing::comes_true([&] { return ended.load(); }));
  maker.join();
  REQUIRE(made);
  REQUIRE_FALSE(*made);
  CHECK(made->error().code == errc::stopping);
  subject.disk.set_free(1'000'000'000);
  REQUIRE(testing::comes_true([&] { return subject.live->health().accepts_growth; }));
  CHECK(subject.make());
}

TEST_CASE("backup: whoever is told how may end it while it counts", "[rocks][backup]") {
  backed_up subject;
  for (int i = 0; i < 40; ++i)
    REQUIRE(put(*subject.live, all_messages_prefix() + std::to_string(i), 20'000));
  auto options = subject.options();
  options.octets_a_second = 64 * 1024;
  int told = 0;
  options.begun = [&](const std::function<void()>& end) {
    ++told;
    if (end)
      end();
  };
  const auto made = make_backup(*subject.live, backed_up::facts(), options);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == errc::stopping);
  CHECK(told == 2);
  CHECK(list_backups(subject.backups()).value().empty());
}

TEST_CASE("backup: what a killed one has left goes with the next", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a"));
  REQUIRE(subject.make());
  const auto left = subject.backups() / "private" / "2";
  fs::create_directories(left);
  std::ofstream{left / "000012.log"} << "half of it";
  std::ofstream{subject.backups() / "shared_checksum" / "000099_s_1.sst"} << "half of it";
  CHECK(list_backups(subject.backups()).value().size() == 1);
  REQUIRE(subject.make());
  CHECK_FALSE(fs::exists(left / "000012.log"));
  CHECK_FALSE(fs::exists(subject.backups() / "shared_checksum" / "000099_s_1.sst"));
}

TEST_CASE("backup: old ones go, and with them what only they had", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put_noise(*subject.live, "goes", 500'000));
  REQUIRE(subject.make());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(put(*subject.live, std::to_string(i)));
    REQUIRE(subject.make());
  }
  CHECK(prune_backups(subject.backups(), 2).value() == 2);
  const auto listed = list_backups(subject.backups()).value();
  REQUIRE(listed.size() == 2);
  CHECK(listed.front().number == 3);
  CHECK(holds(*subject.read(4), "goes"));
  CHECK(prune_backups(subject.shelf.path() / "nowhere", 1).value() == 0);
}

TEST_CASE("backup: nothing is read back over a database", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a"));
  REQUIRE(subject.make());
  const auto into = subject.copies.path() / "data";
  REQUIRE(read_backup(subject.backups(), 1, into));
  CHECK(read_backup(subject.backups(), 1, into).error().code == errc::already_exists);
  CHECK(read_backup(subject.backups(), 7, subject.copies.path() / "other").error().code ==
        errc::not_found);
}

TEST_CASE("backup: one process at a time", "[rocks][backup]") {
  backed_up subject;
  REQUIRE(put(*subject.live, "a"));
  REQUIRE(subject.make());
  const auto held = directory_lock::take(subject.backups());
  REQUIRE(held);
  CHECK(subject.make().error().code == errc::storage_locked);
  CHECK(prune_backups(subject.backups(), 1).error().code == errc::storage_locked);
  CHECK(verify_backup(subject.backups(), 1)); // reading is no harm
}

TEST_CASE("backup facts: any damage is noticed", "[backup][property]") {
  const auto facts = backed_up::facts();
  const auto octets = encode(facts);
  CHECK(decode_backup_facts(octets).value() == facts);
  seeded_random random{7};
  for (int round = 0; round < 2000; ++round) {
    auto damaged = octets;
    damaged[random.next() % damaged.size()] ^= static_cast<char>(1 + random.next() % 255);
    const auto read = decode_backup_facts(damaged);
    CHECK((!read || read.value() == facts));
  }
}

} // namespace warmfront::storage
