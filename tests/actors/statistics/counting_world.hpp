// Nodes that count, each with a disk and the two parts of the statistics role; frames between them
// arrive in order or, after a loss, not at all.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "actors/statistics/cluster_sum.hpp"
#include "actors/statistics/counter_mirror.hpp"
#include "actors/statistics/counter_reader.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

struct counting_world;

/// A node: its counters, and the two parts of the role.
struct counting_node final : mirror_effects, sum_effects {
  counting_node(counting_world& in, std::uint16_t its_number, std::uint64_t its_instance)
      : world{in}, number{its_number}, origin{its_number, its_instance} {
    restart();
  }
  /// Memory is lost, the disk is not.
  void restart() {
    static_cast<void>(changed.take());
    mirror.emplace(origin, *this);
    sums.emplace(origin, *this);
  }
  void count(const mail_event& event);

  [[nodiscard]] wall_time wall_now() const override;
  [[nodiscard]] steady_time steady_now() const override;
  void send(const node_name& to, peer_frame frame) override;
  [[nodiscard]] result<std::optional<std::string>> get(const std::string& key) const override {
    return store.get(storage::family::counters, key);
  }
  [[nodiscard]] result<std::vector<storage::key_value>>
  scan(const std::string& from, const std::string& before, std::size_t limit) const override {
    return store.scan(storage::family::counters, from, before, limit);
  }
  void commit(storage::batch changes, std::function<void(const result<void>&)> then) override {
    store.commit(std::move(changes), storage::priority::progress,
                 [then = std::move(then), life = std::weak_ptr<int>{life}](const auto& durable) {
                   if (!life.expired())
                     then(durable);
                 });
  }
  [[nodiscard]] result<std::vector<statistics_row>>
  own_rows(const sum_statistics& question) const override {
    return sum_counters(store, {}, question);
  }
  [[nodiscard]] result<std::vector<sum_of_origin>>
  kept_rows(const sum_statistics& question, const std::set<counters_origin>& but) const override {
    return sum_kept(store, question, but);
  }

  counting_world& world;
  const std::uint16_t number;
  const counters_origin origin;
  bool is_alive = true;
  std::shared_ptr<int> life = std::make_shared<int>(0);
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  storage::changed_counters changed;
  std::optional<counter_mirror> mirror;
  std::optional<cluster_sum> sums;
};

struct counting_world {
  explicit counting_world(std::uint16_t count, std::uint64_t seed = 1) : dice{seed} {
    for (std::uint16_t i = 1; i <= count; ++i)
      nodes.emplace(name_of(i), std::make_unique<counting_node>(*this, i, 100u + i));
    tell_members();
    for (auto& [name, node] : nodes)
      connect(name);
    run();
  }
  static node_name name_of(std::uint16_t number) { return node_name{"n" + std::to_string(number)}; }
  counting_node& at(std::uint16_t number) { return *nodes.at(name_of(number)); }

