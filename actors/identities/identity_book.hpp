// Sender domains and addresses as they are, and what commands make of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/identities/identity_record.hpp"
#include "actors/messages/identities.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Rules: a domain belongs to one account of the cluster; an address to its domain; a domain that
/// has addresses stays.
class identity_book {
public:
  /// `hostname`: of this node, as the records to publish name it.
  explicit identity_book(std::string hostname) : hostname_{std::move(hostname)} {}

  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// `already_exists` when the account has it, `conflict` when another one has; `limit_exceeded` (a
  /// thousand in an account); `invalid_argument` for what is no domain, or for tags.
  [[nodiscard]] result<storage::control_transaction> build(const add_identity& command,
                                                           wall_time now) const;
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

  // ---- what is so ----
  /// `not_found`.
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
  [[nodiscard]] const held<stored_identity>* find(const domain_name& domain) const;
  [[nodiscard]] const held<stored_sender>* find(std::string_view address) const;
  [[nodiscard]] result<const held<stored_identity>*> require(const account_name& account,
                                                             const domain_name& domain) const;
  [[nodiscard]] result<found_sender> require_sender(const account_name& account,
                                                    std::string_view address) const;
  [[nodiscard]] identity_report report(const domain_name& domain,
                                       const stored_identity& value) const;

  std::string hostname_;
  std::map<domain_name, held<stored_identity>> domains_;
  std::map<domain_name, senders> senders_;
};

/// The form in which a sender domain is stored. `invalid_argument` for what is no domain.
[[nodiscard]] result<domain_name> sender_domain_of(std::string_view text);

/// What the owner of a domain publishes so that receivers believe mail that this node sends.
[[nodiscard]] std::vector<dns_record_wanted> records_wanted(const domain_name& domain,
                                                            const std::string& hostname);

} // namespace warmfront
