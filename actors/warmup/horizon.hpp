// Ledgers in a future in which mail uses them up: what forecasts run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string_view>
#include <vector>

#include "actors/warmup/ledger_book.hpp"
#include "actors/warmup/outlook.hpp"

namespace warmfront {

/// How a forecast finds the ledger of a subject; null: it has none.
using ledger_finder = std::function<const permit_ledger*(std::string_view)>;
[[nodiscard]] inline ledger_finder ledgers_of(const ledger_book& book) {
  return [&book](std::string_view subject) { return book.find(subject); };
}

/// So many recipients at one provider; empty: wherever.
struct demand {
  provider_name provider;
  std::uint64_t left = 0;
};

/// Sources and a sender domain that a queue of demands uses up, in their order.
class horizon {
public:
  horizon(std::vector<outlook> sources, outlook domain, wall_time now)
      : sources_{std::move(sources)}, domain_{std::move(domain)}, now_{now} {
    for (std::size_t at = 0; at < sources_.size(); ++at) {
      ready_.push_back(at);
      ends_.emplace(sources_[at].ends(), at);
    }
  }

  /// Serves what can be served now. @returns how many recipients.
  std::uint64_t serve(std::vector<demand>& demands);
  /// Goes on to when the next day of a ledger begins. @returns false when none does.
  bool move();
  [[nodiscard]] wall_time now() const { return now_; }
  /// When the last recipient served so far can go.
  [[nodiscard]] wall_time last_at() const { return last_at_; }
  /// How many permits of a ledger were spent so far.
  [[nodiscard]] std::uint64_t spent_of(const permit_ledger* ledger) const;

private:
  using day_end = std::pair<wall_time, std::size_t>;

  std::uint64_t serve_round(demand& what);
  std::uint64_t serve_from(outlook& source, demand& what, std::uint64_t most);

  std::vector<outlook> sources_;
  outlook domain_;
  wall_time now_;
  wall_time last_at_ = wall_time::min();
  std::vector<std::size_t> ready_; ///< sources with permits left on their day
  std::priority_queue<day_end, std::vector<day_end>, std::greater<>> ends_;
};

/// What a group of mail leaves from.
struct participants {
  std::vector<outlook> sources;
  outlook domain;
  /// Who keeps all of it from going; none: nobody.
  std::optional<ledger_report> stopped_by;
};
/// Paused, or its plan is missing.
[[nodiscard]] bool sends_nothing(const permit_ledger& ledger);
[[nodiscard]] participants gather(const ledger_finder& find, const warmup_rules& rules,
                                  const std::vector<ip_address>& addresses,
                                  const domain_name& sender_domain, mail_class importance,
                                  wall_time now);
/// The same for what a question is about.
template <class Question>
[[nodiscard]] participants gather(const ledger_finder& find, const warmup_rules& rules,
                                  const Question& question, wall_time now) {
  return gather(find, rules, question.sources, question.sender_domain, question.importance, now);
}

/// Runs until everything is served. @returns when the last one goes; none: never.
[[nodiscard]] std::optional<wall_time> finish(horizon& future, std::vector<demand>& demands,
                                              wall_time until);
/// How far forecasts look.
[[nodiscard]] wall_time forecast_end(const warmup_rules& rules, wall_time now);

} // namespace warmfront
