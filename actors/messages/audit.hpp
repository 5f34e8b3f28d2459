// What was changed through the management API, by whom: the log that each node keeps.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/audit_record.hpp"

namespace warmfront {

/// Admin → audit: answered when it is durable.
struct record_audit {
  std::shared_ptr<const audit_record> what;
};
/// Admin → audit: what this node has logged, newest first. Empty texts: any.
struct list_audit {
  wall_time from = wall_time::min();
  wall_time to = wall_time::max(); ///< the first moment that is not asked for
  std::string actor;               ///< a key's id, or an account
  std::string resource;            ///< with all below it: `pools` has `pools/p1`
  std::string action;
  std::string after; ///< only what is older than this record
  std::size_t limit = 100;
};
struct audit_page {
  std::vector<audit_record> items;
  std::string next; ///< the `after` of the next page; empty: there is none
};

} // namespace warmfront
