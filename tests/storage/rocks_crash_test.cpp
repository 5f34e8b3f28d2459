// SIGKILL at any instruction: what was acknowledged is there, and every batch is whole or absent.
#include <catch2/catch.hpp>

#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "actors/core/random.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/storage/child_process.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace warmfront::storage {

namespace {

using testing::child_process;

// Batch n puts three keys and a counter, and removes the keys of batch n - kept.
constexpr std::uint64_t kept = 300;

std::string key_of(std::uint64_t number) {
  auto digits = std::to_string(number);
  return std::string(12 - digits.size(), '0') + digits;
}

std::size_t octets_of(std::uint64_t number) {
  return number * 7919 % 12'000;
}

batch batch_of(std::uint64_t number) {
  const auto key = key_of(number);
  batch changes;
  changes.put(family::spool, key + "/body", std::string(octets_of(number), 'b'));
  changes.put(family::spool, key + "/state", key);
  changes.put(family::queue, key, "due");
  changes.add("batches", 1);
  if (number >= kept) {
    const auto old = key_of(number - kept);
    changes.erase_once(family::spool, old + "/body");
    changes.erase_once(family::spool, old + "/state");
    changes.erase_once(family::queue, old);
  }
  return changes;
}

std::unique_ptr<store> open_at(const std::string& directory) {
  rocks_options options;
  options.directory = directory;
  options.reserve_octets = 0;
  auto opened = open_rocks_store(options);
  if (!opened) {
    FAIL(to_string(opened.error()));
  }
  return std::move(opened).value();
}

// How many batches the store holds, after checking that it holds exactly what they leave.
std::uint64_t verified_batches(const store& in) {
  const auto count = in.get(family::counters, "batches").value();
  const std::uint64_t batches = count ? std::stoull(*count) : 0;
  const auto first = batches > kept ? batches - kept : 0;
  const auto queue = in.scan(family::queue, "", "", 10'000).value();
  REQUIRE(queue.size() == batches - first);
  const auto spool = in.scan(family::spool, "", "", 10'000).value();
  REQUIRE(spool.size() == 2 * queue.size());
  for (std::size_t index = 0; index < queue.size(); ++index) {
    const auto number = first + index;
    REQUIRE(queue[index].key == key_of(number));
    REQUIRE(spool[2 * index].key == key_of(number) + "/body");
    REQUIRE(spool[2 * index].value == std::string(octets_of(number), 'b'));
    REQUIRE(spool[2 * index + 1].value == key_of(number));
  }
  return batches;
}

} // namespace

TEST_CASE("child: commits batches until it is killed", "[.][writing-child]") {
  const auto subject = open_at(child_process::argument());
  auto next = verified_batches(*subject);
  std::mutex mutex;
  std::condition_variable changed;
  int under_way = 0;
  for (;; ++next) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return under_way < 50; });
    ++under_way;
    lock.unlock();
    subject->commit(batch_of(next), priority::growth, [&, next](const result<void>& done) {
      if (done) {
        child_process::report(next);
      }
      const std::scoped_lock finished{mutex};
      --under_way;
      changed.notify_one();
    });
  }
}

TEST_CASE("SIGKILL: every acknowledged batch is there, each one whole", "[rocks][property]") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U);
  CAPTURE(seed);
  seeded_random random{seed};
  const testing::temporary_directory directory{seed == 1 ? testing::directory_on::disk
                                                         : testing::directory_on::memory};
  const auto data = (directory.path() / "data").string();
  std::uint64_t durable = 0;
  for (int round = 0; round < 5; ++round) {
    child_process child{"[writing-child]", data};
    // From the first commit on, or while the database is still opening.
    const auto patience = round == 0 ? 1 : random.next() % 3000;
    std::uint64_t acknowledged = 0;
    bool any = false;
    for (std::uint64_t seen = 0; seen < patience && child.read(acknowledged); ++seen) {
      any = true;
    }
    child.kill();
    while (child.read(acknowledged)) {
      any = true;
    }
    const auto found = verified_batches(*open_at(data));
    CAPTURE(round, patience, acknowledged, found);
    REQUIRE(found >= durable);
    if (any) {
      REQUIRE(found > acknowledged);
    }
    durable = found;
  }
  CHECK(durable > 0);
}

} // namespace warmfront::storage
