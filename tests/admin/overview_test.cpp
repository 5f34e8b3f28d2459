// Each rule of the overview: what it finds, and that it finds nothing when all is well.
#include "tests/admin/overview_world.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using namespace warmfront::testing;
using std::chrono::hours;

namespace {

const rule_row address_rules[] = {
    {"an IP that a receiver blocks",
     [](overview_snapshot& seen) {
       seen.pools[0].addresses[0].state = address_state::quarantined;
       seen.pools[0].addresses[0].reason = "blocked by gmail: 554 5.7.1 no";
     },
     "ip_quarantined:192.0.2.1", severity::problem, "/pools/shared",
     "warmfront ip release 192.0.2.1"},
    {"mail of a pool without an IP",
     [](overview_snapshot& seen) { seen.parts[1].by_reason["no_ip"] = 3; }, "no_ip",
     severity::problem, "/queue", "warmfront queue list"},
    {"a run that is paused",
     [](overview_snapshot& seen) { seen.runs = {run_of(run_state::paused)}; },
     "run_paused:00000000000000a1", severity::warning, "/provisioning/00000000000000a1",
     "warmfront provision resume 00000000000000a1"},
    {"an IP that waits for a record in the DNS",
     [](overview_snapshot& seen) {
       auto run = run_of(run_state::running);
       provisioning_step step;
       step.address = ip_address{"192.0.2.9"};
       step.reason = "192.0.2.9 has no PTR record";
       step.checks.push_back({"reverse_dns", check_verdict::failed, "no PTR record"});
       run.steps.push_back(step);
       seen.runs = {run};
     },
     "step_waits:192.0.2.9", severity::warning, "/provisioning/00000000000000a1",
     "warmfront provision show 00000000000000a1"},
    {"an IP on a block list",
     [](overview_snapshot& seen) {
       auto run = run_of(run_state::running);
       provisioning_step step;
       step.address = ip_address{"192.0.2.9"};
       step.checks.push_back({"dns_list", check_verdict::failed, "listed by zen.example"});
       run.steps.push_back(step);
       seen.runs = {run};
     },
     "ip_listed:192.0.2.9", severity::problem, "/provisioning/00000000000000a1",
     "warmfront ip show 192.0.2.9"},
    {"a blocked ledger",
     [](overview_snapshot& seen) {
       seen.ledgers = {ledger_of("192.0.2.1", ledger_state::blocked)};
     },
     "ledger_blocked:192.0.2.1", severity::problem, "/warmup/192.0.2.1",
     "warmfront warmup history 192.0.2.1"},
    {"a ledger that was lowered today",
     [](overview_snapshot& seen) {
       seen.ledgers = {ledger_of("192.0.2.1", ledger_state::open)};
       seen.ledgers[0].moves = {move_of(move_cause::lowered, overview_now - hours{2})};
     },
     "ledger_lowered:192.0.2.1", severity::warning, "/warmup/192.0.2.1",
     "warmfront warmup history 192.0.2.1"},
    {"a paused ledger",
     [](overview_snapshot& seen) {
       seen.ledgers = {ledger_of("example.org", ledger_state::paused)};
     },
     "ledger_paused:example.org", severity::warning, "/warmup/example.org",
     "warmfront warmup resume example.org"},
};

const rule_row sender_rules[] = {
    {"a domain whose records became wrong",
     [](overview_snapshot& seen) { seen.identities[0].wrong_since = overview_now - hours{2}; },
     "identity:example.org", severity::warning, "/identities/example.org",
     "warmfront identity verify example.org"},
    {"a domain that is not verified any more",
     [](overview_snapshot& seen) {
       seen.identities[0].verified = false;
       seen.identities[0].wrong_since = overview_now - hours{80};
     },
     "identity:example.org", severity::problem, "/identities/example.org",
     "warmfront identity verify example.org"},
    {"a domain that was never verified",
     [](overview_snapshot& seen) {
       seen.identities[0].verified = false;
       seen.identities[0].records[0].is_right = false;
     },
     "identity:example.org", severity::warning, "/identities/example.org",
     "warmfront identity verify example.org"},
    {"rules of large receivers",
     [](overview_snapshot& seen) {
       seen.identities[0].records.push_back(
           {"dmarc", "TXT", domain_name{"_dmarc.example.org"}, "v=DMARC1", "", false, false});
     },
     "bulk_rules:example.org", severity::warning, "/identities/example.org",
     "warmfront identity check example.org"},
    {"one complaint in a thousand",
     [](overview_snapshot& seen) { spoil_complaints(seen, 2000, 2); }, "complaints:example.org",
     severity::warning, "/statistics", "warmfront stats --domain example.org"},
    {"three complaints in a thousand",
     [](overview_snapshot& seen) { spoil_complaints(seen, 2000, 6); }, "complaints:example.org",
     severity::problem, "/statistics", "warmfront stats --domain example.org"},
    {"a task that is paused",
     [](overview_snapshot& seen) {
       task_report task;
       task.value.id = task_id{7};
       task.value.state = task_state::paused;
       seen.tasks = {task};
     },
     "task_paused:7", severity::warning, "/tasks/7", "warmfront task resume 7"},
    {"a task that could not begin",
     [](overview_snapshot& seen) {
       task_report task;
       task.value.id = task_id{7};
       task_occurrence failed;
       failed.state = occurrence_state::failed;
       failed.reason = "the group is gone";
       task.occurrences = {failed};
       seen.tasks = {task};
     },
     "task_failed:7", severity::problem, "/tasks/7", "warmfront task occurrences 7"},
    {"a webhook that takes nothing",
     [](overview_snapshot& seen) {
       webhook hook;
       hook.number = 3;
       seen.webhooks = {hook};
       seen.parts[1].webhooks = {{3, 0, overview_now - hours{1}, "503"}};
     },
     "webhook_failing:3", severity::warning, "/webhooks/3", "warmfront webhook test 3"},
    {"dead letters of a webhook",
     [](overview_snapshot& seen) {
       webhook hook;
       hook.number = 3;
       seen.webhooks = {hook};
       seen.parts[0].webhooks = {{3, 2, std::nullopt, ""}};
     },
     "webhook_dead_letters:3", severity::warning, "/webhooks/3", "warmfront webhook replay 3"},
};

} // namespace

