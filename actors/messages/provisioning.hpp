// Runs that bring dedicated addresses into service and take others out, as values and messages.
// All of it stays inside one process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// How far an address is. The numbers are stored: append only.
enum class step_state : std::uint8_t {
  requested = 1, ///< waits for its turn
  checking,      ///< sends nothing before every check has passed
  canary,        ///< on the day of the plan that it began with
  warming,       ///< on a later one
  active,        ///< on the last one: warm
  draining,      ///< sends what the others have no permits for
  retired,       ///< out of the pool
  rolled_back,   ///< as it was before the run
};
[[nodiscard]] std::string_view to_string(step_state state) noexcept;

/// How far a run is. The numbers are stored: append only.
enum class run_state : std::uint8_t {
  running = 1,
  paused,       ///< by hand, or since an address did badly: nothing begins, what sends goes on
  rolling_back, ///< everything becomes what it was
  rolled_back,
  finished,
};
[[nodiscard]] std::string_view to_string(run_state state) noexcept;
[[nodiscard]] constexpr bool is_over(run_state state) noexcept {
  return state == run_state::rolled_back || state == run_state::finished;
}

/// What became of one check of an address. The numbers are stored: append only.
enum class check_verdict : std::uint8_t {
  passed = 1,
  failed,
  unknown, ///< no answer: looked at again
};
[[nodiscard]] std::string_view to_string(check_verdict verdict) noexcept;

struct address_check {
  std::string name; ///< `binding`, `reverse_dns`, `helo`, `dns_list`
  check_verdict verdict = check_verdict::unknown;
  std::string text; ///< what was found, as a sentence
  friend bool operator==(const address_check&, const address_check&) = default;
};

/// One address of a run.
struct provisioning_step {
  ip_address address;
  node_name node;           ///< whose it is: it checks and moves it
  plan_name plan;           ///< as asked for; the pool's default when empty
  std::uint32_t weight = 1; ///< in the pool
  bool removes = false;     ///< takes it out of the pool
  step_state state = step_state::requested;
  wall_time since{};
  std::string reason; ///< why it does not go on; empty: it does
  std::vector<address_check> checks;
  std::uint32_t first_day = 0; ///< of the plan, on which it began
  bool gate_passed = false;    ///< the next may begin
  wall_time judged_from{};     ///< what its ledger went through before does not count
  /// The run takes it out of the pool: known before it does so. What is gone without this was taken
  /// out by somebody else, and does not come back by itself.
  bool leaves = false;
  std::string quarantine; ///< why it was quarantined when it left; empty: it was not
  friend bool operator==(const provisioning_step&, const provisioning_step&) = default;
};

/// What a run does by itself when a receiver's answers speak against an address.
enum class on_failure : std::uint8_t { pause = 0, roll_back };

/// A run: brings addresses into a pool and takes others out, a few at a time.
struct provisioning {
  std::string id; ///< 16 hexadecimal digits, in order of time
  pool_name pool;
  std::uint32_t parallel = 1; ///< so many before their gate at once
  std::uint32_t gate_day = 0; ///< of the plan: reached in good health the next begins; 0: the last
  on_failure failure = on_failure::pause;
  std::vector<std::string> waived; ///< checks that need not pass, by name
  run_state state = run_state::running;
  std::string reason; ///< of the state, when it was not reached as planned
  wall_time created_at{};
  wall_time changed_at{};               ///< of the state
  std::vector<provisioning_step> steps; ///< in the order in which they begin
  friend bool operator==(const provisioning&, const provisioning&) = default;
};

/// Admin → provisioning: begins a run. Of the steps only what is asked for counts: address, node,
/// plan, weight, whether it removes.
struct start_provisioning {
  provisioning wanted;
};
/// Admin → provisioning: the runs, newest first; of one id, when it is given.
struct list_provisionings {
  std::string id;
};
enum class provisioning_change : std::uint8_t { pause, resume, roll_back };
/// Admin → provisioning.
struct act_on_provisioning {
  std::string id;
  provisioning_change what = provisioning_change::pause;
};

/// Admin → provisioning: whether these can be sent from, each by its node. Nodes that cannot be
/// asked now are believed.
struct check_sources {
  struct source {
    ip_address address;
    node_name node;
  };
  std::vector<source> sources;
};

/// Admin → provisioning: whether this node can send from an address.
struct report_binding {
  ip_address address;
};
struct source_binding {
  ip_address address;
  node_name node;
  bool can_send = false;
  std::string reason; ///< why not
};

/// Admin → warmup: how many new addresses a volume takes, and when each would carry its part.
struct propose_addresses {
  std::vector<ip_address> present; ///< of the pool
  std::uint64_t daily_volume = 0;
  plan_name plan;
  std::uint32_t parallel = 1;
  std::uint32_t gate_day = 0;
};
struct address_proposal {
  struct step {
    std::optional<wall_time> starts_at; ///< none: the one before never reaches its gate
    std::optional<wall_time> gate_at;   ///< none: it never gets there by its plan
    std::optional<wall_time> ready_at;  ///< carries its part of the volume
    std::uint64_t daily = 0;            ///< that part
  };
  std::vector<step> steps;
  std::uint64_t present_daily = 0;   ///< what the pool's addresses carry at the end of their plans
  std::optional<wall_time> ready_at; ///< the whole volume can be sent in a day
};

} // namespace warmfront
