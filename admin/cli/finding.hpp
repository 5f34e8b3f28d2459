// What `warmfront doctor` finds: facts, and the judgement on them. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/messages/provisioning.hpp"
#include "admin/api/json.hpp"
#include "cluster-config/config.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront::admin::cli {

enum class health : std::uint8_t { ok, warning, problem };
/// `ok`, `warning`, `problem`.
[[nodiscard]] std::string_view to_string(health state) noexcept;

/// One check: what was found, and what to do about it (empty: nothing).
struct finding {
  health state = health::ok;
  std::string check; ///< `configuration`, `port smtp.submission[0]`, …
  std::string found;
  std::string remedy{};
};
using findings_list = std::vector<finding>;

[[nodiscard]] findings_list judge_configuration(const std::string& file,
                                                const std::vector<config::fault>& faults);

struct port_facts {
  std::string key;      ///< of node.toml: `smtp.submission[0]`
  std::string address;  ///< `127.0.0.1:2587`
  int bind_error = 0;   ///< errno of an attempt to bind it; 0: it is free
  bool is_name = false; ///< it is a host's name, which was not tried
};
/// Whether the node of this configuration runs on this machine.
enum class node_presence : std::uint8_t {
  absent,
  runs,    ///< it answers
  unclear, ///< something has its admin address, and gives no answer that tells
};
[[nodiscard]] finding judge_port(const port_facts& facts, node_presence node);

struct folder_facts {
  std::string path;
  bool exists = false;
  bool is_folder = false;
  bool is_writable = false;  ///< by who asks
  unsigned mode = 0;         ///< permission bits
  std::string file_system{}; ///< `ext4`, `tmpfs`, `nfs`, …; empty: unknown
  std::uint64_t free_octets = 0;
  std::string parent_problem{}; ///< where it does not exist: why it could not be made
  std::string owner{};
  std::string foreign_file{}; ///< one in it that belongs to another user; empty: none does
};
[[nodiscard]] findings_list judge_folder(const folder_facts& facts, std::uint64_t reserve_octets);

struct certificate_facts {
  std::string key; ///< of node.toml: `tls`
  std::string file;
  std::string failure{}; ///< why certificate or key cannot be used; empty: they can
  wall_time not_before{};
  wall_time not_after{};
};
[[nodiscard]] finding judge_certificate(const certificate_facts& facts, wall_time now);

struct clock_facts {
  std::optional<bool> is_synchronised; ///< by the kernel's word; none: it does not say
  /// How far ahead of this clock others are, by what they say: `etcd http://…`.
  struct other {
    std::string name;
    std::chrono::milliseconds ahead{};
  };
  std::vector<other> others{};
};
[[nodiscard]] findings_list judge_clock(const clock_facts& facts);

/// `soft` and `hard` limits of open files.
[[nodiscard]] finding judge_open_files(std::uint64_t soft, std::uint64_t hard);

struct secret_file_facts {
  std::string what; ///< `secrets key`
  std::string path;
  bool exists = false;
  bool is_required = false; ///< it is named in node.toml
  unsigned mode = 0;
  std::string failure{};        ///< why it could not be looked at
  std::string unreadable_for{}; ///< the node's user, where it may not read it
};
[[nodiscard]] finding judge_secret_file(const secret_file_facts& facts);

/// Whether the hostname has addresses: its A and AAAA answers.
[[nodiscard]] finding judge_hostname(const std::string& hostname, const dns::record_answer& a,
                                     const dns::record_answer& aaaa);
/// Whether the resolver answers at all: about the root's or the hostname's records.
[[nodiscard]] finding judge_resolver(const std::string& servers, const dns::record_answer& answer);
/// The checks of one IP that mail leaves from.
[[nodiscard]] findings_list judge_address(const std::string& address,
                                          const std::vector<address_check>& checks);

struct mail_host_facts {
  std::string host;
  std::string failure{}; ///< why no connection came about; empty: it greeted
};
/// Whether mail exchangers of a domain can be reached on port 25: one is enough.
[[nodiscard]] finding judge_mail_hosts(const std::string& domain, const std::string& route_failure,
                                       const std::vector<mail_host_facts>& hosts);

/// By the node's API: `/v1/identities`' items, `/v1/cluster`, `/v1/overview`.
[[nodiscard]] findings_list judge_identities(const ordered_json& items);
[[nodiscard]] findings_list judge_cluster(const ordered_json& cluster);
[[nodiscard]] findings_list judge_overview(const ordered_json& overview);
/// Whether the node answers; `failure` is empty when it does.
[[nodiscard]] finding judge_node(const std::string& server, const std::string& failure);

/// The findings for people, problems last, and their sum.
[[nodiscard]] std::string to_text(const findings_list& all);
[[nodiscard]] ordered_json to_json(const findings_list& all);

} // namespace warmfront::admin::cli
