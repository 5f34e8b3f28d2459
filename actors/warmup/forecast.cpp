#include "actors/warmup/forecast.hpp"

#include <algorithm>
#include <limits>

namespace warmfront {

namespace {

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
constexpr int steps_max = 10'000;

/// One ledger, or none, in a future that the forecast moves along.
struct outlook {
  const permit_ledger* ledger = nullptr; ///< null: nothing limits
  std::uint32_t day = 0;
  wall_time ends = wall_time::max();
  std::uint64_t room = unlimited; ///< permits left on `day`
};

class future {
public:
  future(const warmup_rules& rules, mail_class importance)
      : rules_{rules}, importance_{importance} {}

  [[nodiscard]] outlook at(const permit_ledger* ledger, wall_time now) const {
    outlook view{ledger};
    if (ledger == nullptr)
      return view;
    view.day = ledger->day();
    view.ends = ledger->day_ends();
    view.room = ledger->room(importance_).value_or(unlimited);
    if (now >= view.ends)
      begin(view, day_at(ledger->record(), now, ledger->days()));
    return view;
  }
  /// Moves to the days that begin at `now`.
  void move(outlook& view, wall_time now) const {
    if (view.ledger != nullptr && now >= view.ends)
      begin(view, view.day + 1);
  }

private:
  void begin(outlook& view, std::uint32_t day) const {
    view.day = day;
    view.ends = day_start(view.ledger->record(), day + 1, view.ledger->days());
    const auto limit = view.ledger->limit_of_later_day(day);
    view.room = limit ? class_bound(*limit, importance_, rules_.reserve_percent) : unlimited;
  }

  const warmup_rules& rules_;
  mail_class importance_;
};

std::uint64_t sum_of_rooms(const std::vector<outlook>& sources) {
  std::uint64_t sum = 0;
  for (const auto& source : sources)
    sum = source.room > unlimited - sum ? unlimited : sum + source.room;
  return sum;
}

void spend(std::vector<outlook>& sources, std::uint64_t permits) {
  for (auto& source : sources) {
    const auto taken = std::min(source.room, permits);
    if (source.room != unlimited)
      source.room -= taken;
    permits -= taken;
  }
}

/// Who stands in the way now: the sender domain when it has the least room, else the source whose
/// day ends first.
const permit_ledger* blocking(const std::vector<outlook>& sources, const outlook& domain) {
  if (domain.room <= sum_of_rooms(sources))
    return domain.ledger;
  return std::ranges::min_element(sources, {}, &outlook::ends)->ledger;
}

} // namespace

release_forecast forecast(const ledger_book& book, const forecast_release& question,
                          wall_time now) {
  const future rules{book.rules(), question.importance};
  release_forecast answer;
  const auto* const domain_ledger = book.find(question.sender_domain.str());
  if (domain_ledger != nullptr && domain_ledger->record().paused) {
    answer.blocking = domain_ledger->reports(now).front();
    return answer;
  }
  auto domain = rules.at(domain_ledger, now);
  std::vector<outlook> sources;
  for (const auto& address : question.sources) {
    const auto* const ledger = book.find(address.str());
    if (ledger == nullptr || !ledger->record().paused)
      sources.push_back(rules.at(ledger, now));
    else if (!answer.blocking)
      answer.blocking = ledger->reports(now).front();
  }
  if (sources.empty())
    return answer;
  answer.blocking.reset();

  auto at = now;
  auto to_serve = question.ahead;
  for (int step = 0; step < steps_max; ++step) {
    const auto room = std::min(domain.room, sum_of_rooms(sources));
    if (room > to_serve) {
      answer.expected_at = at;
      return answer;
    }
    if (!answer.blocking)
      if (const auto* const ledger = blocking(sources, domain))
        answer.blocking = ledger->reports(now).front();
    to_serve -= room;
    spend(sources, room);
    if (domain.room != unlimited)
      domain.room -= room;
    auto next = domain.ends;
    for (const auto& source : sources)
      next = std::min(next, source.ends);
    if (next == wall_time::max())
      return answer;
    at = next;
    rules.move(domain, at);
    for (auto& source : sources)
      rules.move(source, at);
  }
  return answer;
}

} // namespace warmfront
