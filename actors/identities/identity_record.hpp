// How sender domains and addresses are stored in the control store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/identities/password_hash.hpp"
#include "actors/messages/identities.hpp"

namespace warmfront {

inline constexpr std::string_view identities_prefix = "identities/";

struct stored_identity {
  account_name account;
  wall_time created_at{};
  std::uint64_t senders = 0;
  std::map<std::string, std::string, std::less<>> tags;
  domain_name return_path = {};    ///< empty: `bounce.` below the domain
  domain_name tracking_host = {};  ///< empty: the node's own
  std::uint32_t last_selector = 0; ///< the greatest number in a selector that was given out

  friend bool operator==(const stored_identity&, const stored_identity&) = default;
};

struct stored_sender {
  std::string display_name;
  wall_time created_at{};
  password_hash password;

  friend bool operator==(const stored_sender&, const stored_sender&) = default;
};

/// A key that mail of a domain is signed with.
struct stored_signing_key {
  std::string selector; ///< from the key of the record
  signing_algorithm algorithm = signing_algorithm::rsa_sha256;
  signing_key_state state = signing_key_state::pending;
  wall_time created_at{};
  wall_time changed_at{};                 ///< of the state
  std::string sealed;                     ///< the private key; empty: it was deleted
  std::string published;                  ///< what its record in the DNS is to hold
  std::optional<wall_time> seen_since;    ///< by every look since then; none: not by the last one
  std::optional<wall_time> missing_since; ///< the same
  std::string why;                        ///< what is wrong with its record

  friend bool operator==(const stored_signing_key&, const stored_signing_key&) = default;
};

/// What the last look at the DNS found.
struct stored_check {
  wall_time checked_at{};
  bool verified = false;
  std::optional<wall_time> wrong_since; ///< none: what is required is right
  std::vector<dns_record_wanted> records;
  std::vector<ip_address> passing_sources; ///< for which SPF passed

  friend bool operator==(const stored_check&, const stored_check&) = default;
};

[[nodiscard]] std::string identity_key(const domain_name& domain);
[[nodiscard]] std::string sender_key(std::string_view address);
[[nodiscard]] std::string signing_key_key(const domain_name& domain, std::string_view selector);
[[nodiscard]] std::string check_key(const domain_name& domain);
/// What stands behind the kind; empty when the key is not of that kind.
[[nodiscard]] std::string_view domain_of_identity_key(std::string_view key);
[[nodiscard]] std::string_view address_of_sender_key(std::string_view key);
[[nodiscard]] std::string_view domain_of_check_key(std::string_view key);
/// Whose key it is, and which; none when the key is not of that kind.
struct signing_key_name {
  domain_name domain;
  std::string selector;
};
[[nodiscard]] std::optional<signing_key_name> parse_signing_key_key(std::string_view key);

[[nodiscard]] std::string encode(const stored_identity& value);
[[nodiscard]] std::string encode(const stored_sender& value);
[[nodiscard]] std::string encode(const stored_signing_key& value);
[[nodiscard]] std::string encode(const stored_check& value);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<stored_identity> decode_identity(std::string_view octets);
[[nodiscard]] result<stored_sender> decode_sender(std::string_view octets);
[[nodiscard]] result<stored_signing_key> decode_signing_key(std::string_view selector,
                                                            std::string_view octets);
[[nodiscard]] result<stored_check> decode_check(std::string_view octets);

} // namespace warmfront
