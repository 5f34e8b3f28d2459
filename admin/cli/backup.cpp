#include "admin/cli/backup.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "actors/backup/restore.hpp"
#include "admin/cli/data_owner.hpp"
#include "cluster-config/config.hpp"
#include "storage/rocks/backups.hpp"
#include "storage/rocks/rocks_store.hpp"

namespace warmfront::admin::cli {

namespace {

namespace fs = std::filesystem;

struct backup_place {
  config::config settings;
  fs::path directory;
};

result<backup_place> find_place(const backup_choices& choices) {
  auto loaded = config::load(choices.node_toml);
  if (!loaded.faults.empty())
    return error{errc::invalid_argument, to_string(loaded.faults.front()), "correct the file"};
  backup_place place{std::move(loaded.value), choices.directory};
  if (place.directory.empty())
    place.directory = place.settings.backup.directory;
  if (place.directory.empty())
    return error{errc::invalid_argument, "No directory of backups is given.",
                 "say --directory, or give node.toml a [backup] with a directory"};
  return place;
}

std::string described(const storage::stored_backup& backup) {
  return fmt::format("Backup {} of node {}, taken at {}, {} messages", backup.number,
                     backup.facts.node, to_rfc3339(backup.facts.taken_at), backup.facts.messages);
}

/// Where a copy may be made: a name of its own, so that nothing that is there is touched.
result<fs::path> make_scratch(const std::string& below) {
  auto pattern = (fs::path{below} / "warmfront-verify-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return error{errc::invalid_argument, "No folder can be made in " + below + ".",
                 "name a directory with space for the backup with --scratch"};
  return fs::path{pattern};
}

result<std::string> look_deeply(const backup_choices& choices, const backup_place& place,
                                std::uint32_t number) {
  WARMFRONT_TRY(scratch, make_scratch(choices.scratch));
  auto checked = check_backup(place.directory, number, scratch / "copy");
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  WARMFRONT_TRY(found, std::move(checked));
  if (found.faults_count > 0)
    return error{errc::storage_corrupt,
                 fmt::format("check what backup {} holds: {} contradictions; the first: {}", number,
                             found.faults_count, found.faults.front()),
                 "use another backup, and make a new one"};
  return fmt::format("; opened: {} messages, {} recipients wait, {} queue entries", found.messages,
                     found.waiting, found.entries);
}

/// Empty: it is there, in a file or in the environment, or nothing is sealed.
std::string missing_secrets_key(const config::config& settings) {
  if (std::getenv("WARMFRONT_SECRETS_KEY") != nullptr)
    return {};
  const auto path = settings.secrets.key_file.empty()
                        ? fs::path{settings.node.data_dir} / "secrets.key"
                        : fs::path{settings.secrets.key_file};
  std::error_code failure;
  return fs::exists(path, failure) ? std::string{} : path.string();
}

result<void> put_secrets_key(const std::string& from, const std::string& to) {
  std::error_code failure;
  fs::create_directories(fs::path{to}.parent_path(), failure);
  fs::copy_file(from, to, fs::copy_options::none, failure);
  if (!failure)
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, failure);
  if (failure)
    return error{errc::invalid_argument,
                 fmt::format("copy {} to {}: {}", from, to, failure.message()),
                 "name a readable file with --secrets-key"};
  return success();
}

result<void> check_secrets(const backup_choices& choices, const config::config& settings) {
  const auto missing = missing_secrets_key(settings);
  if (missing.empty() || choices.without_secrets)
    return success();
  if (!choices.secrets_key.empty())
    return put_secrets_key(choices.secrets_key, missing);
  return error{errc::refused,
               "There is no secrets key in " + missing +
                   ", and a backup holds none: nothing that is sealed could be read.",
               "name your copy of it with --secrets-key, or say --without-secrets and make new "
               "DKIM keys"};
}

waiting_mail wanted_of(const backup_choices& choices) {
  return choices.release ? waiting_mail::release
         : choices.drop  ? waiting_mail::drop
                         : waiting_mail::hold;
}

std::string tell_waiting(const backup_choices& choices, const held_counts& counts) {
  if (choices.release)
    return "Mail that waited is sent as its turn comes; what was sent since the backup goes "
           "twice.\n";
  if (choices.drop)
    return fmt::format("Cancelled: {} recipients of {} messages that waited.\n", counts.recipients,
                       counts.messages);
  if (counts.recipients == 0)
    return "No mail waited.\n";
  return fmt::format("Held: {} recipients of {} messages that waited; they may have been sent "
                     "since.\n`warmfront backup held --release` sends them, `--drop-spool` cancels "
                     "them, both with the node stopped.\n",
                     counts.recipients, counts.messages);
}

std::string tell_restored(const backup_choices& choices, const backup_place& place,
                          const restore_report& report) {
  auto text =
      fmt::format("{}, restored into {}.\n", described(report.from), place.settings.node.data_dir);
  if (!report.moved_to.empty())
    text += fmt::format("What was there is in {}.\n", report.moved_to.string());
  text += tell_waiting(choices, report.counts.waiting);
  if (place.settings.cluster)
    return text + (choices.peers_lost
                       ? "Start the node.\n"
                       : "Start the node: it joins once the others have taken over what it "
                         "held.\n");
  if (report.counts.tasks_paused > 0)
    text += fmt::format("Paused: {} tasks, which may have fired since; `warmfront task resume`.\n",
                        report.counts.tasks_paused);
  return text + "Limited IPs and domains send nothing until their present day ends: what was spent "
                "of it, nobody knows.\n"
                "Keys that were revoked since the backup are valid again; unsubscriptions since "
                "then are missing.\nStart the node.\n";
}

} // namespace

