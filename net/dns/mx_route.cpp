#include "net/dns/mx_route.hpp"

#include <arpa/inet.h>
#include <idn2.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <utility>

namespace warmfront::dns {

namespace {

/// Addresses at which no other host can be: mail for them would come back to this machine.
bool is_own_machine(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  if (inet_pton(AF_INET, address.c_str(), octets.data()) == 1) {
    return octets[0] == 127 || octets[0] == 0;
  }
  if (inet_pton(AF_INET6, address.c_str(), octets.data()) != 1) {
    return true;
  }
  const auto prefix_is_zero = [&](std::size_t count) {
    return std::all_of(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(count),
                       [](unsigned char octet) { return octet == 0; });
  };
  const bool mapped = prefix_is_zero(10) && octets[10] == 0xff && octets[11] == 0xff;
  if (mapped) {
    return octets[12] == 127 || octets[12] == 0;
  }
  return prefix_is_zero(15) && octets[15] <= 1;
}

void append_addresses(mail_host& host, const host_answer& answer, const route_limits& limits) {
  const auto& ipv6 = answer.ipv6.addresses;
  const auto& ipv4 = answer.ipv4.addresses;
  const auto append = [&](const std::vector<std::string>& from, std::size_t index) {
    if (index < from.size() && host.addresses.size() < limits.addresses_per_host_max &&
        (limits.allow_loopback || !is_own_machine(from[index]))) {
      host.addresses.push_back(from[index]);
    }
  };
  for (std::size_t index = 0; index < std::max(ipv6.size(), ipv4.size()); ++index) {
    append(ipv6, index);
    append(ipv4, index);
  }
}

error unavailable(const std::string& domain, const std::string& why) {
  return {errc::unavailable, "look up the mail hosts of " + domain + ": " + why, "try again later"};
}

} // namespace

host_plan plan_hosts(const std::string& domain, const mx_answer& answer, const route_limits& limits,
                     random_source& random) {
  switch (answer.kind) {
  case answer_kind::failed:
    return {result<mail_route>{unavailable(domain, answer.why)}, {}};
  case answer_kind::no_domain:
    return {result<mail_route>{mail_route{route_kind::no_domain, {}}}, {}};
  case answer_kind::no_data:
    return {std::nullopt, {mail_host{domain, 0, {}}}};
  case answer_kind::found:
    break;
  }
  std::vector<std::pair<std::uint64_t, mx_record>> ordered;
  for (const mx_record& record : answer.records) {
    if (!record.host.empty()) {
      ordered.emplace_back(random.next(), record);
    }
  }
  if (ordered.empty()) {
    // Records that name no host at all are no null MX, but nobody can be reached by them either.
    const auto kind = answer.records.empty() ? route_kind::no_host : route_kind::null_mx;
    return {result<mail_route>{mail_route{kind, {}}}, {}};
  }
  std::sort(ordered.begin(), ordered.end(), [](const auto& left, const auto& right) {
    return std::pair{left.second.preference, left.first} <
           std::pair{right.second.preference, right.first};
  });
  host_plan plan;
  for (auto& one : ordered) {
    mx_record& record = one.second;
    const bool known = std::any_of(plan.hosts.begin(), plan.hosts.end(),
                                   [&](const mail_host& host) { return host.name == record.host; });
    if (!known && plan.hosts.size() < limits.hosts_max) {
      plan.hosts.push_back({std::move(record.host), record.preference, {}});
    }
  }
  return plan;
}

address_evidence evidence_of(const host_answer& answer) {
  address_evidence all{false, true, {}};
  for (const address_answer* one : {&answer.ipv6, &answer.ipv4}) {
    if (one->kind == answer_kind::found) {
      all.found = true;
      all.is_secure = all.is_secure && one->is_secure;
      all.canonical = one->canonical;
    }
  }
  return all;
}

result<mail_route> route_of(const std::string& domain, std::vector<mail_host> hosts,
                            const std::vector<host_answer>& answers, const route_limits& limits) {
  mail_route route;
  std::string failure;
  bool any_exists = false;
  for (std::size_t index = 0; index < hosts.size(); ++index) {
    const host_answer& answer = answers[index];
    for (const address_answer* one : {&answer.ipv6, &answer.ipv4}) {
      if (one->kind == answer_kind::failed) {
        failure = hosts[index].name + ": " + one->why;
      }
      any_exists = any_exists || one->kind != answer_kind::no_domain;
    }
    append_addresses(hosts[index], answer, limits);
    if (!hosts[index].addresses.empty()) {
      route.hosts.push_back(std::move(hosts[index]));
    }
  }
  if (!route.hosts.empty()) {
    return route;
  }
  if (!failure.empty()) {
    return unavailable(domain, failure);
  }
  const bool only_itself = hosts.size() == 1 && hosts.front().name == domain;
  route.kind = only_itself && !any_exists ? route_kind::no_domain : route_kind::no_host;
  return route;
}

std::optional<mail_host> literal_host(std::string_view domain) {
  if (domain.size() < 2 || domain.front() != '[' || domain.back() != ']') {
    return std::nullopt;
  }
  std::string address{domain.substr(1, domain.size() - 2)};
  std::string tag = address.substr(0, 5);
  std::transform(tag.begin(), tag.end(), tag.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool tagged = tag == "ipv6:";
  if (tagged) {
    address.erase(0, 5);
  }
  if (!is_address(address) || tagged != (address.find(':') != std::string::npos)) {
    return std::nullopt;
  }
  return mail_host{std::string{domain}, 0, {std::move(address)}};
}

bool is_address(std::string_view text) {
  const std::string terminated{text};
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  return inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1;
}

result<std::string> to_a_labels(std::string_view domain) {
  if (domain.ends_with('.')) {
    domain.remove_suffix(1);
  }
  const std::string terminated{domain};
  const auto refused = [&](std::string_view why) {
    return error{errc::invalid_argument,
                 "the domain " + terminated + " cannot be asked for: " + std::string{why},
                 "check its spelling"};
  };
  // A NUL would end the name early in the C library: the wrong domain would be asked.
  if (terminated.empty() || terminated.size() > 1024 ||
      terminated.find('\0') != std::string::npos) {
    return refused("it is empty, too long or holds a NUL");
  }
  char* converted = nullptr;
  const int code =
      idn2_to_ascii_8z(terminated.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (code != IDN2_OK) {
    return refused(idn2_strerror(code));
  }
  std::string labels{converted};
  idn2_free(converted);
  std::transform(labels.begin(), labels.end(), labels.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return labels;
}

} // namespace warmfront::dns
