// All webhooks of the cluster, and what commands make of them. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/webhooks/webhook_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Rules: at most twenty webhooks in an account; an account sees its own alone.
class webhook_book {
public:
  static constexpr std::size_t per_account_max = 20;
  /// For so long both the old and the new secret sign.
  static constexpr std::chrono::hours rotation{24};

  // ---- what the store says ----
  /// Unreadable records are left out, and the last error is told.
  [[nodiscard]] result<void> load(const storage::control_snapshot& all);
  [[nodiscard]] result<void> apply(const storage::control_event& event);

  // ---- what commands change ----
  struct change {
    std::uint64_t number = 0;
    storage::control_transaction transaction;
  };
  /// `not_found`; `limit_exceeded`; `invalid_argument` for texts that are too long or an account
  /// that is missing. The URL is the caller's to check. @param sealed the new secret; needed for a
  /// new webhook and where `new_secret` is wanted.
  [[nodiscard]] result<change> build(const put_webhook& command, const std::string& sealed,
                                     wall_time now) const;
  /// `not_found`.
  [[nodiscard]] result<storage::control_transaction> build(const delete_webhook& command) const;
  /// Calls it no more, and says why. Without changes when it is gone or inactive.
  [[nodiscard]] result<storage::control_transaction> build_end(std::uint64_t number,
                                                               const std::string& why) const;

  // ---- what is so ----
  /// Null: there is none, or it is another account's. An empty account sees all.
  [[nodiscard]] const stored_webhook* find(const account_name& account, std::uint64_t number) const;
  /// In the order of numbers. `not_found` for one that there is not.
  [[nodiscard]] result<std::vector<const stored_webhook*>> list(const list_webhooks& which) const;
  /// Who has a webhook that is active.
  [[nodiscard]] std::set<account_name> readers() const;

private:
  struct held {
    stored_webhook value;
    storage::revision at = 0;
  };
  [[nodiscard]] result<const held*> require(const account_name& account,
                                            std::uint64_t number) const;
  std::map<std::uint64_t, held> all_;
  std::uint64_t last_ = 0;
  storage::revision last_at_ = 0;
};

/// Whether a webhook wants an event.
[[nodiscard]] bool wants(const webhook& who, const mail_event& event) noexcept;

} // namespace warmfront
