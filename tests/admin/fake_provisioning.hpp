// The fake node's provisioning.
#pragma once

#include <caf/event_based_actor.hpp>

#include "tests/admin/fake_node.hpp"

namespace warmfront::testing {

/// Keeps runs as they were asked for.
[[nodiscard]] caf::behavior fake_provisioning(caf::event_based_actor* self, fake_world* world);

} // namespace warmfront::testing
