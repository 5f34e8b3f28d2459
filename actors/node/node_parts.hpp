// The parts of a node, in the order in which they start. Only `node` and its tests look in here.
#pragma once

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include "actors/access/key_secret.hpp"
#include "actors/backup/backup_keeper.hpp"
#include "actors/core/fence.hpp"
#include "actors/delivery/delivery_actor.hpp"
#include "actors/feedback/inbound_actor.hpp"
#include "actors/identities/identities_actor.hpp"
#include "actors/intake/intake_actor.hpp"
#include "actors/node/json_log.hpp"
#include "actors/node/node.hpp"
#include "actors/node/rotating_file.hpp"
#include "net/asio/dns_resolver.hpp"
#include "net/asio/smtp_server.hpp"
#include "net/curl/curl_client.hpp"
#include "net/feedback/token.hpp"
#include "net/http/http_client.hpp"
#include "net/secrets/secret_seal.hpp"
#include "net/tls/client_context.hpp"
#include "storage/changed_counters.hpp"
#include "storage/control_store.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/suppression_reader.hpp"

namespace warmfront {

/// The first line of a key file, without its line end.
[[nodiscard]] result<std::string> read_key_file(const std::filesystem::path& path);
/// Writes a key file that only its owner can read, durable before it returns.
[[nodiscard]] result<void> write_key_file(const std::filesystem::path& path,
                                          const std::string& secret);
/// Gives a key file its name, durable before it returns.
[[nodiscard]] result<void> rename_key_file(const std::filesystem::path& from,
                                           const std::filesystem::path& to);

/// What the secrets of this node's cluster are sealed with: from the environment, else from its
/// file, which a node that is alone makes. None: a node of a cluster was given none.
[[nodiscard]] result<std::optional<seal_key>> find_secrets_key(const config::config& settings);

/// Whether mail has to have a second copy before it is acknowledged.
[[nodiscard]] second_copy copies_rule(const config::config& settings);

struct cluster_parts;

struct node::parts {
  ~parts() { stop(); }

  result<void> open_log();
  result<void> open_storage();
  result<void> open_network();
  void make_system();
  result<void> join();
  result<void> spawn_actors();
  result<void> wait_until_loaded();
  result<void> ensure_admin_key();
  result<void> listen();
  void make_services();
  [[nodiscard]] seconds control_silence() const;
  void stop();

  config::config settings;
  std::function<void(const error&)> failed;
  std::function<bool()> must_stop;
  system_clock time;
  std::unique_ptr<json_log> log;
  std::unique_ptr<storage::store> store;
  std::unique_ptr<storage::control_store> control;
  std::unique_ptr<net::io_threads> io;
  std::unique_ptr<dns::resolver> resolver;
  std::optional<site_router> router;
  std::shared_ptr<const net::tls_client_context> authorities; ///< of mail hosts
  std::unique_ptr<http::curl_client> policy_client;
  std::atomic<bool> draining = false; ///< to be emptied: takes no new mail
  fence sending;                      ///< holds for ever when the node is alone
  std::uint16_t number = 0;
  std::shared_ptr<cluster_parts> cluster; ///< null: the node is alone
  std::vector<stored_lane> stored;
  std::optional<wall_time> restored; ///< from a backup, when it was alone
  std::optional<seal_key> sealing;   ///< none: there can be no signature keys
  /// Null: it is sealed with a secrets key that this node was not given; no return paths, no links.
  std::shared_ptr<const feedback::token_key> tokens;
  caf::actor_system_config actor_settings;
  std::unique_ptr<caf::actor_system> system;
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
  idempotency_actor idempotency;
  transport_policy_actor transport_policy;
  webhooks_actor webhooks;
  audit_actor audit;
  history_actor history;
  std::unique_ptr<http::curl_client> http;    ///< calls strangers; stops before the actors do
  std::unique_ptr<rotating_file> event_lines; ///< null: no file of events
  worker_actor reader;
  std::vector<worker_actor> signers; ///< of outgoing mail
  worker_actor hasher;               ///< of passwords
  worker_actor looks_up;             ///< who is not sent to, for intake
  storage::suppression_reader suppressed;
  delivery_actor delivery;
  intake_actor intake;
  feedback_actor feedback;
  inbound_actor inbound; ///< null: nothing listens for what comes back
  caf::actor asker;      ///< asks actors on behalf of I/O threads
  std::shared_ptr<caf::event_based_actor*> asker_self = std::make_shared<caf::event_based_actor*>();
  std::unique_ptr<net::smtp_server> smtp;
  std::unique_ptr<net::smtp_server> inbound_smtp; ///< null: the same
  std::unique_ptr<backup_keeper> backups;         ///< stops before the store does
  std::optional<node_services> services;
  bool stopped = false;

private:
  result<void> open_control();
  result<void> wait_for_takeover();
  result<void> become_member();
  result<void> find_tokens();
  void spawn_settler();
  void spawn_members(const std::string& instance, std::uint64_t epoch);
  void ask_to_join();
  void spawn_replication();
  void spawn_warmup();
  void spawn_provisioning();
  void spawn_chunks();
  void spawn_suppressions();
  void spawn_statistics();
  void spawn_history();
  /// Null: no other node keeps them.
  [[nodiscard]] storage::changed_counters* changed_counters() const;
  void spawn_templates();
  void spawn_scheduler();
  void spawn_feedback();
  result<void> listen_inbound(std::shared_ptr<const net::tls_server_context> tls);
  result<void> spawn_own_resources();
  void connect_roles();
  void spawn_idempotency();
  result<void> make_policy_client();
  void spawn_transport_policy();
  result<void> spawn_intake();
  result<void> open_http();
  result<void> spawn_webhooks();
  void spawn_audit();
  void start_backups();
  void connect_cluster();
  void stop_smtp();
  void stop_actors();
  void system_stop();
  [[nodiscard]] delivery_config make_delivery_config() const;
  [[nodiscard]] identities_config make_identities_config() const;
  [[nodiscard]] net::smtp_server_options make_smtp_options() const;
  [[nodiscard]] net::smtp_server_handlers make_smtp_handlers();
};

} // namespace warmfront
