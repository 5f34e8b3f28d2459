// The I/O threads: one `io_context` each; a session lives on one of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace warmfront::net {

/// Owns the threads and their contexts. Created and stopped by `actors/node` and tests.
class io_threads {
public:
  /// Starts `count` threads (at least 1).
  explicit io_threads(std::size_t count);
  ~io_threads();
  io_threads(const io_threads&) = delete;
  io_threads& operator=(const io_threads&) = delete;

  [[nodiscard]] std::size_t size() const noexcept;
  /// The context of thread `index % size()`.
  [[nodiscard]] boost::asio::io_context& context(std::size_t index) noexcept;
  /// A context in turn, to spread sessions evenly. Thread-safe.
  [[nodiscard]] boost::asio::io_context& next() noexcept;
  /// Whether every thread takes up work that is given to it now within so long: false says that
  /// one hangs. Not from an I/O thread.
  [[nodiscard]] bool all_turn(std::chrono::milliseconds within);
  /// Abandons what is pending and joins the threads. Idempotent; not from an I/O thread.
  void stop();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace warmfront::net
