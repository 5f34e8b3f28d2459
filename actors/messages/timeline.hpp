// What happened to a message, as one story.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

enum class timeline_kind : std::uint8_t {
  accepted = 1,
  copied,   ///< a second node holds it
  expanded, ///< made of a segment of a task's list
  assigned, ///< an address was chosen; the attempt with it is not over yet
  attempt,  ///< attempts that are not kept one by one
  deferred, ///< an attempt failed, or it was put off
  delivered,
  bounced,
  expired,
  cancelled,
  suppressed,
  moved,   ///< handed over to another node
  adopted, ///< taken over from a node that died
  opened,
  clicked,
  complained,
  unsubscribed,
  bounced_later, ///< after it was taken by the receiver
};
[[nodiscard]] std::string_view to_string(timeline_kind kind) noexcept;

/// The reply of a receiver. What receivers say is made displayable.
struct told_reply {
  std::uint16_t code = 0; ///< 0: there was none
  std::string enhanced;   ///< RFC 3463
  std::string text;
};

/// The connection of an attempt; all empty: none, or in clear text.
struct told_tls {
  std::string version;
  std::string cipher;
  std::string verified_by; ///< `none`, `webpki`, `dane`, `sts`
};

struct timeline_item {
  wall_time at{};
  timeline_kind kind = timeline_kind::accepted;
  std::uint16_t node = 0;      ///< its number
  std::string recipient;       ///< empty: of all
  std::uint32_t attempt = 0;   ///< which one; 0: none
  ip_address source;           ///< it left from
  provider_name provider = {}; ///< who received it
  std::string mx;              ///< who answered
  told_tls tls = {};
  std::optional<told_reply> reply = {};
  ledger_subject ledger = {};            ///< whose permit the attempt took
  std::optional<std::uint32_t> day = {}; ///< of that ledger
  std::optional<wall_time> next_attempt_at = {};
  std::string text = {}; ///< as a sentence, where there is more to say
};

struct message_timeline {
  message_id id;
  account_name account;
  std::vector<timeline_item> items; ///< oldest first
  bool complete = true;             ///< false: there are more items than are told
};

/// Admin → delivery. `not_found`.
struct tell_timeline {
  message_id id;
  std::string recipient; ///< only what concerns this one; empty: all
};

} // namespace warmfront
