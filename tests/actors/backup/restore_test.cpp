// From a backup to a data directory, on real files.
#include "actors/backup/restore.hpp"

#include <fstream>
#include <future>

#include "actors/delivery/queue_job.hpp"
#include "actors/scheduler/task_record.hpp"
#include "actors/warmup/ledger_record.hpp"
#include "storage/copies.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/rocks/backups.hpp"
#include "storage/rocks/data_directory.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "storage/shadow_counters.hpp"
#include "storage/statistics.hpp"
#include "tests/actors/backup/waiting_spool.hpp"
#include "tests/storage/temporary_directory.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using storage::family;
using testing::add;
using testing::manual_clock;
using testing::waiting_message;
namespace fs = std::filesystem;

namespace {

/// A node's data of which there is a backup.
struct lost_node {
  testing::temporary_directory folder;
  manual_clock time;
  bool in_cluster = false;

  [[nodiscard]] fs::path data() const { return folder.path() / "data"; }
  [[nodiscard]] fs::path backups() const { return folder.path() / "backups"; }
  [[nodiscard]] std::unique_ptr<storage::store> open() const {
    storage::rocks_options options;
    options.directory = data();
    options.reserve_octets = 0;
    return storage::open_rocks_store(options).value();
  }
  void put(family where, const std::string& key, const std::string& value) const {
    storage::batch changes;
    changes.put(where, key, value);
    const auto store = open();
    REQUIRE(storage::commit_and_wait(*store, std::move(changes), storage::priority::growth));
  }
  void back_up() const {
    const auto store = open();
    storage::backup_facts facts;
    facts.node = "n1";
    facts.taken_at = time.wall_now();
    facts.in_cluster = in_cluster;
    if (in_cluster) {
      facts.number = 7;
      facts.instance = "12345";
    }
    storage::backup_options options;
    options.directory = backups();
    REQUIRE(storage::make_backup(*store, facts, options));
  }
  void lose() const { fs::remove_all(data()); }
  [[nodiscard]] restore_request request() const {
    restore_request wanted;
    wanted.backups = backups();
    wanted.data = data();
    wanted.node = "n1";
    wanted.in_cluster = in_cluster;
    return wanted;
  }
};

task task_in(task_state state, std::uint64_t number) {
  task made;
  made.id = task_id{number};
  made.account = account_name{"default"};
  made.state = state;
  return made;
}

void store_tasks(storage::store& in, const warmfront::clock& time, const std::vector<task>& all) {
  const auto control = storage::open_embedded_control_store(in, time).value();
  for (const auto& each : all) {
    std::promise<bool> applied;
    control->transact({{}, {{task_key(each.id), encode(each)}}},
                      [&](const auto& done) { applied.set_value(done && done.value().applied); });
    REQUIRE(applied.get_future().get());
  }
}

task stored_task(storage::store& in, const warmfront::clock& time, std::uint64_t number) {
  const auto control = storage::open_embedded_control_store(in, time).value();
  std::promise<std::string> found;
  control->range(task_key(task_id{number}),
                 [&](const auto& all) { found.set_value(all.value().records.front().value); });
  return decode_task(task_id{number}, found.get_future().get()).value();
}

} // namespace

TEST_CASE("restore: what was acknowledged before the backup is there, and held", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 2));
  node.back_up();
  add(*node.open(), waiting_message(2, 1));
  node.lose();
  const auto report = restore_backup(node.request(), node.time);
  REQUIRE(report);
  CHECK(report.value().from.number == 1);
  CHECK(report.value().counts.waiting == held_counts{1, 2});
  CHECK(report.value().moved_to.empty());
  const auto store = node.open();
  CHECK(count_held(*store).value() == held_counts{1, 2});
  CHECK(check_spool(*store).value().faults_count == 0);
  CHECK(restored_at(*store).value() == node.time.wall_now());
  CHECK_FALSE(fs::exists(node.data() / "restoring"));
}

