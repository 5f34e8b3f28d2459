#include "admin/cli/doctor.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/core.h>

#include "actors/core/clock.hpp"
#include "admin/cli/doctor_dns.hpp"
#include "admin/cli/doctor_probes.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::chrono::milliseconds greeting_patience{5000};
constexpr std::size_t hosts_tried_max = 3;

void append(findings_list& to, const findings_list& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// One run of all checks.
class examination {
public:
  examination(const doctor_options& options, const node_question& ask)
      : options_{options}, ask_{ask} {}

  findings_list run() {
    if (!load()) {
      return std::move(found_);
    }
    look_for_node();
    look_at_ports();
    look_at_files();
    look_at_clock();
    const auto limits = probe_open_files();
    found_.push_back(judge_open_files(limits.soft, limits.hard));
    ask_node();
    ask_dns();
    return std::move(found_);
  }

private:
  /// False when there is nothing to go on with.
  bool load() {
    auto loaded = config::load(options_.config_file);
    append(found_, judge_configuration(options_.config_file, loaded.faults));
    settings_ = std::move(loaded.value);
    // A file that cannot be read says nothing of this machine.
    std::error_code failure;
    return std::filesystem::exists(options_.config_file, failure) &&
           !settings_.node.data_dir.empty();
  }

  void look_for_node() {
    server_ = options_.server;
    if (server_.empty()) {
      server_ = (settings_.http.tls ? "https://" : "http://") + settings_.http.admin;
    }
    key_ = options_.key;
    if (key_.empty()) {
      std::ifstream file{std::filesystem::path{settings_.node.data_dir} / "admin.key"};
      std::getline(file, key_);
    }
    const auto got = ask_(server_, key_, "/healthz");
    const auto failure = !got                        ? got.error().what
                         : got.value().status == 200 ? std::string{}
                                                     : fmt::format("HTTP {}", got.value().status);
    answers_ = failure.empty();
    is_other_program_ = options_.server.empty() && got && !answers_;
    found_.push_back(judge_node(server_, failure));
    cluster_ = answers_ ? get("/v1/cluster") : ordered_json();
  }

  /// By the admin address of this machine: who answers elsewhere says nothing about its ports, and
  /// who does not answer may be a node whose certificate has another name.
  node_presence presence() const {
    const bool is_taken = probe_port("http.admin", settings_.http.admin).bind_error == EADDRINUSE;
    if (answers_ && (options_.server.empty() || (is_taken && is_this_node()))) {
      return node_presence::runs;
    }
    return is_taken && !is_other_program_ ? node_presence::unclear : node_presence::absent;
  }

  /// Whether it is the node of this configuration that answers: it alone says its hostname.
  bool is_this_node() const {
    const auto nodes = cluster_.is_object() ? cluster_.find("nodes") : cluster_.end();
    return nodes != cluster_.end() && nodes->is_array() &&
           std::any_of(nodes->begin(), nodes->end(), [&](const ordered_json& each) {
             return each.value("name", "") == settings_.node.name &&
                    each.value("hostname", "") == settings_.node.hostname;
           });
  }

  void look_at_ports() {
    const auto node = presence();
    const auto look = [&](const std::string& key, const std::string& address) {
      if (!address.empty()) {
        found_.push_back(judge_port(probe_port(key, address), node));
      }
    };
    const auto look_at_all = [&](const char* key, const std::vector<std::string>& addresses) {
      for (std::size_t i = 0; i < addresses.size(); ++i) {
        look(fmt::format("smtp.{}[{}]", key, i), addresses[i]);
      }
    };
    look_at_all("submission", settings_.smtp.submission);
    look_at_all("submissions", settings_.smtp.submissions);
    look_at_all("inbound", settings_.smtp.inbound);
    look("http.admin", settings_.http.admin);
    look("http.public", settings_.http.public_address);
    if (settings_.cluster) {
      look("cluster.listen", settings_.cluster->listen);
    }
  }

  void look_at_files() {
    const auto& folder = settings_.node.data_dir;
    append(found_, judge_folder(probe_folder(folder), settings_.storage.reserve));
    const auto& named = settings_.secrets.key_file;
    const auto own = (std::filesystem::path{folder} / "secrets.key").string();
    const auto reader = probe_node_user(folder);
    found_.push_back(judge_secret_file(
        probe_secret_file("secrets key", named.empty() ? own : named, !named.empty(), reader)));
    const auto now = time_.wall_now();
    const auto look = [&](const char* key, const config::tls_config& files) {
      found_.push_back(judge_certificate(probe_certificate(key, files, reader), now));
    };
    if (settings_.tls) {
      look("tls", *settings_.tls);
    }
    if (settings_.http.tls) {
      look("http.tls", *settings_.http.tls);
    }
    if (settings_.cluster && !settings_.cluster->certificate.empty()) {
      look("cluster", {settings_.cluster->certificate, settings_.cluster->key});
    }
  }

  void look_at_clock() {
    clock_facts facts{probe_synchronised(), {}};
    if (settings_.cluster) {
      storage::etcd_options options;
      options.ca_file = settings_.cluster->ca;
      options.certificate_file = settings_.cluster->certificate;
      options.key_file = settings_.cluster->key;
      for (const auto& endpoint : settings_.cluster->etcd) {
        const auto told = probe_etcd_time(endpoint, options);
        if (told) {
          facts.others.push_back(
              {"etcd " + endpoint, std::chrono::duration_cast<std::chrono::milliseconds>(
                                       told.value() - time_.wall_now())});
        } else {
          found_.push_back({health::problem, "control store", told.error().what,
                            "start etcd there, or correct [cluster] etcd and its certificates"});
        }
      }
    }
    append(found_, judge_clock(facts));
  }

  /// The answer of the node; null when there is none.
  ordered_json get(const std::string& path) {
    const auto got = ask_(server_, key_, path);
    if (!got || got.value().status != 200) {
      return nullptr;
    }
    return ordered_json::parse(got.value().body, nullptr, false);
  }

  void ask_node() {
    if (!answers_) {
      return;
    }
    append(found_, judge_cluster(cluster_));
    const auto identities = get("/v1/identities?limit=500");
    if (identities.is_object()) {
      append(found_, judge_identities(identities.value("items", ordered_json::array())));
    }
    const auto ips = get("/v1/ips?limit=500");
    if (ips.is_object()) {
      for (const auto& each : ips.value("items", ordered_json::array())) {
        // Of other nodes' addresses they know better.
        if (each.value("node", "") == settings_.node.name) {
          addresses_.insert(each.value("address", ""));
        }
      }
    }
  }

  void ask_dns() {
    const auto resolver = dns_questions::open(settings_.dns);
    if (!resolver) {
      found_.push_back(
          {health::problem, "resolver", resolver.error().what, resolver.error().remedy});
      return;
    }
    const auto& host = settings_.node.hostname;
    const auto servers = settings_.dns.servers.empty() ? std::string{"the system's resolver"}
                                                       : settings_.dns.servers.front();
    const auto own = resolver.value()->look_up(host, dns::record_type::a);
    // Where others can be looked up, the fault is with the name's servers.
    const auto any = own.kind == dns::answer_kind::failed
                         ? resolver.value()->look_up("com", dns::record_type::a)
                         : own;
    found_.push_back(judge_resolver(servers, any));
    if (any.kind != dns::answer_kind::failed) {
      found_.push_back(
          judge_hostname(host, own, resolver.value()->look_up(host, dns::record_type::aaaa)));
      for (const auto& each : addresses_) {
        append(found_, judge_address(each, resolver.value()->inspect(each, host)));
      }
    }
    if (!options_.mail_domain.empty()) {
      try_mail(*resolver.value());
    }
  }

  void try_mail(dns_questions& questions) {
    const auto route = questions.resolve(options_.mail_domain);
    std::vector<mail_host_facts> hosts;
    if (route) {
      for (const auto& each : route.value().hosts) {
        if (hosts.size() < hosts_tried_max && !each.addresses.empty()) {
          hosts.push_back({each.name, probe_greeting(each.addresses.front(), greeting_patience)});
        }
      }
    }
    const auto failure = !route                        ? route.error().what
                         : route.value().hosts.empty() ? "the domain takes no mail"
                                                       : std::string{};
    found_.push_back(judge_mail_hosts(options_.mail_domain, failure, hosts));
  }

  const doctor_options& options_;
  const node_question& ask_;
  system_clock time_;
  config::config settings_;
  std::string server_;
  std::string key_;
  bool answers_ = false;
  bool is_other_program_ = false; ///< what has the admin address speaks HTTP, and is no node
  ordered_json cluster_;
  std::set<std::string> addresses_;
  findings_list found_;
};

} // namespace

findings_list examine(const doctor_options& options, const node_question& ask) {
  return examination{options, ask}.run();
}

} // namespace warmfront::admin::cli
