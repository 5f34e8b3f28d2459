// Whether an address may be sent to, asked by any thread.
#pragma once

#include <atomic>
#include <set>
#include <shared_mutex>
#include <string_view>

#include "storage/suppression_table.hpp"

namespace warmfront::storage {

/// Thread-safe. Knows without a look at the disk which accounts have entries at all: most have
/// none, and their mail costs nothing here.
class suppression_reader {
public:
  /// Reads which accounts have entries. `from` outlives the reader.
  [[nodiscard]] result<void> open(const store& from);

  /// Whether an account has had entries. No I/O.
  [[nodiscard]] bool may_have_entries(const account_name& account) const;
  /// Whether the account does not send to an address now; `address` in the form in which addresses
  /// are compared. Reads the disk when there is an entry. What cannot be read counts as
  /// suppressed: nobody is to get a mail because of a flipped octet.
  [[nodiscard]] bool counts(const account_name& account, std::string_view address,
                            wall_time now) const;

  /// From the table's writer, before it tells anybody that entries of an account are durable.
  void note_account(const account_name& account);

private:
  const store* from_ = nullptr;
  std::atomic<bool> has_any_ = false;
  mutable std::shared_mutex mutex_;
  std::set<account_name> accounts_;
};

} // namespace warmfront::storage
