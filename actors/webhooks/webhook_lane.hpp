// What one webhook is sent by this node, and when: the rules, without disk, clock or network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/random.hpp"
#include "actors/webhooks/event_pages.hpp"
#include "actors/webhooks/webhook_backlog.hpp"

namespace warmfront {

/// Bounds and times; tests may have others.
struct webhook_rules {
  std::size_t in_flight_max = 8;
  std::size_t read_ahead = 64;          ///< events held in memory, those in flight included
  std::size_t parked_max = 100'000;     ///< beyond it the log is not read on
  std::chrono::hours give_up_after{24}; ///< since the first attempt, or of a receiver's silence
  std::chrono::hours forget_after{48};  ///< nothing is held longer, however slow the receiver
  std::uint32_t down_after = 3;         ///< failures with nothing taken between them
  seconds probe_first{5};               ///< then twice as long each time
  seconds probe_last{900};
};

/// An event for the receiver.
struct webhook_item {
  mail_event event;
  std::optional<storage::event_position> in_log; ///< where it was read; none: it was parked
  std::string parked_key;                        ///< where it was parked; empty: it was not
  std::uint32_t attempts = 0;                    ///< before this one
  wall_time since{};                             ///< of the first attempt
};

/// How the receiver took an item.
struct webhook_verdict {
  bool is_taken = false;
  std::string error; ///< why it was not
};

/// What is to be written down for an item that has ended for now.
struct webhook_settlement {
  enum class kind : std::uint8_t { taken, parked, dead };
  kind what = kind::taken;
  wall_time due{}; ///< parked: when it is tried again
};

/// In order of the log as far as nothing fails; what failed is parked and tried again by itself. A
/// receiver that takes nothing is only probed: then the log is where events wait.
class webhook_lane {
public:
  /// @param cursors the numbers of the last events behind it. `random` outlives it.
  webhook_lane(webhook_rules rules, per_stream<std::uint64_t> cursors, std::size_t parked,
               random_source& random);

  /// How many requests may be begun now.
  [[nodiscard]] std::size_t room(wall_time now) const noexcept;
  [[nodiscard]] bool is_down() const noexcept { return failures_ >= rules_.down_after; }

  // ---- the log
  /// Whether to read on: there is room in memory and among what is parked.
  [[nodiscard]] bool wants_more(wall_time now) const noexcept;
  /// The number of the event to read next.
  [[nodiscard]] std::uint64_t next_of(storage::event_stream stream) const;
  /// The events of a stream below `number` were looked at.
  void read_until(storage::event_stream stream, std::uint64_t number);
  void take(logged_event event, storage::event_stream stream);
  /// All events up to this number are behind it, whatever happens now. What is on the disk may be
  /// less.
  [[nodiscard]] std::uint64_t cursor(storage::event_stream stream) const;
  /// Whether an event has waited for longer than it may.
  [[nodiscard]] bool is_hopeless(const mail_event& event, wall_time now) const noexcept;

  // ---- what is sent
  /// The next event of those taken from the log. Counts as in flight from now on.
  [[nodiscard]] std::optional<webhook_item> begin_next(wall_time now);
  /// How many of those that were parked may be begun now: half of all while the log has more.
  [[nodiscard]] std::size_t room_for_parked(wall_time now) const noexcept;
  /// Parked events that are due by then are tried: now, or all of them once a receiver is back.
  [[nodiscard]] wall_time parked_until(wall_time now) const noexcept;
  /// None of them is left.
  void no_parked_left() noexcept { is_back_ = false; }
  /// An event that was parked and is due; false when it is in flight, or has ended and is still on
  /// the disk.
  [[nodiscard]] bool begin_parked(const std::string& key);
  /// It was begun, and is not sent after all.
  void abandon(const std::string& key);
  /// It is gone from the disk.
  void forget_parked(const std::string& key);
  [[nodiscard]] std::size_t begun_parked() const noexcept { return begun_parked_.size(); }
  /// Ends an item that was begun, and tells what becomes of it.
  webhook_settlement end(const webhook_item& item, const webhook_verdict& verdict, wall_time now);
  /// Whether a parked event has been tried for as long as it may.
  [[nodiscard]] bool is_hopeless(const parked_event& event, wall_time now) const noexcept;
  /// What was parked besides, or removed.
  void count_parked(std::ptrdiff_t more) noexcept;

  [[nodiscard]] std::size_t parked() const noexcept { return parked_; }
  [[nodiscard]] std::size_t held() const noexcept { return ready_.size() + in_flight_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  /// The rest of a day's patience for one event, or a quarter of an hour's for a receiver.
  [[nodiscard]] static seconds back_off(std::uint32_t attempts) noexcept;

private:
  [[nodiscard]] microseconds jittered(seconds wait);
  void put_back();

  webhook_rules rules_;
  random_source& random_;
  per_stream<std::uint64_t> read_;           ///< looked at up to here
  per_stream<std::set<std::uint64_t>> open_; ///< in memory, or in flight
  std::deque<webhook_item> ready_;
  std::set<std::string> begun_parked_; ///< keys, until they are gone from the disk
  std::size_t in_flight_ = 0;
  std::size_t parked_in_flight_ = 0;
  std::size_t parked_ = 0;
  std::uint32_t failures_ = 0; ///< in a row
  wall_time probe_at_{};       ///< down: not before
  bool is_back_ = false;       ///< was down, takes again, and is not through with what was parked
};

} // namespace warmfront
