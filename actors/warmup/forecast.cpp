#include "actors/warmup/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>

#include "actors/warmup/outlook.hpp"

namespace warmfront {

namespace {

constexpr int forecast_days_max = 10'000;

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
  std::uint64_t serve(std::vector<demand>& demands) {
    std::uint64_t served = 0;
    for (auto& each : demands)
      // What is served may raise a level, and so leave room for more.
      for (auto more = serve_round(each); more > 0; more = serve_round(each))
        served += more;
    std::erase_if(ready_, [this](std::size_t at) { return sources_[at].room() == 0; });
    return served;
  }
  /// Goes on to when the next day of a ledger begins. @returns false when none does.
  bool move() {
    const auto next = ends_.empty() ? domain_.ends() : std::min(domain_.ends(), ends_.top().first);
    if (next == wall_time::max())
      return false;
    now_ = next;
    domain_.move(now_);
    while (!ends_.empty() && ends_.top().first <= now_) {
      const auto at = ends_.top().second;
      ends_.pop();
      const bool was_empty = sources_[at].room() == 0;
      sources_[at].move(now_);
      ends_.emplace(sources_[at].ends(), at);
      if (was_empty)
        ready_.push_back(at);
    }
    return true;
  }
  [[nodiscard]] wall_time now() const { return now_; }
  /// When the last recipient served so far can go.
  [[nodiscard]] wall_time last_at() const { return last_at_; }

private:
  using day_end = std::pair<wall_time, std::size_t>;

  std::uint64_t serve_round(demand& what) {
    // Days that are not used up are used alike: sources take turns.
    std::uint64_t room = 0;
    for (const auto at : ready_) {
      const auto more = sources_[at].room_for(what.provider);
      room = more > outlook::unlimited - room ? outlook::unlimited : room + more;
    }
    const auto wanted = std::min(what.left, domain_.room_for(what.provider));
    const auto part = room == 0 ? 0 : static_cast<double>(wanted) / static_cast<double>(room);
    std::uint64_t served = 0;
    for (const auto at : ready_) {
      const auto more = sources_[at].room_for(what.provider);
      const auto most =
          room == outlook::unlimited || part >= 1
              ? more
              : std::min(more,
                         static_cast<std::uint64_t>(std::ceil(static_cast<double>(more) * part)));
      served += serve_from(sources_[at], what, std::min(most, wanted - served));
    }
    return served;
  }
  std::uint64_t serve_from(outlook& source, demand& what, std::uint64_t most) {
    const auto permits = std::min(source.room_for(what.provider), most);
    if (permits == 0)
      return 0;
    source.spend(permits, what.provider);
    domain_.spend(permits, what.provider);
    what.left -= permits;
    last_at_ = std::max({last_at_, source.last_usable(now_), domain_.last_usable(now_)});
    return permits;
  }

  std::vector<outlook> sources_;
  outlook domain_;
  wall_time now_;
  wall_time last_at_ = wall_time::min();
  std::vector<std::size_t> ready_; ///< sources with permits left on their day
  std::priority_queue<day_end, std::vector<day_end>, std::greater<>> ends_;
};

struct participants {
  std::vector<outlook> sources;
  outlook domain;
  /// Who keeps all of it from going; none: nobody.
  std::optional<ledger_report> stopped_by;
};

/// Paused, or its plan is missing.
bool sends_nothing(const permit_ledger& ledger) {
  return ledger.record().paused || !ledger.rule();
}

participants gather(const ledger_book& book, const std::vector<ip_address>& addresses,
                    const domain_name& sender_domain, mail_class importance, wall_time now) {
  participants all;
  const auto& rules = book.rules();
  if (const auto* const ledger = book.find(sender_domain.str())) {
    if (sends_nothing(*ledger))
      all.stopped_by = ledger->reports(now).front();
    else
      all.domain = outlook{*ledger, rules, importance, now};
  }
  std::optional<ledger_report> paused;
  for (const auto& address : addresses) {
    const auto* const ledger = book.find(address.str());
    if (ledger == nullptr)
      all.sources.emplace_back();
    else if (!sends_nothing(*ledger))
      all.sources.emplace_back(*ledger, rules, importance, now);
    else if (!paused)
      paused = ledger->reports(now).front();
  }
  if (all.sources.empty() && !all.stopped_by)
    all.stopped_by = paused;
  return all;
}

/// Who stands in the way now: the sender domain when it has the least room, else the source whose
/// day ends first.
const permit_ledger* blocking(const ledger_book& book, const forecast_release& question,
                              const participants& all) {
  std::uint64_t room = 0;
  const permit_ledger* first = nullptr;
  auto first_ends = wall_time::max();
  std::size_t at = 0;
  for (const auto& address : question.sources) {
    const auto* const ledger = book.find(address.str());
    if (ledger != nullptr && sends_nothing(*ledger))
      continue;
    const auto& view = all.sources[at++];
    const auto more = view.room_for(question.provider);
    room = more > outlook::unlimited - room ? outlook::unlimited : room + more;
    if (view.is_limited() && view.ends() < first_ends) {
      first = ledger;
      first_ends = view.ends();
    }
  }
  if (all.domain.is_limited() && all.domain.room_for(question.provider) <= room)
    return book.find(question.sender_domain.str());
  return first;
}

/// Runs until everything is served. @returns when the last one goes; none: never.
std::optional<wall_time> finish(horizon& future, std::vector<demand>& demands, wall_time until) {
  const auto is_left = [&] {
    return std::ranges::any_of(demands, [](const demand& each) { return each.left > 0; });
  };
  future.serve(demands);
  while (is_left()) {
    if (!future.move() || future.now() > until)
      return std::nullopt;
    future.serve(demands);
  }
  return future.last_at();
}

wall_time end_of_time(const ledger_book& book, wall_time now) {
  return day_rule{book.rules().day}.begin_after(now, forecast_days_max);
}

} // namespace

