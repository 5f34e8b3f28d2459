// `warmfront pki`: the files it makes, what it says and exits with.
#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <sys/wait.h>

#include "net/tls/peer_context.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

struct ended {
  int code = -1;
  std::string output; ///< both streams
};

ended run(const std::string& words) {
  const auto line = "ASAN_OPTIONS=detect_leaks=0 " + std::string{WARMFRONT_CLI} + " pki " + words +
                    " 2>&1 </dev/null";
  ended result;
  FILE* pipe = ::popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe))
    result.output.append(chunk.data(), got);
  result.code = WEXITSTATUS(::pclose(pipe));
  return result;
}

unsigned mode_of(const std::string& file) {
  struct stat found {};
  REQUIRE(::stat(file.c_str(), &found) == 0);
  return found.st_mode & 0777u;
}

std::string text_of(const std::string& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("pki: an authority and its nodes are made, ready for a cluster", "[cli][pki]") {
  const temporary_directory directory;
  const auto folder = directory.file("pki");
  const auto made = run("init --dir " + folder);
  CHECK(made.code == 0);
  CHECK_THAT(made.output, Contains(folder + "/ca.pem") && Contains("warmfront pki node NAME"));
  const auto node = run("node n1 --dir " + folder + " --address 192.0.2.7 --address n1.example");
  CHECK(node.code == 0);
  CHECK_THAT(node.output, Contains("n1.pem") && Contains("Next: "));
  CHECK(mode_of(folder + "/ca.key") == 0600);
  CHECK(mode_of(folder + "/n1.key") == 0600);
  const auto loaded =
      net::peer_context::load(folder + "/n1.pem", folder + "/n1.key", folder + "/ca.pem");
  REQUIRE(loaded);
  CHECK(loaded.value()->self().name == "n1");
  const auto files = std::distance(std::filesystem::directory_iterator{folder}, {});
  CHECK(files == 4); // and no drafts
  CHECK(run("node n2 --dir " + folder + " --address ::1").code == 0);
}

TEST_CASE("pki: nothing is overwritten unless asked to", "[cli][pki]") {
  const temporary_directory directory;
  const auto folder = directory.file("pki");
  REQUIRE(run("init --dir " + folder).code == 0);
  REQUIRE(run("node n1 --dir " + folder).code == 0);
  const auto authority = text_of(folder + "/ca.key");
  const auto node = text_of(folder + "/n1.key");
  for (const auto* again : {"init", "node n1"}) {
    const auto refused = run(std::string{again} + " --dir " + folder);
    CHECK(refused.code == 1);
    CHECK_THAT(refused.output, Contains("--force"));
  }
  CHECK(text_of(folder + "/ca.key") == authority);
  CHECK(text_of(folder + "/n1.key") == node);
  CHECK(run("node n1 --force --dir " + folder).code == 0);
  CHECK(text_of(folder + "/n1.key") != node);
  CHECK(mode_of(folder + "/n1.key") == 0600);
}

TEST_CASE("pki: errors say what to do, and exit as everywhere", "[cli][pki]") {
  const temporary_directory directory;
  const auto folder = directory.file("pki");
  const auto early = run("node n1 --dir " + folder);
  CHECK(early.code == 1);
  CHECK_THAT(early.output, Contains("warmfront pki init"));
  REQUIRE(run("init --dir " + folder).code == 0);
  CHECK(run("node 'n 1' --dir " + folder).code == 2);
  CHECK(run("node n1 --address 'a b' --dir " + folder).code == 2);
  CHECK(run("node --dir " + folder).code == 2);
  CHECK(run("").code == 2);
  CHECK_FALSE(std::filesystem::exists(folder + "/n1.pem"));
  std::ofstream{directory.file("file")} << "no folder";
  const auto unwritable = run("init --dir " + directory.file("file"));
  CHECK(unwritable.code == 1);
  CHECK_THAT(unwritable.output, Contains("--dir"));
}
