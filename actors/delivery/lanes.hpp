// Lanes: FIFOs on disk of recipients that need the same permits, with a bounded window in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/delivery/item.hpp"
#include "storage/spool.hpp"

namespace warmfront {

struct lane_limits {
  std::size_t window_entries = 2000;             ///< of one lane in memory
  std::size_t window_octets = 48u << 20;         ///< of all lanes together
  std::size_t destination_in_hand_max = 500;     ///< of one destination beyond its window
  std::chrono::milliseconds blocked_after{2000}; ///< then a lane moves its congested entries away
  std::size_t in_hand_octets = 64u << 20; ///< of all mail beyond the windows; one destination: ¼
  std::size_t loads_max = 2;              ///< pieces being read at once
};

/// Why a lane is closed, and until when.
struct lane_closure {
  enum class cause : std::uint8_t { exhausted, paused, pending, no_source };
  cause why = cause::pending;
  ledger_subject blocking;
  wall_time until{}; ///< for `exhausted`
};

/// A piece of a lane to read from disk: at most `limit` entries from `from` on.
struct lane_load {
  storage::lane where;
  std::uint64_t from = 0;
  std::uint64_t before = 0;
  std::size_t limit = 0;
  std::uint64_t generation = 0; ///< of the lane's window when it was asked for
};

struct lane_status {
  storage::lane where;
  std::uint64_t waiting = 0; ///< about: gaps of cancelled entries count
  std::uint64_t front = 0;   ///< the sequence number that goes next
  std::optional<lane_closure> closed;
  bool on_hold = false; ///< its task is
};

/// Decides which recipient goes next. Holds no mail that its lane cannot send: a closed lane is a
/// few numbers. Not thread-safe; no I/O.
class lanes {
public:
  explicit lanes(lane_limits limits) : limits_{limits} {}

  /// Makes a lane known that the disk holds, with its first and one past its last sequence number.
  void restore(const storage::lane& where, std::uint64_t first, std::uint64_t tail);
  /// The next sequence number for a lane of `writer::delivery`; `appended` follows its commit.
  [[nodiscard]] std::uint64_t reserve(const storage::lane& where);
  /// The entry of a reserved sequence number is on disk. Entries of a lane commit in order.
  void appended(const storage::lane_position& position);

  /// A recipient was queued on disk. Keeps it in memory when its lane is open and has room.
  /// @returns whether it was kept; else it is read again when its turn comes.
  bool arrived(delivery_item item);

  /// A piece to read, if any lane could use one; answer with `loaded`.
  [[nodiscard]] std::optional<lane_load> next_load();
  /// Whether an entry that was read is of use: its lane still wants it, and it is neither in hand
  /// nor has it gone since it was read.
  [[nodiscard]] bool wants(const lane_load& piece, std::uint64_t sequence) const;
  /// What was read and is wanted, in order; `read_until` is one past the last entry read.
  void loaded(const lane_load& piece, std::vector<delivery_item> items, std::uint64_t read_until);

  /// Takes at most `most` recipients whose lane is open and whose destination is not congested:
  /// triggered mail first, then the oldest. They are in hand until `released` or `put_back`.
  [[nodiscard]] std::vector<delivery_item> take(std::size_t most);
  /// A recipient that came from the deferred index counts as in hand, too.
  void take_in_hand(const delivery_item& item);
  /// The item's entry is gone from its place on disk.
  void released(const delivery_item& item);
  /// The item's entry stays where it is: it waits at its old place again.
  void put_back(delivery_item item);

  /// Gives up the window of a lane: what the disk holds has changed under it.
  void rewind(const storage::lane& where);
  /// No more from this lane for now. Its window is given up, unless permits are on their way.
  void close(const storage::lane& where, lane_closure closure);
  /// Opens the lanes whose closure may have ended. @returns whether any was opened.
  bool reopen(wall_time now, bool permits_changed);
  /// When the next closure ends by itself.
  [[nodiscard]] std::optional<wall_time> next_opening() const;

