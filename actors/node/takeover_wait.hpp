// A restored node of a cluster joins when the others have what it held.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// What stands in the way of a restored node at one look; each of them ends by itself, or when
/// somebody acts.
struct takeover_view {
  storage::control_snapshot nodes; ///< `nodes/`
  storage::control_snapshot lives; ///< `alive/`
  storage::control_snapshot bonds; ///< `bonds/SELF/`
};

/// Pure. The holders of its copies would drop what a restored node does not know: so it waits until
/// it has been declared dead, and each holder has adopted, or has been alive since then for as long
/// as `grace` without doing so: it holds nothing.
class takeover_wait {
public:
  takeover_wait(node_name self, seconds grace) : self_{std::move(self)}, grace_{grace} {}

  /// What it waits for, as a sentence; none: nothing any more.
  [[nodiscard]] std::optional<std::string> look(const takeover_view& seen, steady_time now);

private:
  node_name self_;
  seconds grace_;
  std::optional<steady_time> dead_since_;
};

/// The own record as of a node that was declared dead: where all others have lost their data, too,
/// nobody is left to say so. None: there is no record, or it says so already.
[[nodiscard]] result<std::optional<storage::control_transaction>>
declare_self_dead(const node_name& self, const storage::control_snapshot& nodes, wall_time now);

} // namespace warmfront
