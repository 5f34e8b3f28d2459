// Makes backups of a running node, on demand and by schedule.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "actors/backup/backup_schedule.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/event_log.hpp"
#include "storage/backup_facts.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// `[backup]`, as this room needs it.
struct backup_rules {
  std::filesystem::path directory;   ///< empty: no backups
  milliseconds every{0};             ///< 0: only on demand
  std::uint32_t keep = 8;            ///< so many, the older ones go; > 0
  std::uint64_t octets_a_second = 0; ///< read at most so fast; 0: as fast as it goes
  /// Where the backups share their disk with the data: what they leave free. On the disk of the
  /// data the store watches its own reserve.
  std::uint64_t reserve_octets = 0;
  std::filesystem::path data;
};

struct backup_ports {
  storage::store* store = nullptr;
  const clock* time = nullptr;
  event_log* log = nullptr;
  /// Node, name of its data, epoch, release, revision. May block.
  std::function<storage::backup_facts()> describe;
};

/// What is so, for who asks.
struct backup_state {
  bool is_running = false;
  std::optional<wall_time> began_at;           ///< the one that runs, or the last one
  std::uint64_t octets = 0;                    ///< that it has copied so far, about
  std::optional<error> failure;                ///< of the last one
  std::vector<storage::stored_backup> backups; ///< oldest first
};

/// Thread-safe. Its own thread copies; nobody who asks ever waits for the disk.
class backup_keeper {
public:
  backup_keeper(backup_rules rules, backup_ports ports);
  /// Ends a backup that is under way, which leaves nothing behind.
  ~backup_keeper();
  backup_keeper(const backup_keeper&) = delete;
  backup_keeper& operator=(const backup_keeper&) = delete;

  /// Lets a backup begin. `invalid_argument`: no directory is configured; `conflict`: one is under
  /// way.
  [[nodiscard]] result<backup_state> begin();
  [[nodiscard]] backup_state state() const;

private:
  void run();
  void look_at_shelf();
  void make_one();
  [[nodiscard]] result<storage::stored_backup> make(wall_time now);
  [[nodiscard]] bool goes_on(std::uint64_t octets);
  [[nodiscard]] bool leaves_reserve() const;
  void remove_old();

  const backup_rules rules_;
  const backup_ports ports_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  backup_state state_;
  bool asked_ = false;
  bool stopping_ = false;
  std::function<void()> end_;     ///< ends the backup that is being made; empty: there is none
  bool ran_into_reserve_ = false; ///< of the thread alone, as is the schedule
  backup_schedule schedule_;
  std::thread thread_;
};

} // namespace warmfront
