// The thread that makes backups, on a real store.
#include "actors/backup/backup_keeper.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string_view>
#include <thread>

#include "actors/core/random.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/actors/backup/waiting_spool.hpp"
#include "tests/storage/temporary_directory.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// Thread-safe, unlike the manual clock: the keeper reads it.
class settable_clock final : public clock {
public:
  [[nodiscard]] wall_time wall_now() const override {
    ++looks_;
    return wall_time{microseconds{now_}};
  }
  [[nodiscard]] steady_time steady_now() const override { return {}; }
  void advance(microseconds by) { now_ += by.count(); }
  /// How often somebody has looked at it.
  [[nodiscard]] std::uint64_t looks() const { return looks_; }

private:
  mutable std::atomic<std::uint64_t> looks_{0};
  std::atomic<std::int64_t> now_{1'767'225'600'000'000};
};

/// Counts the backups that were begun. Thread-safe.
class begun_log final : public event_log {
public:
  [[nodiscard]] bool enabled(log_level) const noexcept override { return true; }
  void write(log_level, std::string_view what, std::initializer_list<log_field>) override {
    begun_ += what == "backup_begun" ? 1 : 0;
  }
  [[nodiscard]] int begun() const { return begun_; }

private:
  std::atomic<int> begun_{0};
};

struct kept_node {
  testing::temporary_directory folder;
  settable_clock time;
  begun_log log;
  backup_rules rules;
  std::atomic<std::uint64_t> free_octets{std::uint64_t{1} << 40};
  std::unique_ptr<storage::store> store;

  kept_node() {
    storage::rocks_options options;
    options.directory = folder.path() / "data";
    options.reserve_octets = 1'000'000;
    options.free_space = [this] { return free_octets.load(); };
    store = storage::open_rocks_store(options).value();
    testing::add(*store, testing::waiting_message(1, 1));
    rules.directory = folder.path() / "backups";
    rules.data = options.directory;
  }
  /// What compression does not make smaller.
  void add_noise(std::size_t octets) const {
    seeded_random random{3};
    std::string noise(octets, '\0');
    for (auto& octet : noise)
      octet = static_cast<char>(random.next());
    storage::batch large;
    large.put(storage::family::spool, "large", std::move(noise));
    REQUIRE(storage::commit_and_wait(*store, std::move(large), storage::priority::growth));
  }
  std::unique_ptr<backup_keeper> start() {
    return std::make_unique<backup_keeper>(rules, backup_ports{store.get(), &time, &log, [] {
                                                                 storage::backup_facts facts;
                                                                 facts.node = "n1";
                                                                 return facts;
                                                               }});
  }
};

template <class Predicate>
bool comes_true(Predicate holds) {
  const auto patience = std::chrono::steady_clock::now() + 30s;
  while (!holds() && std::chrono::steady_clock::now() < patience)
    std::this_thread::yield();
  return holds();
}

bool has_ended(const backup_keeper& keeper) {
  return comes_true([&] { return !keeper.state().is_running; });
}

} // namespace

TEST_CASE("backup keeper: makes one when asked, and says what it is", "[backup]") {
  kept_node node;
  const auto keeper = node.start();
  CHECK(keeper->state().backups.empty());
  REQUIRE(keeper->begin());
  REQUIRE(has_ended(*keeper));
  const auto state = keeper->state();
  CHECK_FALSE(state.failure);
  REQUIRE(state.backups.size() == 1);
  CHECK(state.backups.front().facts.messages == 1);
  CHECK(state.backups.front().facts.taken_at == node.time.wall_now());
}

TEST_CASE("backup keeper: without a directory there are no backups", "[backup]") {
  kept_node node;
  node.rules.directory.clear();
  const auto keeper = node.start();
  CHECK(keeper->begin().error().code == errc::invalid_argument);
  CHECK_FALSE(keeper->state().is_running);
}

TEST_CASE("backup keeper: by schedule, and only so many are kept", "[backup]") {
  kept_node node;
  node.rules.every = 6h;
  node.rules.keep = 2;
  const auto keeper = node.start();
  for (std::uint32_t number = 1; number <= 4; ++number) {
    REQUIRE(comes_true([&] {
      const auto state = keeper->state();
      return !state.is_running && !state.backups.empty() && state.backups.back().number == number;
    }));
    node.time.advance(6h);
  }
  CHECK(keeper->state().backups.size() == 2);
}

