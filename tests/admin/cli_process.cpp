#include "tests/admin/cli_process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>

#include <sys/wait.h>

#include "tests/net/tls/test_certificate.hpp"

namespace warmfront::testing {

cli_ended run_cli(const std::string& words, const std::string& environment) {
  const temporary_directory folder;
  const auto errors = folder.file("errors");
  // At its end cpprestsdk abandons its threads with what they hold: no leak of ours.
  const auto line =
      "export ASAN_OPTIONS=detect_leaks=0 HOME=/nonexistent XDG_CONFIG_HOME= " + environment +
      "; exec 2>" + errors + "; " + WARMFRONT_CLI + ' ' + words;
  cli_ended ended;
  FILE* pipe = ::popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    ended.output.append(chunk.data(), got);
  }
  ended.code = WEXITSTATUS(::pclose(pipe));
  std::ifstream stream{errors, std::ios::binary};
  ended.errors.assign(std::istreambuf_iterator<char>{stream}, {});
  return ended;
}

cli_ended run_cli(const fake_node& node, const std::string& words, const std::string& key) {
  return run_cli(words, "WARMFRONT_SERVER=" + node.address() + " WARMFRONT_KEY=" + key + ".secret");
}

void check_has(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  CHECK(text.find(part) != std::string::npos);
}

} // namespace warmfront::testing
