// The rules of the overview about nodes and what they stand on.
#include "tests/admin/overview_world.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using namespace warmfront::testing;
using std::chrono::hours;

namespace {

const rule_row node_rules[] = {
    {"a node that is dead",
     [](overview_snapshot& seen) {
       seen.nodes[1].state = node_state::dead;
       seen.nodes[1].alive = false;
       seen.parts.pop_back();
       seen.operation.replication = "none";
     },
     "node_gone:n2", severity::problem, "/cluster", "warmfront node show n2"},
    {"a node that gives no answer", [](overview_snapshot& seen) { seen.unanswered = {"n2"}; },
     "node_silent:n2", severity::problem, "/cluster", "warmfront node show n2"},
    {"a node that drains",
     [](overview_snapshot& seen) {
       seen.nodes[1].state = node_state::draining;
       seen.operation.replication = "none";
     },
     "node_draining:n2", severity::hint, "/cluster", "warmfront node show n2"},
    {"a node that cannot do its work",
     [](overview_snapshot& seen) { seen.parts[1].problem = "it may be cut off"; },
     "node_not_ready:n2", severity::problem, "/cluster", "warmfront node show n2"},
    {"a silent control store",
     [](overview_snapshot& seen) { seen.control_silence = std::chrono::seconds{20}; },
     "control_store_silent", severity::problem, "/cluster", "warmfront cluster status"},
    {"clocks that differ",
     [](overview_snapshot& seen) { seen.parts[1].now = overview_now + std::chrono::seconds{40}; },
     "clock:n2", severity::problem, "/cluster", "timedatectl timesync-status"},
    {"single copies now",
     [](overview_snapshot& seen) {
       seen.nodes.pop_back();
       seen.parts.pop_back();
     },
     "single_copies", severity::warning, "/cluster", "warmfront cluster status"},
    {"single copies before", [](overview_snapshot& seen) { seen.parts[1].single_copies = 4; },
     "single_copies_were", severity::hint, "/cluster", "warmfront cluster status"},
    {"storage that failed",
     [](overview_snapshot& seen) { seen.parts[1].storage_failure = "fsync: I/O error"; },
     "storage_failed:n2", severity::problem, "/cluster", "warmfront node show n2"},
    {"a full disk", [](overview_snapshot& seen) { seen.parts[1].accepts_mail = false; },
     "disk_full:n2", severity::problem, "/cluster", "warmfront node show n2"},
    {"a disk that fills",
     [](overview_snapshot& seen) { seen.parts[1].free_octets = std::uint64_t{1} << 30; },
     "disk_low:n2", severity::warning, "/cluster", "warmfront node show n2"},
    {"a certificate that ends soon",
     [](overview_snapshot& seen) { spoil_certificate(seen, overview_now + hours{24 * 20}); },
     "certificate:n2:smtp", severity::warning, "/cluster",
     "openssl x509 -noout -dates -in /etc/mail.pem"},
    {"a certificate that has ended",
     [](overview_snapshot& seen) { spoil_certificate(seen, overview_now - hours{1}); },
     "certificate:n2:smtp", severity::problem, "/cluster",
     "openssl x509 -noout -dates -in /etc/mail.pem"},
    {"a certificate that cannot be read",
     [](overview_snapshot& seen) { spoil_certificate(seen, std::nullopt); }, "certificate:n2:smtp",
     severity::warning, "/cluster", "openssl x509 -noout -dates -in /etc/mail.pem"},
    {"keys in clear text",
     [](overview_snapshot& seen) { seen.parts[1].exposed_at = "0.0.0.0:8080"; },
     "admin_without_tls:n2", severity::problem, "/cluster",
     "warmfrontd --config node.toml --check"},
    {"a role that gave no answer",
     [](overview_snapshot& seen) { seen.unknown = {"The node did not answer in time."}; },
     "not_known:The node did not answer in time.", severity::warning, "/cluster",
     "warmfront cluster status"},
};

} // namespace

TEST_CASE("overview: what is wrong with nodes is an action", "[overview]") {
  check_rules(node_rules);
}
