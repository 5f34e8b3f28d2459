#include "actors/warmup/forecast.hpp"

#include <algorithm>

#include "actors/warmup/horizon.hpp"

namespace warmfront {

namespace {

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

} // namespace

release_forecast forecast(const ledger_book& book, const forecast_release& question,
                          wall_time now) {
  release_forecast answer;
  auto all = gather(ledgers_of(book), book.rules(), question, now);
  if (all.stopped_by || all.sources.empty()) {
    answer.blocking = all.stopped_by;
    return answer;
  }
  const auto* const by = blocking(book, question, all);
  horizon future{std::move(all.sources), std::move(all.domain), now};
  std::vector<demand> demands{{question.provider, question.ahead + 1}};
  if (future.serve(demands) <= question.ahead && by != nullptr)
    answer.blocking = by->reports(now).front();
  answer.expected_at = finish(future, demands, forecast_end(book.rules(), now));
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
  const auto until = forecast_end(book.rules(), start);
  auto all = gather(ledgers_of(book), book.rules(), question, start);
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
