// Sender domains and sender addresses of accounts, and who asks for them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront::dkim {
class private_key;
}

namespace warmfront {

/// A record of the DNS that the owner of a sender domain is to publish.
struct dns_record_wanted {
  std::string purpose; ///< `dkim`, `spf`, `dmarc`, `return_path`, `tracking`, `mx`
  std::string type;    ///< `TXT`, `MX`, `CNAME`
  domain_name name;
  std::string expected;
  std::string found;       ///< empty: nothing, or nobody has looked yet
  bool is_right = false;   ///< as far as anybody has looked
  bool is_required = true; ///< else mail is sent without it, too
  std::string why = {};    ///< what is wrong, and what to do; empty when it is right

  friend bool operator==(const dns_record_wanted&, const dns_record_wanted&) = default;
};

/// How mail of a domain is signed. The numbers are stored: append only.
enum class signing_algorithm : std::uint8_t { rsa_sha256 = 1, ed25519_sha256 };
[[nodiscard]] std::string_view to_string(signing_algorithm value) noexcept;
[[nodiscard]] std::optional<signing_algorithm>
parse_signing_algorithm(std::string_view text) noexcept;

/// The numbers are stored: append only.
enum class signing_key_state : std::uint8_t {
  pending = 1, ///< its record is not in the DNS yet, or not for long enough
  active,      ///< mail is signed with it
  retiring,    ///< not any more, but mail that is under way may need its record
  retired,     ///< its record can be removed
};
[[nodiscard]] std::string_view to_string(signing_key_state state) noexcept;

/// A DKIM key of a domain, without its private part.
struct signing_key_report {
  std::string selector;
  signing_algorithm algorithm = signing_algorithm::rsa_sha256;
  signing_key_state state = signing_key_state::pending;
  wall_time created_at{};
  wall_time changed_at{}; ///< of the state
  std::string why = {};   ///< what is wrong with its record; empty: nothing that is known of

  friend bool operator==(const signing_key_report&, const signing_key_report&) = default;
};

/// A sender domain. In the whole cluster it belongs to one account.
struct identity_report {
  account_name account;
  domain_name domain;
  wall_time created_at{};
  bool verified = false;     ///< mail may be sent from it: its records were found
  std::uint64_t senders = 0; ///< addresses that it has
  std::map<std::string, std::string, std::less<>> tags;
  std::vector<dns_record_wanted> records;
  std::optional<wall_time> checked_at = {}; ///< none: nobody has looked yet
  std::vector<signing_key_report> keys = {};
  domain_name return_path = {};   ///< where its bounces go: a domain below it
  domain_name tracking_host = {}; ///< of its links; empty: the node's own
  /// Since when what is required is wrong: after three days it is not verified any more.
  std::optional<wall_time> wrong_since = {};

  friend bool operator==(const identity_report&, const identity_report&) = default;
};

/// A sender address: of a domain that the account has.
struct sender_report {
  account_name account;
  std::string address; ///< in lower case, the domain in A-labels
  std::string display_name;
  wall_time created_at{};
  bool has_password = false; ///< for SMTP AUTH

  [[nodiscard]] domain_name domain() const {
    return domain_name{address.substr(address.rfind('@') + 1)};
  }
  friend bool operator==(const sender_report&, const sender_report&) = default;
};

/// Who a sender address and its password belong to.
struct sender_identity {
  account_name account;
  std::string address; ///< the only one that it may send from
};

/// Domains may be given as U-labels and in any case.
struct add_identity {
  account_name account;
  domain_name domain;
  std::map<std::string, std::string, std::less<>> tags = {};
};
struct remove_identity {
  account_name account;
  domain_name domain;
};
struct list_identities {
  account_name account; ///< empty: of all
  domain_name domain;   ///< empty: all
};
/// Addresses may be given in any case.
struct add_sender {
  account_name account;
  std::string address;
  std::string display_name;
};
struct remove_sender {
  account_name account;
  std::string address;
};
struct list_senders {
  account_name account; ///< empty: of all
  domain_name domain;   ///< empty: of all
};
/// Sets the password with which an address may authenticate over SMTP.
struct set_sender_password {
  account_name account;
  std::string address;
  std::string password;
  bool must_differ = false; ///< `already_exists` when it is that already
};
struct authenticate_sender {
  std::string address;
  std::string password;
};

/// Looks at the DNS now; the report says what was found.
struct verify_identity {
  account_name account; ///< empty: whoever it belongs to
  domain_name domain;
};
/// Begins a rotation: a new key, which signs once its record is found.
struct add_signing_key {
  account_name account;
  domain_name domain;
  signing_algorithm algorithm = signing_algorithm::rsa_sha256;
  std::string selector;    ///< empty: one is chosen
  std::string private_key; ///< PEM; empty: one is generated
};
/// Ends the use of a key. `conflict` for the last one that mail is signed with.
struct retire_signing_key {
  account_name account;
  domain_name domain;
  std::string selector;
};
/// Changes where bounces and links of a domain go; what is empty stays.
struct change_identity {
  account_name account;
  domain_name domain;
  std::optional<domain_name> return_path;
  std::optional<domain_name> tracking_host; ///< empty: the node's own
};

/// A sender domain, as the way of mail needs to know it.
struct sender_domain {
  account_name account;
  bool verified = false;
  domain_name return_path;   ///< empty: its DNS is not ready; bounces go where the client says
  domain_name tracking_host; ///< the same; empty: the node's own

  friend bool operator==(const sender_domain&, const sender_domain&) = default;
};
/// Identities → intake and delivery: all there are, by domain.
struct sender_domains_changed {
  std::shared_ptr<const std::map<domain_name, sender_domain>> domains;
};
/// The identity that a domain is sent from by: its own, or that of the nearest domain above it.
/// Null: nobody has one. What it is keyed by may be any map of domains.
template <class Map>
[[nodiscard]] auto* covering(const Map& domains, const domain_name& of) {
  auto found = domains.find(of);
  for (auto dot = of.str().find('.'); found == domains.end() && dot != std::string::npos;
       dot = of.str().find('.', dot + 1))
    found = domains.find(domain_name{of.str().substr(dot + 1)});
  return found == domains.end() ? nullptr : &*found;
}

/// A key that mail is signed with, opened.
struct signing_key {
  std::string selector;
  std::shared_ptr<const dkim::private_key> key;
};
/// Identities → delivery: what mail of a domain is signed with, by domain; one key per algorithm.
struct signing_keys_changed {
  std::shared_ptr<const std::map<domain_name, std::vector<signing_key>>> keys;
};

/// One demand of the large receivers on bulk senders, and whether it is met.
struct sending_rule {
  std::string name; ///< `dkim`, `spf`, `dmarc`, `one_click`, `fcrdns`, `tls`
  bool is_met = false;
  std::string why;                          ///< what was found
  std::optional<dns_record_wanted> publish; ///< what would meet it
};
struct sending_check {
  std::vector<sending_rule> rules;
  [[nodiscard]] bool is_met() const {
    for (const auto& each : rules)
      if (!each.is_met)
        return false;
    return true;
  }
};
/// From admin and scheduler, before a batch begins: whether large receivers would take it.
struct check_sending {
  account_name account;
  domain_name from;
  std::vector<ip_address> sources; ///< it may leave from
  bool is_batch = true;
  bool has_one_click = true; ///< its mail gets List-Unsubscribe-Post (RFC 8058)
  bool asks_dns = true;      ///< else what the last look found is told, at once
};

} // namespace warmfront
