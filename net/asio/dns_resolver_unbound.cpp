#include "net/asio/dns_resolver_unbound.hpp"

#include <tuple>

#include "net/dns/rdata.hpp"

namespace warmfront::net {

namespace {

constexpr const char* loopback_ipv6_zone =
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.";

/// The last code of libunbound as an error that names the option.
result<void> check(int code, const std::string& option) {
  if (code == 0) {
    return success();
  }
  return error{errc::invalid_argument, "set up DNS with " + option + ": " + ub_strerror(code),
               "correct [dns] in the configuration"};
}

} // namespace

std::pair<dns::answer_kind, std::string> kind_of(int code, const ub_result* answer) {
  if (code != 0 || answer == nullptr) {
    return {dns::answer_kind::failed, ub_strerror(code)};
  }
  if (answer->bogus != 0) { // with rcode 0 and data: must be looked at first
    const char* why = answer->why_bogus;
    return {dns::answer_kind::failed, why != nullptr ? why : "DNSSEC validation failed"};
  }
  if (answer->nxdomain != 0) {
    return {dns::answer_kind::no_domain, {}};
  }
  if (answer->rcode != 0) {
    return {dns::answer_kind::failed, "the name server answered with code " +
                                          std::to_string(answer->rcode) +
                                          (answer->rcode == 2 ? " (SERVFAIL)" : "")};
  }
  return {answer->havedata != 0 ? dns::answer_kind::found : dns::answer_kind::no_data, {}};
}

std::string canonical_of(const ub_result& answer) {
  if (answer.canonname == nullptr) {
    return {};
  }
  auto name = dns::to_a_labels(answer.canonname);
  return name ? std::move(name.value()) : std::string{};
}

dns::record_answer records_of(dns::record_type type, int code, const ub_result* answer) {
  dns::record_answer found;
  std::tie(found.kind, found.why) = kind_of(code, answer);
  found.is_secure = is_secure(answer);
  if (answer != nullptr && found.kind == dns::answer_kind::found) {
    each_record(*answer, [&](std::string_view data) {
      if (auto text = dns::parse_record(type, data)) {
        found.values.push_back(std::move(*text));
      }
    });
  }
  return found;
}

result<unbound_context> make_unbound_context(const unbound_options& options) {
  unbound_context context{ub_ctx_create()};
  if (context == nullptr) {
    return error{errc::unavailable, "set up DNS: out of memory or file descriptors", {}};
  }
  ub_ctx* const raw = context.get();
  // Name servers on this machine are what tests and local caches use; libunbound skips them.
  WARMFRONT_TRY(check(ub_ctx_set_option(raw, "do-not-query-localhost:", "no"), "local servers"));
  for (const std::string& server : options.servers) {
    WARMFRONT_TRY(check(ub_ctx_set_fwd(raw, server.c_str()), "the server " + server));
  }
  if (options.servers.empty()) {
    WARMFRONT_TRY(check(ub_ctx_resolvconf(raw, nullptr), "/etc/resolv.conf"));
  }
  for (const std::string& anchor : options.trust_anchors) {
    WARMFRONT_TRY(check(ub_ctx_add_ta(raw, anchor.c_str()), "the trust anchor " + anchor));
  }
  if (!options.trust_anchor_file.empty()) {
    WARMFRONT_TRY(check(ub_ctx_add_ta_file(raw, options.trust_anchor_file.c_str()),
                        "the trust anchor " + options.trust_anchor_file));
  }
  // The reverse names of private addresses are asked for like others: their owner may serve them.
  WARMFRONT_TRY(check(ub_ctx_set_option(raw, "unblock-lan-zones:", "yes"), "private zones"));
  // A server that was away for a moment is asked again when it is back, not after 15 minutes.
  WARMFRONT_TRY(check(ub_ctx_set_option(raw, "infra-keep-probing:", "yes"), "probing"));
  // Who publishes a record and looks again a minute later finds it.
  WARMFRONT_TRY(check(ub_ctx_set_option(raw, "cache-max-negative-ttl:", "60"), "what is not"));
  WARMFRONT_TRY(check(ub_ctx_async(raw, 1), "threads"));
  for (const char* zone : {"127.in-addr.arpa.", loopback_ipv6_zone}) {
    WARMFRONT_TRY(check(ub_ctx_zone_remove(raw, zone), zone));
  }
  return context;
}

} // namespace warmfront::net
