// The actor that answers HTTP requests: authenticates, asks the roles, responds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <caf/replies_to.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/core/random.hpp"
#include "actors/messages/handles.hpp"
#include "admin/api/router.hpp"
#include "admin/attempt_limits.hpp"
#include "admin/http/http_message.hpp"
#include "admin/key_cache.hpp"
#include "admin/tencent/handling.hpp"
#include "admin/tencent/request_rates.hpp"

namespace warmfront::admin {

/// A request on its way through the actor.
struct exchange {
  http_request request;
  http_responder respond;
  call asked;
  answers given;
  bool by_peer = false;                      ///< a peer asks for this node's part
  std::optional<browser_session> by_session; ///< how the caller is known, when not by a key
  std::string new_cookie;                    ///< of a session that goes on; empty: none is due
  std::string resource;                      ///< of a change: what it is about
  std::string asked_for;                     ///< of a change: what the audit log keeps of it
  std::optional<tencent::served_call> cloud; ///< set: a call of the compatible API, of no route
};

/// How often those who are not signed in are listened to, at a node.
struct stranger_limits {
  attempt_limits sign_ins{10, seconds{30}}; ///< that fail
  attempt_limits records{20, seconds{10}};  ///< in the audit log
};

using admin_actor = caf::typed_actor<
    // From the HTTP server's handler. Answers go through the exchange's responder.
    caf::reacts_to<serve_exchange>,
    // From inquiries: this node's part of what a peer is asked.
    caf::replies_to<answer_inquiry>::with<inquiry_answer>>;

/// What the actor works with. All of it outlives the actor.
struct admin_parts {
  access_actor access;
  warmup_actor warmup;
  ip_pool_actor ip_pool;
  provisioning_actor provisioning;
  chunks_actor chunks;
  templates_actor templates;
  unsubscribes_actor unsubscribes;
  groups_actor groups;
  scheduler_actor scheduler;
  identities_actor identities;
  suppressions_actor suppressions;
  statistics_actor statistics;
  intake_actor intake;
  delivery_actor delivery;
  cluster_actor cluster;     ///< null: the node is alone, and nobody asks
  inquiries_actor inquiries; ///< null: the same
  idempotency_actor idempotency;
  webhooks_actor webhooks;
  const clock* time = nullptr;
  event_log* log = nullptr;
  std::shared_ptr<const node_view> node;
  std::string unique_prefix;                     ///< of the Message-IDs of this actor
  std::shared_ptr<tencent::request_rates> rates; ///< of the compatible API, at this node
  std::shared_ptr<stranger_limits> strangers = {};
  audit_actor audit = {}; ///< null: changes are not recorded
  transport_policy_actor transport_policy = {};
  history_actor history = {};
  /// For each question: the roles answer from memory, or after one commit.
  std::chrono::milliseconds patience{10'000};
};

struct admin_state {
  admin_parts parts;
  key_cache keys;
  key_cache sessions; ///< who is behind the ids of keys that sessions stand for
  std::uint64_t calls = 0;
  seeded_random random{random_seed()}; ///< for the ids of the compatible API's answers
  static inline const char* name = "warmfront.admin";
};

admin_actor::behavior_type admin_behavior(admin_actor::stateful_pointer<admin_state> self,
                                          admin_parts parts);

} // namespace warmfront::admin
