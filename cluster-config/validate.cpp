// The pure rules of a configuration: each key by itself, then keys that need each other.
#include <filesystem>
#include <map>

#include "cluster-config/keys.hpp"
#include "cluster-config/values.hpp"

namespace warmfront::config {

namespace {

struct listener_use {
  std::string key;
  std::string address;
};

std::vector<listener_use> listeners_of(const config& value) {
  std::vector<listener_use> uses;
  const auto add_list = [&](const std::string& key, const std::vector<std::string>& addresses) {
    for (std::size_t i = 0; i < addresses.size(); ++i)
      uses.push_back({key + '[' + std::to_string(i) + ']', addresses[i]});
  };
  add_list("smtp.submission", value.smtp.submission);
  add_list("smtp.submissions", value.smtp.submissions);
  add_list("smtp.inbound", value.smtp.inbound);
  uses.push_back({"http.admin", value.http.admin});
  uses.push_back({"http.public", value.http.public_address});
  if (value.cluster)
    uses.push_back({"cluster.listen", value.cluster->listen});
  return uses;
}

void check_distinct_listeners(const config& value, std::vector<fault>& faults) {
  std::map<std::string, std::string> first_use;
  for (const auto& use : listeners_of(value)) {
    const auto parsed = parse_endpoint(use.address);
    if (!parsed || parsed->port == 0)
      continue;
    const auto [earlier, fresh] = first_use.emplace(use.address, use.key);
    if (!fresh)
      faults.push_back({"", 0, 0, use.key,
                        quote(use.address) + " is also the address of " + earlier->second,
                        "an address of its own"});
  }
}

void check_tls(const config& value, std::vector<fault>& faults) {
  if (!value.smtp.submissions.empty() && !value.tls)
    faults.push_back({"", 0, 0, "smtp.submissions",
                      "needs a certificate, since it speaks TLS from the first octet",
                      "a table [tls] with certificate and key, or submissions = []"});
  if (value.http.public_tls && !value.http.tls)
    faults.push_back({"", 0, 0, "http.public_tls", "needs a certificate",
                      "a table [http.tls] with certificate and key, or false"});
  const auto admin = parse_endpoint(value.http.admin);
  if (admin && is_ip_address(admin->host) && !is_loopback(admin->host) && !value.http.tls)
    faults.push_back({"", 0, 0, "http.admin",
                      quote(value.http.admin) + " would carry keys in clear over the network",
                      "a loopback address, or a table [http.tls] with certificate and key"});
}

void check_retries(const delivery_config& delivery, std::vector<fault>& faults) {
  if (delivery.retry_last < delivery.retry_first)
    faults.push_back({"", 0, 0, "delivery.retry_last",
                      duration_text(delivery.retry_last) + " is shorter than retry_first",
                      "at least " + duration_text(delivery.retry_first)});
  if (delivery.expire_after < delivery.retry_first)
    faults.push_back({"", 0, 0, "delivery.expire_after",
                      duration_text(delivery.expire_after) +
                          " is shorter than retry_first, so that nothing would ever be retried",
                      "at least " + duration_text(delivery.retry_first)});
}

void check_cluster(const config& value, std::vector<fault>& faults) {
  if (value.cluster && value.cluster->etcd.empty())
    faults.push_back({"", 0, 0, "cluster.etcd", "is not given",
                      R"(a list of URLs, as in ["https://127.0.0.1:2379"])"});
}

/// A backup on what it is to outlive is none.
void check_backup_place(const config& value, std::vector<fault>& faults) {
  const auto whole = [](const std::string& path) {
    return (std::filesystem::path{path} / "").lexically_normal().string();
  };
  const auto& directory = value.backup.directory;
  if (!directory.empty() && !value.node.data_dir.empty() &&
      whole(directory).starts_with(whole(value.node.data_dir)))
    faults.push_back({"", 0, 0, "backup.directory", quote(directory) + " is inside node.data_dir",
                      "a directory elsewhere"});
  if (value.backup.every.count() > 0 && directory.empty())
    faults.push_back({"", 0, 0, "backup.every", "has no directory to make backups in",
                      R"(backup.directory, as in "/var/backups/warmfront")"});
}

} // namespace

std::vector<fault> validate(const config& value) {
  std::vector<fault> faults;
  for (const auto& table : table_rules()) {
    if (!table.present(value))
      continue;
    for (const auto& key : table.keys) {
      findings found{table.name + '.' + key.name, key.expected, faults};
      key.check(value, found);
    }
  }
  check_distinct_listeners(value, faults);
  check_tls(value, faults);
  check_retries(value.delivery, faults);
  check_cluster(value, faults);
  check_backup_place(value, faults);
  return faults;
}

} // namespace warmfront::config
