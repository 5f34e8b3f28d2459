#include "admin/tencent/request_rates.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

namespace warmfront::admin::tencent {

double request_rates::tokens_at(const bucket& of, steady_time now) const {
  const std::chrono::duration<double> since = now - of.at;
  return std::min<double>(per_second_, of.tokens + since.count() * per_second_);
}

void request_rates::forget_full(steady_time now) {
  std::erase_if(buckets_,
                [&](const auto& each) { return tokens_at(each.second, now) >= per_second_; });
  // Ten thousand pairs of keys and actions within a second: rather no limit than no memory.
  if (buckets_.size() >= buckets_max)
    buckets_.clear();
}

checked<void> request_rates::take(std::string_view key_id, std::string_view action,
                                  steady_time now) {
  if (per_second_ == 0)
    return passed();
  const std::lock_guard lock{guard_};
  const auto name = std::string{key_id}.append(" ").append(action);
  if (buckets_.size() >= buckets_max && !buckets_.contains(name))
    forget_full(now);
  auto& found =
      buckets_.try_emplace(name, bucket{static_cast<double>(per_second_), now}).first->second;
  const auto tokens = tokens_at(found, now);
  if (tokens < 1)
    return gateway_error{"RequestLimitExceeded",
                         fmt::format("`{}` is called more than {} times a second.",
                                     shown_name(action), per_second_)};
  found = {tokens - 1, now};
  return passed();
}

std::size_t request_rates::size() const {
  const std::lock_guard lock{guard_};
  return buckets_.size();
}

} // namespace warmfront::admin::tencent
