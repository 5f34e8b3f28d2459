// Are we healthy, and what needs a person? What nodes and roles say, and what is made of it. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/messages/inquiries.hpp"
#include "admin/api/route.hpp"

namespace warmfront::admin {

/// What only a node itself knows: its part of the overview.
struct node_part {
  std::string node;
  wall_time now{}; ///< by its clock, when it was asked
  wall_time started_at{};
  std::string version;
  std::string problem; ///< why it is not ready; empty: it is
  bool accepts_mail = true;
  std::uint64_t free_octets = 0;
  std::string storage_failure;
  std::string exposed_at; ///< where its admin address can be reached in clear text from elsewhere
  std::uint64_t single_copies = 0;
  std::uint64_t delivered = 0;
  std::uint64_t used = 0;                         ///< permits of today
  std::map<std::string, std::uint64_t> by_reason; ///< recipients that wait here
  std::map<std::string, std::uint64_t> by_pool;
  /// In the last minute: accepted, delivered, deferred, bounced; none: not known.
  std::optional<std::array<std::uint64_t, 4>> last_minute;
  std::vector<certificate_view> certificates;
  struct webhook_state {
    std::uint64_t number = 0;
    std::uint64_t dead_letters = 0;
    std::optional<wall_time> failing_since;
    std::string error;
  };
  std::vector<webhook_state> webhooks;
};
[[nodiscard]] ordered_json to_json(const node_part& value);
/// None for what is no part.
[[nodiscard]] std::optional<node_part> read_node_part(const ordered_json& value);

/// All that the overview is made of.
struct overview_snapshot {
  wall_time now{};
  std::string self;
  std::string version;
  operation_view operation;
  bool alone = true;
  std::chrono::seconds control_silence{0};
  std::vector<node_report> nodes;      ///< all members, this one among them
  std::vector<node_part> parts;        ///< this node's first
  std::vector<std::string> unanswered; ///< nodes that are to answer and did not
  permit_counts permits;
  std::vector<pool> pools;
  std::vector<ledger_report> ledgers;
  std::vector<provisioning> runs;
  std::vector<identity_report> identities;
  std::vector<task_report> tasks;
  std::vector<webhook> webhooks;
  std::uint64_t groups_with_recipients = 0;
  std::map<std::string, daily_counts> by_domain; ///< of sender domains, yesterday and today
  bool has_delivered = false;                    ///< anything, in thirty days
  std::vector<std::string> unknown;              ///< what could not be asked, as sentences
  std::optional<wall_time> drained_at;
  std::string not_drained; ///< why there is no such time; empty: nothing waits, or there is one
};

enum class severity : std::uint8_t { problem, warning, hint };
[[nodiscard]] std::string_view to_string(severity value) noexcept;

/// Something that needs a person.
struct overview_action {
  std::string id; ///< the same as long as it is about the same thing
  severity how = severity::hint;
  std::string title;
  std::string why;
  std::string link;    ///< a page of the console
  std::string command; ///< that shows it, or ends it
};

/// What a first run is made of.
struct checklist_item {
  std::string_view id;
  std::string_view title;
  bool done = false;
  std::string_view link;
};

/// Problems first, then warnings, then hints; of each kind in the order of the rules.
[[nodiscard]] std::vector<overview_action> actions_of(const overview_snapshot& seen);
[[nodiscard]] std::vector<checklist_item> checklist_of(const overview_snapshot& seen);
[[nodiscard]] ordered_json to_json(const overview_snapshot& seen);

/// Whether an address to listen on, `host:port`, can be reached from elsewhere.
[[nodiscard]] bool is_reachable_from_elsewhere(std::string_view listen);

// ---- the rules, by what they look at; each adds what it finds -------------------------------

using found_actions = std::vector<overview_action>;
void judge_addresses(const overview_snapshot& seen, found_actions& to);
void judge_runs(const overview_snapshot& seen, found_actions& to);
void judge_ledgers(const overview_snapshot& seen, found_actions& to);
void judge_identities(const overview_snapshot& seen, found_actions& to);
void judge_complaints(const overview_snapshot& seen, found_actions& to);
void judge_tasks(const overview_snapshot& seen, found_actions& to);
void judge_webhooks(const overview_snapshot& seen, found_actions& to);
void judge_nodes(const overview_snapshot& seen, found_actions& to);
void judge_clocks(const overview_snapshot& seen, found_actions& to);
void judge_copies(const overview_snapshot& seen, found_actions& to);
void judge_storage(const overview_snapshot& seen, found_actions& to);
void judge_certificates(const overview_snapshot& seen, found_actions& to);
void judge_exposure(const overview_snapshot& seen, found_actions& to);

} // namespace warmfront::admin
