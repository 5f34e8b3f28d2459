// Backups of the running node: what they are of.
#include <future>
#include <memory>

#include "actors/node/cluster_parts.hpp"
#include "actors/node/node_parts.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds revision_within{5};

/// Only a number for people: a backup is good without it.
std::uint64_t revision_of(storage::control_store& control) {
  auto answered = std::make_shared<std::promise<std::uint64_t>>();
  auto answer = answered->get_future();
  control.range("backups/", [answered](const result<storage::control_snapshot>& found) {
    answered->set_value(found ? found.value().at : 0);
  });
  return answer.wait_for(revision_within) == std::future_status::ready ? answer.get() : 0;
}

} // namespace

void node::parts::start_backups() {
  const auto& asked = settings.backup;
  backup_rules rules;
  rules.directory = asked.directory;
  rules.every = asked.every;
  rules.keep = asked.keep;
  rules.octets_a_second = asked.rate;
  rules.reserve_octets = settings.storage.reserve;
  rules.data = settings.node.data_dir;
  backup_ports ports;
  ports.store = store.get();
  ports.time = &time;
  ports.log = log.get();
  ports.describe = [this] {
    storage::backup_facts facts;
    facts.node = settings.node.name;
    facts.version = WARMFRONT_VERSION;
    facts.in_cluster = cluster != nullptr;
    if (cluster) {
      facts.instance = std::to_string(cluster->instance);
      facts.number = number;
    } else {
      facts.control_revision = revision_of(*control);
    }
    return facts;
  };
  backups = std::make_unique<backup_keeper>(std::move(rules), std::move(ports));
}

} // namespace warmfront