TEST_CASE("overview: nothing needs anybody while all is well", "[overview]") {
  const auto seen = healthy();
  CHECK(actions_of(seen).empty());
  CHECK(to_json(seen)["state"] == "ok");
}

TEST_CASE("overview: what is wrong with addresses and ledgers is an action", "[overview]") {
  check_rules(address_rules);
}
TEST_CASE("overview: what is wrong with senders, tasks and webhooks is an action", "[overview]") {
  check_rules(sender_rules);
}

TEST_CASE("overview: what is small or long ago is none", "[overview]") {
  auto seen = healthy();
  spoil_complaints(seen, 900, 9); // too few to say
  spoil_certificate(seen, overview_now + hours{24 * 22});
  seen.parts[1].now = overview_now + std::chrono::seconds{5};
  seen.ledgers = {ledger_of("192.0.2.1", ledger_state::exhausted)};
  seen.ledgers[0].moves = {move_of(move_cause::lowered, overview_now - hours{25})};
  webhook hook;
  hook.number = 3;
  seen.webhooks = {hook};
  seen.parts[1].webhooks = {{3, 0, overview_now - std::chrono::minutes{5}, "503"}};
  seen.runs = {run_of(run_state::finished)};
  CHECK(actions_of(seen).empty());
}

TEST_CASE("overview: the worst comes first", "[overview]") {
  auto seen = healthy();
  seen.parts[1].single_copies = 1;
  seen.runs = {run_of(run_state::paused)};
  seen.parts[0].exposed_at = "0.0.0.0:8080";
  const auto actions = actions_of(seen);
  REQUIRE(actions.size() == 3);
  CHECK(actions[0].how == severity::problem);
  CHECK(actions[1].how == severity::warning);
  CHECK(actions[2].how == severity::hint);
}

