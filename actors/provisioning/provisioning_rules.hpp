// How a run goes on: from what is so to the next thing to do. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "actors/messages/messages.hpp"
#include "actors/messages/provisioning.hpp"

namespace warmfront {

/// What an inspection found, and when.
struct inspection_result {
  std::vector<address_check> checks;
  wall_time at{};
};

/// Since when an address has sent nothing new. Not thread-safe.
class quiet_watch {
public:
  /// A look at the ledger of an address.
  void note(const ip_address& address, std::uint32_t day, std::uint64_t used, wall_time now);
  /// Forgets all others: who sends again is not quiet since before.
  void keep_only(const std::set<ip_address>& addresses) {
    std::erase_if(seen_, [&](const auto& each) { return !addresses.contains(each.first); });
  }
  /// None: never looked at.
  [[nodiscard]] std::optional<wall_time> since(const ip_address& address) const;

private:
  struct look {
    std::uint32_t day = 0;
    std::uint64_t used = 0;
    wall_time since{};
  };
  std::map<ip_address, look> seen_;
};

/// What the rules look at, as this node knows it.
struct provisioning_facts {
  node_name self;    ///< moves the steps of its own addresses
  bool alone = true; ///< then it moves all of them
  wall_time now{};
  microseconds day{std::chrono::hours{24}};            ///< for so long a drained address is quiet
  microseconds inspect_after{std::chrono::minutes{5}}; ///< an inspection is worth nothing then
  const pool* target = nullptr;                        ///< null: the pool is gone
  std::map<ip_address, ledger_report> ledgers;         ///< of all mail
  std::map<plan_name, std::uint32_t> plan_days;
  const std::map<ip_address, inspection_result>* inspections = nullptr; ///< since it is checked
  const quiet_watch* quiet = nullptr;
  std::set<ip_address> busy; ///< being inspected, or just refused: left alone
};

struct inspect_address {
  ip_address address;
};
/// What happens before a changed run is stored. All of it may happen twice, and without the change.
using provisioning_effect = std::variant<std::monostate, inspect_address, put_pool_address,
                                         set_address_state, delete_pool_address>;
struct provisioning_move {
  provisioning changed;
  provisioning_effect effect;
};

/// The next thing that this node has to do for a run; none: it waits.
///
/// - At most `parallel` addresses are before their gate; the next begins when one has reached it in
///   good health: neither quarantined nor paused, blocked or held back.
/// - An address enters the pool when its checks have passed. On its first day it is a canary.
/// - One that is quarantined, lowered, blocked or weakened pauses the run or rolls it back.
/// - Addresses to be removed drain from when the first new one has outlived its first day. They
///   leave the pool when all new ones have passed their gate and nothing new has left from them for
///   a day: as the new ones can carry. Where the new ones are on other nodes, the old one's weight
///   becomes 0 then, so that its mail moves.
/// - To roll back brings back first what was removed, then takes out what was added. It goes on
///   past what is refused, and is over when the pool is as it was.
[[nodiscard]] std::optional<provisioning_move> next_move(const provisioning& run,
                                                         const provisioning_facts& facts);

/// What a step waits for, as a sentence; empty: for nothing.
[[nodiscard]] std::string waits_for(const provisioning& run, const provisioning_step& step);

} // namespace warmfront