  /// Tasks whose lanes stay shut, whatever is permitted. Before the first call it is all tasks'.
  void hold_tasks(std::set<task_id> held);
  [[nodiscard]] bool holds(task_id task) const;
  /// Of each task of which something waits here.
  [[nodiscard]] std::vector<task_backlog> task_backlogs() const;
  [[nodiscard]] bool knows_tasks() const noexcept { return held_tasks_.has_value(); }

  /// Recipients of a lane that has been full of congested destinations for a while: they are to be
  /// moved to lanes of their own. They are in hand.
  [[nodiscard]] std::vector<delivery_item> take_congested(steady_time now, std::size_t most);

  [[nodiscard]] bool in_hand(const storage::lane_position& position) const;
  /// Whether what was queued there has arrived: before that it is the one's who wrote it.
  [[nodiscard]] bool has_arrived(const storage::lane_position& position) const;
  [[nodiscard]] std::size_t in_hand_count() const noexcept { return in_hand_total_; }
  [[nodiscard]] std::size_t in_hand_octets() const noexcept { return in_hand_octets_; }
  [[nodiscard]] std::optional<lane_status> status(const storage::lane& where) const;
  [[nodiscard]] std::vector<lane_status> statuses() const;
  /// Whether more of a destination's mail is in hand than it may be.
  [[nodiscard]] bool congested(const std::string& destination) const;

private:
  struct lane_state;
  struct destination_state;

  // The recipients of one destination in one lane's window.
  struct slot {
    lane_state* lane = nullptr;
    destination_state* destination = nullptr;
    std::deque<delivery_item> items;
    bool ready = false;
  };
  struct slot_order {
    bool operator()(const slot* a, const slot* b) const;
  };
  struct destination_state {
    std::string name;
    std::size_t in_hand = 0;
    std::size_t in_hand_octets = 0;
    std::set<slot*> slots;
  };
  struct lane_state {
    storage::lane where;
    std::uint64_t next_load = 0; // everything below is in the window, in hand or gone
    std::uint64_t tail = 0;      // one past the last entry on disk
    std::uint64_t reserved = 0;  // one past the last number given out
    std::size_t window = 0;      // entries in the slots
    bool loading = false;
    std::uint64_t last_load = 0; // its number among all loads
    std::optional<lane_closure> closed;
    std::map<std::string, std::unique_ptr<slot>> slots;
    std::unordered_set<std::uint64_t> in_hand;
    std::unordered_set<std::uint64_t> gone; // released while a load was under way
    std::uint64_t generation = 0;           // grows when the window is given up
    std::optional<steady_time> blocked_since;
  };

  [[nodiscard]] bool is_shut(const lane_state& lane) const;
  lane_state& find(const storage::lane& where);
  destination_state& find_destination(const std::string& name);
  slot& find_slot(lane_state& lane, const std::string& destination);
  void add_to_window(lane_state& lane, delivery_item item);
  void refresh(slot& which);
  void remove_if_empty(slot& which);
  void drop_window(lane_state& lane);
  void enter_hand(const delivery_item& item);
  void leave_hand(const delivery_item& item);
  [[nodiscard]] bool triggered_unread() const;
  [[nodiscard]] bool wants_load(const lane_state& lane) const;
  [[nodiscard]] static bool loads_before(const lane_state& a, const lane_state& b);
  [[nodiscard]] bool blocked(const lane_state& lane) const;
  [[nodiscard]] bool congested(const destination_state& destination) const;

  lane_limits limits_;
  std::map<storage::lane, std::unique_ptr<lane_state>> lanes_;
  std::unordered_map<std::string, std::unique_ptr<destination_state>> destinations_;
  std::set<slot*, slot_order> ready_;
  std::set<lane_state*> loadable_; // open lanes with entries only on disk; checked when asked
  std::size_t window_octets_ = 0;
  std::size_t in_hand_total_ = 0;
  std::size_t in_hand_octets_ = 0;
  std::size_t loads_ = 0; // under way
  std::uint64_t loads_begun_ = 0;
  std::optional<std::set<task_id>> held_tasks_; ///< none: nobody has said which
};

} // namespace warmfront
