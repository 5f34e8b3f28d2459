// From the answers of the DNS to a mail route (RFC 5321 §5.1, RFC 7505). Pure: asks nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/random.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront::dns {

struct mx_record {
  std::uint16_t preference = 0;
  std::string host; ///< without a trailing dot; empty: the root, as in a null MX
};
struct mx_answer {
  answer_kind kind = answer_kind::failed;
  std::vector<mx_record> records; ///< those that name a host or the root; unusable ones left out
  std::string why;                ///< when `failed`, for people
  bool is_secure = false;         ///< DNSSEC vouches for it, also for that there is none
};

struct address_answer {
  answer_kind kind = answer_kind::failed;
  std::vector<std::string> addresses; ///< as the DNS gave them, one family
  std::string why;
  bool is_secure = false;     ///< DNSSEC vouches for it and for the aliases on the way
  std::string canonical = {}; ///< what the name is an alias of, else itself or empty
};

struct route_limits {
  std::size_t hosts_max = 8; ///< RFC 5321 §5.1 asks for at least two addresses
  std::size_t addresses_per_host_max = 8;
  bool allow_loopback = false; ///< else loopback and unspecified addresses are no mail hosts
};

/// The hosts whose addresses have to be asked for, in the order to try, without addresses yet; or
/// the route as it stands when it needs none.
struct host_plan {
  std::optional<result<mail_route>> decided;
  std::vector<mail_host> hosts;
};

/// Orders hosts by preference and shuffles equal ones. Without any MX the domain itself is the host
/// (RFC 5321 §5.1); a null MX and a missing domain decide at once.
[[nodiscard]] host_plan plan_hosts(const std::string& domain, const mx_answer& answer,
                                   const route_limits& limits, random_source& random);

/// What was found for the host of the same index in the plan.
struct host_answer {
  address_answer ipv6;
  address_answer ipv4;
};
/// Of both families together.
[[nodiscard]] address_evidence evidence_of(const host_answer& answer);

/// The route with addresses. Hosts without any are left out; when none is left it is `unavailable`
/// if some answer failed, else `no_host` (or `no_domain`, when the only host is the domain itself
/// and does not exist).
[[nodiscard]] result<mail_route> route_of(const std::string& domain, std::vector<mail_host> hosts,
                                          const std::vector<host_answer>& answers,
                                          const route_limits& limits);

/// The host of an address literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. Empty: it is none.
[[nodiscard]] std::optional<mail_host> literal_host(std::string_view domain);

/// Whether `text` is an IP address, without port or brackets.
[[nodiscard]] bool is_address(std::string_view text);

/// Lower case, without the trailing dot, U-labels as A-labels (RFC 5891, non-transitional).
/// @returns `errc::invalid_argument` when the domain cannot be asked for.
[[nodiscard]] result<std::string> to_a_labels(std::string_view domain);

} // namespace warmfront::dns
