// What nothing refers to goes after its grace, and nothing else does.
#include <catch2/catch.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/group_record.hpp"
#include "actors/groups/list_manifest.hpp"
#include "actors/scheduler/task_record.hpp"
#include "actors/templates/template_record.hpp"
#include "storage/chunks.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

using std::chrono::hours;
using std::chrono::minutes;

const account_name sweeper{"acme"};

struct sweep_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  warmfront::testing::silent_log log;
  chunks_shell chunks;

  sweep_fixture() {
    also_settle([this] { return control.settle() + store.settle(); });
    start();
  }
  ~sweep_fixture() { kill(chunks); }
  void start() {
    chunks_ports ports{&store};
    ports.control = &control;
    ports.time = &time();
    ports.log = &log;
    ports.config.self = node_name{"n1"};
    // Hours of ticks would be slow: a day has twenty-four minutes here.
    ports.config.grace = hours{1};
    ports.config.sweep_every = seconds{600};
    chunks = spawn(chunks_behavior, ports);
    settle();
  }
  chunk_id put(const std::string& octets) {
    store_chunks question;
    question.chunks.push_back(std::make_shared<const std::string>(octets));
    return ask<answer<stored_chunks>>(chunks, question).value.value().ids.front();
  }
  bool has(const chunk_id& id) {
    return ask<answer<chunk_octets>>(chunks, fetch_chunk{id}).value.has_value();
  }
  /// In steps of the actor's ticks.
  void wait(minutes time) { advance(time); }
  chunk_id put_list(const std::vector<chunk_id>& segments) {
    list_manifest manifest;
    for (const auto& id : segments)
      manifest.segments.push_back({id, 1, 10});
    manifest.recipients = manifest.recipients_elsewhere = segments.size();
    return put(encode(manifest));
  }
  void name_template(const chunk_id& content) {
    template_report report;
    report.account = sweeper;
    report.name = template_name{"T"};
    report.id = 1;
    report.versions.push_back({1, content, 10, time().wall_now(), {}, {}});
    control.put(template_key(sweeper, report.name), encode(report));
  }
  void name_group(std::uint32_t version, const chunk_id& list) {
    group_report report;
    report.account = sweeper;
    report.name = group_name{"G"};
    report.id = 1;
    report.version = version;
    report.list = list;
    control.put(group_key(sweeper, report.name), encode(report));
  }
  static task_occurrence occurrence_of(const chunk_id& content, const chunk_id& list) {
    task_occurrence value;
    value.task = task_id{1};
    value.content = content;
    value.list = list;
    value.recipients = value.segments = 1;
    return value;
  }
};

} // namespace

TEST_CASE("chunks sweep: what nothing refers to goes after its grace, not before", "[chunks]") {
  sweep_fixture of;
  const auto id = of.put("orphan");
  of.wait(minutes{55});
  CHECK(of.has(id));
  of.wait(minutes{30});
  CHECK_FALSE(of.has(id));
  CHECK(of.ask<chunk_counts>(of.chunks, count_chunks{}).swept == 1);
  CHECK(of.store.scan(storage::family::segments, "", "", 10).value().empty());
}

TEST_CASE("chunks sweep: what is referred to stays, with all that it names", "[chunks]") {
  sweep_fixture of;
  const auto text = of.put("text");
  const auto rows = of.put("rows");
  const auto list = of.put_list({rows});
  of.name_template(text);
  of.name_group(1, list);
  of.wait(minutes{200});
  for (const auto& id : {text, rows, list})
    CHECK(of.has(id));
}

TEST_CASE("chunks sweep: an old list stays while an occurrence is sent of it", "[chunks]") {
  sweep_fixture of;
  const auto text = of.put("text");
  const auto rows = of.put("rows");
  const auto list = of.put_list({rows});
  of.name_group(2, of.put_list({of.put("other")}));
  auto sending = sweep_fixture::occurrence_of(text, list);
  of.control.put(occurrence_key({task_id{1}, 0}), encode(sending));
  of.wait(minutes{150});
  for (const auto& id : {text, rows, list})
    CHECK(of.has(id));
  sending.state = occurrence_state::finished;
  of.control.put(occurrence_key({task_id{1}, 0}), encode(sending));
  of.wait(minutes{150});
  for (const auto& id : {text, rows, list})
    CHECK_FALSE(of.has(id));
}

TEST_CASE("chunks sweep: attachments stay while their task is not over", "[chunks]") {
  sweep_fixture of;
  task value;
  value.id = task_id{1};
  value.account = sweeper;
  value.attachments = of.put("files");
  of.control.put(task_key(value.id), encode(value));
  of.wait(minutes{150});
  CHECK(of.has(*value.attachments));
  value.state = task_state::finished;
  of.control.put(task_key(value.id), encode(value));
  of.wait(minutes{150});
  CHECK_FALSE(of.has(*value.attachments));
}

TEST_CASE("chunks sweep: what is stored again is as if it were new", "[chunks]") {
  sweep_fixture of;
  const auto id = of.put("again");
  for (int i = 0; i < 4; ++i) {
    of.wait(minutes{50});
    CHECK(of.put("again") == id);
  }
  CHECK(of.has(id));
}

TEST_CASE("chunks sweep: stored again while the sweep removes it, it is there", "[chunks]") {
  sweep_fixture of;
  const auto id = of.put("again");
  // At each moment of the last sweeps, with whatever is on its way to the disk.
  of.wait(minutes{60});
  for (int i = 0; i < 60 && of.has(id); ++i)
    of.wait(minutes{1});
  REQUIRE_FALSE(of.has(id));
  CHECK(of.put("again") == id);
  CHECK(of.has(id));
}

TEST_CASE("chunks sweep: a clock that jumps ahead removes nothing at once", "[chunks]") {
  sweep_fixture of;
  const auto id = of.put("fresh");
  of.time().jump(hours{24});
  of.wait(minutes{10});
  CHECK(of.has(id));
  of.put("fresh");
  of.wait(minutes{40});
  CHECK(of.has(id));
}

TEST_CASE("chunks sweep: what cannot be known is not removed", "[chunks]") {
  sweep_fixture of;
  const auto id = of.put("orphan");
  SECTION("the control store does not answer") {
    of.control.fail_next_ranges(1000);
  }
  SECTION("a record is of a later release") {
    of.control.put(group_key(sweeper, group_name{"G"}), "\x08\x7f");
  }
  SECTION("a list that is referred to is missing") {
    of.name_group(1, storage::chunk_id_of("nowhere"));
  }
  of.wait(minutes{200});
  CHECK(of.has(id));
  CHECK(of.log.written(log_level::warn) > 0);
}
