// An answer that stays open: the events of all nodes as they happen, a line of JSON for each.
#pragma once

#include <memory>

#include "actors/core/octet_source.hpp"
#include "admin/admin_actor.hpp"

namespace warmfront::admin {

/// The lines, a piece at a time and only as they are asked for: a client that does not read costs
/// one page. Every piece ends with a line `{"next": …}`, which is also all of a piece when nothing
/// has happened for a while. Ends when the key of `asked` counts no more, and with the answer to
/// it.
/// @pre the request was found good.
[[nodiscard]] std::shared_ptr<octet_source>
follow_events(caf::actor_system& system, const admin_parts& parts, const exchange& asked);

} // namespace warmfront::admin
