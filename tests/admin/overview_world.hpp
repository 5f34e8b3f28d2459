// Snapshots of a cluster in which all is well, and what spoils them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "admin/api/overview.hpp"

namespace warmfront::testing {

using namespace warmfront::admin;

inline const wall_time overview_now{seconds{1'800'000'000}};

inline node_part part_of(const std::string& name) {
  node_part part;
  part.node = name;
  part.now = overview_now;
  part.free_octets = std::uint64_t{100} << 30;
  return part;
}

inline node_report member_of(const std::string& name, bool self = false) {
  node_report report;
  report.name = node_name{name};
  report.alive = true;
  report.self = self;
  return report;
}

/// Two nodes, an address, a verified domain: nothing to do.
inline overview_snapshot healthy() {
  overview_snapshot seen;
  seen.now = overview_now;
  seen.self = "n1";
  seen.alone = false;
  seen.operation.replication = "preferred";
  seen.operation.control = "etcd";
  seen.nodes = {member_of("n1", true), member_of("n2")};
  seen.parts = {part_of("n1"), part_of("n2")};
  pool shared;
  shared.name = pool_name{"shared"};
  auto& only = shared.addresses.emplace_back();
  only.address = ip_address{"192.0.2.1"};
  only.node = node_name{"n1"};
  seen.pools = {shared};
  identity_report identity;
  identity.domain = domain_name{"example.org"};
  identity.verified = true;
  identity.checked_at = overview_now;
  identity.records.push_back(
      {"dkim", "TXT", domain_name{"s._domainkey.example.org"}, "k", "k", true, true});
  seen.identities = {identity};
  seen.permits.limit = 500;
  return seen;
}

inline ledger_report ledger_of(const std::string& subject, ledger_state state) {
  ledger_report report;
  report.subject = ledger_subject{subject};
  report.state = state;
  return report;
}

inline ledger_move move_of(move_cause cause, wall_time at) {
  ledger_move move;
  move.cause = cause;
  move.at = at;
  move.from = 4;
  move.to = 3;
  move.quality = {1000, 700, 200, 100, 1, 0};
  return move;
}

inline provisioning run_of(run_state state) {
  provisioning run;
  run.id = "00000000000000a1";
  run.pool = pool_name{"shared"};
  run.state = state;
  run.reason = "192.0.2.1 is quarantined";
  return run;
}

struct rule_row {
  const char* what;
  void (*spoil)(overview_snapshot& seen);
  const char* id;
  severity how;
  const char* link;
  const char* command;
};

inline void spoil_certificate(overview_snapshot& seen, std::optional<wall_time> until) {
  seen.parts[1].certificates.push_back({"smtp", "/etc/mail.pem", until});
}

inline void spoil_complaints(overview_snapshot& seen, std::uint64_t delivered,
                             std::uint64_t complained) {
  daily_counts counts;
  counts.delivered = delivered;
  counts.complained = complained;
  seen.by_domain["example.org"] = counts;
}

template <class Rows>
void check_rules(const Rows& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto seen = healthy();
    row.spoil(seen);
    const auto actions = actions_of(seen);
    REQUIRE(actions.size() == 1);
    CHECK(actions[0].id == row.id);
    CHECK(actions[0].how == row.how);
    CHECK(actions[0].link == row.link);
    CHECK(actions[0].command == row.command);
    CHECK_FALSE(actions[0].title.empty());
    CHECK_FALSE(actions[0].why.empty());
    const auto expected = row.how == severity::problem   ? "trouble"
                          : row.how == severity::warning ? "attention"
                                                         : "ok";
    CHECK(to_json(seen)["state"] == expected);
  }
}

} // namespace warmfront::testing
