// One ledger in a future that a forecast moves along.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "actors/warmup/permit_ledger.hpp"

namespace warmfront {

/// Follows a ledger's days by its own rules, with what the forecast spends of them. Delivery is
/// taken to go well.
class outlook {
public:
  static constexpr auto unlimited = permit_share::unlimited;

  /// What nothing limits.
  outlook() = default;
  /// A ledger as it is, at `now`. @pre its plan is known, and it is not paused.
  outlook(const permit_ledger& ledger, const warmup_rules& rules, mail_class importance,
          wall_time now);
  /// A ledger that would start at `now`.
  outlook(plan_pointer rule, const warmup_rules& rules, mail_class importance, wall_time now);

  /// The present day's end; never for what nothing limits.
  [[nodiscard]] wall_time ends() const { return ends_; }
  [[nodiscard]] bool is_limited() const { return plan_ != nullptr; }
  /// Permits left on the present day: of all, and of one provider's.
  [[nodiscard]] std::uint64_t room() const { return room_; }
  [[nodiscard]] std::uint64_t room_for(const provider_name& provider) const;
  void spend(std::uint64_t permits, const provider_name& provider);
  /// When the last permit spent so far may be used: later than the day's begin when the day is
  /// spread evenly.
  [[nodiscard]] wall_time last_usable(wall_time now) const;
  /// Opens the days that have begun.
  void move(wall_time now);
  [[nodiscard]] std::uint32_t position() const { return plan_position(record_, day_); }
  /// The present day's begin and limit; none: no limit.
  [[nodiscard]] wall_time begins() const { return record_.day_started_at; }
  [[nodiscard]] std::optional<std::uint64_t> limit() const {
    return limit_ == unlimited ? std::nullopt : std::optional{limit_};
  }
  /// Whose future this is, null where there is no ledger; and what was spent in it so far.
  [[nodiscard]] const permit_ledger* of() const { return of_; }
  [[nodiscard]] std::uint64_t spent() const { return spent_; }

private:
  void begin_day();
  void raise_levels();
  [[nodiscard]] std::uint64_t bound(std::uint64_t limit) const {
    return class_bound(limit, importance_, reserve_percent_);
  }

  plan_pointer plan_;
  ledger_record record_;
  mail_class importance_ = mail_class::triggered;
  std::uint32_t reserve_percent_ = 0;
  std::uint32_t day_ = 0;
  wall_time ends_ = wall_time::max();
  std::uint64_t limit_ = unlimited;
  std::uint64_t used_ = 0;
  std::uint64_t room_ = unlimited;
  const permit_ledger* of_ = nullptr;
  std::uint64_t spent_ = 0;
  std::map<provider_name, std::uint64_t> used_at_; ///< of the present day
};

} // namespace warmfront
