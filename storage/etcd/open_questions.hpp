// Who waits for an answer: so that each gets one, and none comes after the end.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "actors/core/error.hpp"

namespace warmfront::storage {

/// Thread-safe.
class open_questions {
public:
  using failed = std::function<void(const error&)>;

  /// @param fail answers the question with an error
  /// @returns its number; 0 after `close`, without a call
  std::uint64_t open(failed fail);
  /// Answers a question by `answer`, unless `close` has done so.
  void answer(std::uint64_t number, const std::function<void()>& answer);
  /// Answers what is open with `why`; waits for calls that run, but not for those it is inside of.
  void close(const error& why);

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, failed> open_;
  std::multiset<std::thread::id> answering_; ///< threads inside of a call
  std::uint64_t last_ = 0;
  bool closed_ = false;
};

} // namespace warmfront::storage
