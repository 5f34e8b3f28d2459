// What doctor thinks of the DNS, of mail hosts, and of what the node's API says.
#include "admin/cli/finding.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace warmfront::admin::cli {

namespace {

std::string comma_list(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& each : values) {
    text += (text.empty() ? "" : ", ") + each;
  }
  return text;
}

std::string text_field(const ordered_json& of, const char* name) {
  const auto found = of.is_object() ? of.find(name) : of.end();
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

bool truth_field(const ordered_json& of, const char* name, bool otherwise) {
  const auto found = of.is_object() ? of.find(name) : of.end();
  return found != of.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

} // namespace

finding judge_resolver(const std::string& servers, const dns::record_answer& answer) {
  if (answer.kind == dns::answer_kind::failed) {
    return {health::problem, "resolver", fmt::format("{} does not answer: {}", servers, answer.why),
            "name resolvers that work in [dns] servers, or mend /etc/resolv.conf"};
  }
  return {health::ok, "resolver", servers + " answers"};
}

finding judge_hostname(const std::string& hostname, const dns::record_answer& a,
                       const dns::record_answer& aaaa) {
  auto addresses = a.values;
  addresses.insert(addresses.end(), aaaa.values.begin(), aaaa.values.end());
  if (!addresses.empty()) {
    return {health::ok, "hostname", hostname + " is " + comma_list(addresses)};
  }
  if (a.kind == dns::answer_kind::failed || aaaa.kind == dns::answer_kind::failed) {
    return {health::warning, "hostname",
            fmt::format("nobody says what {} is: {}", hostname, a.why.empty() ? aaaa.why : a.why),
            "look at the name servers of its domain"};
  }
  return {health::problem, "hostname", hostname + " has neither A nor AAAA record",
          "publish the address of this machine: receivers refuse a name without one"};
}

findings_list judge_address(const std::string& address, const std::vector<address_check>& checks) {
  findings_list found;
  for (const auto& each : checks) {
    const auto check = fmt::format("ip {} {}", address, each.name);
    if (each.verdict == check_verdict::passed) {
      found.push_back({health::ok, check, each.text});
    } else if (each.verdict == check_verdict::failed) {
      found.push_back({health::problem, check, each.text,
                       each.name == "reverse_dns"
                           ? "have the owner of the IP publish a PTR record, and that name the IP"
                           : "publish it in the DNS, or take the IP out of use"});
    } else {
      found.push_back({health::warning, check, each.text, "look again later"});
    }
  }
  return found;
}

finding judge_mail_hosts(const std::string& domain, const std::string& route_failure,
                         const std::vector<mail_host_facts>& hosts) {
  const auto check = "mail to " + domain;
  if (!route_failure.empty()) {
    return {health::problem, check, route_failure, "try another domain that takes mail"};
  }
  std::vector<std::string> failures;
  for (const auto& each : hosts) {
    if (each.failure.empty()) {
      return {health::ok, check, each.host + " greets on port 25"};
    }
    failures.push_back(each.host + ": " + each.failure);
  }
  return {health::problem, check, "no host can be reached on port 25: " + comma_list(failures),
          "many providers block port 25: have it opened, or send through another network"};
}

findings_list judge_identities(const ordered_json& items) {
  findings_list found;
  for (const auto& each : items) {
    const auto domain = text_field(each, "domain");
    const auto check = "identity " + domain;
    const auto wrong_since = text_field(each, "wrong_since");
    if (!truth_field(each, "verified", false)) {
      found.push_back({health::problem, check, "its records are not in the DNS: it cannot send",
                       "warmfront identity dns " + domain + " shows what to publish"});
    } else if (!wrong_since.empty()) {
      found.push_back({health::warning, check, "its records have been wrong since " + wrong_since,
                       "warmfront identity show " + domain + " shows what is expected and found"});
    } else {
      found.push_back({health::ok, check, "its records are right"});
    }
  }
  return found;
}

findings_list judge_cluster(const ordered_json& cluster) {
  findings_list found;
  const auto nodes = cluster.is_object() ? cluster.find("nodes") : cluster.end();
  if (nodes == cluster.end() || !nodes->is_array()) {
    return {{health::warning, "cluster", "the node does not tell about its cluster",
             "use a key that may read it: --key"}};
  }
  for (const auto& each : *nodes) {
    const auto name = text_field(each, "name");
    const auto check = "node " + name;
    if (text_field(each, "state") == "removed") {
      continue;
    }
    if (!truth_field(each, "alive", true)) {
      found.push_back({health::problem, check, "it gives no signs of life",
                       "start it, or warmfront node remove " + name});
    } else if (!truth_field(each, "ready", true)) {
      found.push_back({health::problem, check, text_field(each, "problem"),
                       "see to what it says; its log has more"});
    } else {
      found.push_back({health::ok, check, "it is " + text_field(each, "state")});
    }
  }
  const auto silent = cluster.find("control_silent_seconds");
  if (silent != cluster.end() && silent->is_number() && silent->get<std::uint64_t>() > 0) {
    found.push_back({health::problem, "control store",
                     fmt::format("it has not answered for {} s", silent->get<std::uint64_t>()),
                     "start etcd, and check [cluster] etcd and its certificates"});
  }
  return found;
}

findings_list judge_overview(const ordered_json& overview) {
  const auto actions = overview.is_object() ? overview.find("actions") : overview.end();
  if (actions == overview.end() || !actions->is_array()) {
    return {{health::problem, "cluster", "the node does not tell about its cluster",
             "use a key that may read it: --key"}};
  }
  const auto nodes = overview.value("nodes", ordered_json::object());
  const auto count = [&](const char* name) {
    return nodes.is_object() ? nodes.value(name, std::uint64_t{}) : 0;
  };
  findings_list found;
  const auto total = count("total");
  const auto up = count("up");
  found.push_back({up == total ? health::ok : health::problem, "nodes",
                   fmt::format("{} of {} are up", up, total),
                   up == total ? "" : "warmfront cluster status says which"});
  for (const auto& each : *actions) {
    const auto how = text_field(each, "severity");
    found.push_back({how == "problem"   ? health::problem
                     : how == "warning" ? health::warning
                                        : health::ok,
                     text_field(each, "id"),
                     text_field(each, "title") + ": " + text_field(each, "why"),
                     text_field(each, "command")});
  }
  return found;
}

} // namespace warmfront::admin::cli
