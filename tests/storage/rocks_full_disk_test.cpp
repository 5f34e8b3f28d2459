// A disk that is really full, in a mount namespace of its own.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "storage/rocks/rocks_store.hpp"
#include "tests/storage/child_process.hpp"
#include "tests/storage/scripted_disk.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace warmfront::storage {

namespace {

using testing::child_process;
using testing::comes_true;
using testing::holds;

constexpr int mount_refused = 77;
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

// A small disk of this process alone: it is gone with it.
bool mount_small_disk(const std::string& at) {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", at.c_str(), "tmpfs", 0, "size=640m") == 0;
}

// Takes all the space that is left.
void fill_up(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::string block(64 * 1024, 'x');
  while (::write(descriptor, block.data(), block.size()) > 0) {
  }
  while (::write(descriptor, block.data(), 1) > 0) {
  }
  ::close(descriptor);
}

result<void> put_block(store& target, const std::string& key, priority urgency) {
  batch changes;
  changes.put(family::spool, key, std::string(64 * 1024, 'v'));
  return commit_and_wait(target, std::move(changes), urgency);
}

// Commits until one is refused. @returns how many were not.
int put_until_full(store& target, const std::string& prefix, priority urgency) {
  for (int number = 0; number < 100'000; ++number) {
    const auto done = put_block(target, prefix + std::to_string(number), urgency);
    if (!done) {
      REQUIRE(done.error().code == errc::storage_full);
      return number;
    }
  }
  FAIL("the disk never became full");
  return 0;
}

} // namespace

TEST_CASE("child: fills its disk", "[.][filling-child]") {
  const auto disk = child_process::argument();
  if (!mount_small_disk(disk)) {
    std::_Exit(mount_refused);
  }
  rocks_options options;
  options.directory = disk + "/data";
  options.reserve_octets = 256 * mebibyte;
  const auto filler = disk + "/filler";
  int grown = 0;
  int progressed = 0;
  {
    const auto subject = open_rocks_store(options).value();
    // Growth keeps the reserve.
    grown = put_until_full(*subject, "growth", priority::growth);
    REQUIRE(grown > 0);
    REQUIRE(subject->health().free_octets > 128 * mebibyte);
    REQUIRE(put_block(*subject, "progress", priority::progress).has_value());
    // Somebody else takes the reserve: even progress finds no space, and nothing aborts.
    fill_up(filler);
    progressed = put_until_full(*subject, "progress", priority::progress);
    REQUIRE(holds(*subject, "growth0"));
    REQUIRE_FALSE(subject->health().failure.has_value());
    // Space comes back.
    REQUIRE(::unlink(filler.c_str()) == 0);
    REQUIRE(
        comes_true([&] { return put_block(*subject, "after", priority::progress).has_value(); }));
  }
  const auto again = open_rocks_store(options).value();
  for (int number = 0; number < grown; ++number) {
    REQUIRE(holds(*again, "growth" + std::to_string(number)));
  }
  for (int number = 0; number < progressed; ++number) {
    REQUIRE(holds(*again, "progress" + std::to_string(number)));
  }
  REQUIRE(holds(*again, "after"));
  REQUIRE_FALSE(holds(*again, "progress" + std::to_string(progressed)));
}

TEST_CASE("full disk: the reserve is kept, nothing aborts, and it recovers by itself",
          "[rocks][disk]") {
  const testing::temporary_directory directory;
  child_process child{"[filling-child]", directory.path().string()};
  const auto code = child.wait();
  if (code == mount_refused) {
    WARN("skipped: mounting a small disk needs root and mount namespaces");
    return;
  }
  CHECK(code == 0);
}

} // namespace warmfront::storage
