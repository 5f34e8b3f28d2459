#include "actors/chunks/chunks_actor.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <set>

#include "actors/chunks/chunk_places.hpp"
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

constexpr seconds test_grace{60};

/// Nodes whose chunks' actors hear each other, and a control store that all of them read.
struct sharing_fixture : warmfront::testing::actor_fixture {
  struct sharing_node {
    node_name name;
    std::unique_ptr<storage::memory_store> store;
    chunks_shell chunks;
    bool runs = true;
  };
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  std::map<std::string, sharing_node> nodes;
  bool required = true;
  std::function<bool()> meanwhile; ///< does something while others wait for disk and control store

  explicit sharing_fixture(std::size_t count, bool is_required = true) : required{is_required} {
    also_settle([this] {
      if (meanwhile && meanwhile())
        return std::size_t{1};
      auto work = control.settle();
      for (auto& [name, each] : nodes)
        work += each.store->settle();
      return work;
    });
    for (std::size_t i = 1; i <= count; ++i)
      add("n" + std::to_string(i));
  }
  ~sharing_fixture() {
    for (auto& [name, each] : nodes)
      kill(each.chunks);
  }

  /// Everybody hears of it.
  void add(const std::string& name) {
    auto& made = nodes[name];
    made.name = node_name{name};
    made.store = std::make_unique<storage::memory_store>(
        storage::memory_store::acknowledgement::when_settled);
    chunks_ports ports{made.store.get()};
    ports.control = &control;
    ports.time = &time();
    ports.log = &log;
    ports.config.self = made.name;
    ports.config.copies_wanted = true;
    ports.config.copy_required = required;
    ports.config.grace = test_grace;
    ports.config.sweep_every = seconds{10};
    ports.send = [this, from = made.name](send_frames frames) {
      const auto to = nodes.find(frames.to.str());
      if (to != nodes.end() && to->second.runs && nodes.at(from.str()).runs)
        caf::anon_send(to->second.chunks, frames_received{from, 1, std::move(frames.frames)});
    };
    made.chunks = spawn(chunks_behavior, ports);
    for (auto& [other, each] : nodes)
      if (other != name && each.runs) {
        caf::anon_send(each.chunks, peer_joined{made.name, 1});
        caf::anon_send(made.chunks, peer_joined{each.name, 1});
      }
    tell_members();
  }
  void tell_members() {
    for (auto& [name, each] : nodes) {
      std::vector<member> all;
      for (auto& [other, one] : nodes) {
        member value;
        value.name = one.name;
        value.self = other == name;
        value.ended = !one.runs;
        all.push_back(value);
      }
      caf::anon_send(each.chunks,
                     members_changed{std::make_shared<std::vector<member>>(all), each.name});
    }
    settle();
  }
  /// It dies, and is declared dead.
  void lose(const std::string& name) {
    nodes.at(name).runs = false;
    for (auto& [other, each] : nodes)
      if (other != name)
        caf::anon_send(each.chunks, peer_lost{node_name{name}});
    tell_members();
  }

  result<chunk_id> put(const std::string& node, const std::string& text) {
    store_chunks question;
    question.chunks.push_back(std::make_shared<const std::string>(text));
    const auto stored = ask<answer<stored_chunks>>(nodes.at(node).chunks, question).value;
    return stored ? result<chunk_id>{stored.value().ids.front()} : stored.error();
  }
  std::string get(const std::string& node, const chunk_id& id) {
    const auto found = ask<answer<chunk_octets>>(nodes.at(node).chunks, fetch_chunk{id}).value;
    return found ? *found.value() : "none";
  }
  bool has(const std::string& node, const chunk_id& id) {
    return nodes.at(node)
        .store->get(storage::family::segments, storage::chunk_key(id))
        .value()
        .has_value();
  }
  std::set<std::string> owners(const chunk_id& id) {
    std::set<std::string> found;
    for (auto& [name, each] : nodes)
      if (each.runs && has(name, id))
        found.insert(name);
    return found;
  }
  void record(const std::string& key, std::optional<std::string> value) {
    storage::control_transaction change;
    change.then.push_back({key, std::move(value)});
    control.transact(change, [](const auto&) {});
    settle();
  }
  void damage(const std::string& node, const chunk_id& id) {
    storage::batch changes;
    changes.put(storage::family::segments, storage::chunk_key(id), "damaged");
    nodes.at(node).store->commit(std::move(changes), storage::priority::progress,
                                 [](const auto&) {});
    settle();
  }
};

