// The log of events, read in pages that all readers of a turn share. Not thread-safe; reads the
// disk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/core/event_log.hpp"
#include "storage/event_log.hpp"

namespace warmfront {

inline constexpr std::array event_streams{storage::event_stream::intake,
                                          storage::event_stream::delivery,
                                          storage::event_stream::feedback};
/// Of each stream something; `[0]` of the first.
template <class T>
using per_stream = std::array<T, event_streams.size()>;
[[nodiscard]] constexpr std::size_t index_of(storage::event_stream stream) noexcept {
  return static_cast<std::size_t>(stream) - 1;
}

struct logged_event {
  std::uint64_t number = 0;
  mail_event value;
};

/// Readers that keep up with the log all ask for the same page: it is read and decoded once.
class event_pages {
public:
  static constexpr std::size_t page_events = 500;

  event_pages(const storage::store& disk, event_log& log) : disk_{disk}, log_{log} {}
  /// What was written since may be seen from now on.
  void begin_turn();
  /// Events of a stream from a number on, as many as a page has; none: there are no more in this
  /// turn. An event that cannot be read is left out. Valid until the next call.
  [[nodiscard]] std::span<const logged_event> read(storage::event_stream stream,
                                                   std::uint64_t from);
  /// The number of the last event there is; 0: none.
  [[nodiscard]] std::uint64_t last(storage::event_stream stream);

private:
  struct page {
    std::uint64_t from = 0;
    std::uint64_t before = 0; ///< numbers below this were looked at
    bool is_last = false;     ///< there was no more when it was read
    std::vector<logged_event> events;
  };
  void load(page& into, storage::event_stream stream, std::uint64_t from);
  void complain(const error& why);

  const storage::store& disk_;
  event_log& log_;
  per_stream<page> pages_;
  bool has_complained_ = false;
};

} // namespace warmfront
