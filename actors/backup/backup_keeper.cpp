#include "actors/backup/backup_keeper.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <utility>

#include "storage/rocks/backups.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds look_at_clock_every{1};

/// The path as far as it is there: the first backup makes the rest.
std::filesystem::path existing_part(std::filesystem::path of) {
  std::error_code failure;
  while (!std::filesystem::exists(of, failure) && of.has_relative_path())
    of = of.parent_path();
  return of;
}

bool share_a_disk(const std::filesystem::path& one, const std::filesystem::path& other) {
  struct stat first {};
  struct stat second {};
  return ::stat(one.c_str(), &first) == 0 && ::stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev;
}

error reserve_reached(const backup_rules& rules) {
  return {errc::storage_full,
          "make a backup in " + rules.directory.string() +
              ": it would use the free space that is reserved for mail",
          "give the backups a disk of their own, or keep fewer of them"};
}

/// The files of mail that is delivered meanwhile stay until the backup has ended.
error data_reserve_reached(const backup_rules& rules) {
  return {errc::storage_full,
          "make a backup of " + rules.data.string() +
              ": its disk is down to the free space that is reserved for mail, and a backup keeps "
              "removed files there until it ends",
          "free space on the disk of the data"};
}

} // namespace

backup_keeper::backup_keeper(backup_rules rules, backup_ports ports)
    : rules_{std::move(rules)}, ports_{std::move(ports)}, schedule_{rules_.every} {
  if (!rules_.directory.empty())
    thread_ = std::thread{[this] { run(); }};
}

backup_keeper::~backup_keeper() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
    if (end_)
      end_();
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

result<backup_state> backup_keeper::begin() {
  if (rules_.directory.empty())
    return error{errc::invalid_argument, "This node has no directory for backups.",
                 "give node.toml a [backup] with a directory, and start the node again"};
  const std::scoped_lock lock{mutex_};
  if (state_.is_running)
    return error{errc::conflict, "A backup is under way.", "wait until it has ended"};
  asked_ = state_.is_running = true;
  state_.began_at = ports_.time->wall_now();
  state_.octets = 0;
  state_.failure.reset();
  changed_.notify_all();
  return state_;
}

backup_state backup_keeper::state() const {
  const std::scoped_lock lock{mutex_};
  return state_;
}

void backup_keeper::run() {
  look_at_shelf();
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (!asked_ && !schedule_.is_due(ports_.time->wall_now())) {
      changed_.wait_for(lock, look_at_clock_every, [this] { return asked_ || stopping_; });
      continue;
    }
    lock.unlock();
    make_one();
    lock.lock();
  }
}

void backup_keeper::look_at_shelf() {
  auto found = storage::list_backups(rules_.directory);
  if (!found)
    return ports_.log->write(log_level::warn, "backups_unreadable",
                             {{"text", std::string_view{found.error().what}}});
  for (const auto& each : found.value())
    if (!each.facts.node.empty())
      schedule_.made(each.facts.taken_at);
  const std::scoped_lock lock{mutex_};
  state_.backups = std::move(found).value();
}

void backup_keeper::make_one() {
  const auto now = ports_.time->wall_now();
  {
    const std::scoped_lock lock{mutex_};
    asked_ = false;
    state_.is_running = true;
    state_.began_at = now;
    state_.octets = 0;
    state_.failure.reset();
  }
  ports_.log->write(log_level::info, "backup_begun", {});
  const auto made = make(now);
  if (made) {
    schedule_.made(now);
    ports_.log->write(log_level::info, "backup_made",
                      {{"number", static_cast<std::int64_t>(made.value().number)},
                       {"octets", static_cast<std::int64_t>(made.value().octets)},
                       {"messages", static_cast<std::int64_t>(made.value().facts.messages)}});
    remove_old();
  } else {
    schedule_.failed(now);
    const auto text = to_string(made.error());
    ports_.log->write(made.error().code == errc::stopping ? log_level::info : log_level::error,
                      "backup_failed", {{"text", std::string_view{text}}});
  }
  look_at_shelf();
  const std::scoped_lock lock{mutex_};
  state_.is_running = asked_;
  if (!made)
    state_.failure = made.error();
}

result<storage::stored_backup> backup_keeper::make(wall_time now) {
  ran_into_reserve_ = false;
  if (!ports_.store->health().accepts_growth)
    return data_reserve_reached(rules_);
  if (!leaves_reserve())
    return reserve_reached(rules_);
  auto facts = ports_.describe();
  facts.taken_at = now;
  storage::backup_options options;
  options.directory = rules_.directory;
  options.octets_a_second = rules_.octets_a_second;
  options.progressed = [this](std::uint64_t octets) { return goes_on(octets); };
  options.begun = [this](std::function<void()> end) {
    const std::scoped_lock lock{mutex_};
    end_ = std::move(end);
    if (end_ && stopping_)
      end_();
  };
  auto made = storage::make_backup(*ports_.store, std::move(facts), options);
  if (!made && ran_into_reserve_)
    return reserve_reached(rules_);
  if (!made && made.error().code == errc::stopping && !ports_.store->health().accepts_growth)
    return data_reserve_reached(rules_);
  return made;
}

bool backup_keeper::goes_on(std::uint64_t octets) {
  ran_into_reserve_ = ran_into_reserve_ || !leaves_reserve();
  const std::scoped_lock lock{mutex_};
  state_.octets = octets;
  return !stopping_ && !ran_into_reserve_;
}

bool backup_keeper::leaves_reserve() const {
  struct statvfs space {};
  const auto directory = existing_part(rules_.directory);
  if (!share_a_disk(directory, rules_.data) || ::statvfs(directory.c_str(), &space) != 0)
    return true;
  return std::uint64_t{space.f_bavail} * space.f_frsize > rules_.reserve_octets;
}

void backup_keeper::remove_old() {
  const auto removed = storage::prune_backups(rules_.directory, rules_.keep);
  if (!removed)
    ports_.log->write(log_level::warn, "backups_not_removed",
                      {{"text", std::string_view{removed.error().what}}});
}

} // namespace warmfront
