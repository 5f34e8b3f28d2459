// What a look-up asks libunbound, one step after the other, and what it takes from the answers.
#include <tuple>
#include <utility>

#include "net/asio/dns_resolver_core.hpp"
#include "net/dns/rdata.hpp"
#include "net/dns/tlsa.hpp"

namespace warmfront::net {

using dns::address_answer;
using dns::answer_kind;
using dns::mx_answer;

namespace {

constexpr int type_a = 1;
constexpr int type_aaaa = 28;
constexpr int type_tlsa = 52;
constexpr int class_in = 1;
/// More are left out: during a change of certificates there are two or four.
constexpr std::size_t tlsa_records_max = 32;

} // namespace

void unbound_core::ask(std::uint64_t id, lookup& current, const std::string& name, int type,
                       std::size_t host, std::size_t base) {
  auto asked = std::make_unique<question>(question{this, id, host, type, base, 0});
  question* const pointer = asked.get();
  current.open.emplace(pointer, std::move(asked));
  // Answers come by `ub_process` only: the context is in its threaded mode.
  const int code = ub_resolve_async(unbound_.get(), name.c_str(), type, class_in, pointer,
                                    &unbound_core::on_answer, &pointer->id);
  if (code != 0) {
    on_answer(pointer, code, nullptr);
  }
}

void unbound_core::on_answer(void* data, int code, ub_result* answer) {
  const unbound_result owner{answer};
  auto* const pointer = static_cast<question*>(data);
  unbound_core& core = *pointer->core;
  const auto found = core.lookups_.find(pointer->lookup);
  if (found == core.lookups_.end()) {
    return;
  }
  auto node = found->second->open.extract(pointer);
  if (!node.empty()) {
    core.take(std::move(node.mapped()), code, answer);
  }
}

void unbound_core::take(std::unique_ptr<question> asked, int code, const ub_result* answer) {
  lookup& current = *lookups_.at(asked->lookup);
  if (current.records) {
    conclude(asked->lookup, records_of(static_cast<dns::record_type>(asked->type), code, answer));
    return;
  }
  if (asked->type == dns_type_mx) {
    take_mx(asked->lookup, current, code, answer);
    return;
  }
  if (asked->type == type_tlsa) {
    take_tlsa(*asked, current, code, answer);
  } else {
    take_address(*asked, current, code, answer);
  }
  conclude_if_answered(asked->lookup, current);
}

void unbound_core::take_address(const question& asked, lookup& current, int code,
                                const ub_result* answer) {
  dns::host_answer& both = current.answers[asked.host];
  address_answer& one = asked.type == type_a ? both.ipv4 : both.ipv6;
  std::tie(one.kind, one.why) = kind_of(code, answer);
  one.is_secure = is_secure(answer);
  if (answer != nullptr && one.kind == answer_kind::found) {
    one.canonical = canonical_of(*answer);
    each_record(*answer, [&](std::string_view data) {
      if (auto address = dns::parse_address_record(data)) {
        one.addresses.push_back(std::move(*address));
      }
    });
  }
}

void unbound_core::conclude_if_answered(std::uint64_t id, lookup& current) {
  if (!current.open.empty() || current.asking) {
    return;
  }
  if (current.route) {
    conclude(id, std::move(*current.route));
    return;
  }
  auto route = dns::route_of(current.domain, current.hosts, current.answers, current.limits);
  if (!route || !current.mx_secure || route.value().hosts.empty()) {
    conclude(id, std::move(route));
    return;
  }
  route.value().is_secure = true;
  current.route = std::move(route.value());
  ask_tlsa(id, current);
}

// RFC 7672 §2.2.2: only behind validated addresses. Zones that are not signed may have name servers
// that do not answer for TLSA at all, and their mail must not wait for them.
void unbound_core::ask_tlsa(std::uint64_t id, lookup& current) {
  current.asking = true;
  for (std::size_t host = 0; host < current.route->hosts.size(); ++host) {
    const std::string& name = current.route->hosts[host].name;
    current.bases.emplace_back();
    for (std::size_t index = 0; index < current.hosts.size(); ++index) {
      if (current.hosts[index].name == name) {
        current.bases.back() = dns::tlsa_bases(name, dns::evidence_of(current.answers[index]));
      }
    }
    if (!current.bases.back().empty()) {
      ask_tlsa_of(id, current, host, 0);
    }
  }
  current.asking = false;
  conclude_if_answered(id, current);
}

void unbound_core::ask_tlsa_of(std::uint64_t id, lookup& current, std::size_t host,
                               std::size_t base) {
  ask(id, current, dns::tlsa_name(current.bases[host][base]), type_tlsa, host, base);
}

void unbound_core::take_tlsa(const question& asked, lookup& current, int code,
                             const ub_result* answer) {
  dns::dane_answer& dane = current.route->hosts[asked.host].dane;
  const auto [kind, why] = kind_of(code, answer);
  if (kind == answer_kind::failed) {
    dane.state = dns::dane_state::failed;
    dane.why = why;
    return;
  }
  if (kind == answer_kind::found && is_secure(answer)) {
    dane.state = dns::dane_state::found;
    dane.base = current.bases[asked.host][asked.base];
    each_record(*answer, [&](std::string_view data) {
      if (auto record = dns::parse_tlsa(data); record && dane.records.size() < tlsa_records_max) {
        dane.records.push_back(std::move(*record));
      }
    });
    return;
  }
  if (asked.base + 1 < current.bases[asked.host].size()) {
    ask_tlsa_of(asked.lookup, current, asked.host, asked.base + 1);
  }
}

void unbound_core::take_mx(std::uint64_t id, lookup& current, int code, const ub_result* answer) {
  mx_answer records;
  std::tie(records.kind, records.why) = kind_of(code, answer);
  if (answer != nullptr && records.kind == answer_kind::found) {
    each_record(*answer, [&](std::string_view data) {
      if (auto record = dns::parse_mx(data)) {
        records.records.push_back(std::move(*record));
      }
    });
  }
  current.mx_secure = is_secure(answer);
  auto plan = dns::plan_hosts(current.domain, records, current.limits, *random_);
  if (plan.decided) {
    conclude(id, std::move(*plan.decided));
    return;
  }
  current.hosts = std::move(plan.hosts);
  ask_addresses(id, current);
}

void unbound_core::ask_addresses(std::uint64_t id, lookup& current) {
  current.answers.resize(current.hosts.size());
  current.asking = true; // a question may fail at once
  for (std::size_t host = 0; host < current.answers.size(); ++host) {
    for (const int type : {type_aaaa, type_a}) {
      ask(id, current, current.hosts[host].name, type, host);
    }
  }
  current.asking = false;
  conclude_if_answered(id, current);
}

} // namespace warmfront::net
