// What a running node offers to the rooms above it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>

#include "actors/core/clock.hpp"
#include "actors/core/event_log.hpp"
#include "actors/messages/handles.hpp"
#include "cluster-config/config.hpp"
#include "net/asio/io_threads.hpp"
#include "net/asio/smtp_server.hpp"
#include "net/feedback/token.hpp"
#include "net/secrets/secret_seal.hpp"
#include "storage/store.hpp"

namespace warmfront {

class backup_keeper;

/// Borrowed from the node, which outlives whoever holds it.
struct node_services {
  caf::actor_system& system;
  net::io_threads& io;
  const clock& time;
  event_log& log;
  const config::config& settings;
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
  /// Whether the node can do its work: the text says what is wrong when it is not empty.
  std::function<std::string()> readiness;
  std::function<storage::storage_health()> storage_health;
  std::function<net::smtp_server_counts()> smtp_counts;
  cluster_actor cluster = {};     ///< null: the node is alone
  inquiries_actor inquiries = {}; ///< null: the node is alone
  /// How long the control store has been silent; zero while it answers as it should.
  std::function<seconds()> control_silence = {};
  idempotency_actor idempotency = {};
  transport_policy_actor transport_policy = {};
  feedback_actor feedback = {}; ///< null: nothing that comes back is recorded
  /// Of links; null: this node cannot open the cluster's.
  std::shared_ptr<const feedback::token_key> tokens = {};
  /// Of the listener for what comes back; empty: there is none.
  std::function<net::smtp_server_counts()> inbound_counts = {};
  webhooks_actor webhooks = {};
  audit_actor audit = {}; ///< null: changes are not recorded
  /// What the cluster's secrets are sealed with; none: this node was not given it.
  std::optional<seal_key> sealing = {};
  history_actor history = {};
  backup_keeper* backups = nullptr; ///< never null in a running node
};

} // namespace warmfront
