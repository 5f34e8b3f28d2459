// The roles of a node that mail passes through, with receivers that take every mail.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/delivery/delivery_actor.hpp"
#include "actors/intake/intake_actor.hpp"
#include "actors/ip_pool/ip_pool_actor.hpp"
#include "actors/warmup/warmup_actor.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

namespace warmfront::testing {

/// One recipient that a receiver took.
struct arrival {
  wall_time at{};
  ip_address source;
};

/// What the receivers saw; it outlives the transport.
struct receivers {
  const clock* time = nullptr;
  net::transport_callback events;
  std::vector<std::pair<net::connection_id, ip_address>> connections;
  std::vector<arrival> arrivals;
};

class sim_node : public actor_fixture {
public:
  /// `day`: the length of a plan day.
  explicit sim_node(microseconds day);
  ~sim_node();

  template <class Answer, class Handle, class Question>
  Answer get(const Handle& whom, Question question) {
    auto got = ask<answer<Answer>>(whom, std::move(question)).value;
    REQUIRE(got);
    return std::move(got).value();
  }
  void store_plan(plan value) { get<done>(warmup, put_plan{std::move(value)}); }
  /// An address of the pool `shared` that follows the plan.
  void add_address(const std::string& address, const std::string& plan);
  /// A ledger of a sender domain, or of an address without a pool.
  void start_ledger(const std::string& subject, const std::string& plan);
  /// Hands in mails for so many recipients in all, from `a@DOMAIN`.
  void submit(std::uint64_t recipients, mail_class importance, const std::string& domain);
  [[nodiscard]] const std::vector<arrival>& arrivals() const { return seen_->arrivals; }

  warmup_shell warmup;
  ip_pool_shell ip_pool;
  delivery_shell delivery;
  intake_shell intake;

private:
  void spawn_delivery();
  void spawn_intake();

  manual_control_store control_;
  storage::memory_store store_;
  silent_log log_;
  std::shared_ptr<receivers> seen_ = std::make_shared<receivers>();
  site_router router_{dns::static_routes::make({{"*", "192.0.2.99:25"}}).value(), nullptr};
  std::uint64_t accepted_ = 0;
};

} // namespace warmfront::testing
