#include "admin/cli/migrate.hpp"

#include <filesystem>
#include <future>
#include <memory>

#include <fmt/core.h>

#include "actors/core/clock.hpp"
#include "admin/cli/data_owner.hpp"
#include "cluster-config/config.hpp"
#include "storage/control_migration.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/etcd/etcd_control_store.hpp"
#include "storage/rocks/rocks_store.hpp"

namespace warmfront::admin::cli {

namespace {

result<config::config> read_settings(const std::string& node_toml) {
  const auto loaded = config::load(node_toml);
  if (!loaded.faults.empty())
    return error{errc::invalid_argument, to_string(loaded.faults.front()), "correct the file"};
  if (!loaded.value.cluster)
    return error{errc::invalid_argument, node_toml + " has no [cluster]",
                 "add it, with the addresses of etcd"};
  return loaded.value;
}

result<std::unique_ptr<storage::control_store>> open_target(const config::cluster_config& of) {
  storage::etcd_options options;
  options.endpoints = of.etcd;
  options.ca_file = of.ca;
  options.certificate_file = of.certificate;
  options.key_file = of.key;
  return storage::open_etcd_control_store(std::move(options));
}

} // namespace

result<std::string> migrate_control_state(const std::string& node_toml) {
  WARMFRONT_TRY(settings, read_settings(node_toml));
  const std::filesystem::path folder{settings.node.data_dir};
  if (!std::filesystem::exists(folder / "rocks"))
    return error{errc::not_found, "There is no node's data in " + folder.string() + ".",
                 "a node that has never run has nothing to copy: start it"};
  WARMFRONT_TRY(check_user(folder, "cluster migrate"));
  storage::rocks_options options;
  options.directory = folder;
  WARMFRONT_TRY(own, storage::open_rocks_store(std::move(options)));
  const system_clock time;
  WARMFRONT_TRY(from, storage::open_embedded_control_store(*own, time));
  WARMFRONT_TRY(to, open_target(*settings.cluster));
  std::promise<result<storage::migration_outcome>> answered;
  storage::migrate_control_state(*from, *to, [&](const result<storage::migration_outcome>& done) {
    answered.set_value(done);
  });
  WARMFRONT_TRY(outcome, answered.get_future().get());
  return fmt::format("{} records copied into etcd.\nStart the node: it works with etcd now.\n",
                     outcome.copied);
}

} // namespace warmfront::admin::cli
