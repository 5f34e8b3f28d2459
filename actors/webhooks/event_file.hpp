// All events of this node as lines of a file, written from the log: off the way of mail.
#pragma once

#include <functional>
#include <string>

#include "actors/core/event_log.hpp"
#include "actors/webhooks/event_pages.hpp"

namespace warmfront {

/// Reads the disk and waits for the file. After a crash a second's lines may be there twice.
class event_file {
public:
  /// @param write appends lines. `store` and `log` outlive it.
  event_file(storage::store& store, event_log& log, std::string node,
             std::function<result<void>(const std::string& lines)> write);
  /// Writes what was logged since. @returns whether there is more.
  bool turn(event_pages& pages);
  /// Events of a stream below this are in the file.
  [[nodiscard]] std::uint64_t needed_from(storage::event_stream stream) const {
    return written_.at(index_of(stream)) + 1;
  }

private:
  storage::store& store_;
  event_log& log_;
  std::string node_;
  std::function<result<void>(const std::string& lines)> write_;
  per_stream<std::uint64_t> written_{};
  bool is_open_ = false;
  bool has_complained_ = false;
};

} // namespace warmfront