TEST_CASE("backup keeper: the time of the last one outlives the process", "[backup]") {
  kept_node node;
  node.rules.every = 6h;
  REQUIRE(comes_true([keeper = node.start()] { return keeper->state().backups.size() == 1; }));
  node.time.advance(1h);
  const auto keeper = node.start();
  REQUIRE(comes_true([&] { return keeper->state().backups.size() == 1; }));
  CHECK_FALSE(keeper->state().is_running);
  node.time.advance(5h);
  CHECK(comes_true([&] { return keeper->state().backups.size() == 2; }));
}

TEST_CASE("backup keeper: mail's reserve of free space is not for backups", "[backup]") {
  kept_node node;
  node.rules.reserve_octets = std::uint64_t{1} << 60;
  const auto keeper = node.start();
  REQUIRE(keeper->begin());
  REQUIRE(has_ended(*keeper));
  REQUIRE(keeper->state().failure);
  CHECK(keeper->state().failure->code == errc::storage_full);
  CHECK(keeper->state().backups.empty());
}

TEST_CASE("backup keeper: one that runs is ended by the node's end", "[backup]") {
  kept_node node;
  node.rules.octets_a_second = 64 * 1024; // takes a minute
  node.add_noise(4'000'000);
  auto keeper = node.start();
  REQUIRE(keeper->begin());
  CHECK(keeper->begin().error().code == errc::conflict);
  keeper.reset();
  CHECK(storage::commit_and_wait(*node.store, {}, storage::priority::progress));
}

TEST_CASE("backup keeper: one that has not begun to copy is ended by the node's end, too",
          "[backup]") {
  kept_node node;
  node.rules.octets_a_second = 64 * 1024; // counts for two minutes
  const std::string record(20'000, 'm');
  for (int number = 0; number < 400; ++number) {
    storage::batch mail;
    mail.put(storage::family::spool, storage::all_messages_prefix() + std::to_string(number),
             record);
    REQUIRE(storage::commit_and_wait(*node.store, std::move(mail), storage::priority::growth));
  }
  auto keeper = node.start();
  REQUIRE(keeper->begin());
  REQUIRE(comes_true([&] { return node.log.begun() == 1; }));
  const auto asked = std::chrono::steady_clock::now();
  keeper.reset();
  CHECK(std::chrono::steady_clock::now() - asked < 30s);
}

TEST_CASE("backup keeper: one that fails is not tried again at once", "[backup]") {
  kept_node node;
  node.rules.every = 6h;
  REQUIRE(comes_true([keeper = node.start()] { return keeper->state().backups.size() == 1; }));
  node.rules.reserve_octets = std::uint64_t{1} << 60;
  const auto keeper = node.start();
  node.time.advance(6h);
  REQUIRE(comes_true([&] { return keeper->state().failure.has_value(); }));
  const auto looks = node.time.looks();
  REQUIRE(comes_true([&] { return node.time.looks() > looks + 2; }));
  CHECK(node.log.begun() == 2);
  node.time.advance(45min);
  CHECK(comes_true([&] { return node.log.begun() == 3; }));
}

TEST_CASE("backup keeper: none begins while mail has no space to grow", "[backup]") {
  kept_node node;
  node.free_octets = 0;
  REQUIRE(comes_true([&] { return !node.store->health().accepts_growth; }));
  const auto keeper = node.start();
  REQUIRE(keeper->begin());
  REQUIRE(has_ended(*keeper));
  REQUIRE(keeper->state().failure);
  CHECK(keeper->state().failure->code == errc::storage_full);
  CHECK(keeper->state().failure->remedy.find("disk of the data") != std::string::npos);
  node.free_octets = std::uint64_t{1} << 40;
  REQUIRE(comes_true([&] { return node.store->health().accepts_growth; }));
  REQUIRE(keeper->begin());
  REQUIRE(has_ended(*keeper));
  CHECK(keeper->state().backups.size() == 1);
}

TEST_CASE("backup keeper: nobody else may look into the directory that it makes", "[backup]") {
  kept_node node;
  const auto before = ::umask(0);
  const auto keeper = node.start();
  REQUIRE(keeper->begin());
  const bool ended = has_ended(*keeper);
  ::umask(before);
  REQUIRE(ended);
  CHECK(fs::status(node.rules.directory).permissions() == fs::perms::owner_all);
}
