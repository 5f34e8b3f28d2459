// Two actor systems in one process, joined as two nodes are, with a wire for the tunnel.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster/gateway_actor.hpp"
#include "tests/actors/cluster/cut_wire.hpp"
#include "tests/support/silent_log.hpp"

namespace warmfront::testing {

/// What a node's consumer has seen. Thread-safe.
class witness {
public:
  void joined() {
    note([this] { ++joined_; });
  }
  void lost() {
    note([this] { ++lost_; });
  }
  void frames(const std::vector<peer_frame>& all) {
    note([&] {
      for (const auto& each : all) {
        octets_ += each.octets.size();
        heads_.push_back(each.octets.substr(0, 8));
      }
    });
  }
  /// Waits until it is so. @returns false after `within`.
  bool until(const std::function<bool(const witness&)>& so,
             std::chrono::milliseconds within = std::chrono::seconds{20}) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, within, [&] { return so(*this); });
  }
  // Read inside `until`, or when nothing happens any more.
  std::size_t joined_ = 0;
  std::size_t lost_ = 0;
  std::size_t octets_ = 0;
  std::vector<std::string> heads_;

private:
  template <class Change>
  void note(Change change) {
    const std::lock_guard lock{mutex_};
    change();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

struct consumer_state {
  consumer_state() = default;
  static inline const char* name = "consumer";
  std::deque<caf::typed_response_promise<done>> unanswered;
};

/// Answers a batch once `kept_back` later ones are there: a consumer that is always behind.
inline replication_actor::behavior_type
consumer_behavior(replication_actor::stateful_pointer<consumer_state> self,
                  std::shared_ptr<witness> seen, std::size_t kept_back) {
  return {
      [](const copy_mails&) {},
      [](const outcomes_recorded&) {},
      [](const members_changed&) {},
      [](const pools_changed&) {},
      [seen](const peer_joined&) { seen->joined(); },
      [seen](const peer_lost&) { seen->lost(); },
      [=](const frames_received& m) -> caf::result<done> {
        seen->frames(m.frames);
        auto& waiting = self->state.unanswered;
        waiting.push_back(self->make_response_promise<done>());
        const auto newest = waiting.back();
        if (waiting.size() > kept_back) {
          waiting.front().deliver(done{});
          waiting.pop_front();
        }
        return newest;
      },
      [](const connect_listeners&) {},
  };
}

/// One node: its system, link, consumer and the gateway to the other one.
struct joined_node {
  joined_node(std::string name, const std::filesystem::path& folder, std::size_t kept_back) {
    caf_link::configure(config);
    config.set("scheduler.max-threads", std::size_t{2});
    system = std::make_unique<caf::actor_system>(config);
    link = std::move(caf_link::open(*system, (folder / name).string())).value();
    consumer = system->spawn(consumer_behavior, seen, kept_back);
  }
  ~joined_node() {
    caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(consumer, caf::exit_reason::user_shutdown);
    gateway = caf::actor{};
    consumer = replication_actor{};
    link.reset();
    system.reset();
  }
  void start_gateway(const std::string& self, const std::string& peer, gateway_settings settings,
                     std::function<int()> dial, std::function<void()> drop) {
    settings.self = node_name{self};
    settings.dials = dial != nullptr;
    gateway_ports ports;
    ports.link = link.get();
    ports.time = &time;
    ports.log = &log;
    ports.replication = consumer;
    ports.drop = std::move(drop);
    ports.dial = [dial = std::move(dial)](std::function<void(result<int>)> made) {
      const int handle = dial();
      made(handle >= 0 ? result<int>{handle} : error{errc::unavailable, "no way", {}});
    };
    gateway = system->spawn(gateway_behavior, node_name{peer}, settings, ports, 5);
    REQUIRE(link->publish(node_name{peer}, gateway));
  }
  void send(const std::string& to, std::vector<peer_frame> frames) const {
    caf::anon_send(gateway, send_frames{node_name{to}, std::move(frames)});
  }

  caf::actor_system_config config;
  system_clock time;
  silent_log log;
  std::shared_ptr<witness> seen = std::make_shared<witness>();
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<caf_link> link;
  replication_actor consumer;
  caf::actor gateway;
};

/// `a` dials `b`; every call gets a wire of its own.
class two_nodes {
public:
  explicit two_nodes(gateway_settings settings = {}, std::size_t kept_back = 0)
      : folder_{make_folder()}, a{std::make_unique<joined_node>("a", folder_, kept_back)},
        b{std::make_unique<joined_node>("b", folder_, kept_back)} {
    b->start_gateway("b", "a", settings, nullptr, [this] { cut(); });
    a->start_gateway(
        "a", "b", settings, [this] { return call(); }, [this] { cut(); });
  }
  two_nodes(const two_nodes&) = delete;
  two_nodes& operator=(const two_nodes&) = delete;
  ~two_nodes() {
    a.reset();
    b.reset();
    wires_.clear();
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] bool join() {
    const auto joined = [](const witness& seen) { return seen.joined_ > seen.lost_; };
    return a->seen->until(joined) && b->seen->until(joined);
  }
  void stop_wire() {
    const std::lock_guard lock{mutex_};
    wires_.back()->stop();
  }
  void cut() {
    const std::lock_guard lock{mutex_};
    for (const auto& each : wires_)
      each->cut();
  }

private:
  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gateway-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    return name;
  }
  int call() {
    const int far = b->link->connect_to(node_name{"a"});
    if (far < 0)
      return -1;
    const std::lock_guard lock{mutex_};
    wires_.push_back(std::make_unique<cut_wire>(far));
    return wires_.back()->near();
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<cut_wire>> wires_;
  const std::filesystem::path folder_;

public:
  std::unique_ptr<joined_node> a;
  std::unique_ptr<joined_node> b;
};

} // namespace warmfront::testing
