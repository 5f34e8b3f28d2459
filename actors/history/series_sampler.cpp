#include "actors/history/series_sampler.hpp"

#include <algorithm>

namespace warmfront {

namespace {

std::uint64_t since(std::uint64_t before, std::uint64_t now) {
  return now - std::min(before, now);
}

} // namespace

series_values series_sampler::take(const totals& now) {
  const auto at = [](series_name name) { return static_cast<std::size_t>(name); };
  series_values values{};
  const auto& counts = now.delivery;
  values[at(series_name::accepted)] =
      since(before_.accepted_recipients, counts.accepted_recipients);
  values[at(series_name::delivered)] = since(before_.delivered, counts.delivered);
  values[at(series_name::deferred)] = since(before_.deferred, counts.deferred);
  values[at(series_name::bounced)] = since(before_.bounced, counts.bounced);
  values[at(series_name::backlog)] = now.backlog;
  values[at(series_name::used)] = now.used;
  if (now.complained) {
    for (const auto& [day, count] : *now.complained) {
      if (!complained_)
        break;
      const auto known = complained_->find(day);
      values[at(series_name::complained)] +=
          since(known == complained_->end() ? 0 : known->second, count);
    }
    complained_ = now.complained;
  }
  before_ = counts;
  return values;
}

} // namespace warmfront
