// What happened to a message, told from what the spool keeps of it. Pure.
#pragma once

#include <string_view>

#include "actors/delivery/spool_reader.hpp"
#include "actors/messages/timeline.hpp"

namespace warmfront {

/// More items than this are not told of one message.
inline constexpr std::size_t timeline_items_max = 5000;

/// @param recipient only what concerns this one, and all; empty: everything
[[nodiscard]] message_timeline timeline_of(const stored_message& stored,
                                           std::string_view recipient = {});

/// Takes `451 4.3.0 later` apart; without a code it is all text. Bounded and displayable.
[[nodiscard]] told_reply read_reply(std::string_view line);
/// Takes `TLSv1.3 TLS_AES_256_GCM_SHA384 dane` apart.
[[nodiscard]] told_tls read_tls(std::string_view line);

} // namespace warmfront
