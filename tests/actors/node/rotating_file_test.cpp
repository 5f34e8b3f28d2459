#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "actors/node/rotating_file.hpp"
#include "tests/storage/temporary_directory.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

std::string content_of(const std::string& name) {
  std::ifstream file{name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE("rotating file: goes on where it was, begins anew when full, keeps five", "[node]") {
  const temporary_directory folder;
  const auto name = (folder.path() / "events.jsonl").string();
  {
    auto file = rotating_file::open(name, 10).value();
    CHECK(file->append("aaaa\n"));
  }
  auto file = rotating_file::open(name, 10).value();
  CHECK(file->append("bbbb\n"));
  CHECK(content_of(name) == "aaaa\nbbbb\n");
  CHECK(file->append("cccc\n"));
  CHECK(content_of(name) == "cccc\n");
  CHECK(content_of(name + ".1") == "aaaa\nbbbb\n");
  // More than a file is to hold stays together: lines are not cut.
  CHECK(file->append("dddddddddddd\n"));
  CHECK(content_of(name) == "dddddddddddd\n");
  for (int count = 0; count < 8; ++count)
    CHECK(file->append("eeeeeeeeeeee\n"));
  CHECK(std::filesystem::exists(name + ".5"));
  CHECK(!std::filesystem::exists(name + ".6"));
}

TEST_CASE("rotating file: after it was moved, the next lines go to a new one", "[node]") {
  const temporary_directory folder;
  const auto name = (folder.path() / "events.jsonl").string();
  auto file = rotating_file::open(name, 1000).value();
  CHECK(file->append("a\n"));
  std::filesystem::rename(name, name + ".moved");
  CHECK(file->append("b\n"));
  file->reopen();
  CHECK(file->append("c\n"));
  CHECK(content_of(name + ".moved") == "a\nb\n");
  CHECK(content_of(name) == "c\n");
}

TEST_CASE("rotating file: what cannot be opened or written is said", "[node]") {
  const temporary_directory folder;
  CHECK(rotating_file::open((folder.path() / "none/events.jsonl").string(), 10).error().field ==
        "events.file");
  auto full = rotating_file::open("/dev/full", 10).value();
  CHECK(full->append("a\n").error().code == errc::storage_full);
}
