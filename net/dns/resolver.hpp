// What the DNS is asked: where mail for a domain goes (MX, null MX and address records, RFC 5321
// §5.1, RFC 7505), and single records.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/core/error.hpp"
#include "net/dns/tlsa.hpp"

namespace warmfront::dns {

/// What the DNS says of the TLSA records of a mail host, for its port 25 (RFC 7672 §2.2).
enum class dane_state : std::uint8_t {
  none,   ///< there are none, or nothing could vouch for them: MX or addresses are not signed
  found,  ///< validated records
  failed, ///< bogus, SERVFAIL, no answer: that may be an attack, the host must not be used
};
struct dane_answer {
  dane_state state = dane_state::none;
  std::string base; ///< the name below which they are: the host, or what it is an alias of
  std::vector<tlsa_record> records = {};
  std::string why = {}; ///< when `failed`, for people
  friend bool operator==(const dane_answer&, const dane_answer&) = default;
};

/// A mail host with its addresses. IPv6 and IPv4 alternate, in the order to try.
struct mail_host {
  std::string name;
  std::uint16_t preference = 0;
  std::vector<std::string> addresses;
  dane_answer dane = {};
  friend bool operator==(const mail_host&, const mail_host&) = default;
};

enum class route_kind : std::uint8_t {
  mail_hosts, ///< `hosts` in the order to try; equal preferences shuffled
  null_mx,    ///< the domain takes no mail (RFC 7505): 556 5.1.10
  no_domain,  ///< the domain does not exist: 550 5.1.2
  no_host,    ///< it exists, but nothing takes mail there: 550 5.4.4
};

struct mail_route {
  route_kind kind = route_kind::mail_hosts;
  std::vector<mail_host> hosts;
  bool is_secure = false; ///< DNSSEC vouches for the names of the hosts
};

enum class answer_kind : std::uint8_t {
  found,
  no_data,   ///< the name exists, but has no such record
  no_domain, ///< the name does not exist (NXDOMAIN)
  failed,    ///< SERVFAIL, time-out, bogus DNSSEC: nothing is known
};

enum class record_type : std::uint16_t {
  a = 1,
  cname = 5, ///< the alias itself, not followed
  ptr = 12,
  mx = 15, ///< values are `PREFERENCE HOST`, `0 .` for a null MX
  txt = 16,
  aaaa = 28,
  tlsa = 52, ///< values are `USAGE SELECTOR MATCHING HEX`
};

/// The records of one name and type.
struct record_answer {
  answer_kind kind = answer_kind::failed;
  std::vector<std::string> values; ///< addresses, host names or texts; what is none is left out
  std::string why;                 ///< when `failed`, for people
  bool is_secure = false;          ///< DNSSEC vouches for it, also for that there is nothing
  friend bool operator==(const record_answer&, const record_answer&) = default;
};
using record_callback = std::function<void(record_answer)>;

/// A temporary failure (SERVFAIL, time-out, bogus DNSSEC) is `errc::unavailable`: try again later.
using route_callback = std::function<void(result<mail_route>)>;

/// Thread-safe; answers come from any thread, once per call. Bounded: over its limit it answers
/// `unavailable`. Names may hold U-labels; a domain may be an address literal in brackets.
class resolver {
public:
  virtual ~resolver() = default;
  virtual void resolve(const std::string& domain, route_callback done) = 0;
  /// The addresses of one host (a configured next hop), never its MX: a route with that one host.
  virtual void resolve_host(const std::string& host, route_callback done) = 0;
  /// The records of a name, nothing followed but aliases.
  virtual void look_up(const std::string& name, record_type type, record_callback done) = 0;
};

} // namespace warmfront::dns
