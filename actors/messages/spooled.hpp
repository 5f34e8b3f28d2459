// A mail as the spool keeps it: what intake writes and delivery reads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/envelope.hpp"
#include "actors/core/ids.hpp"
#include "storage/spool.hpp"

namespace warmfront {

/// A spooled mail with its content, shared by everybody who handles it.
struct spooled_mail {
  storage::spooled_message record;
  std::shared_ptr<const std::string> content; ///< null: only on disk
  /// Recipients that it was decided of when the mail was taken over: they wait nowhere. Empty for
  /// what was read from disk, where their records say so.
  storage::ended_recipients ended = {};

  /// Whether there is somebody to send to. @pre it was not read from disk.
  [[nodiscard]] bool is_over() const { return ended.size() == record.mail.recipients.size(); }
};

} // namespace warmfront
