// A process that a test has spawned.
#pragma once

#include <signal.h>
#include <sys/wait.h>

namespace warmfront::testing {

/// Killed and reaped when destroyed.
class spawned_process {
public:
  spawned_process() = default;
  spawned_process(const spawned_process&) = delete;
  spawned_process& operator=(const spawned_process&) = delete;
  ~spawned_process() { end(SIGKILL); }

  void send(int signal) const { ::kill(id_, signal); }
  /// @returns once the process is gone.
  void end(int signal) {
    if (id_ > 0) {
      ::kill(id_, signal);
      wait();
    }
  }
  /// Waits for its own end. @returns its exit code, or -1 for a signal.
  int wait() {
    int status = -1;
    if (id_ > 0) {
      ::waitpid(id_, &status, 0);
      id_ = -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

protected:
  pid_t id_ = -1; ///< -1: none runs
};

} // namespace warmfront::testing
