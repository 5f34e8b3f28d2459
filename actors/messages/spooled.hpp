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
};

} // namespace warmfront
