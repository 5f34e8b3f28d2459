// A disk that fails: full, or refusing to write. Acknowledged means synced, whatever happens.
#include <catch2/catch.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "actors/core/random.hpp"
#include "tests/storage/scripted_disk.hpp"

namespace warmfront::storage {

namespace {

using kind = disk_operation::kind;
using testing::comes_true;
using testing::holds;
using testing::put;
using testing::scripted_disk;

int full(const disk_operation& operation) {
  return operation.what == kind::append ? ENOSPC : 0;
}

int full_for_logs(const disk_operation& operation) {
  return operation.path.ends_with(".log") ? full(operation) : 0;
}

} // namespace

TEST_CASE("sync: every acknowledgement follows a sync that began after the last write",
          "[rocks][disk]") {
  scripted_disk disk;
  // Of the log alone, which the commit thread writes: the order of these is the order in time.
  std::atomic<bool> synced = false;
  std::atomic<int> syncs = 0;
  std::atomic<int> unsynced_answers = 0;
  std::atomic<int> answers = 0;
  disk.answer([&](const disk_operation& operation) {
    if (operation.path.ends_with(".log")) {
      synced = operation.what == kind::sync;
      syncs += operation.what == kind::sync ? 1 : 0;
    }
    return 0;
  });
  constexpr int commits = 2000;
  {
    const auto subject = disk.open();
    std::vector<std::thread> producers;
    for (int producer = 0; producer < 4; ++producer) {
      producers.emplace_back([&, producer] {
        for (int number = 0; number < commits / 4; ++number) {
          batch changes;
          changes.put(family::spool, std::to_string(producer) + "/" + std::to_string(number),
                      std::string(2000, 'v'));
          subject->commit(std::move(changes), priority::growth, [&](const result<void>&) {
            unsynced_answers += synced ? 0 : 1;
            ++answers;
          });
        }
      });
    }
    for (auto& producer : producers) {
      producer.join();
    }
  }
  CHECK(answers == commits);
  CHECK(unsynced_answers == 0);
  CHECK(syncs > 1);
  CHECK(syncs < commits); // and they were shared
}

TEST_CASE("EIO: after a failed sync nothing succeeds, and it is not tried again", "[rocks][disk]") {
  std::atomic<int> log_operations = 0; // outlives what the disk was told
  scripted_disk disk;
  {
    const auto subject = disk.open();
    REQUIRE(put(*subject, "before").has_value());
    disk.answer([&](const disk_operation& operation) {
      return operation.path.ends_with(".log") && operation.what == kind::sync ? EIO : 0;
    });
    const auto failed = put(*subject, "failed");
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == errc::storage_failed);
    disk.answer([&](const disk_operation& operation) {
      log_operations += operation.path.ends_with(".log") ? 1 : 0;
      return 0;
    });
    for (int round = 0; round < 3; ++round) {
      const auto later = put(*subject, "later", 100, priority::progress);
      REQUIRE_FALSE(later.has_value());
      CHECK(later.error().code == errc::storage_failed);
    }
    CHECK(log_operations == 0);
    const auto health = subject->health();
    CHECK_FALSE(health.accepts_growth);
    REQUIRE(health.failure.has_value());
    CHECK(health.failure->code == errc::storage_failed);
    CHECK(holds(*subject, "before"));
  }
  const auto again = disk.open();
  CHECK(holds(*again, "before"));
  CHECK_FALSE(holds(*again, "later"));
  CHECK(put(*again, "after").has_value());
}

TEST_CASE("EIO: a failed write of the log ends all success too", "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  disk.answer([](const disk_operation& operation) {
    return operation.path.ends_with(".log") && operation.what == kind::append ? EIO : 0;
  });
  CHECK(put(*subject, "failed").error().code == errc::storage_failed);
  disk.answer({});
  CHECK(put(*subject, "later").error().code == errc::storage_failed);
}

TEST_CASE("EIO: a failed write of a table in the background ends all success too",
          "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  disk.answer(
      [](const disk_operation& operation) { return operation.path.ends_with(".sst") ? EIO : 0; });
  for (int number = 0; number < 1300; ++number) {
    if (!put(*subject, std::to_string(number), 30'000)) {
      break;
    }
  }
  // Noticed without another commit.
  REQUIRE(comes_true([&] { return subject->health().failure.has_value(); }));
  CHECK_FALSE(subject->health().accepts_growth);
  CHECK(put(*subject, "later").error().code == errc::storage_failed);
}

TEST_CASE("full disk: commits fail, reads go on, and it recovers by itself", "[rocks][disk]") {
  scripted_disk disk;
  {
    const auto subject = disk.open();
    REQUIRE(put(*subject, "before").has_value());
    disk.answer(full);
    disk.set_free(0);
    for (const auto urgency : {priority::progress, priority::growth, priority::progress}) {
      const auto refused = put(*subject, "refused", 100, urgency);
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code == errc::storage_full);
    }
    CHECK(holds(*subject, "before"));
    CHECK_FALSE(subject->health().accepts_growth);
    CHECK_FALSE(subject->health().failure.has_value());
    disk.answer({});
    disk.set_free(1'000'000'000);
    REQUIRE(comes_true([&] { return subject->health().accepts_growth; }));
    CHECK(put(*subject, "after").has_value());
    CHECK(holds(*subject, "before"));
    CHECK_FALSE(holds(*subject, "refused"));
  }
  const auto again = disk.open();
  CHECK(holds(*again, "before"));
  CHECK(holds(*again, "after"));
  CHECK_FALSE(holds(*again, "refused"));
}

