// A node whose roles are small actors with scripted answers, behind the real admin service.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/node/services.hpp"
#include "admin/service.hpp"
#include "tests/admin/real_roles.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

/// Remembers the names of events and the texts in them.
class recording_log final : public event_log {
public:
  [[nodiscard]] bool enabled(log_level) const noexcept override { return true; }
  void write(log_level level, std::string_view event,
             std::initializer_list<log_field> fields) override;
  [[nodiscard]] std::string text() const;

private:
  mutable std::mutex guard_;
  std::string text_;
};

/// What the fake roles answer with, and what they were told. Guarded by `guard`.
struct fake_world {
  std::mutex guard;
  std::vector<submission> submitted;
  std::optional<error> intake_failure;
  std::vector<pool> pools;
  std::vector<plan> plans{{plan_name{"standard"}, {500, 1000}, true}};
  std::vector<forecast_batch> forecasts;
  std::vector<ledger_report> ledgers;
  std::vector<provisioning> runs;
  std::vector<propose_addresses> proposals;
  std::vector<key_report> keys;
  std::set<std::string> revoked; ///< ids of keys
  std::vector<account_report> accounts;
  std::vector<message_report> messages;
  std::map<std::string, queue_action_report> queue_actions;
  std::string unready;
  std::size_t authentications = 0;
};

/// The only address that the fake node cannot send from.
inline constexpr std::string_view unbindable_address = "192.0.2.250";

/// Keys `admin.secret`, `operator.secret`, `sender.secret`, `viewer.secret` exist, of the account
/// `acme`; so does `other.secret`, a sender of the account `other`.
class fake_node {
public:
  explicit fake_node(std::shared_ptr<const net::tls_server_context> tls = nullptr);
  ~fake_node();
  fake_node(const fake_node&) = delete;
  fake_node& operator=(const fake_node&) = delete;

  [[nodiscard]] std::string address() const { return service_->address(); }
  [[nodiscard]] std::uint16_t port() const;
  fake_world world;
  recording_log log;
  manual_clock time;
  /// Adds a message of an account to what delivery knows.
  message_id add_message(const std::string& account, recipient_state state);
  void stop() { service_->stop(); }

private:
  struct actors;
  config::config settings_;
  net::io_threads io_{2};
  caf::actor_system_config system_config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<actors> actors_;
  std::unique_ptr<real_roles> real_;
  std::unique_ptr<admin::service> service_;
};

/// The ledger of an IP as warmup reports it.
[[nodiscard]] ledger_report sample_ledger(const std::string& subject);

} // namespace warmfront::testing