  void tell_members() {
    for (auto& [name, node] : nodes) {
      std::vector<member> members;
      for (auto& [other, its] : nodes) {
        member each;
        each.name = other;
        each.number = its->number;
        each.self = other == name;
        each.alive = its->is_alive;
        each.ended = dead.contains(other);
        each.state = each.ended ? node_state::dead : node_state::active;
        members.push_back(each);
      }
      node->mirror->set_members(members);
      node->sums->set_members(members);
    }
  }
  void connect(const node_name& who) {
    for (auto& [name, node] : nodes)
      if (name != who && node->is_alive && nodes.at(who)->is_alive &&
          connected.insert(std::minmax(name, who)).second)
        for (const auto& [one, other] : {std::pair{name, who}, {who, name}}) {
          nodes.at(one)->sums->joined(other);
          nodes.at(one)->mirror->joined(other);
        }
  }
  void disconnect(const node_name& who) {
    for (auto& [name, node] : nodes)
      if (name != who && connected.erase(std::minmax(name, who)) > 0) {
        std::erase_if(frames, [&](const auto& each) {
          return std::minmax(each.from, each.to) == std::minmax(name, who);
        });
        for (const auto& [one, other] : {std::pair{name, who}, {who, name}})
          if (nodes.at(one)->is_alive) {
            nodes.at(one)->sums->lost(other);
            nodes.at(one)->mirror->lost(other);
          }
      }
  }
  void kill(std::uint16_t number) {
    auto& node = at(number);
    node.is_alive = false;
    node.life = std::make_shared<int>(0);
    node.store.crash(dice.next() % (node.store.unsettled() + 1));
    disconnect(name_of(number));
  }
  /// It comes back with its disk.
  void revive(std::uint16_t number) {
    at(number).is_alive = true;
    at(number).restart();
    dead.erase(name_of(number));
    tell_members();
    connect(name_of(number));
  }
  void step() {
    const auto what = dice.next() % 4;
    if (what == 0 && !frames.empty()) {
      auto next = std::move(frames.front());
      frames.pop_front();
      auto& to = *nodes.at(next.to);
      REQUIRE(deliver(to, next.from, next.frame));
    } else if (what == 1) {
      pick().store.settle(1);
    } else if (what == 2) {
      tick(pick());
    }
  }
  counting_node& pick() {
    auto each = nodes.begin();
    std::advance(each, static_cast<std::ptrdiff_t>(dice.next() % nodes.size()));
    return *each->second;
  }
  static void tick(counting_node& node) {
    if (!node.is_alive)
      return;
    node.mirror->changed(node.changed.take());
    node.mirror->tick();
    node.sums->tick();
  }
  static result<void> deliver(counting_node& to, const node_name& from, const peer_frame& frame) {
    switch (static_cast<statistics_frame>(frame.kind)) {
    case statistics_frame::hello:
      return to.sums->hello(from, frame.octets);
    case statistics_frame::keep_counters:
      return to.mirror->keep(from, frame.octets);
    case statistics_frame::counters_kept:
      return to.mirror->kept(from, frame.octets);
    case statistics_frame::ask_sum:
      return to.sums->asked(from, frame.octets);
    case statistics_frame::sum_part:
      return to.sums->told(from, frame.octets);
    }
    return success();
  }
  /// Until nothing more happens.
  void run() {
    for (int quiet = 0; quiet < 3;) {
      bool moved = false;
      while (!frames.empty()) {
        auto next = std::move(frames.front());
        frames.pop_front();
        REQUIRE(deliver(*nodes.at(next.to), next.from, next.frame));
        moved = true;
      }
      for (auto& [name, node] : nodes) {
        moved = node->store.settle() > 0 || moved;
        tick(*node);
      }
      quiet = moved || !frames.empty() ? 0 : quiet + 1;
    }
  }
  statistics_report ask(std::uint16_t number, const sum_statistics& question) {
    std::optional<result<statistics_report>> answer;
    at(number).sums->ask(question, [&](const auto& told) { answer = told; });
    run();
    REQUIRE(answer);
    return answer->value();
  }
  sum_statistics of_today(counted_by by = counted_by::day) const {
    sum_statistics question;
    question.from = question.to = day_of(time.wall_now());
    question.by = by;
    return question;
  }
  daily_counts total(std::uint16_t number) {
    daily_counts all;
    const auto report = ask(number, of_today());
    for (const auto& row : report.rows)
      all += row.counts;
    return all;
  }
  /// What is on a node's disk of its own.
  daily_counts durable(std::uint16_t number) {
    daily_counts all;
    const auto rows = sum_counters(at(number).store, {}, of_today()).value();
    for (const auto& row : rows)
      all += row.counts;
    return all;
  }

  struct in_flight {
    node_name from;
    node_name to;
    peer_frame frame;
  };
  seeded_random dice;
  manual_clock time;
  std::map<node_name, std::unique_ptr<counting_node>> nodes;
  std::set<std::pair<node_name, node_name>> connected;
  std::set<node_name> dead; ///< declared
  std::deque<in_flight> frames;
};

inline void counting_node::count(const mail_event& event) {
  storage::batch changes;
  storage::statistics_tally tally;
  tally.add(event);
  tally.write(changes);
  store.commit(std::move(changes), storage::priority::progress, [this, tally](const auto& durable) {
    if (durable && is_alive)
      changed.note(tally);
  });
}
inline wall_time counting_node::wall_now() const {
  return world.time.wall_now();
}
inline steady_time counting_node::steady_now() const {
  return world.time.steady_now();
}
inline void counting_node::send(const node_name& to, peer_frame frame) {
  const auto me = counting_world::name_of(number);
  if (is_alive && world.connected.contains(std::minmax(me, to)))
    world.frames.push_back({me, to, std::move(frame)});
}

} // namespace warmfront::testing
