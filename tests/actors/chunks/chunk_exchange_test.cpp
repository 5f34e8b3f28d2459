#include "actors/chunks/chunk_exchange.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <memory>
#include <random>
#include <set>

#include "actors/chunks/chunk_places.hpp"
#include "storage/chunks.hpp"

using namespace warmfront;

namespace {

struct chunk_world;

/// A node with a disk in memory; what it sends waits in the world.
struct chunk_node final : chunk_effects {
  chunk_node(chunk_world& all, std::string its_name);

  steady_time steady_now() const override;
  void send(const node_name& to, peer_frame frame) override;
  chunk_octets read(const chunk_id& id) override {
    const auto found = disk.find(id);
    return found == disk.end() ? nullptr : found->second;
  }
  bool has(const chunk_id& id) override { return disk.contains(id); }
  void keep(const chunk_id& id, chunk_octets octets, std::function<void(bool)> then) override;

  chunk_id store(const std::string& text) {
    const auto id = storage::chunk_id_of(text);
    disk[id] = std::make_shared<const std::string>(text);
    return id;
  }
  std::size_t offer(const std::vector<chunk_id>& ids);
  /// Null: it was not found.
  chunk_octets fetch(const chunk_id& id);

  chunk_world& world;
  node_name name;
  std::map<chunk_id, chunk_octets> disk;
  std::set<chunk_id> renewed;
  bool disk_fails = false;
  chunk_exchange exchange;
};

/// Nodes that all know each other; frames arrive in order, and nothing in the turn it was sent in.
struct chunk_world {
  explicit chunk_world(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      nodes.push_back(std::make_unique<chunk_node>(*this, "n" + std::to_string(i + 1)));
    for (const auto& each : nodes)
      for (const auto& other : nodes)
        if (other != each)
          each->exchange.joined(other->name);
    tell_members({});
  }
  void tell_members(const std::set<std::string>& ended) {
    for (const auto& each : nodes) {
      std::vector<member> all;
      for (const auto& other : nodes) {
        member one;
        one.name = other->name;
        one.self = other == each;
        one.ended = ended.contains(other->name.str());
        all.push_back(one);
      }
      each->exchange.set_members(all);
    }
  }
  chunk_node& at(const node_name& name) {
    return **std::ranges::find_if(nodes, [&](const auto& each) { return each->name == name; });
  }
  void cut_off(const node_name& gone) {
    cut.insert(gone);
    for (const auto& each : nodes)
      if (each->name != gone)
        each->exchange.lost(gone);
  }
  bool step() {
    if (!later.empty()) {
      const auto work = std::move(later.front());
      later.pop_front();
      work();
      return true;
    }
    if (frames.empty())
      return false;
    auto [from, to, frame] = std::move(frames.front());
    frames.pop_front();
    largest = std::max(largest, frame.octets.size());
    if (!cut.contains(from) && !cut.contains(to) && !loses)
      REQUIRE(at(to).exchange.received(from, frame));
    return true;
  }
  void settle() {
    while (step()) {
    }
  }
  void pass(milliseconds time) {
    now += time;
    for (const auto& each : nodes)
      each->exchange.tick();
    settle();
  }

  struct sent_frame {
    node_name from;
    node_name to;
    peer_frame frame;
  };
  std::vector<std::unique_ptr<chunk_node>> nodes;
  std::deque<sent_frame> frames;
  std::deque<std::function<void()>> later;
  std::set<node_name> cut;
  bool loses = false;
  std::size_t largest = 0;
  steady_time now{std::chrono::hours{1}};
};

chunk_node::chunk_node(chunk_world& all, std::string its_name)
    : world{all}, name{std::move(its_name)}, exchange{name, *this} {}

steady_time chunk_node::steady_now() const {
  return world.now;
}

void chunk_node::send(const node_name& to, peer_frame frame) {
  world.frames.push_back({name, to, std::move(frame)});
}

void chunk_node::keep(const chunk_id& id, chunk_octets octets, std::function<void(bool)> then) {
  world.later.push_back([this, id, octets, then] {
    if (octets && !disk_fails)
      disk[id] = octets;
    renewed.insert(id);
    then(!disk_fails);
  });
}

std::size_t chunk_node::offer(const std::vector<chunk_id>& ids) {
  auto count = std::make_shared<std::optional<std::size_t>>();
  exchange.offer(ids, [count](const std::vector<chunk_id>& kept) {
    REQUIRE_FALSE(*count);
    *count = kept.size();
  });
  world.settle();
  if (!*count)
    world.pass(seconds{60});
  REQUIRE(*count);
  return **count;
}

chunk_octets chunk_node::fetch(const chunk_id& id) {
  auto answer = std::make_shared<std::optional<result<chunk_octets>>>();
  exchange.fetch(id, [answer](const result<chunk_octets>& octets) {
    REQUIRE_FALSE(*answer);
    *answer = octets;
  });
  world.settle();
  for (int i = 0; i < 20 && !*answer; ++i)
    world.pass(seconds{6});
  REQUIRE(*answer);
  return **answer ? (*answer)->value() : nullptr;
}

} // namespace

