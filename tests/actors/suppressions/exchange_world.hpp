// Nodes with tables in memory: a network that loses and delays, crashes that lose what was not
// durable, partitions, a disk that is gone.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/suppressions/suppression_commands.hpp"
#include "actors/suppressions/suppression_exchange.hpp"
#include "actors/suppressions/suppression_writer.hpp"
#include "storage/memory/memory_store.hpp"

namespace warmfront::testing {

struct exchange_world;

/// What runs on a node until it crashes.
struct exchange_process final : suppression_effects {
  exchange_process(exchange_world& all, std::size_t its_index);

  steady_time steady_now() const override;
  void send(const node_name& to, peer_frame frame) override;
  const storage::suppression_facts& facts() const override { return writer.facts(); }
  result<storage::suppression_changes> read(std::uint64_t origin, std::uint64_t after) override;
  void apply(storage::suppression_changes what, std::function<void(bool)> then) override;
  void change_origin() override { ++asked_for_origin; }

  exchange_world& world;
  const std::size_t index;
  storage::memory_store& disk;
  std::deque<std::function<void()>> later;
  suppression_writer writer;
  suppression_exchange exchange;
  int asked_for_origin = 0;
};

struct exchange_world {
  explicit exchange_world(std::size_t count, std::uint64_t seed = 1) : random{seed} {
    for (std::size_t i = 0; i < count; ++i) {
      disks.push_back(new_disk());
      processes.emplace_back();
    }
    for (std::size_t i = 0; i < count; ++i)
      start(i);
  }
  static std::unique_ptr<storage::memory_store> new_disk() {
    return std::make_unique<storage::memory_store>(
        storage::memory_store::acknowledgement::when_settled);
  }
  static node_name name_of(std::size_t index) { return node_name{"n" + std::to_string(index)}; }
  static std::size_t index_of(const node_name& name) { return std::stoul(name.str().substr(1)); }