result<std::string> verify_backups(const backup_choices& choices) {
  WARMFRONT_TRY(place, find_place(choices));
  std::vector<storage::stored_backup> all;
  if (choices.number) {
    WARMFRONT_TRY(one, find_backup(place.directory, choices.number));
    all.push_back(std::move(one));
  } else {
    WARMFRONT_TRY(listed, storage::list_backups(place.directory));
    all = std::move(listed);
  }
  if (all.empty())
    return error{errc::not_found, "There is no backup in " + place.directory.string() + ".",
                 "name the directory of the backups with --directory"};
  std::string text;
  std::optional<error> first;
  for (const auto& each : all) {
    auto outcome = [&]() -> result<std::string> {
      WARMFRONT_TRY(storage::verify_backup(place.directory, each.number));
      return choices.deep ? look_deeply(choices, place, each.number)
                          : result<std::string>{std::string{}};
    }();
    if (outcome)
      text += described(each) + ": good" + outcome.value() + ".\n";
    else if (!first)
      first = outcome.error();
  }
  if (!first)
    return text;
  if (!text.empty())
    first->remedy += "; these are good: " + text.substr(0, text.size() - 1);
  return *first;
}

result<std::string> restore_data(const backup_choices& choices) {
  WARMFRONT_TRY(place, find_place(choices));
  restore_request request;
  request.backups = place.directory;
  request.number = choices.number;
  request.data = place.settings.node.data_dir;
  request.node = place.settings.node.name;
  request.in_cluster = place.settings.cluster.has_value();
  request.force = choices.force;
  request.peers_lost = choices.peers_lost;
  request.waiting = wanted_of(choices);
  WARMFRONT_TRY(check_user(request.data, "backup restore"));
  WARMFRONT_TRY(find_backup(request.backups, request.number));
  WARMFRONT_TRY(check_secrets(choices, place.settings));
  const system_clock time;
  WARMFRONT_TRY(report, restore_backup(request, time));
  return tell_restored(choices, place, report);
}

result<std::string> settle_held(const backup_choices& choices) {
  auto with_directory = choices;
  if (with_directory.directory.empty())
    with_directory.directory = "."; // not needed here
  WARMFRONT_TRY(place, find_place(with_directory));
  storage::rocks_options options;
  options.directory = place.settings.node.data_dir;
  std::error_code failure;
  if (!fs::exists(options.directory / "rocks", failure))
    return error{errc::not_found, "There is no node's data in " + options.directory.string() + ".",
                 "name the node.toml of the restored node"};
  WARMFRONT_TRY(check_user(options.directory, "backup held"));
  options.reserve_octets = 0;
  WARMFRONT_TRY(own, storage::open_rocks_store(std::move(options)));
  if (!choices.release && !choices.drop) {
    WARMFRONT_TRY(held, count_held(*own));
    return fmt::format("Held: {} recipients of {} messages.\n", held.recipients, held.messages);
  }
  const system_clock time;
  WARMFRONT_TRY(settled, settle_waiting(*own, which_mail::held, wanted_of(choices), time.wall_now(),
                                        "dropped after a restore"));
  return fmt::format("{}: {} recipients of {} messages. Start the node.\n",
                     choices.release ? "Released" : "Cancelled", settled.recipients,
                     settled.messages);
}

result<std::string> prune_old_backups(const backup_choices& choices) {
  WARMFRONT_TRY(place, find_place(choices));
  WARMFRONT_TRY(check_user(place.directory, "backup prune"));
  WARMFRONT_TRY(removed, storage::prune_backups(place.directory,
                                                choices.keep.value_or(place.settings.backup.keep)));
  return fmt::format("{} backups removed.\n", removed);
}

} // namespace warmfront::admin::cli