release_forecast forecast(const ledger_book& book, const forecast_release& question,
                          wall_time now) {
  release_forecast answer;
  auto all = gather(book, question.sources, question.sender_domain, question.importance, now);
  if (all.stopped_by || all.sources.empty()) {
    answer.blocking = all.stopped_by;
    return answer;
  }
  const auto* const by = blocking(book, question, all);
  horizon future{std::move(all.sources), std::move(all.domain), now};
  std::vector<demand> demands{{question.provider, question.ahead + 1}};
  if (future.serve(demands) <= question.ahead && by != nullptr)
    answer.blocking = by->reports(now).front();
  answer.expected_at = finish(future, demands, end_of_time(book, now));
  return answer;
}

namespace {

/// What the batch asks for: what waits before it first, then itself, by provider where known.
std::vector<demand> demands_of(const forecast_batch& question) {
  std::vector<demand> demands{{{}, question.ahead}};
  auto rest = question.recipients;
  for (const auto& [provider, count] : question.providers) {
    demands.push_back({provider, std::min(count, rest)});
    rest -= demands.back().left;
  }
  demands.push_back({{}, rest});
  return demands;
}

std::uint64_t left_of_batch(const std::vector<demand>& demands) {
  std::uint64_t left = 0;
  for (std::size_t i = 1; i < demands.size(); ++i)
    left += demands[i].left;
  return left;
}

/// The days of the table: the first ends with the first day of a ledger, the others follow.
class day_table {
public:
  day_table(wall_time start, wall_time first_end, day_rule days)
      : start_{start}, end_{first_end}, days_{days} {}

  void add(wall_time at, std::uint64_t sent, std::uint64_t remaining,
           std::vector<batch_forecast::day>& to) {
    while (at >= end_ && to.size() < days_max) {
      start_ = end_;
      end_ = days_.begin_after(end_, 1);
      ++number_;
    }
    if (sent == 0 || to.size() >= days_max)
      return;
    if (to.empty() || to.back().number != number_)
      to.push_back({number_, start_, 0, remaining});
    to.back().sent += sent;
    to.back().remaining = remaining;
  }

private:
  static constexpr std::size_t days_max = 1000;
  std::uint32_t number_ = 1;
  wall_time start_;
  wall_time end_;
  day_rule days_;
};

plan_pointer plan_of_more(const ledger_book& book, const forecast_batch& question) {
  for (const auto& address : question.sources)
    if (const auto* const ledger = book.find(address.str()); ledger != nullptr && ledger->rule())
      return ledger->rule();
  return book.find_rules(plan_name{"standard"});
}

} // namespace

batch_forecast forecast(const ledger_book& book, const forecast_batch& question, wall_time now) {
  batch_forecast answer;
  const auto start = std::max(now, question.start_at);
  const auto until = end_of_time(book, start);
  auto all = gather(book, question.sources, question.sender_domain, question.importance, start);
  if (all.stopped_by) {
    answer.blocking = all.stopped_by;
    return answer;
  }
  auto first_end = all.domain.ends();
  for (const auto& source : all.sources)
    first_end = std::min(first_end, source.ends());
  auto more = all.sources;
  more.emplace_back(plan_of_more(book, question), book.rules(), question.importance, start);
  horizon with_one_more{std::move(more), all.domain, start};
  auto demands = demands_of(question);
  auto again = demands;
  if (!all.sources.empty()) {
    horizon future{std::move(all.sources), std::move(all.domain), start};
    day_table table{start, first_end, day_rule{book.rules().day}};
    auto before = left_of_batch(demands);
    for (bool goes_on = true; goes_on;) {
      future.serve(demands);
      const auto left = left_of_batch(demands);
      table.add(future.now(), before - left, left, answer.days);
      before = left;
      goes_on = left > 0 && future.move() && future.now() <= until;
    }
    if (before == 0)
      answer.finish_at = std::max(future.last_at(), start);
  }
  answer.with_one_more = finish(with_one_more, again, until);
  return answer;
}

} // namespace warmfront
