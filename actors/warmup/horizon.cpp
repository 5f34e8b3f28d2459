#include "actors/warmup/horizon.hpp"

#include <algorithm>
#include <cmath>

namespace warmfront {

namespace {

constexpr int forecast_days_max = 10'000;

} // namespace

std::uint64_t horizon::serve(std::vector<demand>& demands) {
  std::uint64_t served = 0;
  for (auto& each : demands)
    // What is served may raise a level, and so leave room for more.
    for (auto more = serve_round(each); more > 0; more = serve_round(each))
      served += more;
  std::erase_if(ready_, [this](std::size_t at) { return sources_[at].room() == 0; });
  return served;
}

bool horizon::move() {
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

std::uint64_t horizon::serve_round(demand& what) {
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

std::uint64_t horizon::serve_from(outlook& source, demand& what, std::uint64_t most) {
  const auto permits = std::min(source.room_for(what.provider), most);
  if (permits == 0)
    return 0;
  source.spend(permits, what.provider);
  domain_.spend(permits, what.provider);
  what.left -= permits;
  last_at_ = std::max({last_at_, source.last_usable(now_), domain_.last_usable(now_)});
  return permits;
}

std::uint64_t horizon::spent_of(const permit_ledger* ledger) const {
  std::uint64_t spent = domain_.of() == ledger ? domain_.spent() : 0;
  for (const auto& each : sources_)
    if (each.of() == ledger)
      spent += each.spent();
  return spent;
}

bool sends_nothing(const permit_ledger& ledger) {
  return ledger.record().paused || !ledger.rule();
}

participants gather(const ledger_finder& find, const warmup_rules& rules,
                    const std::vector<ip_address>& addresses, const domain_name& sender_domain,
                    mail_class importance, wall_time now) {
  participants all;
  if (const auto* const ledger = find(sender_domain.str())) {
    if (sends_nothing(*ledger))
      all.stopped_by = ledger->reports(now).front();
    else
      all.domain = outlook{*ledger, rules, importance, now};
  }
  std::optional<ledger_report> paused;
  for (const auto& address : addresses) {
    const auto* const ledger = find(address.str());
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

wall_time forecast_end(const warmup_rules& rules, wall_time now) {
  return day_rule{rules.day}.begin_after(now, forecast_days_max);
}

} // namespace warmfront