TEST_CASE("overview: the numbers of all nodes add up", "[overview]") {
  auto seen = healthy();
  seen.parts[0].used = 100;
  seen.parts[1].used = 150;
  seen.parts[0].by_reason = {{"limit", 3}, {"retry", 1}};
  seen.parts[1].by_reason = {{"limit", 4}};
  seen.parts[0].last_minute = {10, 8, 1, 1};
  seen.drained_at = overview_now + hours{30};
  const auto told = to_json(seen);
  CHECK(told["today"]["limit"] == 500);
  CHECK(told["today"]["used"] == 250);
  CHECK(told["today"]["remaining"] == 250);
  CHECK(told["backlog"]["recipients"] == 8);
  CHECK(told["backlog"]["by_reason"]["limit"] == 7);
  CHECK(told["backlog"]["drained_at"] == to_rfc3339(overview_now + hours{30}));
  CHECK(told["rates"]["delivered_per_minute"] == 8);
  CHECK(told["nodes"]["total"] == 2);
  CHECK(told["nodes"]["may_fail"] == 1);
  CHECK(told["leader"].is_null());
  seen.operation.replication = "none";
  CHECK(to_json(seen)["nodes"]["may_fail"] == 0);
}

TEST_CASE("overview: the checklist says what a first run still lacks", "[overview]") {
  const auto done = [](const overview_snapshot& seen) {
    std::vector<std::string> ids;
    for (const auto& each : checklist_of(seen)) {
      if (each.done) {
        ids.emplace_back(each.id);
      }
    }
    return ids;
  };
  overview_snapshot fresh;
  fresh.parts = {part_of("n1")};
  fresh.nodes = {member_of("n1", true)};
  CHECK(done(fresh).empty());
  auto seen = healthy();
  CHECK(done(seen) == std::vector<std::string>{"pool_has_ip", "identity_verified", "second_node"});
  seen.parts[0].delivered = 1;
  seen.groups_with_recipients = 1;
  seen.tasks.emplace_back();
  seen.webhooks.emplace_back();
  CHECK(done(seen).size() == checklist_of(seen).size());
}

TEST_CASE("overview: a node's part survives the way to another node", "[overview]") {
  auto part = part_of("n2");
  part.started_at = overview_now - hours{3};
  part.version = "1.2.3";
  part.problem = "why";
  part.accepts_mail = false;
  part.storage_failure = "failure";
  part.exposed_at = "0.0.0.0:1";
  part.single_copies = 2;
  part.delivered = 3;
  part.used = 4;
  part.by_reason = {{"limit", 5}};
  part.by_pool = {{"shared", 5}};
  part.last_minute = {1, 2, 3, 4};
  part.certificates = {{"smtp", "/a.pem", overview_now}, {"http", "/b.pem", std::nullopt}};
  part.webhooks = {{7, 8, overview_now, "503"}};
  const auto read = read_node_part(to_json(part));
  REQUIRE(read);
  CHECK(to_json(*read) == to_json(part));
  CHECK_FALSE(read_node_part(ordered_json::parse(R"({"items":[]})")));
}

TEST_CASE("overview: an address is reachable from elsewhere unless it is loopback's",
          "[overview]") {
  for (const auto* const inside :
       {"127.0.0.1:8080", "[::1]:8080", "localhost:8080", "127.1.2.3:1"}) {
    CHECK_FALSE(is_reachable_from_elsewhere(inside));
  }
  for (const auto* const outside : {"0.0.0.0:8080", "[::]:8080", "192.0.2.1:80", "10.0.0.1:80"}) {
    CHECK(is_reachable_from_elsewhere(outside));
  }
}
