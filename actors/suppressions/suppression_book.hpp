// Addresses that accounts do not send to, and what commands make of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "actors/suppressions/suppression_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Entries to be made, of one account and with one reason.
struct suppression_draft {
  account_name account;
  suppression_reason reason = suppression_reason::manual;
  std::optional<wall_time> until;
  bool keeps_others = false; ///< an entry that counts already stays as it is
  struct item {
    std::string address; ///< in the form in which addresses are compared
    std::string text;
    friend bool operator==(const item&, const item&) = default;
  };
  std::vector<item> items;
};

/// Rules: an address has one entry in an account; it keeps its number and when it was made while it
/// is changed; an account has at most a hundred thousand.
class suppression_book {
public:
  static constexpr std::size_t entries_max = 100'000;
  /// What one transaction can make or remove, with the number given out last.
  static constexpr std::size_t at_once_max = 99;

  // ---- what the store says ----
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  /// The entries of a command. `invalid_argument` for the first that is no address, for a time that
  /// is over, for too many; `limit_exceeded` when the account would have too many.
  [[nodiscard]] result<suppression_draft> draft(const put_suppressions& command,
                                                wall_time now) const;
  /// Makes some of a draft's items. @pre at most `at_once_max`. `limit_exceeded`.
  [[nodiscard]] result<storage::control_transaction>
  build(const suppression_draft& draft, std::span<const suppression_draft::item> some,
        wall_time now) const;
  /// The addresses of a command that have an entry, in the form in which they are compared.
  /// `not_found` when none has; `invalid_argument` for too many.
  [[nodiscard]] result<std::vector<std::string>> present(const remove_suppressions& command) const;
  /// Removes some. @pre at most `at_once_max`. Those that are gone are left out.
  [[nodiscard]] storage::control_transaction build(const account_name& account,
                                                   std::span<const std::string> some) const;

  // ---- what is so ----
  /// Null: there is none. `address` in the form in which addresses are compared.
  [[nodiscard]] const suppression_report* find(const account_name& account,
                                               std::string_view address) const;
  [[nodiscard]] suppression_page list(const list_suppressions& filter, wall_time now) const;
  /// All there are, as intake is told.
  [[nodiscard]] std::vector<suppression_change> all() const;

private:
  struct stored {
    suppression_report value;
    storage::revision at = 0;
  };
  using entries = std::map<std::string, stored, std::less<>>; // by address
  [[nodiscard]] const stored* find_stored(const account_name& account,
                                          std::string_view address) const;
  [[nodiscard]] std::size_t size_of(const account_name& account) const;

  std::map<account_name, entries> accounts_;
  std::uint64_t last_number_ = 0;
  storage::revision last_number_at_ = 0;
};

/// What an event means to intake; none for other keys.
[[nodiscard]] std::optional<suppression_change> change_of(const storage::control_event& event,
                                                          const suppression_book& after);

} // namespace warmfront
