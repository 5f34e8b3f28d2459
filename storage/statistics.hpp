// Daily statistics: counters of what became of recipients. Pure: builds keys and addends; they are
// committed with what they count, so that a count is exactly as durable as that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/mail_event.hpp"
#include "storage/spool.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

/// What happened to a recipient. Append only: the numbers are in keys.
enum class counted : std::uint8_t {
  accepted = 1, ///< taken over, to be sent
  suppressed,   ///< asked for, and not to be sent
  delivered,
  bounced,
  expired,
  cancelled,
  deferred, ///< attempts
  invalid,  ///< of the bounced: there is no such recipient
  spam,     ///< of the bounced: refused as spam, or for the sender's reputation
  opened,   ///< how often
  opened_unique,
  opened_automated,
  clicked,
  clicked_unique,
  clicked_automated,
  complained,
  unsubscribed,
};
inline constexpr counted last_counted = counted::unsubscribed;

/// A counter of `family::counters`: where mail went.
struct statistics_key {
  utc_day day{};
  account_name account;
  domain_name sender_domain; ///< of the envelope
  domain_name receiver;      ///< the recipient's domain as given, in lower case
  counted what = counted::accepted;

  friend auto operator<=>(const statistics_key&, const statistics_key&) = default;
};

[[nodiscard]] std::string encode(const statistics_key& key);
/// None for other keys, also of later releases.
[[nodiscard]] std::optional<statistics_key> parse_statistics_key(std::string_view key);
/// All counters of a day start with this; with an account those of that account.
[[nodiscard]] std::string statistics_prefix(utc_day day, const account_name& account = {});

/// A counter of `family::counters`: which way mail went. The same mail as in `statistics_key`,
/// split by what there are few of. When it was taken over, provider and source are not known:
/// empty.
struct way_key {
  utc_day day{};
  account_name account;
  domain_name sender_domain;
  provider_name provider;
  ip_address source;
  task_id task = task_id::none;
  template_name from_template;
  counted what = counted::accepted;

  friend auto operator<=>(const way_key&, const way_key&) = default;
};
/// As whom a receiving provider is counted: those without a name of their own are one, `other`.
[[nodiscard]] provider_name counted_provider(const provider_name& provider);
[[nodiscard]] std::string encode(const way_key& key);
[[nodiscard]] std::optional<way_key> parse_way_key(std::string_view key);
[[nodiscard]] std::string way_prefix(utc_day day, const account_name& account = {});

/// Whom and what a recipient's mail is about. `state`: the last thing that happened to it, if
/// anything did.
[[nodiscard]] mail_subject subject_of(const spooled_message& message, std::uint32_t recipient,
                                      const recipient_record* state = nullptr);
/// Reports that this node makes are nobody's mail: they are not counted, and nobody hears of them.
[[nodiscard]] bool is_own_report(const spooled_message& message);

/// Adds up what one batch counts: one addend for each counter.
class statistics_tally {
public:
  /// What one event adds to.
  struct kinds {
    counted first;
    std::optional<counted> second = {};
  };

  /// `event.about` says which counters. `times` may be negative, when what was counted is taken
  /// back.
  void add(const mail_event& event, std::int64_t times = 1);
  /// All recipients of a mail as it was taken over: accepted, or suppressed.
  void add_acceptance(const spooled_message& message, const ended_recipients& ended,
                      std::int64_t times = 1);
  void write(batch& to) const;
  [[nodiscard]] const std::map<std::string, std::int64_t>& counters() const noexcept {
    return counters_;
  }

private:
  /// The keys are without their last octet.
  void add_to(std::string where, std::string way, const kinds& what, std::int64_t times);

  std::map<std::string, std::int64_t> counters_; // by key
};

} // namespace warmfront::storage
