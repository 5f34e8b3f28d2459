// Questions that a node puts to all others so that it can answer for the cluster.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <caf/actor_control_block.hpp>

#include "actors/core/ids.hpp"
#include "actors/messages/reports.hpp"

namespace warmfront {

/// A request of the management API without a body, as the node that got it asks others for their
/// part. Who asks was authenticated there.
struct inquiry {
  std::string method;
  std::string target;
  client_identity who;
};

/// A node's part of an answer.
struct inquiry_answer {
  unsigned status = 0; ///< as in HTTP; 0: none came
  std::string body;
};

/// What became of an inquiry at one other member.
struct peer_answer {
  node_name peer;
  bool ended = false; ///< declared dead or removed: its mail has been taken over by others
  inquiry_answer value;
};

/// Admin → inquiries: answered by all, or after a time by those that could be reached.
struct ask_peers {
  std::shared_ptr<const inquiry> what;
};
/// Inquiries → admin: what this node itself says.
struct answer_inquiry {
  std::shared_ptr<const inquiry> what;
};
/// Admin → inquiries, at its start: who answers `answer_inquiry`.
struct connect_answerer {
  caf::strong_actor_ptr who;
};

} // namespace warmfront