template_report template_of(const chunk_id& content) {
  template_report value;
  value.account = account_name{"acme"};
  value.name = template_name{"T"};
  value.versions.push_back({1, content, 1, {}, {}, {}});
  return value;
}

} // namespace

TEST_CASE("shared chunks: what is stored is durable on two nodes, and found on the third",
          "[chunks]") {
  sharing_fixture of{3};
  const auto id = of.put("n1", "text").value();
  CHECK(of.owners(id).size() == 2);
  for (const auto& [name, each] : of.nodes)
    CHECK(of.get(name, id) == "text");
  CHECK(of.owners(id).size() == 3); // what was fetched is kept
}

TEST_CASE("shared chunks: alone, it is refused where two copies are required, and counted else",
          "[chunks]") {
  SECTION("required") {
    sharing_fixture of{1};
    CHECK(of.put("n1", "text").error().code == errc::unavailable);
  }
  SECTION("preferred") {
    sharing_fixture of{1, false};
    const auto id = of.put("n1", "text").value();
    CHECK(of.ask<chunk_counts>(of.nodes["n1"].chunks, count_chunks{}).single_copies == 1);
    of.add("n2");
    of.advance(seconds{2});
    CHECK(of.owners(id).size() == 2); // who comes gets a copy
    of.put("n1", "text").value();
    CHECK(of.ask<chunk_counts>(of.nodes["n1"].chunks, count_chunks{}).single_copies == 1);
  }
}

TEST_CASE("shared chunks: when a node dies all of its chunks get another copy", "[chunks]") {
  sharing_fixture of{4};
  std::vector<chunk_id> ids;
  for (int i = 0; i < 250; ++i)
    ids.push_back(of.put("n" + std::to_string(1 + i % 4), "text " + std::to_string(i)).value());
  of.lose("n2");
  of.advance(seconds{3});
  for (const auto& id : ids)
    CHECK(of.owners(id).size() >= 2);
  of.lose("n3");
  of.advance(seconds{3});
  for (const auto& id : ids)
    CHECK(of.owners(id) == std::set<std::string>{"n1", "n4"});
}

TEST_CASE("shared chunks: a damaged copy is replaced by a peer's", "[chunks]") {
  sharing_fixture of{2};
  const auto id = of.put("n1", "text").value();
  of.damage("n1", id);
  CHECK(of.get("n1", id) == "text");
  of.lose("n2");
  CHECK(of.get("n1", id) == "text");
}

TEST_CASE("shared chunks: what nothing refers to goes after its grace, on every node", "[chunks]") {
  sharing_fixture of{2};
  const auto used = of.put("n1", "used").value();
  const auto unused = of.put("n1", "unused").value();
  of.record(template_key(account_name{"acme"}, template_name{"T"}), encode(template_of(used)));
  of.advance(test_grace - seconds{5});
  CHECK(of.owners(unused).size() == 2);
  of.advance(seconds{40});
  CHECK(of.owners(unused).empty());
  CHECK(of.owners(used).size() == 2);
  // What is no longer referred to has its grace, too.
  of.record(template_key(account_name{"acme"}, template_name{"T"}), std::nullopt);
  of.advance(seconds{15});
  CHECK(of.owners(used).size() == 2);
  of.advance(test_grace + seconds{40});
  CHECK(of.owners(used).empty());
}

TEST_CASE("shared chunks: what is stored again has its grace again, on every node", "[chunks]") {
  sharing_fixture of{2};
  const auto id = of.put("n1", "text").value();
  for (int i = 0; i < 6; ++i) {
    of.advance(test_grace / 2);
    REQUIRE(of.put("n1", "text"));
    CHECK(of.owners(id).size() == 2);
  }
}

