// Second copies of mails, between intake, replication and delivery of one node.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/messages/copy_holder.hpp"
#include "actors/messages/spooled.hpp"
#include "storage/spool.hpp"

namespace warmfront::storage {
class batch;
}

namespace warmfront {

/// A message of this node with its recipients' states, as a holder is to keep it.
struct stored_copy {
  std::shared_ptr<const spooled_mail> mail;
  storage::ended_recipients recipients; ///< and deferred ones
};

/// What became of a recipient whose message has a copy elsewhere.
struct copy_progress {
  std::uint16_t holder = 0;
  recipient_id recipient;
  storage::recipient_record record;
  bool last_of_message = false; ///< the copy is not needed any more
  std::string mark;             ///< that says so on disk; empty: that of `record`
};

/// A mail of another node that becomes this node's own, with its recipients' states.
struct adopted_mail {
  std::shared_ptr<spooled_mail> mail;
  std::vector<std::optional<storage::recipient_record>> recipients;
  /// Where its copy is already; none: it gets one.
  std::optional<storage::message_copy> copy = std::nullopt;
  bool is_confirmed = true; ///< that copy
};

/// Where the copy of a message goes from now on.
struct placed_copy {
  storage::spooled_message message; ///< as it is on disk, with its former copy
  storage::message_copy to;
};

/// Replication → delivery: these are this node's own from now on; `with` becomes durable with them.
struct adopt_mails {
  std::shared_ptr<std::vector<adopted_mail>> mails;
  std::shared_ptr<storage::batch> with;
};
/// Replication → delivery, before the copies are sent to their new holders.
struct place_copies {
  std::shared_ptr<std::vector<placed_copy>> copies;
};
/// Replication → delivery: give up mails for the holder of their copies, who can send them. What is
/// given up is marked as offered, and kept as the holder's copy.
struct yield_mails {
  node_name to;
  storage::message_copy copy; ///< of mails that may be given up: the holder and its bond
  storage::message_copy back; ///< what they get: this node as a holder for `to`
  bool all = false;           ///< not only mails that `to` can send and this node cannot
  std::size_t most = 0;
};
struct yielded_mails {
  std::size_t count = 0;
  /// Mails that only others can send, with their copy at somebody else than `to`.
  std::vector<storage::spooled_message> strays;
};
/// Replication → delivery: whether transactions may begin.
struct allow_sending {
  bool allowed = true;
};
/// Delivery → replication: durable outcomes of messages with a copy elsewhere.
struct outcomes_recorded {
  std::shared_ptr<std::vector<copy_progress>> outcomes;
};
/// Replication → intake: who can hold copies.
struct holders_changed {
  std::vector<copy_holder> holders;
};
/// Intake → replication: copies of mails that are being committed. `kept` is called once, from any
/// thread, and says of each whether its holder has it.
struct copy_mails {
  std::shared_ptr<std::vector<std::shared_ptr<const spooled_mail>>> mails;
  std::function<void(std::vector<bool>)> kept;
};

} // namespace warmfront