TEST_CASE("full disk: what a sync refused is not there after the recovery", "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  REQUIRE(put(*subject, "before").has_value());
  // The record is whole in the log, only not synced: reading the log again would find it.
  disk.answer([](const disk_operation& operation) {
    return operation.path.ends_with(".log") && operation.what == kind::sync ? ENOSPC : 0;
  });
  disk.set_free(0);
  CHECK(put(*subject, "refused", 100, priority::progress).error().code == errc::storage_full);
  disk.answer({});
  disk.set_free(1'000'000'000);
  REQUIRE(comes_true([&] { return subject->health().accepts_growth; }));
  CHECK_FALSE(holds(*subject, "refused"));
  CHECK(holds(*subject, "before"));
  CHECK(put(*subject, "after").has_value());
}

TEST_CASE("full disk: a flush that finds no space recovers by itself", "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  disk.answer([](const disk_operation& operation) {
    return operation.path.ends_with(".log") ? 0 : full(operation);
  });
  int acknowledged = 0;
  bool refused = false;
  for (int number = 0; number < 5000 && !refused; ++number) {
    const auto done = put(*subject, std::to_string(number), 30'000);
    refused = !done.has_value();
    acknowledged += refused ? 0 : 1;
    if (refused) {
      CHECK(done.error().code == errc::storage_full);
    }
  }
  REQUIRE(refused);
  disk.answer({});
  REQUIRE(comes_true([&] { return put(*subject, "after").has_value(); }));
  for (int number = 0; number < acknowledged; ++number) {
    REQUIRE(holds(*subject, std::to_string(number)));
  }
}

TEST_CASE("full disk: a recovery that finds no space again waits on", "[rocks][disk]") {
  scripted_disk disk;
  const auto subject = disk.open();
  REQUIRE(put(*subject, "before").has_value());
  disk.answer(full);
  CHECK(put(*subject, "refused").error().code == errc::storage_full);
  // The probe says there is space, and the disk still says no: the database cannot be reopened.
  std::set<errc> seen;
  for (int round = 0; round < 2; ++round) {
    seen.insert(put(*subject, "refused", 100, priority::progress).error().code);
  }
  CHECK(seen == std::set{errc::storage_full});
  const auto read = subject->get(family::spool, "before");
  CHECK((read.has_value() || read.error().code == errc::unavailable));
  disk.answer({});
  REQUIRE(comes_true([&] { return put(*subject, "after").has_value(); }));
  CHECK(holds(*subject, "before"));
}

TEST_CASE("full disk: at any moment, nothing acknowledged is lost and nothing refused appears",
          "[rocks][disk][property]") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U);
  CAPTURE(seed);
  seeded_random random{seed};
  scripted_disk disk;
  std::map<std::string, bool> expected;
  const auto verify = [&](const store& subject) {
    for (const auto& [key, acknowledged] : expected) {
      CAPTURE(key, acknowledged);
      REQUIRE(holds(subject, key) == acknowledged);
    }
  };
  {
    const auto subject = disk.open();
    int number = 0;
    for (int fault = 0; fault < 6; ++fault) {
      // The disk is full from some operation on, of logs only or of every file.
      std::atomic<std::uint64_t> left = random.next() % 400;
      const bool logs_only = random.next() % 2 == 0;
      disk.answer([&, logs_only](const disk_operation& operation) {
        if (left > 0) {
          --left;
          return 0;
        }
        return logs_only ? full_for_logs(operation) : full(operation);
      });
      for (bool accepted = true; accepted;) {
        const auto key = std::to_string(number++);
        const auto done = put(*subject, key, random.next() % 60'000);
        accepted = done.has_value();
        expected[key] = accepted;
        if (!accepted) {
          REQUIRE(done.error().code == errc::storage_full);
        }
      }
      disk.answer({});
      REQUIRE(comes_true([&] {
        const auto key = std::to_string(number++);
        return expected[key] = put(*subject, key).has_value();
      }));
      verify(*subject);
    }
  }
  verify(*disk.open());
}

TEST_CASE("queue: growth beyond its limit is turned away while the disk is slow", "[rocks][disk]") {
  scripted_disk disk;
  auto options = disk.options();
  options.queue_octets_max = 100'000;
  const auto subject = open_rocks_store(options).value();
  std::promise<void> slow;
  auto released = slow.get_future().share();
  disk.answer([released](const disk_operation& operation) {
    if (operation.path.ends_with(".log")) {
      released.wait();
    }
    return 0;
  });
  std::atomic<int> refused = 0;
  std::atomic<int> accepted = 0;
  const auto count = [&](const result<void>& done) {
    if (done) {
      ++accepted;
    } else if (done.error().code == errc::unavailable) {
      ++refused;
    }
  };
  const auto send = [&](priority urgency) {
    batch changes;
    changes.put(family::spool, "k", std::string(10'000, 'v'));
    subject->commit(std::move(changes), urgency, count);
  };
  for (int number = 0; number < 50; ++number) {
    send(priority::growth);
  }
  for (int number = 0; number < 50; ++number) {
    send(priority::progress);
  }
  slow.set_value();
  REQUIRE(put(*subject, "end", 10, priority::progress).has_value());
  CHECK(refused > 0);
  CHECK(refused < 50);
  CHECK(accepted + refused == 100);
}

} // namespace warmfront::storage