TEST_CASE("shared chunks: whenever it is stored again, what was promised is there", "[chunks]") {
  // At any step of the sweeps that would remove it, also while its removal is on its way.
  for (int step = 1; step < 48; ++step) {
    sharing_fixture of{1, false};
    const auto id = of.put("n1", "text").value();
    of.advance(test_grace + seconds{19});
    REQUIRE(of.has("n1", id));
    std::shared_ptr<std::optional<answer<stored_chunks>>> stored;
    of.meanwhile = [&, left = step]() mutable {
      if (--left != 0)
        return false;
      store_chunks question;
      question.chunks.push_back(std::make_shared<const std::string>("text"));
      stored = of.asked<answer<stored_chunks>>(of.nodes["n1"].chunks, question);
      return true;
    };
    of.advance(seconds{2});
    of.meanwhile = {};
    CAPTURE(step);
    REQUIRE(stored);
    REQUIRE(stored->has_value());
    CHECK((*stored)->value);
    CHECK(of.get("n1", id) == "text");
    of.advance(seconds{25});
    CHECK(of.get("n1", id) == "text");
  }
}

TEST_CASE("shared chunks: lists, attachments and what is being sent are of use", "[chunks]") {
  sharing_fixture of{2};
  const auto segment = of.put("n1", "segment").value();
  list_manifest manifest;
  manifest.recipients = 1;
  manifest.recipients_elsewhere = 1;
  manifest.segments.push_back({segment, 1, 7});
  const auto list = of.put("n1", encode(manifest)).value();
  const auto old_segment = of.put("n1", "old segment").value();
  manifest.segments.front().content = old_segment;
  const auto old_list = of.put("n1", encode(manifest)).value();
  const auto content = of.put("n1", "content").value();
  const auto files = of.put("n1", "files").value();

  group_report group;
  group.account = account_name{"acme"};
  group.name = group_name{"G"};
  group.version = 2;
  group.list = list;
  group.recipients = group.segments = 1;
  of.record(group_key(group.account, group.name), encode(group));
  task its;
  its.id = task_id{1};
  its.account = group.account;
  its.state = task_state::active;
  its.attachments = files;
  of.record(task_key(its.id), encode(its));
  task_occurrence sending;
  sending.task = its.id;
  sending.content = content;
  sending.list = old_list; // fixed when it fired
  sending.recipients = sending.segments = 1;
  of.record(occurrence_key({its.id, 0}), encode(sending));
  of.advance(test_grace * 2);
  for (const auto& id : {segment, list, old_segment, old_list, content, files})
    CHECK(of.owners(id).size() == 2);

  its.state = task_state::finished;
  of.record(task_key(its.id), encode(its));
  sending.state = occurrence_state::finished;
  of.record(occurrence_key({its.id, 0}), encode(sending));
  of.advance(test_grace * 2 + seconds{40});
  for (const auto& id : {segment, list})
    CHECK(of.owners(id).size() == 2);
  for (const auto& id : {old_segment, old_list, content, files})
    CHECK(of.owners(id).empty());
}

TEST_CASE("shared chunks: nothing is removed while it is not known what is of use", "[chunks]") {
  sharing_fixture of{1, false};
  const auto id = of.put("n1", "text").value();
  SECTION("a list is nowhere") {
    group_report group;
    group.account = account_name{"acme"};
    group.name = group_name{"G"};
    group.version = 1;
    group.list = storage::chunk_id_of("gone");
    of.record(group_key(group.account, group.name), encode(group));
  }
  SECTION("a record is of a later release") {
    of.record(std::string{tasks_prefix} + "later/1", "x");
  }
  SECTION("a record cannot be read") {
    of.record(template_key(account_name{"acme"}, template_name{"T"}), "\xff");
  }
  of.advance(test_grace * 3);
  CHECK(of.has("n1", id));
}

TEST_CASE("shared chunks: a clock that jumps removes nothing at once", "[chunks]") {
  sharing_fixture of{1, false};
  const auto id = of.put("n1", "text").value();
  of.time().jump(std::chrono::hours{48});
  of.advance(seconds{11});
  CHECK(of.has("n1", id));
}
