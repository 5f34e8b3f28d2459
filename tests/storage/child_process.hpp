// This test executable again, running one hidden test case in a process of its own.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/storage/spawned_process.hpp"

extern char** environ; // NOLINT: POSIX

namespace warmfront::testing {

/// A child whose descriptor 3 is a pipe to the parent. Killed and reaped when destroyed. Not
/// forked: a fork would have the threads of the database missing.
class child_process : public spawned_process {
public:
  /// @param test_case a tag or name for Catch2
  /// @param argument what the child finds in `WARMFRONT_TEST_ARGUMENT`
  child_process(std::string test_case, const std::string& argument) {
    ::setenv("WARMFRONT_TEST_ARGUMENT", argument.c_str(), 1);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      return;
    }
    reading_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], 3);
    std::string program = "/proc/self/exe";
    std::array<char*, 3> arguments{program.data(), test_case.data(), nullptr};
    if (::posix_spawn(&id_, program.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
      id_ = -1;
    }
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }
  ~child_process() {
    if (reading_ >= 0) {
      ::close(reading_);
    }
  }

  /// The next 64-bit number the child has written; false when its end is closed.
  bool read(std::uint64_t& number) {
    return ::read(reading_, &number, sizeof number) == static_cast<ssize_t>(sizeof number);
  }
  /// SIGKILL. @returns once the process is gone.
  void kill() { end(SIGKILL); }

  /// In the child: what the parent has said.
  static std::string argument() {
    const char* text = std::getenv("WARMFRONT_TEST_ARGUMENT");
    return text == nullptr ? "" : text;
  }
  /// In the child: writes a number to the parent.
  static void report(std::uint64_t number) {
    [[maybe_unused]] const auto written = ::write(3, &number, sizeof number);
  }

private:
  int reading_ = -1;
};

} // namespace warmfront::testing