TEST_CASE("chunk places: the first two of all nodes keep a chunk, whoever had it", "[chunks]") {
  const std::vector<node_name> all{node_name{"a"}, node_name{"b"}, node_name{"c"}, node_name{"d"}};
  std::map<node_name, int> firsts;
  for (int i = 0; i < 1000; ++i) {
    const auto id = storage::chunk_id_of(std::to_string(i));
    const auto ranked = ranked_nodes(all, id);
    ++firsts[ranked[0]];
    for (const auto& self : all) {
      std::vector<node_name> others;
      for (const auto& each : all)
        if (each != self)
          others.push_back(each);
      CHECK(chunk_holder(self, others, id) == (self == ranked[0] ? ranked[1] : ranked[0]));
    }
    // Who goes moves its own share only.
    auto fewer = ranked;
    fewer.erase(fewer.begin() + 3);
    CHECK(ranked_nodes(fewer, id) == fewer);
  }
  for (const auto& [name, count] : firsts)
    CHECK(count > 180);
  CHECK(chunk_holder(all[0], {}, storage::chunk_id_of("x")).empty());
}

TEST_CASE("chunk exchange: what is offered is durable at its holder, and nowhere else",
          "[chunks]") {
  chunk_world of{3};
  auto& first = *of.nodes[0];
  const auto id = first.store("text");
  REQUIRE(first.offer({id}) == 1);
  const auto holder = chunk_holder(first.name, {node_name{"n2"}, node_name{"n3"}}, id);
  for (const auto& each : of.nodes)
    CHECK(each->disk.contains(id) == (each->name == first.name || each->name == holder));
  CHECK(of.at(holder).renewed.contains(id));
}

