// Mail that a restore holds: nobody knows whether it was sent since the backup.
#pragma once

#include "actors/core/clock.hpp"

namespace warmfront::storage {

/// Held recipients are due at this moment, in 2200: it also tells them from others.
inline constexpr wall_time held_until{seconds{7'258'118'400}};

} // namespace warmfront::storage
