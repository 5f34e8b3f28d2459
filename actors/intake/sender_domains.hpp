// Whether an account may send from the domains that a mail names. Pure.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/messages/identities.hpp"

namespace warmfront {

/// Rules: nobody sends from a domain that another account has (nor from one below it); where
/// senders have to be verified, every author's domain is covered by a verified identity of the
/// account. A mail is from whom its fields From name, or else its reverse path. Not thread-safe.
class sender_domains {
public:
  using table = std::map<domain_name, sender_domain>;

  explicit sender_domains(bool require_verified) : require_verified_{require_verified} {}

  void set(std::shared_ptr<const table> all) { all_ = std::move(all); }
  /// Whether it is known who has what.
  [[nodiscard]] bool is_known() const noexcept { return all_ != nullptr; }

  /// `refused`, field `from`. The null reverse path needs no identity, but nobody reports in the
  /// name of another account either.
  [[nodiscard]] result<void> check(const account_name& account, std::string_view reverse_path,
                                   std::string_view content) const;
  /// The same, of a mail that is not written yet.
  [[nodiscard]] result<void> check(const account_name& account,
                                   std::string_view reverse_path) const;

private:
  [[nodiscard]] result<void> check_domain(const account_name& account, const std::string& domain,
                                          bool must_be_verified) const;

  bool require_verified_;
  std::shared_ptr<const table> all_;
};

} // namespace warmfront
