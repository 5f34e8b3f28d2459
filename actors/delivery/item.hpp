// One waiting recipient in memory, and the mail it shares with the others of its message.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/delivery/outgoing_mail.hpp"
#include "actors/messages/messages.hpp"
#include "storage/spool.hpp"

namespace warmfront {

/// A message of which at least one recipient is in memory.
struct live_mail {
  std::shared_ptr<const spooled_mail> mail;
  std::uint32_t unfinished = 0;              ///< recipients without a final outcome
  bool cancelled = false;                    ///< what has not begun will not
  std::optional<storage::message_copy> copy; ///< where the second copy is now
  /// What its transactions share; made when the first of them begins.
  std::shared_ptr<shared_prefix> outgoing = {};
};

/// One recipient on its way through delivery. It has exactly one entry in the queue on disk,
/// `queue_key`, until its outcome is durable.
struct delivery_item {
  std::shared_ptr<live_mail> live;
  std::uint32_t index = 0; ///< in the envelope
  std::string queue_key;
  std::optional<storage::lane_position> position;    ///< none: it came from the deferred index
  std::string destination;                           ///< domain of the recipient
  std::unique_ptr<storage::recipient_record> record; ///< null: never tried
  provider_name provider = {};                       ///< set once the route is known
  std::shared_ptr<const std::string> own_content;    ///< of a mail merge; else null
  std::optional<error> unwritten;                    ///< why there is none: it can get no mail
  bool is_suppressed = false;                        ///< its account does not send to it any more
  ip_address source;                                 ///< set once permits are granted
  std::vector<charge> charges;
  wall_time permits_end = wall_time::max();

  [[nodiscard]] const storage::spooled_message& message() const { return live->mail->record; }
  [[nodiscard]] const envelope_recipient& recipient() const {
    return message().mail.recipients[index];
  }
  [[nodiscard]] recipient_id id() const { return {message().id, index}; }
  /// What it is sent; null: only on disk.
  [[nodiscard]] const std::shared_ptr<const std::string>& content() const {
    return message().is_merge ? own_content : live->mail->content;
  }
};

} // namespace warmfront
