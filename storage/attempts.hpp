// Attempts before the last one: what a recipient's record keeps of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront::formats {
class recipient_state_record;
}

namespace warmfront::storage {

struct recipient_record;

/// Of a recipient, besides the last attempt: the first one and those before the last.
inline constexpr std::size_t past_attempts_max = 7;
/// Of what a receiver said in one of them.
inline constexpr std::size_t past_reply_octets_max = 160;

/// An attempt that another one, or an end by hand, came after.
struct past_attempt {
  std::uint32_t number = 0; ///< from 1
  wall_time at{};
  std::string reply;
  std::string remote_host;
  ip_address source;
  std::string tls;
  provider_name provider = {};
  std::uint16_t node = 0;    ///< that made it; 0: the one in the message's id
  std::uint32_t charged = 0; ///< how many of the record's permits were spent by then

  friend bool operator==(const past_attempt&, const past_attempt&) = default;
};

/// Whether the record's own fields are still those of its last attempt: what is done with a
/// recipient without an attempt overwrites them.
[[nodiscard]] bool tells_last_attempt(const recipient_record& record);
/// Keeps the last attempt while another state is written over it.
void remember_attempt(recipient_record& record);

/// What an attempt shares with the one after it is left out: of equal deferrals each costs some
/// ten octets.
void write_attempts(formats::recipient_state_record& to, const recipient_record& from);
/// @pre all other fields of `to` have been read. Numbers out of bounds read as no attempt.
void read_attempts(recipient_record& to, const formats::recipient_state_record& from);

} // namespace warmfront::storage
