// Accounts and keys as they are, and what may become of them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/access/key_secret.hpp"
#include "actors/messages/messages.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Accounts and keys share a prefix, so that one view of the store holds both.
inline constexpr std::string_view access_prefix = "access/";
/// Of the account that always exists once a key does.
inline constexpr std::string_view default_account_name = "default";

inline constexpr std::string_view bearer_kind = "bearer";
/// Of keys that requests are signed with: who checks a signature has to know the secret.
inline constexpr std::string_view signature_kind = "signature";

/// A key as stored: never with its secret in clear.
struct key_record {
  account_name account;
  key_role role = key_role::sender;
  std::string kind{bearer_kind};
  secret_digest digest{}; ///< of a bearer key
  wall_time created_at{};
  std::string sealed = {}; ///< of a signature key: the part of the secret behind the dot
};

[[nodiscard]] std::string account_key(const account_name& name);
[[nodiscard]] std::string key_key(std::string_view id);
[[nodiscard]] std::string encode(const key_record& value);
[[nodiscard]] std::string encode_account(wall_time created_at);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<key_record> decode_key(std::string_view octets);

class key_book {
public:
  // ---- what the store says ----
  /// A key that cannot be read opens nothing.
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// Stores the key of a secret; makes its account when that is new. `invalid_argument` for an
  /// account's name or a secret that is not one of `make_secret`. @param sealed what is kept of
  /// the secret of a signature key.
  [[nodiscard]] result<storage::control_transaction> build(const create_key& command,
                                                           std::string_view secret, wall_time now,
                                                           std::string_view sealed = {}) const;
  /// Account `default` and an admin key, only if there is no key at all: `already_exists` else.
  /// The transaction compares what every first key writes, so that of several at once one wins.
  [[nodiscard]] result<storage::control_transaction> build_first(std::string_view secret,
                                                                 wall_time now) const;
  /// `not_found`; `refused` for the last admin key, without which nobody could make another.
  [[nodiscard]] result<storage::control_transaction> build(const revoke_key& command) const;
  /// `already_exists`; `invalid_argument` for the name.
  [[nodiscard]] result<storage::control_transaction> build(const create_account& command,
                                                           wall_time now) const;
  /// `not_found`; `conflict` while a key is of it; `refused` for `default`.
  [[nodiscard]] result<storage::control_transaction> build(const delete_account& command) const;

  // ---- what is so ----
  /// Who the secret belongs to. An `id` may be given apart from the rest of the secret, as in SMTP
  /// AUTH; where both name a key they must agree. `refused` in all other cases, in the same time
  /// whether there is such a key or not.
  [[nodiscard]] result<client_identity> authenticate(const authenticate_key& question) const;
  /// The signature key of that id; null when there is none.
  [[nodiscard]] const key_record* find_signature_key(std::string_view id) const;
  /// Who is behind a bearer key that was proved before; `refused` when it is there no more.
  [[nodiscard]] result<client_identity> identify(const identify_key& question) const;
  /// In order of creation.
  [[nodiscard]] std::vector<key_report> list() const;
  /// In the order of their names.
  [[nodiscard]] std::vector<account_report> accounts() const;
  [[nodiscard]] bool has_keys() const noexcept { return !keys_.empty(); }

private:
  result<void> apply_account(const account_name& account, const storage::control_event& event);
  [[nodiscard]] std::uint64_t keys_of(const account_name& account) const;

  struct stored {
    key_record value;
    storage::revision at = 0;
    bool usable = true;
  };
  std::map<std::string, stored, std::less<>> keys_;
  struct stored_account {
    storage::revision at = 0;
    wall_time created_at{};
  };
  std::map<account_name, stored_account> accounts_;
};

} // namespace warmfront
