// What receivers and recipients say about mail that was sent, and who hears of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/mail_event.hpp"
#include "actors/core/octet_source.hpp"

namespace warmfront {

/// Frames of this kind and above, and below the next role's, are about feedback.
inline constexpr std::uint16_t feedback_frames_first = 192;

/// Something that a recipient or a receiver did, as it came in: of the event's `about`, what the
/// token said is set, and the rest is found out by who has the message.
struct feedback_item {
  mail_event event;
  /// The recipient that a report names, when its token names only the message; empty: `index`.
  std::string named_recipient;
};

/// From the listeners, at most a thousand: answered when it is durable, wherever the message is.
/// A hard bounce, complaint or unsubscription is in the list of suppressions by then.
struct record_feedback {
  std::vector<feedback_item> items;
};

/// Who else hears of events: programs of the account's owner, over HTTPS.
struct webhook {
  std::uint64_t number = 0; ///< unique in the cluster; given by the role
  account_name account;
  std::string url;
  std::vector<event_kind> kinds; ///< empty: all but `accepted`
  std::string description;
  bool is_active = true;
  wall_time created_at{};

  friend bool operator==(const webhook&, const webhook&) = default;
};
struct webhook_report {
  webhook value;
  std::string secret;             ///< `whsec_…`; only in the answer to `put_webhook` that made it
  std::uint64_t waiting = 0;      ///< events on this node that it has not got yet
  std::uint64_t dead_letters = 0; ///< on this node: given up after a day
  std::string last_error;
  std::optional<wall_time> last_success_at;
  std::optional<wall_time> failing_since; ///< on this node: nothing was taken since then
  std::uint64_t taken = 0;   ///< requests that the receiver took, from this node since its start
  std::uint64_t refused = 0; ///< and those that it did not, or that never arrived
};
struct put_webhook {
  webhook value; ///< number 0: a new one
  bool new_secret = false;
};
struct delete_webhook {
  account_name account; ///< empty: whoever it belongs to
  std::uint64_t number = 0;
};
struct list_webhooks {
  account_name account;
  std::uint64_t number = 0; ///< 0: all
};
/// Sends an event of the kind `webhook.test` now, once, and tells what came of it.
struct test_webhook {
  account_name account; ///< empty: whoever it belongs to
  std::uint64_t number = 0;
};
struct webhook_tested {
  unsigned status = 0; ///< as in HTTP; 0: no answer came
  std::string error;   ///< empty: the receiver took it
};
/// What a webhook's receiver did not take.
struct dead_letter {
  std::string id; ///< of this letter; sorts by time, and ends in the event's
  std::uint64_t webhook = 0;
  wall_time at{};
  std::string error;
  std::string body; ///< JSON
};
struct list_dead_letters {
  account_name account;
  std::uint64_t webhook = 0;
  std::string after;
  std::uint32_t limit = 100;
};
/// Tries again: one of them or all.
struct replay_dead_letters {
  account_name account;
  std::uint64_t webhook = 0;
  std::string id; ///< empty: all
};
struct replayed {
  std::uint64_t count = 0;
};

/// Somebody writes events into the log of this node: there is more to read.
struct events_logged {};

/// Events of this node, oldest first.
struct read_events {
  account_name account; ///< empty: of all
  std::string after;    ///< `next` of the page before; empty: from now on; `0`: all there are
  std::vector<event_kind> kinds; ///< empty: all
  std::uint32_t limit = 1000;
};
struct event_page {
  std::vector<mail_event> items;
  std::string next;
};

/// Webhooks → intake, delivery and feedback: of whom events have to be logged.
struct event_readers_changed {
  bool all = false; ///< of everybody
  std::shared_ptr<const std::vector<account_name>> accounts;
};

} // namespace warmfront
