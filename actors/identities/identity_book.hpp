// Sender domains and addresses as they are, and what commands make of them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/identities/identity_check.hpp"
#include "actors/identities/identity_record.hpp"
#include "actors/identities/key_rotation.hpp"
#include "actors/messages/identities.hpp"
#include "actors/messages/reports.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// A key that was made, or is to be imported, to sign mail of a domain.
struct made_signing_key {
  signing_algorithm algorithm = signing_algorithm::rsa_sha256;
  std::string selector = {}; ///< empty: one is chosen
  std::string private_key;   ///< PEM: a secret, not stored as it is
  std::string published;     ///< what its record in the DNS is to hold
};
/// Seals a private key for `signing_key_purpose`.
using key_sealer =
    std::function<result<std::string>(std::string_view private_key, const std::string& purpose)>;
/// What a sealed key is for: it opens for no other domain or selector.
[[nodiscard]] std::string signing_key_purpose(const domain_name& domain, std::string_view selector);

/// Rules: a domain belongs to one account of the cluster, and nobody else has one below it; an
/// address belongs to its domain; a domain that has addresses stays.
class identity_book {
public:
  explicit identity_book(sending_site site) : site_{std::move(site)} {}

  /// From which addresses mail leaves.
  void set_pools(std::shared_ptr<const std::vector<pool>> pools) { pools_ = std::move(pools); }

  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `already_exists` when the account has it, `conflict` when another one has it or one above it;
  /// `limit_exceeded` (a thousand in an account); `invalid_argument` for what is no domain, or one
  /// that many own domains below of, or for tags. With the keys to sign with, if there are any.
  [[nodiscard]] result<storage::control_transaction>
  build(const add_identity& command, wall_time now, const std::vector<made_signing_key>& keys = {},
        const key_sealer& seal = {}) const;
  /// `not_found`; `conflict` while it has addresses.
  [[nodiscard]] result<storage::control_transaction> build(const remove_identity& command) const;
  /// `not_found` without the domain; `already_exists`; `limit_exceeded` (ten thousand in a domain);
  /// `invalid_argument` for what is no address or no name.
  [[nodiscard]] result<storage::control_transaction> build(const add_sender& command,
                                                           wall_time now) const;
  /// `not_found`.
  [[nodiscard]] result<storage::control_transaction> build(const remove_sender& command) const;
  /// `not_found`. The password itself is not looked at.
  [[nodiscard]] result<storage::control_transaction> build(const set_sender_password& command,
                                                           const password_hash& made) const;

  /// `not_found`; `invalid_argument` for what is no domain, or a return path that is not below it.
  [[nodiscard]] result<storage::control_transaction> build(const change_identity& command) const;
  /// A key that begins to sign when its record is found. `not_found`; `already_exists` for a
  /// selector that is in use; `limit_exceeded` for too many keys.
  [[nodiscard]] result<storage::control_transaction> build(const add_signing_key& command,
                                                           const made_signing_key& made,
                                                           const key_sealer& seal,
                                                           wall_time now) const;
  /// Keys that are due, as `rotate` says. Nothing to do when somebody has made them meanwhile.
  [[nodiscard]] result<storage::control_transaction>
  build_due(const domain_name& domain, const std::vector<made_signing_key>& made,
            const key_sealer& seal, wall_time now) const;
  /// A pending key is forgotten, an active one is retiring, a retiring one is retired. `conflict`
  /// for the last one that mail is signed with.
  [[nodiscard]] result<storage::control_transaction> build(const retire_signing_key& command,
                                                           wall_time now) const;
  /// What a look found, and what becomes of the keys. `not_found` when the domain is gone. Nothing
  /// to do when somebody has looked later.
  [[nodiscard]] result<storage::control_transaction> build_look(const domain_name& domain,
                                                                const identity_findings& found,
                                                                wall_time looked_at, bool by_hand,
                                                                const rotation_rules& rules) const;