TEST_CASE("restore: released mail stays where it was", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 2));
  node.back_up();
  node.lose();
  auto request = node.request();
  request.waiting = waiting_mail::release;
  REQUIRE(restore_backup(request, node.time));
  CHECK(testing::entries(*node.open(), storage::all_lanes_prefix()) == 2);
}

TEST_CASE("restore: data that is there is only moved aside when that is asked for", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 1));
  node.back_up();
  std::ofstream{node.data() / "secrets.key"} << "kept";
  CHECK(restore_backup(node.request(), node.time).error().code == errc::already_exists);
  auto request = node.request();
  request.force = true;
  const auto report = restore_backup(request, node.time);
  REQUIRE(report);
  CHECK(fs::exists(report.value().moved_to / "rocks" / "CURRENT"));
  CHECK(fs::exists(report.value().moved_to / "high-water"));
  CHECK(fs::exists(node.data() / "secrets.key"));
  CHECK(count_held(*node.open()).value().recipients == 1);
}

TEST_CASE("restore: when what is there cannot be moved aside, it stays in its place", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 1));
  node.back_up();
  const auto at = std::chrono::floor<seconds>(node.time.wall_now()).time_since_epoch().count();
  fs::create_directories(node.data() / ("before-restore-" + std::to_string(at)) / "rocks" / "full");
  auto request = node.request();
  request.force = true;
  CHECK(restore_backup(request, node.time).error().code == errc::storage_failed);
  CHECK(count_held(*node.open()).value().recipients == 0);
  CHECK(testing::entries(*node.open(), storage::all_lanes_prefix()) == 1);
}

TEST_CASE("restore: data whose mark is missing is moved aside, and never looks like a new node",
          "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 1));
  node.back_up();
  fs::remove(node.data() / "high-water");
  auto request = node.request();
  request.force = true;
  const auto report = restore_backup(request, node.time);
  REQUIRE(report);
  CHECK(fs::exists(report.value().moved_to / "rocks" / "CURRENT"));
  CHECK(count_held(*node.open()).value().recipients == 1);
}

TEST_CASE("restore: an action on queues that was under way does not go on", "[backup]") {
  lost_node node;
  node.in_cluster = GENERATE(false, true);
  node.put(family::spool, queue_job_key("an action"), "half done");
  node.back_up();
  node.lose();
  auto request = node.request();
  request.waiting = waiting_mail::release;
  REQUIRE(restore_backup(request, node.time));
  CHECK_FALSE(node.open()->get(family::spool, queue_job_key("an action")).value());
}

TEST_CASE("restore: in a cluster what was counted is a copy of the lost node's counters",
          "[backup]") {
  lost_node node;
  node.in_cluster = true;
  const auto mail = waiting_message(1, 2);
  storage::statistics_tally tally;
  tally.add_acceptance(mail, {});
  {
    const auto store = node.open();
    storage::batch counted;
    tally.write(counted);
    REQUIRE(storage::commit_and_wait(*store, std::move(counted), storage::priority::growth));
  }
  node.back_up();
  node.lose();
  REQUIRE(restore_backup(node.request(), node.time));
  const storage::counters_origin lost{7, 12345};
  const auto store = node.open();
  REQUIRE(tally.counters().size() >= 2);
  for (const auto& [key, count] : tally.counters()) {
    CHECK_FALSE(store->get(family::counters, key).value());
    CHECK(store->get(family::counters, storage::shadow_prefix(lost) + key).value() ==
          std::to_string(count));
  }
  CHECK(store->get(family::counters, storage::shadow_state_key(lost)).value() ==
        std::to_string(node.time.wall_now().time_since_epoch().count()));
}

TEST_CASE("restore: a node that runs keeps its data", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 1));
  node.back_up();
  const auto running = node.open();
  auto request = node.request();
  request.force = true;
  CHECK(restore_backup(request, node.time).error().code == errc::storage_locked);
}