TEST_CASE("chunk exchange: what a holder has already is not sent again, but its time is renewed",
          "[chunks]") {
  chunk_world of{2};
  const auto id = of.nodes[0]->store(std::string(100'000, 'x'));
  REQUIRE(of.nodes[0]->offer({id}) == 1);
  of.nodes[1]->renewed.clear();
  of.largest = 0;
  REQUIRE(of.nodes[0]->offer({id}) == 1);
  CHECK(of.nodes[1]->renewed.contains(id));
  CHECK(of.largest < 100);
}

TEST_CASE("chunk exchange: large ones come in parts, empty ones come, too", "[chunks]") {
  chunk_world of{2};
  std::string large;
  for (int i = 0; large.size() < 3 * chunk_part_octets_max + 17; ++i)
    large += std::to_string(i);
  for (const auto& text : {large, std::string{}, std::string(chunk_part_octets_max, 'y')}) {
    const auto id = of.nodes[1]->store(text);
    const auto found = of.nodes[0]->fetch(id);
    REQUIRE(found);
    CHECK(*found == text);
    CHECK(*of.nodes[0]->disk.at(id) == text); // a copy that counts
  }
  CHECK(of.largest < chunk_part_octets_max + 100);
}

TEST_CASE("chunk exchange: octets that are not what they are called are asked of another peer",
          "[chunks]") {
  chunk_world of{3};
  const auto id = storage::chunk_id_of("right");
  auto ranked = ranked_nodes({node_name{"n2"}, node_name{"n3"}}, id);
  of.at(ranked[0]).disk[id] = std::make_shared<const std::string>("wrong");
  of.at(ranked[1]).store("right");
  const auto found = of.nodes[0]->fetch(id);
  REQUIRE(found);
  CHECK(*found == "right");
}

TEST_CASE("chunk exchange: a peer that goes, or says nothing, is given up for the next",
          "[chunks]") {
  chunk_world of{3};
  const auto id = of.nodes[1]->store("text");
  of.nodes[2]->store("text");
  SECTION("it goes") {
    bool came = false;
    of.nodes[0]->exchange.fetch(id, [&](const auto& found) { came = found.has_value(); });
    of.cut_off(ranked_nodes({node_name{"n2"}, node_name{"n3"}}, id).front());
    of.settle();
    CHECK(came);
  }
  SECTION("it says nothing") {
    of.loses = true;
    bool came = false;
    of.nodes[0]->exchange.fetch(id, [&](const auto& found) { came = found.has_value(); });
    of.settle();
    of.loses = false;
    of.pass(seconds{6});
    CHECK(came);
  }
  SECTION("there is nobody left") {
    of.cut_off(node_name{"n2"});
    of.cut_off(node_name{"n3"});
    CHECK_FALSE(of.nodes[0]->fetch(id));
  }
}

TEST_CASE("chunk exchange: without a holder, or with one that fails, nothing is promised",
          "[chunks]") {
  chunk_world of{2};
  const auto id = of.nodes[0]->store("text");
  SECTION("its disk fails") {
    of.nodes[1]->disk_fails = true;
    CHECK(of.nodes[0]->offer({id}) == 0);
  }
  SECTION("it has ended") {
    of.tell_members({"n2"});
    CHECK_FALSE(of.nodes[0]->exchange.has_holders());
    CHECK(of.nodes[0]->offer({id}) == 0);
  }
  SECTION("it is not connected") {
    of.cut_off(node_name{"n2"});
    CHECK(of.nodes[0]->offer({id}) == 0);
  }
  SECTION("it is lost on the way") {
    std::optional<std::size_t> kept;
    of.nodes[0]->exchange.offer({id}, [&](const auto& ids) { kept = ids.size(); });
    of.cut_off(node_name{"n2"});
    CHECK(kept == 0);
  }
  SECTION("its answer does not come") {
    of.loses = true;
    CHECK(of.nodes[0]->offer({id}) == 0);
  }
}

TEST_CASE("chunk exchange: at any fault each fetch and offer is answered once, and rightly",
          "[chunks][property]") {
  const auto seed = GENERATE(take(60, random(1u, 1'000'000u)));
  CAPTURE(seed);
  std::mt19937 random{seed};
  chunk_world of{4};
  std::vector<chunk_id> ids;
  for (int i = 0; i < 12; ++i)
    ids.push_back(
        of.nodes[random() % 4]->store(std::string(random() % 5, 'a') + std::to_string(i)));
  int open = 0;
  for (int step = 0; step < 300; ++step) {
    auto& node = *of.nodes[random() % 4];
    auto& peer = *of.nodes[random() % 4];
    switch (random() % 6) {
    case 0:
      ++open;
      node.exchange.fetch(ids[random() % ids.size()], [&open](const auto&) { --open; });
      break;
    case 1: {
      ++open;
      std::vector<chunk_id> mine;
      for (const auto& [id, octets] : node.disk)
        mine.push_back(id);
      node.exchange.offer(mine, [&, mine](const auto& kept) {
        --open;
        for (const auto& id : kept)
          CHECK(std::ranges::any_of(of.nodes, [&](const auto& each) {
            return each->name != node.name && each->disk.contains(id);
          }));
      });
      break;
    }
    case 2:
      if (node.name != peer.name)
        node.exchange.lost(peer.name);
      break;
    case 3:
      if (node.name != peer.name)
        node.exchange.joined(peer.name);
      break;
    case 4:
      of.loses = random() % 4 == 0;
      of.pass(milliseconds{random() % 8000});
      break;
    default:
      for (int i = 0; i < 5; ++i)
        of.step();
    }
  }
  of.loses = false;
  for (int i = 0; i < 30; ++i)
    of.pass(seconds{10});
  CHECK(open == 0);
  for (const auto& each : of.nodes)
    for (const auto& [id, octets] : each->disk)
      CHECK(storage::chunk_id_of(*octets) == id);
}

TEST_CASE("chunk frames: what is written is read, and nothing else", "[chunks]") {
  const auto id = storage::chunk_id_of("x");
  const numbered_chunks some{7, {id, storage::chunk_id_of("y")}};
  CHECK(decode_offer(encode_offer(some).octets).value() == some);
  CHECK(decode_kept(encode_kept(some).octets).value() == some);
  const chunk_part_question question{8, id, 1234};
  CHECK(decode_part_question(encode(question).octets).value() == question);
  const chunk_part part{9, true, 3, "abc"};
  CHECK(decode_part(encode(part).octets).value() == part);
  CHECK(encode(part).kind == chunk_frames_first + 3);
  CHECK_FALSE(decode_part_question("\x12\x01x"));
  CHECK_FALSE(decode_offer("\x12\x01x"));
  CHECK_FALSE(decode_part("nonsense"));
  CHECK_FALSE(decode_part(encode(chunk_part{1, true, storage::chunk_octets_max + 1, ""}).octets));
  CHECK_FALSE(
      decode_offer(encode_offer({1, std::vector<chunk_id>(offered_chunks_max + 1, id)}).octets));
}
