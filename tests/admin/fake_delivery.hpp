// The fake node's delivery.
#pragma once

#include <caf/event_based_actor.hpp>

#include "tests/admin/fake_node.hpp"

namespace warmfront::testing {

/// Tells of the world's messages, and keeps the actions that were asked for.
[[nodiscard]] caf::behavior fake_delivery(caf::event_based_actor* self, fake_world* world);

} // namespace warmfront::testing
