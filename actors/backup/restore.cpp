#include "actors/backup/restore.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "storage/rocks/backups.hpp"
#include "storage/rocks/data_directory.hpp"
#include "storage/rocks/rocks_store.hpp"

namespace warmfront {

namespace {

namespace fs = std::filesystem;

error file_error(const char* attempted, const fs::path& path, const std::string& why) {
  return {errc::storage_failed, fmt::format("{} {}: {}", attempted, path.string(), why),
          "check the disk and the permissions of the data directory"};
}

result<void> move_file(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::rename(from, to, failure);
  if (failure)
    return file_error("move", from, failure.message());
  return success();
}

result<void> remove_folder(const fs::path& folder) {
  std::error_code failure;
  fs::remove_all(folder, failure);
  if (failure)
    return file_error("remove", folder, failure.message());
  return success();
}

result<void> sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0)
    ::close(descriptor);
  return synced ? success() : result<void>{file_error("sync", folder, "the disk refused")};
}

bool holds_database(const fs::path& data) {
  std::error_code failure;
  return fs::exists(data / "rocks", failure) || fs::exists(data / "high-water", failure);
}

result<void> check_fits(const storage::stored_backup& backup, const restore_request& request) {
  const auto& of = backup.facts;
  if (of.in_cluster != request.in_cluster)
    return error{errc::invalid_argument,
                 fmt::format("restore backup {}: it is of a node {}, and this one is {}",
                             backup.number, of.in_cluster ? "of a cluster" : "that was alone",
                             request.in_cluster ? "in a cluster" : "alone"),
                 request.in_cluster
                     ? "take [cluster] out of node.toml; `warmfront cluster migrate` "
                       "comes after the restore"
                     : "give node.toml the [cluster] that it had"};
  if (of.node != request.node && !request.force)
    return error{errc::invalid_argument,
                 fmt::format("restore backup {}: it is of node {}, and this is node {}",
                             backup.number, of.node, request.node),
                 "name the backups of this node, or say --force if it was renamed"};
  return success();
}

/// Moves the database away. Its mark stays as well: a directory with a mark and no database does
/// not start, and one with neither would start as a new node.
result<fs::path> set_aside(const fs::path& data, wall_time now) {
  const auto at = std::chrono::floor<seconds>(now).time_since_epoch().count();
  const auto aside = data / fmt::format("before-restore-{}", at);
  const auto mark = data / "high-water";
  std::error_code failure;
  fs::create_directory(aside, failure);
  if (!failure && fs::exists(mark, failure))
    fs::create_hard_link(mark, aside / "high-water", failure);
  else if (!failure && !std::ofstream{mark}) // an empty one says as much as a good one
    failure = std::make_error_code(std::errc::permission_denied);
  if (failure)
    return file_error("make", aside, failure.message());
  if (fs::exists(data / "rocks", failure)) {
    WARMFRONT_TRY(move_file(data / "rocks", aside / "rocks"));
  }
  return aside;
}

/// The database comes first and its mark last: between the two a node does not start.
result<fs::path> put_in_place(const fs::path& staged, const fs::path& data, wall_time now) {
  fs::path aside;
  if (holds_database(data)) {
    WARMFRONT_TRY(folder, set_aside(data, now));
    aside = std::move(folder);
  }
  for (const auto* name : {"rocks", "high-water"}) {
    WARMFRONT_TRY(move_file(staged / name, data / name));
    WARMFRONT_TRY(sync_folder(data));
  }
  WARMFRONT_TRY(remove_folder(staged));
  return aside;
}

/// None: the backup is of a node that was alone.
std::optional<storage::counters_origin> origin_of(const storage::backup_facts& facts) {
  storage::counters_origin origin{facts.number, 0};
  const auto* const end = facts.instance.data() + facts.instance.size();
  const auto [read, fault] = std::from_chars(facts.instance.data(), end, origin.instance);
  return facts.number > 0 && fault == std::errc{} && read == end ? std::optional{origin}
                                                                 : std::nullopt;
}

result<std::unique_ptr<storage::store>> open_copy(const fs::path& data) {
  storage::rocks_options options;
  options.directory = data;
  options.reserve_octets = 0; // what is written here makes room, or is little
  return storage::open_rocks_store(std::move(options));
}

} // namespace

result<storage::stored_backup> find_backup(const fs::path& backups,
                                           std::optional<std::uint32_t> number) {
  WARMFRONT_TRY(all, storage::list_backups(backups));
  const auto found = std::find_if(all.rbegin(), all.rend(), [number](const auto& each) {
    return number ? each.number == *number : !each.facts.node.empty();
  });
  if (found == all.rend())
    return error{errc::not_found,
                 number ? fmt::format("There is no backup {} in {}.", *number, backups.string())
                        : "There is no backup in " + backups.string() + ".",
                 "name the directory of the backups with --directory"};
  return *found;
}

result<restore_report> restore_backup(const restore_request& request, const clock& time) {
  restore_report report;
  WARMFRONT_TRY(backup, find_backup(request.backups, request.number));
  report.from = backup;
  WARMFRONT_TRY(check_fits(backup, request));
  const auto lock = storage::directory_lock::take(request.data);
  if (!lock)
    return lock.error();
  if (holds_database(request.data) && !request.force)
    return error{errc::already_exists,
                 "restore into " + request.data.string() + ": it holds a node's data",
                 "say --force to move that aside, or give node.toml another data_dir"};
  const auto staged = request.data / "restoring";
  WARMFRONT_TRY(remove_folder(staged));
  WARMFRONT_TRY(storage::read_backup(request.backups, backup.number, staged));
  {
    WARMFRONT_TRY(copy, open_copy(staged));
    restore_choices choices;
    choices.waiting = request.waiting;
    choices.in_cluster = request.in_cluster;
    choices.peers_lost = request.peers_lost;
    choices.origin = origin_of(backup.facts);
    choices.taken_at = backup.facts.taken_at;
    choices.why = fmt::format("restored from backup {} of {}", backup.number,
                              to_rfc3339(backup.facts.taken_at));
    WARMFRONT_TRY(counts, make_safe(*copy, time, choices));
    report.counts = counts;
  }
  WARMFRONT_TRY(aside, put_in_place(staged, request.data, time.wall_now()));
  report.moved_to = aside;
  return report;
}

result<spool_findings> check_backup(const fs::path& backups, std::uint32_t number,
                                    const fs::path& scratch) {
  const auto copied = storage::read_backup(backups, number, scratch);
  auto findings = [&]() -> result<spool_findings> {
    WARMFRONT_TRY(copied);
    WARMFRONT_TRY(copy, open_copy(scratch));
    return check_spool(*copy);
  }();
  WARMFRONT_TRY(remove_folder(scratch));
  return findings;
}

} // namespace warmfront