  void start(std::size_t index) {
    auto& process = processes[index];
    process = std::make_unique<exchange_process>(*this, index);
    REQUIRE(process->writer.open());
    if (process->facts().origin == 0) {
      const auto origin = ++last_origin;
      process->writer.change(
          storage::priority::progress,
          [origin](suppression_edit& edit) {
            edit.changed().origin = origin;
            return result<void>{success()};
          },
          [](const result<void>&) {});
      disks[index]->settle();
      while (!process->later.empty())
        run_later_of(*process);
    }
    std::vector<member> members;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      member one;
      one.name = name_of(i);
      one.self = i == index;
      one.alive = true;
      members.push_back(one);
    }
    process->exchange.set_members(members);
    for (std::size_t i = 0; i < processes.size(); ++i)
      if (i != index && processes[i] && !is_cut(i, index))
        connect(i, index);
  }
  void connect(std::size_t a, std::size_t b) {
    ++session;
    std::erase_if(frames, [&](const auto& each) {
      return std::minmax(each.from, each.to) == std::minmax(a, b);
    });
    processes[a]->exchange.joined(name_of(b));
    processes[b]->exchange.joined(name_of(a));
  }
  void disconnect(std::size_t a, std::size_t b) {
    for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}})
      if (processes[x])
        processes[x]->exchange.lost(name_of(y));
    std::erase_if(frames, [&](const auto& each) {
      return std::minmax(each.from, each.to) == std::minmax(a, b);
    });
  }
  void crash(std::size_t index, std::size_t surviving) {
    processes[index].reset();
    disks[index]->crash(surviving);
    std::erase_if(frames, [&](const auto& each) { return each.from == index || each.to == index; });
    for (std::size_t i = 0; i < processes.size(); ++i)
      if (processes[i])
        processes[i]->exchange.lost(name_of(index));
  }
  [[nodiscard]] bool is_cut(std::size_t a, std::size_t b) const {
    return cut.contains(std::minmax(a, b));
  }
  static void run_later_of(exchange_process& of) {
    const auto work = std::move(of.later.front());
    of.later.pop_front();
    work();
  }

  /// Something happens somewhere. @returns false: nothing can.
  bool step() {
    std::vector<std::function<void()>> all;
    for (std::size_t i = 0; i < processes.size(); ++i) {
      if (!processes[i])
        continue;
      if (disks[i]->unsettled() > 0)
        all.emplace_back([this, i] { disks[i]->settle(1); });
      if (!processes[i]->later.empty())
        all.emplace_back([this, i] { run_later_of(*processes[i]); });
    }
    // In order between two nodes, in any order else.
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < frames.size(); ++i)
      if (pairs.emplace(frames[i].from, frames[i].to).second)
        all.emplace_back([this, i] { deliver(i); });
    if (all.empty())
      return false;
    all[random() % all.size()]();
    return true;
  }
  void deliver(std::size_t at) {
    const auto frame = std::move(frames[at]);
    frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(at));
    largest = std::max(largest, frame.what.octets.size());
    if (loses_one_in == 0 || random() % loses_one_in != 0)
      REQUIRE(processes[frame.to]->exchange.received(name_of(frame.from), frame.what));
  }
  void settle() {
    while (step()) {
    }
  }
  void pass(milliseconds time) {
    now += time;
    for (const auto& each : processes)
      if (each)
        each->exchange.tick();
  }
  void heal() {
    loses_one_in = 0;
    for (std::size_t i = 0; i < processes.size(); ++i)
      if (!processes[i])
        start(i);
    const auto all = std::exchange(cut, {});
    for (const auto& [a, b] : all)
      connect(a, b);
    for (int i = 0; i < 20; ++i) {
      pass(seconds{6});
      settle();
    }
  }

  struct sent_frame {
    std::size_t from;
    std::size_t to;
    peer_frame what;
  };
  std::mt19937_64 random;
  std::vector<std::unique_ptr<storage::memory_store>> disks;
  std::vector<std::unique_ptr<exchange_process>> processes;
  std::deque<sent_frame> frames;
  std::set<std::pair<std::size_t, std::size_t>> cut;
  std::uint64_t last_origin = 100;
  std::uint64_t session = 0;
  std::size_t loses_one_in = 0;
  std::size_t largest = 0;
  steady_time now{std::chrono::hours{1}};
  wall_time wall{seconds{1'767'225'600}};
};

inline exchange_process::exchange_process(exchange_world& all, std::size_t its_index)
    : world{all}, index{its_index}, disk{*all.disks[its_index]},
      writer{disk, nullptr,
             [this](std::function<void()> work) { later.push_back(std::move(work)); }},
      exchange{*this} {
  writer.on_durable([this] { exchange.changed(); });
}

inline steady_time exchange_process::steady_now() const {
  return world.now;
}

inline void exchange_process::send(const node_name& to, peer_frame frame) {
  const auto target = exchange_world::index_of(to);
  if (world.processes[target] && !world.is_cut(index, target))
    world.frames.push_back({index, target, std::move(frame)});
}

inline result<storage::suppression_changes> exchange_process::read(std::uint64_t origin,
                                                                   std::uint64_t after) {
  const auto known = facts().vector.find(origin);
  return storage::read_suppression_changes(
      disk, origin, after, known == facts().vector.end() ? 0 : known->second, 3, 1'000);
}

inline void exchange_process::apply(storage::suppression_changes what,
                                    std::function<void(bool)> then) {
  writer.change(
      storage::priority::progress,
      [what](suppression_edit& edit) -> result<void> {
        if (edit.sequence_of(what.origin) != what.after)
          return error{errc::conflict, "a hole", {}};
        for (const auto& each : what.entries) {
          WARMFRONT_TRY(edit.take(each));
        }
        edit.has_all(what.origin, what.up_to);
        return success();
      },
      [then](const result<void>& durable) { then(durable.has_value()); });
}

inline const account_name exchange_account{"acme"};

/// Puts or removes an address on a node. `acknowledged` hears what a client would: the change is
/// durable there and on another node.
inline void change_on(exchange_world& world, std::size_t node, const std::string& address,
                      bool removes,
                      std::function<void(storage::suppression_version)> acknowledged) {
  auto& process = *world.processes[node];
  const auto version = std::make_shared<storage::suppression_version>();
  process.writer.change(
      storage::priority::progress,
      [&world, address, removes, version](suppression_edit& edit) -> result<void> {
        WARMFRONT_TRY(before, edit.find(exchange_account, address));
        storage::stored_suppression made;
        if (before != nullptr)
          made = *before;
        made.account = exchange_account;
        made.address = address;
        made.reason = 1;
        made.is_removed = removes;
        WARMFRONT_TRY(edit.set_own(made, world.wall));
        WARMFRONT_TRY(now, edit.find(exchange_account, address));
        *version = now->version();
        return success();
      },
      [&process, version, acknowledged = std::move(acknowledged)](const result<void>& durable) {
        if (!durable)
          return;
        const auto mine = process.facts().vector.at(process.facts().origin);
        process.exchange.when_copied(mine, [version, acknowledged](bool copied) {
          if (copied)
            acknowledged(*version);
        });
      });
}

inline std::vector<storage::key_value> entries_of(const storage::store& disk) {
  const auto prefix = storage::suppression_entries_prefix();
  return disk.scan(storage::family::suppressions, prefix, storage::prefix_end(prefix), 100'000)
      .value();
}

/// The table says of itself what is so: counts, and each entry once in the index.
inline void check_table(const storage::store& disk) {
  const auto facts = storage::read_suppression_facts(disk).value();
  std::uint64_t counted = 0;
  std::size_t indexed = 0;
  for (const auto& [key, octets] : entries_of(disk)) {
    const auto value = storage::decode_suppression_entry(key, octets).value();
    counted += value.is_removed ? 0 : 1;
    const auto at = disk.get(storage::family::suppressions,
                             storage::suppression_index_key(value.origin, value.sequence))
                        .value();
    REQUIRE(at == key);
    REQUIRE(facts.vector.at(value.origin) >= value.sequence);
  }
  for (const auto& [origin, sequence] : facts.vector) {
    const auto prefix = storage::suppression_index_prefix(origin);
    indexed +=
        disk.scan(storage::family::suppressions, prefix, storage::prefix_end(prefix), 100'000)
            .value()
            .size();
  }
  REQUIRE(indexed == entries_of(disk).size());
  REQUIRE(count_entries(facts, {}, {}) == counted);
}

} // namespace warmfront::testing
