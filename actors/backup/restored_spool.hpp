// Mail that waits in restored data: whether it was sent since the backup, nobody knows.
#pragma once

#include <cstdint>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// What is done to a recipient that waits.
enum class waiting_mail : std::uint8_t {
  hold,    ///< it stays where nothing comes to its turn, until it is released or cancelled
  release, ///< it is sent when its turn comes
  drop,    ///< it ends as cancelled
};

/// Which recipients that is done to.
enum class which_mail : std::uint8_t { all, held };

struct held_counts {
  std::uint64_t messages = 0;
  std::uint64_t recipients = 0;
  friend bool operator==(const held_counts&, const held_counts&) = default;
};

/// Goes through all messages of a store that nobody else uses. Done again it changes nothing more.
/// What was to be sent at a time that is still to come is never held: it was not sent yet.
/// Released mail is due at once, or at the time that it was to be sent at.
/// @param why what `message show` tells of held and dropped recipients
/// @returns how much was changed, or an error of the store.
[[nodiscard]] result<held_counts> settle_waiting(storage::store& in, which_mail which,
                                                 waiting_mail what, wall_time now,
                                                 const std::string& why);

/// How much is held.
[[nodiscard]] result<held_counts> count_held(const storage::store& in);

} // namespace warmfront
