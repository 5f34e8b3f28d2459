// How sender domains and addresses are stored in the control store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/identities/password_hash.hpp"

namespace warmfront {

inline constexpr std::string_view identities_prefix = "identities/";

struct stored_identity {
  account_name account;
  wall_time created_at{};
  std::uint64_t senders = 0;
  std::map<std::string, std::string, std::less<>> tags;

  friend bool operator==(const stored_identity&, const stored_identity&) = default;
};

struct stored_sender {
  std::string display_name;
  wall_time created_at{};
  password_hash password;

  friend bool operator==(const stored_sender&, const stored_sender&) = default;
};

[[nodiscard]] std::string identity_key(const domain_name& domain);
[[nodiscard]] std::string sender_key(std::string_view address);
/// What stands behind the kind; empty when the key is not of that kind.
[[nodiscard]] std::string_view domain_of_identity_key(std::string_view key);
[[nodiscard]] std::string_view address_of_sender_key(std::string_view key);

[[nodiscard]] std::string encode(const stored_identity& value);
[[nodiscard]] std::string encode(const stored_sender& value);
/// Fail with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<stored_identity> decode_identity(std::string_view octets);
[[nodiscard]] result<stored_sender> decode_sender(std::string_view octets);

} // namespace warmfront
