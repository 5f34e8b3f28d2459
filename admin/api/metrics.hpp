// The metrics of the node as text, made when they are asked for.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages/chunks.hpp"
#include "actors/messages/feedback.hpp"
#include "actors/messages/identities.hpp"
#include "actors/messages/provisioning.hpp"
#include "actors/messages/reports.hpp"
#include "actors/messages/suppressions.hpp"
#include "net/asio/smtp_server.hpp"
#include "storage/store.hpp"

namespace warmfront::admin {

struct metric_sources {
  const std::vector<ledger_report>& ledgers;
  const std::vector<queue_report>& queues;
  const delivery_counts& delivery;
  const std::vector<pool>& pools;
  const std::vector<provisioning>& runs;
  const chunk_counts& chunks;
  const std::vector<webhook_report>& webhooks;
  const std::vector<identity_report>& identities;
  const suppression_counts& suppressions;
  net::smtp_server_counts smtp;
  storage::storage_health storage;
  bool ready = false;
  std::chrono::seconds control_silent{0};
  std::string version;
  /// None: nothing listens for what comes back.
  std::optional<net::smtp_server_counts> inbound = {};
};

/// The Prometheus text format 0.0.4, which OpenMetrics scrapers read too.
[[nodiscard]] std::string metrics_text(const metric_sources& sources);

} // namespace warmfront::admin
