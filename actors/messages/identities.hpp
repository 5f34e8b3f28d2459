// Sender domains and sender addresses of accounts, and who asks for them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

/// A record of the DNS that the owner of a sender domain is to publish.
struct dns_record_wanted {
  std::string purpose; ///< `spf`, `dmarc`, `mx`
  std::string type;    ///< `TXT`, `MX`
  domain_name name;
  std::string expected;
  std::string found;     ///< empty: nothing, or nobody has looked yet
  bool is_right = false; ///< as far as anybody has looked

  friend bool operator==(const dns_record_wanted&, const dns_record_wanted&) = default;
};

/// A sender domain. In the whole cluster it belongs to one account.
struct identity_report {
  account_name account;
  domain_name domain;
  wall_time created_at{};
  bool verified = false;     ///< this release looks at no DNS: always false
  std::uint64_t senders = 0; ///< addresses that it has
  std::map<std::string, std::string, std::less<>> tags;
  std::vector<dns_record_wanted> records;

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

} // namespace warmfront
