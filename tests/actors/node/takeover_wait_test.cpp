// When a restored node may join: not before others have what it held.
#include "actors/node/takeover_wait.hpp"

#include <catch2/catch.hpp>

#include "actors/cluster/node_record.hpp"
#include "actors/messages/member.hpp"
#include "actors/replication/bond_book.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

const node_name restored{"n1"};
const node_name holder_of_copies{"n2"};
constexpr steady_time begun{1h};

struct seen_cluster {
  takeover_view view;

  seen_cluster& node(const node_name& name, node_state state, bool alive) {
    node_record record;
    record.number = 1;
    record.state = state;
    std::erase_if(view.nodes.records, [&](const auto& r) { return r.key == node_key(name); });
    std::erase_if(view.lives.records, [&](const auto& r) { return r.key == life_key(name); });
    view.nodes.records.push_back({node_key(name), encode(record), 1, 5, 0});
    if (alive)
      view.lives.records.push_back({life_key(name), encode(node_life{1, "x"}), 1, 5, 0});
    return *this;
  }
  seen_cluster& copies(bond value, storage::revision modified = 4) {
    view.bonds.records = {{bond_key(restored, holder_of_copies), encode(value), 1, modified, 0}};
    return *this;
  }
};

} // namespace

TEST_CASE("restored member: waits until it has been declared dead", "[node]") {
  takeover_wait wait{restored, 30s};
  seen_cluster cluster;
  cluster.node(restored, node_state::active, true).node(holder_of_copies, node_state::active, true);
  cluster.copies({3, {}});
  CHECK(wait.look(cluster.view, begun));
  cluster.node(restored, node_state::active, false);
  CHECK(wait.look(cluster.view, begun + 1h));
}

TEST_CASE("restored member: joins as soon as its holders have adopted", "[node]") {
  takeover_wait wait{restored, 30s};
  seen_cluster cluster;
  cluster.node(restored, node_state::dead, false).node(holder_of_copies, node_state::active, true);
  cluster.copies({3, {}});
  CHECK(wait.look(cluster.view, begun));
  cluster.copies({4, {3}}, 6);
  CHECK_FALSE(wait.look(cluster.view, begun + 1s));
}

TEST_CASE("restored member: a holder that lives and adopts nothing has nothing", "[node]") {
  takeover_wait wait{restored, 30s};
  seen_cluster cluster;
  cluster.node(restored, node_state::dead, false).node(holder_of_copies, node_state::active, true);
  cluster.copies({3, {2}}); // an adoption of an earlier death
  CHECK(wait.look(cluster.view, begun));
  CHECK(wait.look(cluster.view, begun + 29s));
  CHECK_FALSE(wait.look(cluster.view, begun + 30s));
}

TEST_CASE("restored member: a holder that is away is waited for", "[node]") {
  takeover_wait wait{restored, 30s};
  seen_cluster cluster;
  cluster.node(restored, node_state::dead, false).node(holder_of_copies, node_state::dead, false);
  cluster.copies({3, {}});
  CHECK(wait.look(cluster.view, begun));
  CHECK(wait.look(cluster.view, begun + 10h));
  cluster.node(holder_of_copies, node_state::active, true);
  CHECK(wait.look(cluster.view, begun + 10h + 1s)); // it needs its time
  cluster.node(holder_of_copies, node_state::removed, false);
  CHECK_FALSE(wait.look(cluster.view, begun + 10h + 2s));
}

TEST_CASE("restored member: a cluster that does not know it has nothing of it", "[node]") {
  takeover_wait wait{restored, 30s};
  CHECK_FALSE(wait.look({}, begun));
}

TEST_CASE("restored member: where all have lost their data it says itself that it is dead",
          "[node]") {
  seen_cluster cluster;
  cluster.node(restored, node_state::active, false);
  const auto what = declare_self_dead(restored, cluster.view.nodes, {});
  REQUIRE(what);
  REQUIRE(what.value());
  CHECK(what.value()->when.size() == 2);
  const auto record = decode_node(*what.value()->then.front().value).value();
  CHECK(record.state == node_state::dead);
  CHECK(record.epoch == 2);
  cluster.node(restored, node_state::dead, false);
  CHECK_FALSE(declare_self_dead(restored, cluster.view.nodes, {}).value());
}