TEST_CASE("restore: another node's backup, or one of another kind of node, is refused",
          "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 1));
  node.back_up();
  node.lose();
  auto request = node.request();
  SECTION("of another name") {
    request.node = "n2";
    CHECK(restore_backup(request, node.time).error().code == errc::invalid_argument);
    request.force = true;
    CHECK(restore_backup(request, node.time));
  }
  SECTION("into a cluster") {
    request.in_cluster = true;
    request.force = true;
    CHECK(restore_backup(request, node.time).error().code == errc::invalid_argument);
  }
  SECTION("that is not there") {
    request.number = 9;
    CHECK(restore_backup(request, node.time).error().code == errc::not_found);
  }
}

TEST_CASE("restore: one that was cut short does not start, and can be done again", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 1));
  node.back_up();
  node.lose();
  fs::create_directories(node.data() / "restoring" / "rocks");
  std::ofstream{node.data() / "restoring" / "rocks" / "CURRENT"} << "half";
  REQUIRE(restore_backup(node.request(), node.time));
  // Cut between the database and its mark.
  fs::remove(node.data() / "high-water");
  storage::rocks_options options;
  options.directory = node.data();
  CHECK(storage::open_rocks_store(options).error().code == errc::storage_corrupt);
  auto request = node.request();
  request.force = true;
  CHECK(restore_backup(request, node.time));
}

TEST_CASE("restore: tasks that could fire are paused, and say why", "[backup]") {
  lost_node node;
  store_tasks(*node.open(), node.time,
              {task_in(task_state::active, 1), task_in(task_state::finished, 2),
               task_in(task_state::active, 3)});
  node.back_up();
  node.lose();
  const auto report = restore_backup(node.request(), node.time);
  REQUIRE(report);
  CHECK(report.value().counts.tasks_paused == 2);
  const auto store = node.open();
  const auto paused = stored_task(*store, node.time, 3);
  CHECK(paused.state == task_state::paused);
  CHECK(paused.reason.find("restored from backup 1") != std::string::npos);
  CHECK(stored_task(*store, node.time, 2).state == task_state::finished);
}

TEST_CASE("restore: in a cluster nothing is believed that others know better", "[backup]") {
  lost_node node;
  node.in_cluster = true;
  const message_id id{node.time.wall_now(), 2, 7};
  node.put(family::control, "node/instance", "12345");
  node.put(family::control, "node/epoch", "3");
  node.put(family::suppressions, "m/origin", "12345");
  node.put(family::ledger, mark_key("192.0.2.1", 4), encode(permit_mark{100}));
  node.put(family::spool, storage::held_message_key(2, id), "copy");
  node.put(family::spool, storage::held_body_key(2, id), "copy");
  node.put(family::spool, storage::held_recipient_key(2, {id, 0}), "copy");
  node.put(family::queue, storage::offered_key(2, id), "5");
  node.back_up();
  node.lose();
  REQUIRE(restore_backup(node.request(), node.time));
  const auto store = node.open();
  const auto absent = [&](family where, const std::string& key) {
    return !store->get(where, key).value();
  };
  CHECK(absent(family::control, "node/instance"));
  CHECK(absent(family::control, "node/epoch"));
  CHECK(absent(family::suppressions, "m/origin"));
  CHECK(absent(family::ledger, mark_key("192.0.2.1", 4)));
  CHECK(absent(family::spool, storage::held_message_key(2, id)));
  CHECK(absent(family::spool, storage::held_body_key(2, id)));
  CHECK(absent(family::spool, storage::held_recipient_key(2, {id, 0})));
  CHECK(absent(family::queue, storage::offered_key(2, id)));
  CHECK_FALSE(restored_at(*store).value());
}

TEST_CASE("backup check: opens a copy, tells what it holds, and leaves nothing", "[backup]") {
  lost_node node;
  add(*node.open(), waiting_message(1, 2));
  node.back_up();
  const auto scratch = node.folder.path() / "scratch";
  const auto found = check_backup(node.backups(), 1, scratch);
  REQUIRE(found);
  CHECK(found.value().messages == 1);
  CHECK(found.value().waiting == 2);
  CHECK(found.value().faults_count == 0);
  CHECK_FALSE(fs::exists(scratch));
}