  // ---- what is so ----
  /// How a domain is looked at. @pre there is one.
  [[nodiscard]] identity_subject subject(const domain_name& domain) const;
  /// The domain of the account; `not_found`. An empty account: whoever has it.
  [[nodiscard]] result<domain_name> require_domain(const account_name& account,
                                                   const domain_name& domain) const;
  /// Which algorithms want a new key.
  [[nodiscard]] std::vector<signing_algorithm> due_keys(const domain_name& domain, wall_time now,
                                                        const rotation_rules& rules) const;
  /// When it was looked at last, or when it was added.
  [[nodiscard]] wall_time last_look(const domain_name& domain) const;
  [[nodiscard]] bool was_looked_at(const domain_name& domain) const {
    return checks_.contains(domain);
  }
  [[nodiscard]] std::vector<domain_name> domains() const;
  /// What intake and delivery have to know.
  [[nodiscard]] std::map<domain_name, sender_domain> sender_domains() const;
  /// With what mail is signed, sealed.
  [[nodiscard]] std::map<domain_name, std::vector<stored_signing_key>> signing_keys() const;
  /// The last look; null: there was none.
  [[nodiscard]] const stored_check* check_of(const domain_name& domain) const;
  /// The nearest identity at or above a domain; empty: nobody's.
  struct owner {
    account_name account;
    domain_name domain;
  };
  [[nodiscard]] owner covering_identity(const domain_name& of) const;
  /// `not_found`. An empty account: whoever has it.
  [[nodiscard]] result<identity_report> identity(const account_name& account,
                                                 const domain_name& domain) const;
  [[nodiscard]] result<sender_report> sender(const account_name& account,
                                             std::string_view address) const;
  /// In the order of domains. `not_found` for a domain that there is not.
  [[nodiscard]] result<std::vector<identity_report>> list(const list_identities& filter) const;
  /// In the order of domains and addresses. `not_found` for a domain that there is not.
  [[nodiscard]] result<std::vector<sender_report>> list(const list_senders& filter) const;
  /// The password of an address, in whatever account; not set when there is none or no address.
  [[nodiscard]] password_hash password_of(std::string_view address) const;
  /// Whose address it is; empty: nobody's.
  [[nodiscard]] account_name owner_of(std::string_view address) const;

private:
  template <class Value>
  struct held {
    Value value;
    storage::revision at = 0;
  };
  using senders = std::map<std::string, held<stored_sender>, std::less<>>; // by address
  struct found_sender {
    const held<stored_identity>* domain;
    const held<stored_sender>* sender;
    std::string address;
    domain_name of;
  };
  using signing_key_map = std::map<std::string, held<stored_signing_key>, std::less<>>;
  [[nodiscard]] result<void> apply_key(const storage::control_event& event);
  [[nodiscard]] result<void> apply_check(const storage::control_event& event);
  [[nodiscard]] const signing_key_map& keys_of(const domain_name& domain) const;
  [[nodiscard]] std::vector<stored_signing_key> key_list(const domain_name& domain) const;
  [[nodiscard]] std::vector<ip_address> sources_of(const account_name& account) const;
  [[nodiscard]] result<void> check_new(const domain_name& domain,
                                       const account_name& account) const;
  [[nodiscard]] result<void> add_keys(storage::control_transaction& transaction,
                                      const domain_name& domain, stored_identity& changed,
                                      const std::vector<made_signing_key>& made,
                                      const key_sealer& seal, wall_time now) const;
  [[nodiscard]] const held<stored_identity>* find(const domain_name& domain) const;
  [[nodiscard]] const held<stored_sender>* find(std::string_view address) const;
  [[nodiscard]] result<const held<stored_identity>*> require(const account_name& account,
                                                             const domain_name& domain) const;
  [[nodiscard]] result<found_sender> require_sender(const account_name& account,
                                                    std::string_view address) const;
  [[nodiscard]] identity_report report(const domain_name& domain,
                                       const stored_identity& value) const;

  sending_site site_;
  std::shared_ptr<const std::vector<pool>> pools_;
  std::map<domain_name, held<stored_identity>> domains_;
  std::map<domain_name, senders> senders_;
  std::map<domain_name, signing_key_map> keys_;
  std::map<domain_name, held<stored_check>> checks_;
};

/// The form in which a sender domain is stored. `invalid_argument` for what is no domain.
[[nodiscard]] result<domain_name> sender_domain_of(std::string_view text);

} // namespace warmfront
